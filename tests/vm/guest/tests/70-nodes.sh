# Two nodes, one without CPUs, rated by the HMAT: memory is where it was asked for, and the threads
# are on the CPUs that are nearest.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh
expect 0 pmembench probe
tr -s ' ' <"$out" >"$out.squeezed" && mv "$out.squeezed" "$out"
shows ' 0 0-1 ' ' 1 none '
shows ' 0 0 HMAT 100 ns 100 ns 20480 MiB/s 20480 MiB/s' \
  ' 1 0 HMAT 300 ns 300 ns 10240 MiB/s 10240 MiB/s'
for node in 0 1; do
  measure 0 "dram:16M,node=$node" \
    'workload: chase, path: mapped, backend: clwb, placement: near, matrix: {threads: [1, 2]}'
  rows 2 '"status":"ok"' "\"node_share\":{\"$node\":1.0}"
  rows 1 "\"verified\":\"cpus 0; node $node: 100 %\""
  rows 1 "\"verified\":\"cpus 0,1; node $node: 100 %\""
done
measure 0 "dram:16M" 'workload: chase, path: mapped, backend: clwb, placement: far'
rows 1 '"status":"ok"' '"node_share":{"1":1.0}'
measure 0 "dram:16M" 'workload: chase, path: mapped, backend: clwb, matrix: {placement: [
  "cpu_node=0;node=0", "cpu_node=0;node=1", "cpus=1;node=1", "cpu_node=1;node=0"]}'
rows 1 '"status":"ok"' '"node_share":{"0":1.0}'
rows 2 '"status":"ok"' '"node_share":{"1":1.0}'
rows 1 '"status":"skipped"' 'node 1 has no CPU that this process may use'
# Every range of pages bound to its node, and every page asked for afterwards.
measure 0 "dram:16M,interleave=0:3+1:1,pages=4k" 'workload: chase, path: mapped, backend: clwb'
rows 1 '"status":"ok"' '"node_share":{"0":0.75,"1":0.25}'
measure 3 "dram:16M,node=2" 'workload: chase, path: mapped, backend: clwb'
shows 'this host has no node 2'

# The shipped campaign finds both.
expect 0 pmembench run /vm/configs/numa.yaml --dry-run
shows 'dram:256M,node=0' 'dram:256M,node=1'
