#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make-deb.sh ROOT VERSION: packs ROOT/target/dist as a package of Debian's, after make-dist.sh and add-services.sh. The
# same input gives the same bytes. Where there is no dpkg-deb, nothing is made.
set -eu
umask 022
root=$(cd "$1" && pwd -P)
version=$2
dist=$root/target/dist
sources=$root/stage0/src/main/packaging
tree=$root/target/deb
SOURCE_DATE_EPOCH=$(date -u -d '2026-11-23 00:00:00Z' +%s)
export SOURCE_DATE_EPOCH

if ! command -v dpkg-deb >/dev/null 2>&1; then
  echo "make-deb.sh: no dpkg-deb here, no package is made" >&2
  exit 0
fi
architecture=$(dpkg --print-architecture)
package=$root/target/rktj_${version}_$architecture.deb

rm -rf "$tree"
home=$tree/usr/lib/rktj
share=$tree/usr/share
units=$tree/usr/lib/systemd/system
mkdir -p "$tree/DEBIAN" "$tree/usr/bin" "$home/lib" "$share/doc/rktj" "$units" \
  "$tree/usr/lib/sysusers.d" "$tree/usr/lib/tmpfiles.d" "$share/zsh/vendor-completions"

# The program, without the archives, which belong to one place and one JVM.
cp -a "$dist/bin" "$dist/stage1-images" "$home/"
tar -C "$dist/lib" --exclude=./cds -cf - . | tar -C "$home/lib" -xf -
ln -s ../lib/rktj/bin/rkt "$tree/usr/bin/rkt"
ln -s ../lib/rktj/bin/actool "$tree/usr/bin/actool"

cp -a "$dist/share/man" "$dist/share/bash-completion" "$dist/share/fish" "$share/"
find "$share/man" -type f -exec gzip -n -9 {} +
cp "$dist/share/zsh/site-functions/_rkt" "$share/zsh/vendor-completions/"
cp "$dist/share/doc/rktj/NOTICE" "$dist/share/doc/rktj/README.md" "$sources/debian/copyright" "$share/doc/rktj/"
sed "s|@VERSION@|$version|" "$sources/debian/changelog" | gzip -n -9 >"$share/doc/rktj/changelog.gz"

cp "$sources/systemd/"*.service "$sources/systemd/"*.socket "$sources/systemd/"*.timer "$units/"
cp "$sources/systemd/rktj.sysusers" "$tree/usr/lib/sysusers.d/rktj.conf"
cp "$sources/systemd/rktj.tmpfiles" "$tree/usr/lib/tmpfiles.d/rktj.conf"

chmod -R u=rwX,go=rX "$tree"
for script in postinst prerm postrm; do
  install -m 0755 "$sources/debian/$script" "$tree/DEBIAN/$script"
done
install -m 0644 "$sources/debian/triggers" "$tree/DEBIAN/triggers"
(cd "$tree" && find usr -type f | LC_ALL=C sort | xargs -d '\n' md5sum) >"$tree/DEBIAN/md5sums"
size=$(cd "$tree" && find usr -type f -printf '%s\n' | awk '{ sum += int(($1 + 4095) / 4096) * 4 } END { print sum }')
sed -e "s|@VERSION@|$version|" -e "s|@ARCHITECTURE@|$architecture|" -e "s|@SIZE@|$size|" \
  "$sources/debian/control" >"$tree/DEBIAN/control"
find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

# The jars are compressed already.
dpkg-deb --root-owner-group -Zgzip --build "$tree" "$package.new" >/dev/null
mv -f "$package.new" "$package"
