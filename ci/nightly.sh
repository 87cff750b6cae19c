#!/bin/sh
# One night over the suite at the repository's root: sets the machine up, builds nightshift, runs.
# Prints the one-sentence result and the paths of index.html and report.pdf, and ends with
# nightshift's exit code. NIGHTSHIFT_OUT names the night directory where a job needs to know it;
# further arguments go to `nightshift run`.
set -eu
cd "$(dirname "$0")/.."
. ci/setup.sh
cargo build --release --locked
if [ -n "${NIGHTSHIFT_OUT:-}" ]; then
    set -- --out "$NIGHTSHIFT_OUT" "$@"
fi
exec "${CARGO_TARGET_DIR:-target}/release/nightshift" run "$@"
