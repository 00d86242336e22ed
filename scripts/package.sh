#!/usr/bin/env bash
# Makes a Debian package of programs that are built: `scripts/package.sh` after a release build, or
#   scripts/package.sh --programs target/debug --version 0.1.0+next --compression none --out DIR
# Prints the package's path. Needs nothing from the network. What it installs is listed in docs/package.md.
set -euo pipefail
cd "$(dirname "$0")/.."

programs=target/release
version=$(sed -n '/^\[workspace.package\]/,/^\[/ s/^version = "\(.*\)"/\1/p' Cargo.toml)
compression=xz
out=target/package
while [ $# -gt 0 ]; do
  case $1 in
    --programs) programs=$2 ;;
    --version) version=$2 ;;
    --compression) compression=$2 ;;
    --out) out=$2 ;;
    *) echo "package.sh: \"$1\" is not known; see its first lines" >&2; exit 2 ;;
  esac
  shift 2
done

stop() {
  echo "package.sh: $1" >&2
  exit 2
}

for tool in dpkg-deb dpkg-shlibdeps strip; do
  command -v "$tool" >/dev/null || stop "$tool is missing: install dpkg-dev and binutils (this makes packages for Debian and Ubuntu)"
done
for program in headroom headroomd; do
  [ -x "$programs/$program" ] || stop "$programs/$program is not built"
done
list=(ui/dist/assets/*licenses*.js)
[ -e "${list[0]}" ] || stop "the window is not built: make ui/dist/index.html"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
# Those who build may have any mask; what is installed is for everyone to read.
umask 022
put() { install -D --mode="${3:-644}" "$1" "$root/$2"; }

for program in headroom headroomd; do
  put "$programs/$program" "usr/bin/$program" 755
  strip --strip-unneeded "$root/usr/bin/$program"
done
put deploy/debian/headroom.desktop usr/share/applications/headroom.desktop
put deploy/headroomd.service usr/lib/systemd/system/headroomd.service
put icons/32x32.png usr/share/icons/hicolor/32x32/apps/headroom.png
put icons/128x128.png usr/share/icons/hicolor/128x128/apps/headroom.png
put icons/128x128@2x.png usr/share/icons/hicolor/256x256/apps/headroom.png
put icons/icon.png usr/share/icons/hicolor/512x512/apps/headroom.png
put icons/app-icon.svg usr/share/icons/hicolor/scalable/apps/headroom.svg
documents=usr/share/doc/headroom
for document in docs/*.md; do put "$document" "$documents/$(basename "$document")"; done
put CHANGELOG.md "$documents/changelog"
gzip --best --no-name "$root/$documents/changelog"

# The project's own licenses, then those of everything that is linked into the programs, as the window shows them.
{
  printf 'Headroom is licensed under MIT or Apache-2.0, at your choice. What of others is in it: licenses.gz.\n\n'
  cat LICENSE-MIT
  printf '\n\nThe Apache License 2.0 is in /usr/share/common-licenses/Apache-2.0.\n'
} >"$root/$documents/copyright"
node --input-type=module --eval '
  const { packages, texts } = await import(process.argv[1]);
  for (const { name, version, license, from } of packages) console.log(`${name} ${version} (${from}): ${license}`);
  for (const [number, text] of texts.entries()) {
    const owners = packages.filter((one) => one.texts.includes(number)).map(({ name }) => name);
    console.log(`\n${"=".repeat(80)}\n${owners.join(", ")}\n\n${text}`);
  }' "file://$PWD/${list[0]}" | gzip --best --no-name >"$root/$documents/licenses.gz"

# The libraries that the programs are linked with, in the versions that they need, as this system's packages are called.
mkdir -p "$work/debian"
printf 'Source: headroom\n\nPackage: headroom\nArchitecture: any\n' >"$work/debian/control"
libraries=$(cd "$work" && dpkg-shlibdeps -O -e root/usr/bin/headroom -e root/usr/bin/headroomd 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[ -n "$libraries" ] || stop "dpkg-shlibdeps names no libraries"

mkdir -p "$root/DEBIAN"
for script in postinst prerm postrm; do install --mode=755 "deploy/debian/$script" "$root/DEBIAN/$script"; done
(cd "$root" && find . -type f -not -path './DEBIAN/*' -printf '%P\0' | sort --zero-terminated | xargs --null md5sum) >"$root/DEBIAN/md5sums"
size=$(du --summarize --apparent-size --block-size=1024 --exclude=DEBIAN "$root" | cut -f 1)
architecture=$(dpkg --print-architecture)
cat >"$root/DEBIAN/control" <<CONTROL
Package: headroom
Version: $version
Architecture: $architecture
Maintainer: The Headroom authors <headroom@localhost>
Installed-Size: $size
Section: admin
Priority: optional
Depends: $libraries, libayatana-appindicator3-1
Recommends: dbus-user-session | dbus-session-bus, notification-daemon
Description: scales deployments by policy, prices every decision and explains it
 A desktop app for people who answer for how fast a handful to a few thousand
 deployments are, and for what they cost. It scales them by policy, shows what
 each decision costs and warns before a budget breaks.
 .
 headroomd is the same without a window, for servers.
CONTROL

mkdir -p "$out"
package=$out/headroom_${version}_$architecture.deb
dpkg-deb --root-owner-group -Z"$compression" --build "$root" "$package" >/dev/null
echo "$package"
