# Every backend that can run on /dev/daxX.Y, with the refusals that keep it whole.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh
dax=$(device devdax)
dax4k=$(device devdax4k)

# Nothing has been written, so nothing need be destroyed.
measure 0 "$dax,size=16M" 'workload: random, access: write, operation_size: 64, backend: usable'
rows 7 '"status":"ok"'
rows 0 '"status":"error"'
# The test suite audited those that run on a stand-in too. eadr flushes nothing, and these caches are
# lost with the power.
for backend in movnt clwb clflushopt clflush eadr libpmem2 devdax; do
  claim='durable'
  case $backend in eadr | devdax) claim='durable (unaudited)' ;; esac
  rows 1 '"status":"ok"' "\"backend\":\"$backend\"" "\"claim\":\"$claim\"" '"kind":"devdax"' \
    '"persistence_domain":"memory_controller"' '"verified":"cpus 0"'
done
rows 2 '"type":"unaudited"'
audit=$(sed -n 's/.*run `\(pmembench audit devdax [^`]*\)`.*/\1/p' "$out" | head -n 1)
rows 0 '"type":"placement"'
# A mapping of a namespace aligned to 2 MiB is of such pages, one aligned to 4 KiB is not.
rows 1 '"backend":"clwb"' '"huge_share":1.0' '"page_bytes":2097152'
measure 0 "$dax4k,size=16M" 'workload: random, access: write, operation_size: 64, backend: clwb'
rows 1 '"status":"ok"' '"huge_share":0.0' '"page_bytes":4096'
measure 0 "$dax,size=16M" 'workload: chase, path: mapped, backend: clwb, range_size: 1M' --destroy
rows 1 '"status":"ok"' '"path":"mapped"'

# What the row says is to be run proves the claim, and where there is nothing to prove it fails.
# shellcheck disable=SC2086 # the words of a command
expect 0 $audit
shows 'devdax: passed for persistence domain memory_controller (from the medium)'
measure 0 "$dax,size=16M" 'workload: random, access: write, operation_size: 64, backend: devdax' \
  --destroy
rows 1 '"status":"ok"' '"claim":"durable"'
expect 1 pmembench audit eadr --cpu "$(echo "$audit" | sed 's/.*--cpu \([^ ]*\).*/\1/')" \
  --domain memory_controller
shows 'ERROR: never flushed'

# The alignment, the size, and what was written before.
expect 2 pmembench mkfs "$dax,size=4K" --destroy
shows "size 4 KiB is not a multiple of $(basename "$dax")'s alignment, 2 MiB"
expect 2 pmembench mkfs "$dax,size=1G" --destroy
shows "$(basename "$dax") has 124 MiB, fewer than the 1 GiB asked for"
expect 2 pmembench mkfs "$dax"
shows "$dax holds data (first non-zero byte at offset"

# Another process, another mapping, by loads: every byte that a backend wrote is read.
seed=0
for medium in "$dax,size=4M" "$dax4k,size=4M"; do
  # Those that store or map in ways of their own, where the mapping is of small pages.
  backends='movnt clwb libpmem2 devdax'
  [ "$medium" != "$dax,size=4M" ] || backends="$backends clflushopt clflush eadr"
  for backend in $backends; do
    seed=$((seed + 1))
    expect 0 vm_kept_writes fill "$medium" "$backend" "$seed"
    expect 0 vm_kept_writes filled "$medium" devdax "$seed"
  done
  expect 0 pmembench check devdax --media "$medium" --destroy
  expect 2 pmembench fsck "$medium"
  shows 'no file system'
done
# Parts of it beside each other, each its own; who maps a device itself maps it from its beginning.
expect 0 vm_kept_writes fill "$dax,size=4M" clwb 101
expect 0 vm_kept_writes fill "$dax,size=4M,offset=4M" movnt 102
expect 0 vm_kept_writes filled "$dax,size=4M" devdax 101
expect 0 vm_kept_writes filled "$dax,size=4M,offset=4M" clwb 102
expect 2 pmembench fsck "$dax,size=4M,offset=4M" --backend libpmem2
shows 'backend libpmem2 maps a medium itself, from its beginning; leave offset= out'
# And by the command alone, made by one way and read by another.
expect 0 pmembench mkfs "$dax" --backend movnt --destroy
expect 0 pmembench fsck "$dax" --backend devdax
shows ': clean.'
