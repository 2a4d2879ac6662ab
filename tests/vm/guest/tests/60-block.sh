# A BTT device and a raw one by the kernel's block path; what is mounted or carries something is
# left alone.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh
for name in sector raw; do
  block=$(device "$name")
  measure 0 "block:$block,size=16M" \
    'workload: random, access: write, operation_size: 4096, backend: block, matrix: {path: [direct, kernel]}' \
    --destroy
  rows 2 '"status":"ok"' '"backend":"block"' '"kind":"block"' '"claim":"durable"'
  expect 0 pmembench mkfs "block:$block" --destroy
  expect 0 pmembench fsck "block:$block"
  shows ': clean.'
done

# A file system is content; a mount is a claim that --destroy does not break.
pmem=$(device raw)
expect 0 /bin/mke2fs -q -t ext4 -F -b 4096 -L precious "$pmem"
before=$(md5sum <"$pmem")
measure 2 "block:$pmem,size=16M" \
  'workload: random, access: write, operation_size: 4096, path: kernel, backend: block'
shows "$pmem holds an ext4 file system labelled 'precious'" 'add --destroy to give that content up'
expect 2 pmembench mkfs "block:$pmem"
shows "$pmem holds an ext4 file system labelled 'precious'"
[ "$(md5sum <"$pmem")" = "$before" ] || fail "a refused run changed the device"
mkdir -p /mnt/fs
expect 0 mount -t ext4 "$pmem" /mnt/fs
expect 3 pmembench mkfs "block:$pmem" --destroy
shows "$pmem is mounted at /mnt/fs and is never written to while it is"
measure 3 "block:$pmem,size=16M" \
  'workload: random, access: write, operation_size: 4096, path: kernel, backend: block' --destroy
shows "$pmem is mounted at /mnt/fs and is never written to while it is"
expect 0 umount /mnt/fs
expect 0 /bin/e2fsck -n -f "$pmem"
