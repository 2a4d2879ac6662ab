# What the guest's scripts share. Sourced, by init and by each script.
# shellcheck shell=dash

out=/tmp/out       # what the last command of `expect` printed
export PMEMBENCH_AUDITS=/tmp/audits  # where audits are kept
devices=/tmp/devices  # a file a namespace, with its device

# run_script FILE: one line says what came of it; where it failed, its output stands before that.
run_script() {
  name=$(basename "$1" .sh)
  echo "vm: begin $name"
  ended=0
  timeout "${vm_limit:?}" sh -eu "$1" >/tmp/log 2>&1 </dev/null || ended=$?
  umount /mnt/fs 2>/dev/null || true
  if [ "$ended" -eq 0 ]; then
    echo "vm: pass $name"
    return
  fi
  tail -n 40 /tmp/log
  dmesg | tail -n 5
  why=$(grep '^FAILED: ' /tmp/log | tail -n 1)
  echo "vm: fail $name ${why:-ended early, after: $(tail -n 1 /tmp/log)}"
}

fail() {
  echo "FAILED: $*"
  exit 1
}

# expect STATUS COMMAND...: runs it, and fails where it ends otherwise.
expect() {
  wanted=$1 status=0
  shift
  echo "+ $*"
  "$@" >"$out" 2>&1 || status=$?
  cut -c 1-2000 "$out"
  [ "$status" -eq "$wanted" ] || fail "'$*' ended with status $status instead of $wanted"
}

# shows TEXT...: what was run printed each of them.
shows() {
  for text in "$@"; do
    grep -qF -- "$text" "$out" || fail "the output does not have: $text"
  done
}

# lacks TEXT...: and none of these.
lacks() {
  for text in "$@"; do
    ! grep -qF -- "$text" "$out" || fail "the output has: $text"
  done
}

# rows NUMBER TEXT...: so many rows of the results have all of the texts.
rows() {
  number=$1
  grep '^{' "$out" >/tmp/rows || true
  shift
  for text in "$@"; do
    grep -F -- "$text" /tmp/rows >/tmp/rows.left || true
    mv /tmp/rows.left /tmp/rows
  done
  found=$(grep -c . /tmp/rows || true)
  [ "$found" -eq "$number" ] || fail "$found rows instead of $number have: $*"
}

# measure STATUS MEDIUM CELLS ARGUMENT...: one short replicate of groups of cells, one a line, as JSON
# rows. The machine may be slow: what limits a run is the script's limit.
measure() {
  wanted=$1 medium=$2 cells=$3
  shift 3
  cat >/tmp/campaign.yaml <<END
name: vm
budget: 1h
minimum_replicates: 1
maximum_replicates: 1
slices: 2
slice: 100us
cells:
END
  echo "$cells" | while read -r cell; do
    echo "  - {media: \"$medium\", $cell}" >>/tmp/campaign.yaml
  done
  rm -f /tmp/vm.db /tmp/vm.db-wal /tmp/vm.db-shm
  expect "$wanted" pmembench run /tmp/campaign.yaml --json --db /tmp/vm.db "$@"
}

# device NAME: the device of a namespace that the first script made.
device() { cat "$devices/$1"; }

# region_on NODE: the region of NVDIMMs that is nearest to a node; status 1 where there is none.
region_on() {
  for region in /sys/bus/nd/devices/region*; do
    if [ "$(cat "$region/target_node")" -eq "$1" ]; then basename "$region" && return; fi
  done
  return 1
}

# make_namespace NAME NODE ARGUMENT...: by ndctl, its device noted down by NAME.
make_namespace() {
  name=$1 node=$2
  shift 2
  mkdir -p "$devices"
  region=$(region_on "$node") || fail "no region of NVDIMMs has the target node $node"
  expect 0 ndctl create-namespace -r "$region" "$@"
  sed -n 's/.*"\(blockdev\|chardev\)":"\([^"]*\)".*/\/dev\/\2/p' "$out" | tail -n 1 >"$devices/$name"
  [ -e "$(device "$name")" ] || fail "namespace $name has no device"
}

# label_nvdimms: as they come from the factory they have no labels, and room for one namespace each.
label_nvdimms() {
  expect 0 ndctl disable-region all
  expect 0 ndctl init-labels all
  expect 0 ndctl enable-region all
}
