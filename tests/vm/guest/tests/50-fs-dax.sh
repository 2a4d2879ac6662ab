# MAP_SYNC proves fs-dax on ext4 and xfs with dax=always; with dax=never nothing is claimed by it.
# Every mount takes workloads on a mapped file and on files.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh
pmem=$(device fsdax)
mkdir -p /mnt/fs

# on_mount TYPE OPTION MAP_SYNC DOMAIN ATTRIBUTE
on_mount() {
  expect 0 mount -t "$1" -o "$2" "$pmem" /mnt/fs
  measure 0 "file:/mnt/fs/bench,size=8M" \
    'workload: random, access: write, operation_size: 4096, matrix: {backend: [clwb, libpmem2]}'
  rows 1 '"status":"ok"' '"backend":"clwb"' "\"file_system\":\"$1\"" "\"map_sync\":$3" \
    "\"persistence_domain\":\"$4\"" "\"claim\":\"$5\""
  rows 1 '"status":"ok"' '"backend":"libpmem2"' "\"map_sync\":$3" "\"claim\":\"$5\""
  [ ! -e /mnt/fs/bench ] || fail "the file that the run made is still there"
  measure 0 "posix:/mnt/fs,size=16M" 'workload: append_fsync, file_size: 4M, path: posix, backend: block
    workload: create_unlink, path: posix, backend: block
    workload: random, path: kernel, backend: block'
  rows 3 '"status":"ok"'
  for workload in append_fsync create_unlink; do
    rows 1 '"status":"ok"' "/posix/$workload/" "\"dax_attribute\":\"$6\"" "\"map_sync\":$3"
  done
  rows 1 '"status":"ok"' '/kernel/random/'
  [ "$(find /mnt/fs -name 'pmembench-*' | wc -l)" -eq 0 ] || fail "a directory of a run is left"
  expect 0 umount /mnt/fs
}

expect 0 /bin/mke2fs -q -t ext4 -b 4096 "$pmem"
on_mount ext4 dax=always true memory_controller durable on
on_mount ext4 dax=never false page_cache emulated off
expect 0 /bin/mkfs.xfs -q -f -m reflink=0 "$pmem"
on_mount xfs dax=always true memory_controller durable on
on_mount xfs dax=never false page_cache emulated off
