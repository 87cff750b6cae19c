#!/bin/sh
# Every check of a change: formatting, lints, tests. Sets the machine up as nightly.sh does.
set -eu
cd "$(dirname "$0")/.."
. ci/setup.sh
cargo fmt --check
cargo clippy --locked --all-targets -- -D warnings
cargo test --locked
