# A page of the medium fails while it is measured: the worker's SIGBUS becomes an error row with the
# offset, and the run goes on. (The kernel's own handler of machine checks is told that it failed.)
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh
page=1026
offset=$((page * 4096))
# Tell who maps the page at once, not when it is touched: the memory itself is whole here.
echo 1 >/proc/sys/vm/memory_failure_early_kill

# poisons PATH MEDIUM WHERE: in the middle of a run on it and on DRAM.
poisons() {
  cat >/tmp/campaign.yaml <<END
name: poison
budget: 1h
minimum_replicates: 1
maximum_replicates: 1
slices: 500
slice: 5ms
cells:
  - workload: random
    access: write
    operation_size: 4096
    backend: clwb
    media: "$2"
  - {workload: chase, path: mapped, backend: clwb, media: dram:4M}
END
  rm -f /tmp/vm.db /tmp/vm.db-wal /tmp/vm.db-shm
  pmembench run /tmp/campaign.yaml --json --db /tmp/vm.db --destroy >"$out" 2>&1 &
  run=$!
  # In the 2.5 s and more that the worker measures.
  vm_poison "$1" "$offset" "$run" || fail "nothing was poisoned; the run says: $(cat "$out")"
  status=0
  wait "$run" || status=$?
  cut -c 1-2000 "$out"
  [ "$status" -eq 4 ] || fail "the run ended with status $status instead of 4"
  rows 1 '"status":"error"' "the worker died of SIGBUS (Bus error) at offset $3"
  rows 1 '"status":"ok"' '"media":"dram:4M"'
}

dax=$(device devdax)
# The kernel counts in the pages of the mapping, here of 2 MiB.
poisons "$dax" "$dax,size=16M" '4194304 of the medium, in its 2 MiB page 2'

pmem=$(device fsdax)
mkdir -p /mnt/fs
for make in "/bin/mkfs.xfs -q -f -m reflink=0" "/bin/mke2fs -q -F -t ext4 -b 4096"; do
  # shellcheck disable=SC2086  # words, not one name
  expect 0 $make "$pmem"
  expect 0 mount -o dax=always "$pmem" /mnt/fs
  expect 0 dd if=/dev/zero of=/mnt/fs/bench bs=1M count=16
  poisons /mnt/fs/bench file:/mnt/fs/bench "$offset of the medium, in its 4 KiB page $page"
  expect 0 umount /mnt/fs
done

# A page of tmpfs stays poisoned: the offset is told before anything is measured, by any backend.
expect 0 dd if=/dev/zero of=/tmp/bench bs=1M count=16
expect 0 vm_poison /tmp/bench "$offset"
measure 4 'file:/tmp/bench' 'workload: random, access: write, matrix: {backend: [clwb, libpmem2]}' \
  --destroy
rows 2 '"status":"error"' "its memory at offset $offset raises SIGBUS"
