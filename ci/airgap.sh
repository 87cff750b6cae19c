#!/bin/sh
# The whole of Nightshift without a network: what is needed is fetched first, vendored sources and
# wheels, into target/airgap/; then it is built and runs the default night, its recordings included,
# in a namespace of the network that has no route out. NIGHTSHIFT_AIRGAP names another folder.
#
#     ci/airgap.sh [OPTION OF `nightshift run`…]
#
# Ends with the night's exit code, or with 4 where there is no such namespace to be had.
set -eu
cd "$(dirname "$0")/.."
. ci/setup.sh
place="${NIGHTSHIFT_AIRGAP:-target/airgap}"
mkdir -p "$place/wheels"
place="$(cd "$place" && pwd)"

# What has no route out: as root, or where a user may have namespaces of their own.
if unshare --net true 2>/dev/null; then
    alone="unshare --net"
elif unshare --user --map-root-user --net true 2>/dev/null; then
    alone="unshare --user --map-root-user --net"
else
    say "no namespace of the network is to be had here; as root: unshare --net, or allow user namespaces"
    exit 4
fi

say "fetching sources and wheels into $place"
if [ -n "$(git status --porcelain)" ]; then
    say "what is not committed is left out"
fi
rm -rf "$place/source"
git clone --quiet . "$place/source"
(cd "$place/source" && mkdir .cargo && cargo vendor --locked --quiet "$place/vendor" >.cargo/config.toml)
# A pip of its own: Debian's Python has none.
python3 -m venv --clear "$place/pip"
"$place/pip/bin/python" -m pip download --quiet --disable-pip-version-check --no-input --dest "$place/wheels" \
    --requirement scenarios/support/requirements.txt

say "building and running a night without a route out"
cd "$place/source"
export CARGO_NET_OFFLINE=true PIP_NO_INDEX=1 PIP_FIND_LINKS="$place/wheels"
if ! has ip; then
    say "missing: ip (Debian: iproute2)"
    exit 4
fi
unset CARGO_TARGET_DIR NIGHTSHIFT_PROGRAM
# A namespace begins with its loopback down. Nothing may be reached but that.
# shellcheck disable=SC2016,SC2086
exec $alone sh -euc '
    ip link set lo up
    if [ -n "$(ip route)$(ip -6 route | grep -v " dev lo ")" ]; then
        echo "there is a route out" >&2
        exit 4
    fi
    exec ci/nightly.sh "$@"
' nightly "$@"
