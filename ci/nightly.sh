#!/bin/sh
# One night over the suite at the repository's root: sets the machine up, builds nightshift, runs.
# Prints the one-sentence result and the paths of index.html and report.pdf, and ends with
# nightshift's exit code. NIGHTSHIFT_OUT names the night directory where a job needs to know it;
# further arguments go to `nightshift run`.
set -eu
cd "$(dirname "$0")/.."
. ci/setup.sh
cargo build --release --locked
built="${CARGO_TARGET_DIR:-target}/release"
if [ -n "${CARGO_TARGET_DIR:-}" ]; then
    # The suite tests nightshift itself too, and looks for it where cargo usually puts it.
    set -- --set "products.nightshift.path=[\"$(cd "$built" && pwd)\"]" "$@"
fi
if [ -n "${NIGHTSHIFT_OUT:-}" ]; then
    set -- --out "$NIGHTSHIFT_OUT" "$@"
fi
exec "$built/nightshift" run "$@"
