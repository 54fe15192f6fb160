#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make-dist.sh ROOT VERSION JAVA-HOME: makes ROOT/target/dist, all but the two servers, which
# services/src/main/packaging/add-services.sh adds and packs. Called by Maven in the package phase of
# stage0.
set -eu
umask 022
epoch='2026-11-23 00:00:00Z'
root=$(cd "$1" && pwd -P)
version=$2
jar=$3/bin/jar
dist=$root/target/dist
native=$dist/lib/native

mkdir -p "$dist/bin" "$native" "$dist/stage1-images" "$dist/share/doc/rktj"
for file in "$dist/lib/"*.jar; do
  [ "${file##*/}" = start.jar ] || rm -f "$file"
done
cp -f "$root/stage0/target/lib/"*.jar "$root/stage0/target/stage0-$version.jar" "$dist/lib/"
cp -f "$root/linux/target/native/librktj.so" "$native/librktj.so"
cp -f "$root/stage2-apps/target/native/pod-init" "$native/pod-init"
chmod 0755 "$native/pod-init" "$native/librktj.so"
rm -f "$dist/bin/rkt"
cp "$root/stage0/target/native/rkt" "$dist/bin/rkt"

# The class path in a fixed order, ours first: the launcher names every jar.
classpath=
starting='stage0 stage1-nspawn stage1-kvm stage2-apps pod linux aci-spec jackson-core picocli jffi'
for name in $starting; do
  for file in "$dist/lib/$name-"[0-9]*.jar; do
    classpath=$classpath:'$home'/lib/${file##*/}
  done
done
for file in "$dist/lib/"*.jar; do
  [ "${file##*/}" != start.jar ] || continue
  case $classpath in
    *"/${file##*/}"*) ;;
    *) classpath=$classpath:'$home'/lib/${file##*/} ;;
  esac
done
for file in launch tune; do
  sed -e "s|@CLASSPATH@|\"${classpath#:}\"|" "$root/stage0/src/main/dist/lib/$file" >"$dist/lib/$file.new"
  chmod 0755 "$dist/lib/$file.new"
  mv -f "$dist/lib/$file.new" "$dist/lib/$file"
done

# What starts a pod gets by with the first of them, and with one jar for all, not compressed: a JVM
# opens each jar before it does anything.
merged=$root/target/start-jar
rm -rf "$merged"
mkdir -p "$merged"
for name in $starting; do
  for file in "$dist/lib/$name-"[0-9]*.jar; do
    (cd "$merged" && "$jar" xf "$file")
  done
done
rm -rf "$merged/META-INF" "$merged/module-info.class"
(cd "$merged" && find . -type f | sed 's|^\./||' | LC_ALL=C sort >"$root/target/start-jar.files" &&
  "$jar" --create --no-compress --no-manifest --date=2026-11-23T00:00:00Z --file="$dist/lib/start.jar.new" \
    "@$root/target/start-jar.files")
cmp -s "$dist/lib/start.jar.new" "$dist/lib/start.jar" || mv -f "$dist/lib/start.jar.new" "$dist/lib/start.jar"
rm -f "$dist/lib/start.jar.new"
ln -sfn rkt "$dist/bin/actool"
cp -f "$root/LICENSE" "$root/NOTICE" "$root/README.md" "$dist/share/doc/rktj/"

# Pages of the manual and completion scripts.
rm -rf "$dist/share/man" "$dist/share/bash-completion" "$dist/share/zsh" "$dist/share/fish"
"$3/bin/java" -cp "$dist/lib/*" io.rktj.stage0.cli.Documentation "$dist/share"

# The classes worth sharing. For work: every class of ours, and what the recorded list adds from the
# JDK and the libraries. For a start: what scripts/record-start-classes has seen, and nothing else,
# for an archive costs by its size.
{
  cat "$root/stage0/src/main/packaging/jdk.classlist"
  for name in stage0 stage1-nspawn stage1-kvm stage2-apps pod linux aci-spec jackson-core; do
    for file in "$dist/lib/$name-"[0-9]*.jar; do
      "$jar" tf "$file" | sed -n 's/\.class$//p' | grep -v -e 'package-info' -e '^META-INF' -e 'module-info'
    done
  done
} | LC_ALL=C sort -u >"$dist/lib/work.classlist"
cp -f "$root/stage0/src/main/packaging/start.classlist" "$dist/lib/start.classlist"
rm -f "$dist/lib/rkt.classlist"

# Our flavours as stage1 images, recognised by the hash of their pod-init.
hash=sha512-$(sha512sum <"$native/pod-init" | cut -d' ' -f1)
echo "$hash" >"$native/pod-init.sha512"
for flavour in nspawn kvm fly; do
  stage=$root/target/stage1-$flavour-layout
  rm -rf "$stage"
  mkdir -p "$stage/rootfs/rkt/status" "$stage/rootfs/rkt/env" "$stage/rootfs/opt/stage2"
  cp "$native/pod-init" "$stage/rootfs/pod-init"
  sed -e "s|@VERSION@|$version|" -e "s|@POD_INIT@|$hash|" "$root/stage0/src/main/packaging/stage1-$flavour.json" >"$stage/manifest"
  find "$stage" -exec touch -d "$epoch" {} +
  RKTJ_ARCHIVE=off "$dist/bin/actool" build --overwrite --owner-root "$stage" \
    "$dist/stage1-images/stage1-$flavour.aci"
done

# Fast from the first start on.
"$dist/lib/tune"
