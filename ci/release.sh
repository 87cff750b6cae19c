#!/bin/sh
# Makes what a release consists of, in target/releases/ or in the folder that is named: an archive
# (`cargo binstall` takes it too), a Debian package where dpkg-deb is, and the checksums of both.
#
#     ci/release.sh [FOLDER]
#
# NIGHTSHIFT_PROGRAM names a program that is built already, by its path or, where it is found on PATH,
# by its name; else it is built here.
set -eu
cd "$(dirname "$0")/.."
program="${NIGHTSHIFT_PROGRAM:-}"
if [ -z "$program" ]; then
    cargo build --release --locked
    program="${CARGO_TARGET_DIR:-target}/release/nightshift"
elif ! program="$(command -v "$program")"; then
    printf '%s\n' "missing: NIGHTSHIFT_PROGRAM names $NIGHTSHIFT_PROGRAM, which is no program here" >&2
    exit 4
fi
version="$("$program" --version | sed -n 's/^nightshift \([^ ]*\).*/\1/p')"
target="$(rustc -vV | sed -n 's/^host: //p')"
releases="${1:-target/releases}"
mkdir -p "$releases"
releases="$(cd "$releases" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# Layout and names are those that [package.metadata.binstall] in Cargo.toml tells cargo binstall.
name="nightshift-$version-$target"
mkdir "$work/$name"
install -m 755 "$program" "$work/$name/nightshift"
install -m 644 README.md LICENSE CHANGELOG.md "$work/$name/"
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -czf "$releases/$name.tgz" "$name"
files="$name.tgz"

if command -v dpkg-deb >/dev/null 2>&1; then
    architecture="$(dpkg --print-architecture)"
    package="nightshift_${version}_$architecture.deb"
    root="$work/package"
    mkdir -p "$root/DEBIAN" "$root/usr/bin" "$root/usr/share/doc/nightshift"
    install -m 755 "$program" "$root/usr/bin/nightshift"
    install -m 644 LICENSE "$root/usr/share/doc/nightshift/copyright"
    install -m 644 CHANGELOG.md "$root/usr/share/doc/nightshift/"
    cat >"$root/DEBIAN/control" <<END
Package: nightshift
Version: $version
Architecture: $architecture
Maintainer: The Nightshift authors <nightshift@localhost>
Section: devel
Priority: optional
Depends: libc6, libgcc-s1
Recommends: chromium, chromium-driver, fonts-liberation
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Description: overnight QA and regression harness
 Uses a product every night through a real browser and its command line,
 compares it with accepted snapshots, and writes an HTML and PDF report.
END
    dpkg-deb --root-owner-group --build "$root" "$releases/$package" >/dev/null
    files="$files $package"
else
    printf '%s\n' "no dpkg-deb here: no Debian package was made" >&2
fi

# The names are ours and are meant to split.
# shellcheck disable=SC2086
(cd "$releases" && sha256sum $files >SHA256SUMS)
for file in $files SHA256SUMS; do
    printf '%s\n' "$releases/$file"
done
