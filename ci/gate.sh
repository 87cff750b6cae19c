#!/bin/sh
# The gate of a release branch: one night, then the rules that hold on that branch.
#
#     ci/gate.sh [BRANCH]
#
# The branch is the argument, or what GitHub, GitLab or git say. The night is kept in
# $NIGHTSHIFT_OUT (reports/nights/gate-<second>); the exit code is the gate's, or that of a night
# that could not be judged. NIGHTSHIFT_PROGRAM is as in nightly.sh.
set -eu
cd "$(dirname "$0")/.."
branch="${1:-${GITHUB_HEAD_REF:-${GITHUB_REF_NAME:-${CI_COMMIT_BRANCH:-}}}}"
if [ -z "$branch" ]; then
    branch="$(git rev-parse --abbrev-ref HEAD)"
fi
NIGHTSHIFT_OUT="${NIGHTSHIFT_OUT:-reports/nights/gate-$(date -u +%Y-%m-%dT%H%M%SZ)}"
export NIGHTSHIFT_OUT

status=0
ci/nightly.sh || status=$?
case "$status" in
0 | 1 | 3) ;; # judged: the branch's own rules decide below
*) exit "$status" ;;
esac

status=0
"${NIGHTSHIFT_PROGRAM:-${CARGO_TARGET_DIR:-target}/release/nightshift}" gate "$NIGHTSHIFT_OUT" --branch "$branch" || status=$?
echo "report:  $NIGHTSHIFT_OUT/index.html"
echo "pdf:     $NIGHTSHIFT_OUT/report.pdf"
echo "junit:   $NIGHTSHIFT_OUT/junit.xml"
echo "summary: $NIGHTSHIFT_OUT/summary.md"
exit "$status"
