# What the scripts share: the tree's root, lines of progress, and quiet commands. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# stage TEXT: one line of progress, with the seconds since the script began.
stage() { printf '[%4d s] %s\n' "$SECONDS" "$1" >&2; }

# fail STATUS SENTENCE: ends the script.
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$2" >&2
  exit "$1"
}

# quiet LOG COMMAND...: runs a command with its output in LOG; where it fails, shows the log's tail.
quiet() {
  local log=$1 status=0
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  [ "$status" -eq 0 ] && return 0
  tail -n 40 "$log" >&2
  printf '%s: "%s" failed with status %d; the whole output is in %s\n' \
    "$(basename "$0")" "$*" "$status" "$log" >&2
  return "$status"
}

# build PRESET [TARGET...]: configures and builds into build/PRESET.
build() {
  local preset=$1
  shift
  local folder=$root/build/$preset targets=()
  [ $# -gt 0 ] && targets=(--target "$@")
  quiet "$folder/configure.log" cmake -S "$root" --preset "$preset" || return
  quiet "$folder/build.log" cmake --build "$folder" ${targets[@]+"${targets[@]}"}
}
