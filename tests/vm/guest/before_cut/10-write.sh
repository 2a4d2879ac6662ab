# Writes until the power is cut, which is never the end of this script: durable steps on the small
# file system, and a run whose results lie on ext4.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh
label_nvdimms
make_namespace store 0 -m sector
make_namespace devdax 1 -m devdax -a 2M
expect 0 /bin/mke2fs -q -t ext4 "$(device store)"
mkdir -p /mnt/fs
expect 0 mount -t ext4 "$(device store)" /mnt/fs
cp /vm/cut.yaml /mnt/fs/
pmembench run /mnt/fs/cut.yaml --db /mnt/fs/cut.db >/tmp/run.out 2>&1 &
run=$!
until pmembench show --runs --db /mnt/fs/cut.db >/tmp/runs 2>/dev/null &&
  pmembench show --db /mnt/fs/cut.db --json 2>/dev/null | grep -q '"replicates":[2-9]'; do
  kill -0 "$run" || { cat /tmp/run.out; fail "the run ended before the power was cut"; }
  usleep 300000
done
sync
# The console takes it from here: the lines of a script are shown only when it has ended.
echo "vm: stored" >/dev/console
vm_kept_writes write "$(device devdax)" devdax >/dev/console
