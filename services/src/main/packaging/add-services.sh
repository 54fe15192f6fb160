#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# add-services.sh ROOT VERSION: puts the two servers into ROOT/target/dist, in a directory that is on
# the class path of their commands only, and packs the whole. Called by Maven in the package phase of
# services; the tar.gz has the same bytes for the same input.
set -eu
umask 022
root=$(cd "$1" && pwd -P)
version=$2
dist=$root/target/dist
services=$dist/lib/services

# What the rest of rkt has already is not there a second time; annotations for compilers are not
# needed at all.
mkdir -p "$services"
rm -f "$services/"*.jar
for file in "$root/services/target/lib/"*.jar "$root/services/target/services-$version.jar"; do
  case ${file##*/} in
    animal-sniffer-* | annotations-* | error_prone_annotations-* | j2objc-* | jsr305-* | listenablefuture-*) continue ;;
  esac
  [ -e "$dist/lib/${file##*/}" ] || cp "$file" "$services/"
done

tar --sort=name --mtime='2026-11-23 00:00:00Z' --owner=0 --group=0 --numeric-owner --format=gnu \
  --exclude=dist/lib/cds --transform="s|^dist|rktj-$version|" -C "$root/target" -cf - dist |
  gzip -n -9 >"$root/target/rktj-$version.tar.gz"
