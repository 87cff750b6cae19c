#!/bin/sh
# One night over the suite at the repository's root: sets the machine up, builds nightshift, runs.
# Prints the one-sentence result and the paths of index.html and report.pdf, and ends with
# nightshift's exit code. NIGHTSHIFT_OUT names the night directory where a job needs to know it;
# NIGHTSHIFT_HISTORY the folder of earlier nights where that is another than reports/nights;
# NIGHTSHIFT_PROGRAM a program that is there already (of a release, say) by its path or, where it is
# found on PATH, by its name, so that nothing is compiled; further arguments go to `nightshift run`.
set -eu
cd "$(dirname "$0")/.."
. ci/setup.sh
program="${NIGHTSHIFT_PROGRAM:-}"
if [ -z "$program" ]; then
    cargo build --release --locked
    program="${CARGO_TARGET_DIR:-target}/release/nightshift"
elif ! program="$(command -v "$program")"; then
    say "missing: NIGHTSHIFT_PROGRAM names $NIGHTSHIFT_PROGRAM, which is no program here"
    exit 4
fi
if [ -n "${NIGHTSHIFT_PROGRAM:-}${CARGO_TARGET_DIR:-}" ]; then
    # The suite tests nightshift itself too, and looks for it where cargo usually puts it.
    set -- --set "products.nightshift.path=[\"$(cd "$(dirname "$program")" && pwd)\"]" "$@"
fi
if [ -n "${NIGHTSHIFT_OUT:-}" ]; then
    set -- --out "$NIGHTSHIFT_OUT" "$@"
fi
if [ -n "${NIGHTSHIFT_HISTORY:-}" ]; then
    set -- --history "$NIGHTSHIFT_HISTORY" "$@"
fi
exec "$program" run "$@"
