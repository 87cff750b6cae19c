#!/bin/sh
# Every check of a change: formatting, lints, tests. Sets the machine up as nightly.sh does; needs git,
# rustfmt and Clippy beside that.
set -eu
cd "$(dirname "$0")/.."
# shellcheck disable=SC2034
also_needed=git
. ci/setup.sh
if ! cargo fmt --version >/dev/null 2>&1 || ! clippy-driver --version >/dev/null 2>&1; then
    say "missing: rustfmt and Clippy (rustup component add rustfmt clippy)"
    exit 4
fi
# A machine that checks one change and goes has nothing to compile again and nothing to debug.
export CARGO_INCREMENTAL="${CARGO_INCREMENTAL:-0}" CARGO_PROFILE_DEV_DEBUG="${CARGO_PROFILE_DEV_DEBUG:-0}"
cargo fmt --all --check
# The lints stand in for the compiler, so that everything is compiled once and not twice.
export RUSTC_WORKSPACE_WRAPPER=clippy-driver RUSTFLAGS="-D warnings"
cargo build --locked --workspace --all-targets
# One test more than cores: each waits for a page now and then.
cargo test --locked --workspace -- --test-threads "$(($(getconf _NPROCESSORS_ONLN) + 1))"
