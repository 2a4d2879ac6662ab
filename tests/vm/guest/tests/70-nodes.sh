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
measure 0 "dram:16M" 'workload: chase, path: mapped, backend: clwb, matrix: '\
'{placement: ["cpu_node=0;node=0", "cpu_node=0;node=1", "cpus=1;node=1", "cpu_node=1;node=0"]}'
rows 1 '"status":"ok"' '"node_share":{"0":1.0}'
rows 2 '"status":"ok"' '"node_share":{"1":1.0}'
rows 1 '"status":"skipped"' 'node 1 has no CPU that this process may use'
# Every range of pages bound to its node, and every page asked for afterwards.
measure 0 "dram:16M,interleave=0:3+1:1,pages=4k" 'workload: chase, path: mapped, backend: clwb'
rows 1 '"status":"ok"' '"node_share":{"0":0.75,"1":0.25}'
measure 3 "dram:16M,node=2" 'workload: chase, path: mapped, backend: clwb'
shows 'this host has no node 2'

# From the one node with CPUs to every memory there is: no field of a matrix is missing.
expect 0 pmembench run /vm/configs/numa.yaml --dry-run
shows 'dram:auto,node=0' 'dram:auto,node=1'
cat >/tmp/nodes.yaml <<END
name: nodes
budget: 1h
minimum_replicates: 1
maximum_replicates: 1
slices: 2
slice: 100us
placement: cpu_node=each
cells:
  - workload: chase
    path: mapped
    backend: movnt
    range_size: 1M
    matrix: {media: &targets ["dram:16M,node=each", "devdax:each,size=16M"]}
  - workload: sequential
    operation_size: 64K
    durability: batch
    threads: all
    backend: movnt
    matrix: {media: *targets, access: [read, write]}
  - workload: sequential
    operation_size: 64K
    durability: batch
    threads: all
    backend: movnt
    media: dram:16M,interleave=0:3+1:1
END
rm -f /tmp/vm.db /tmp/vm.db-wal /tmp/vm.db-shm
expect 0 pmembench run /tmp/nodes.yaml --json --db /tmp/vm.db --destroy
for target in 'node 0' 'node 1' "$(basename "$(device devdax)")" \
  "$(basename "$(device devdax4k)")" "$(basename "$(device spare)")"; do
  rows 1 '"status":"ok"' "\"target\":\"$target\"" '"measure":"latency_ns"'
  rows 2 '"status":"ok"' "\"target\":\"$target\"" '"measure":"bytes_per_s"'
done
rows 1 '"status":"ok"' '"node_share":{"0":0.75,"1":0.25}' '"interleave":[[0,3],[1,1]]'
rows 16 '"status":"ok"'
expect 0 pmembench show --numa --json --db /tmp/vm.db
fields=$(grep -c '"target": ' "$out")
[ "$fields" -eq 15 ] || fail "three matrices of five fields have $fields fields"
