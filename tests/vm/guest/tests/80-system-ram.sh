# A dax device that became system memory: refused as a dax device, and used as its node.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh
dax=$(device spare)
name=$(basename "$dax")
expect 0 daxctl reconfigure-device --mode=system-ram "$name"
expect 3 pmembench mkfs "$dax" --destroy
shows "$name is system RAM now (driver kmem); use dram:SIZE,node=2"
expect 0 pmembench probe
tr -s ' ' <"$out" >"$out.squeezed" && mv "$out.squeezed" "$out"
shows ' 2 none '
grep -qE "^ $name .* kmem " "$out" || fail "probe does not show that $name is system memory"
measure 0 "dram:32M,node=2" \
  'workload: random, access: write, operation_size: 4096, matrix: {backend: [clwb, movnt]}'
rows 2 '"status":"ok"' '"node_share":{"2":1.0}' '"claim":"emulated"' ': 100 %"'
