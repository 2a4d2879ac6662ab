# What a power cut left: everything that was durable, and a store that goes on.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/lib.sh
# count_replicates: the most that a cell of the first run has, in $replicates.
count_replicates() {
  expect 0 pmembench show 1 --json --db /mnt/fs/cut.db
  rows 2 '"status":"ok"'
  replicates=$(sed -n 's/.*"replicates":\([0-9]*\).*/\1/p' "$out" | sort -n | tail -n 1)
}

one_run() {
  expect 0 pmembench show --runs --db /mnt/fs/cut.db
  [ "$(grep -c ' cut ' "$out")" -eq 1 ] || fail "--resume began another run"
}

for dax in /dev/dax*; do :; done  # there is one
expect 0 pmembench fsck "$dax"
shows "$dax: clean."
expect 0 vm_kept_writes check "$dax" devdax "${vm_steps:?}"
expect 0 pmembench fsck "$dax"
shows "$dax: clean."

for store in /dev/pmem*s; do :; done
mkdir -p /mnt/fs
expect 0 mount -t ext4 "$store" /mnt/fs
expect 0 pmembench show --runs --json --db /mnt/fs/cut.db
shows '"run":1'
count_replicates
before=$replicates

# The same plan, with its budget: it is interrupted when it has gone on.
pmembench run /mnt/fs/cut.yaml --db /mnt/fs/cut.db --resume >/tmp/run.out 2>&1 &
run=$!
until [ "$replicates" -gt "$before" ]; do
  kill -0 "$run" || { cat /tmp/run.out; fail "--resume ended with $before replicates, as before"; }
  usleep 300000
  one_run
  count_replicates
done
kill -INT "$run"
status=0
wait "$run" || status=$?
cat /tmp/run.out
[ "$status" -eq 130 ] || fail "the interrupted run ended with status $status instead of 130"
one_run
expect 0 umount /mnt/fs
expect 0 /bin/e2fsck -n -f "$store"
