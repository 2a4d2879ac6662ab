# libpmem2 maps a devdax namespace by itself, and what it wrote there is durable.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh
dax=$(device devdax)
expect 0 pmembench check libpmem2 --media "$dax,size=32M" --destroy
shows 'audit of libpmem2: passed for persistence domain memory_controller (from the medium)'
measure 0 "$dax,size=16M" 'workload: persist, backend: libpmem2, operation_size: 64' --destroy
rows 1 '"status":"ok"' '"claim":"durable"'
