#!/usr/bin/env bash
# The step of action.yml: runs `pmembench gate`, with the summary and the JUnit file that a job shows.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
pmembench=$(command -v pmembench || true)
if [ -z "$pmembench" ]; then
  # No package is installed: the action's own checkout is built.
  "$root/script/bootstrap" build
  cmake -S "$root" --preset release >/dev/null
  cmake --build "$root/build/release" --target pmembench
  pmembench=$root/build/release/pmembench
fi

junit=${RUNNER_TEMP:-$(mktemp -d)}/pmembench-gate.xml
more=()
read -ra more <<<"${GATE_ARGUMENTS:-}" || true
status=0
"$pmembench" gate "$GATE_CAMPAIGN" --base "$GATE_BASE" --head "$GATE_HEAD" \
  --markdown "${GITHUB_STEP_SUMMARY:-/dev/null}" --junit "$junit" --force \
  ${more[@]+"${more[@]}"} || status=$?
{
  echo "status=$status"
  echo "junit=$junit"
} >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$status"
