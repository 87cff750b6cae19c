#!/bin/sh
# The gate of a release branch: one night, then the rules that hold on that branch.
#
#     ci/gate.sh [BRANCH]
#
# The branch is the argument, $NIGHTSHIFT_BRANCH, or what GitHub, GitLab or git say; of a pull or
# merge request the one that it goes to. The night is kept in $NIGHTSHIFT_OUT
# (reports/nights/gate-<second>); the exit code is the gate's, or that of a night that could not be
# judged. NIGHTSHIFT_HISTORY and NIGHTSHIFT_PROGRAM are as in nightly.sh.
set -eu
cd "$(dirname "$0")/.."
branch="${1:-${NIGHTSHIFT_BRANCH:-${GITHUB_BASE_REF:-${GITHUB_REF_NAME:-}}}}"
branch="${branch:-${CI_MERGE_REQUEST_TARGET_BRANCH_NAME:-${CI_COMMIT_BRANCH:-}}}"
if [ -z "$branch" ]; then
    branch="$(git rev-parse --abbrev-ref HEAD)"
fi
NIGHTSHIFT_OUT="${NIGHTSHIFT_OUT:-reports/nights/gate-$(date -u +%Y-%m-%dT%H%M%SZ)}"
export NIGHTSHIFT_OUT
# The night, too, is of that branch: its rules hold and its nights are the earlier ones. A detached
# checkout is of none.
if [ "$branch" != HEAD ]; then
    NIGHTSHIFT_BRANCH="$branch"
    export NIGHTSHIFT_BRANCH
fi

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
