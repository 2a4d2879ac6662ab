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

# watch LOG PID: shows how far ninja has come, from the "[n/m]" lines in LOG, until PID ends: a live
# line on a terminal, else a line every 10 s.
watch() {
  local log=$1 pid=$2 step shown=
  local every=10
  [ -t 2 ] && every=1
  for ((waited = 1; ; ++waited)); do
    sleep 1
    kill -0 "$pid" 2>/dev/null || break
    ((waited % every == 0)) || continue
    step=$(grep -o '^\[[0-9]*/[0-9]*\] .*' "$log" 2>/dev/null | tail -n 1)
    [ -n "$step" ] || continue
    if [ -t 2 ]; then
      printf '\r\033[K[%4d s] %.*s' "$SECONDS" "$((${COLUMNS:-80} - 10))" "$step" >&2
      shown=yes
    else
      stage "${step%% *} $(basename "${step##* }")"
    fi
  done
  [ -z "$shown" ] || printf '\r\033[K' >&2
}

# build PRESET [TARGET...]: configures and builds into build/PRESET, and shows progress.
build() {
  local preset=$1
  shift
  local folder=$root/build/$preset targets=() status=0
  [ $# -gt 0 ] && targets=(--target "$@")
  quiet "$folder/configure.log" cmake -S "$root" --preset "$preset" || return
  : >"$folder/build.log"
  quiet "$folder/build.log" cmake --build "$folder" ${targets[@]+"${targets[@]}"} &
  local pid=$!
  watch "$folder/build.log" "$pid"
  wait "$pid" || status=$?
  return "$status"
}
