"""pmembench-mpi run: rows, ranges, identity, the sum of the ranks' own logs."""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
from pathlib import Path

from ranks import BINARY, MPI_BINARY


def rows_of(outcome):
    assert outcome.status == 0, outcome.err
    return outcome.json_lines()


def pmembench(folder, *words, statuses=(0,)) -> str:
    done = subprocess.run([BINARY, *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode in statuses, done.stderr
    return done.stdout


def documents(path, kind):
    with sqlite3.connect(path) as store:
        return [(json.loads(text),) for (text,) in
                store.execute("SELECT document FROM documents WHERE kind = ?", (kind,))]


def test_there_is_a_row_for_each_host_and_one_in_total(ranks, campaign):
    rows = rows_of(ranks(2).run("run", campaign(), "--json", "--limit", "60s"))
    total = [row for row in rows if "host" not in row]
    hosts = [row for row in rows if "host" in row]
    assert len(total) == 1 and len(hosts) == 2
    assert total[0]["operations"] == sum(row["operations"] for row in hosts)
    assert total[0]["bytes"] == sum(row["bytes"] for row in hosts)
    assert total[0]["threads"] == sum(row["threads"] for row in hosts)
    assert {row["host"] for row in hosts} == {host["host"] for host in total[0]["cluster"]["hosts"]}
    assert total[0]["cluster"]["window_ns"] > 0


def time_of(slices):
    """A host's, of its slices in the window: of those that nothing disturbed, where five or more are left."""
    quiet = [s for s in slices if s["involuntary_switches"] == 0 and s.get("overlap", 1) >= 0.8]
    return statistics.median(s["ns_per_operation"] for s in (quiet if len(quiet) >= 5 else slices))


def test_the_total_is_what_each_rank_logged_for_the_window(ranks, campaign, tmp_path):
    rows = rows_of(ranks(4).run("run", campaign(replicates=2), "--json", "--logs", tmp_path / "logs"))
    total = next(row for row in rows if "host" not in row)
    kept = json.loads(subprocess.run(
        ["sqlite3", "-json", tmp_path / "pmembench.db",
         "SELECT details FROM replicates JOIN cells ON cells.id = replicates.cell_id "
         "WHERE cell NOT LIKE '%@%' ORDER BY replicates.replicate"],
        check=True, capture_output=True, text=True).stdout)
    operations = bytes_ = 0
    for index, record in enumerate(kept):
        hosts = json.loads(record["details"])["cluster"]["hosts"]
        rate = 0.0
        for host in hosts:
            lines = [json.loads(line) for line in (tmp_path / f"logs/rank{host['rank']}.jsonl").read_text().splitlines()]
            log = next(line for line in lines if line.get("replicate") == index and "slices" in line)
            # The counted slices follow each other: the first ones that are in no window are left out.
            # Slices of as many operations are told apart by their times.
            runs = [log["slices"][i:i + host["slices"]] for i in range(len(log["slices"]) - host["slices"] + 1)]
            counted = next(run for run in runs
                           if sum(s["operations"] for s in run) == host["operations"]
                           and sum(s["bytes"] for s in run) == host["bytes"]
                           and time_of(run) == host["ns_per_operation"])
            assert len(counted) == host["slices"] > 0
            assert len(log["slices"]) == host["slices"] + host["slices_outside"]
            operations += sum(s["operations"] for s in counted)
            bytes_ += sum(s["bytes"] for s in counted)
            rate += 1 / host["ns_per_operation"]
        assert rate > 0
    assert total["operations"] == operations
    assert total["bytes"] == bytes_


def test_disjoint_and_neighbour_ranges_of_one_file_are_measured(ranks, campaign, pool):
    for ranges, access in (("disjoint", "write"), ("neighbour", "read"), ("shared", "read")):
        rows = rows_of(ranks(2).run("run", campaign(f"file:{pool}", access=access), "--ranges", ranges,
                                    "--destroy", "--json"))
        assert [row["status"] for row in rows] == ["ok"] * 3
        part = (64 << 20) // (1 if ranges == "shared" else 2)
        assert all(row["medium"]["size_bytes"] == part for row in rows)


def test_the_content_of_the_medium_outlives_the_proof_of_identity(ranks, campaign, pool):
    text = b"a word that was there before" * 8
    with pool.open("r+b") as file:
        file.write(text)
    outcome = ranks(2).run("run", campaign(f"file:{pool}", access="write"), "--ranges", "shared", "--destroy")
    assert outcome.status != 0  # nothing of it can be measured: hosts that write the same bytes
    assert pool.read_bytes().startswith(text)


def test_writes_to_the_same_bytes_are_skipped_with_the_reason(ranks, campaign, pool):
    outcome = ranks(2).run("run", campaign(f"file:{pool}"), "--ranges", "shared", "--destroy", "--json")
    assert [row["status"] for row in outcome.json_lines()] == ["skipped"]
    assert "disjoint" in outcome.json_lines()[0]["reason"]


def test_a_medium_that_may_be_shared_needs_ranges(ranks, campaign, pool):
    outcome = ranks(2).run("run", campaign(f"file:{pool}"))
    assert outcome.status == 2
    assert "--ranges" in outcome.err


def test_own_media_that_are_the_same_bytes_are_refused(ranks, campaign, pool):
    outcome = ranks(2).run("run", campaign(f"file:{pool}"), "--ranges", "own", "--destroy")
    assert outcome.status == 3
    assert "map the same bytes" in outcome.err


def test_a_file_that_is_not_there_is_refused(ranks, campaign, tmp_path):
    outcome = ranks(2).run("run", campaign(f"file:{tmp_path}/absent,size=64M"), "--ranges", "disjoint", "--destroy")
    assert outcome.status == 2
    assert "does not exist" in outcome.err


def test_a_run_goes_on_with_resume(ranks, campaign, tmp_path):
    path = campaign(replicates=6)
    words = ("run", path, "--budget", "2s")
    first = ranks(2).run(*words)
    assert first.status == 5, first.err
    for _ in range(10):  # each of them measures a process or more
        second = ranks(2).run(*words, "--resume", "--json")
        assert "going on with run 1" in second.err, second.err
        if second.status != 5:
            break
    total = next(row for row in rows_of(second) if "host" not in row)
    assert total["replicates"] == 6


def test_wrong_words_are_one_message_of_one_rank(ranks):
    outcome = ranks(3).run("run", "quick", "--ranges", "everywhere")
    assert outcome.status == 2
    assert outcome.err.count("--ranges 'everywhere' is unknown") == 1
    assert ranks(2).run("--help").out.count("Usage") <= 1


def test_two_hosts_measure_one_file_together(two_hosts, campaign, pool, tmp_path):
    path = campaign(f"file:{pool}", replicates=2)
    outcome = two_hosts.run("run", path, "--ranges", "disjoint", "--destroy", "--json")
    rows = rows_of(outcome)
    names = {row["host"].split(":")[0] for row in rows if "host" in row}
    assert names == set(two_hosts.hosts)
    assert len(rows) == 5 and all(row["status"] == "ok" for row in rows)
    ((cluster,),) = documents(tmp_path / "pmembench.db", "cluster")
    assert cluster["ranges"] == "disjoint" and cluster["media"][0]["same_bytes"] is True
    assert {host["host"] for host in cluster["hosts"]} == names
    # The store is read by the commands that know nothing of hosts, and drawn.
    shown = pmembench(tmp_path, "show", "--json")
    assert [json.loads(line)["cell"] for line in shown.splitlines()][:1] == [rows[0]["cell"]]
    pmembench(tmp_path, "report", "latest", "--html", "hosts.html")
    page = (tmp_path / "hosts.html").read_text()
    assert 'id="figure-hosts"' in page and 'id="figure-window"' in page
    fleet = json.loads(pmembench(tmp_path, "fleet", "latest", "--json", statuses=(0, 1, 5)))
    assert len(fleet["cells"][0]["hosts"]) == 4


def test_two_files_of_one_name_are_refused(two_hosts, campaign, tmp_path):
    """Each host mounts its own memory at the same place, as hosts do that do not share it."""
    two_hosts.count = 2
    place = tmp_path / "mnt"
    place.mkdir()
    mount = f"mount -t tmpfs none {place} && truncate -s 16M {place}/pool && exec \"$@\""
    own = ["unshare", "--mount", "bash", "-c", mount, "bash"]
    path = campaign(f"file:{place}/pool")
    # Rank 0 looks at the file before the others do.
    (place / "pool").write_bytes(bytes(16 << 20))
    shared = two_hosts.run("run", path, "--ranges", "disjoint", "--destroy", program=own)
    assert shared.status == 3, shared.err
    assert "two media of one name" in shared.err and two_hosts.hosts[1] in shared.err
    each = two_hosts.run("run", path, "--ranges", "own", "--destroy", "--json", program=own)
    assert [row["status"] for row in rows_of(each)] == ["ok"] * 3


def test_another_binary_on_a_host_is_refused(ranks, campaign, tmp_path):
    copy = tmp_path / "other"
    copy.write_bytes(Path(MPI_BINARY).read_bytes() + b"another build")
    copy.chmod(0o755)
    swap = ["bash", "-c", f'[ "$OMPI_COMM_WORLD_RANK" = 1 ] || exec "$@"; shift; exec {copy} "$@"', "bash"]
    outcome = ranks(2).run("run", campaign(), program=swap)
    assert outcome.status == 3, outcome.err
    assert "install the same one on all hosts" in outcome.err


def test_a_medium_of_another_size_fails_the_cell_of_all_hosts(two_hosts, campaign, tmp_path):
    two_hosts.count = 2
    place = tmp_path / "mnt"
    place.mkdir()
    (place / "pool").write_bytes(bytes(16 << 20))
    size = '[ "$OMPI_COMM_WORLD_RANK" = 1 ] && size=8M || size=16M'
    own = ["unshare", "--mount", "bash", "-c",
           f'{size}; mount -t tmpfs none {place} && truncate -s $size {place}/pool && exec "$@"', "bash"]
    outcome = two_hosts.run("run", campaign(f"file:{place}/pool"), "--ranges", "own", "--destroy", "--json", program=own)
    rows = outcome.json_lines()
    assert outcome.status == 4, outcome.err
    assert [row["status"] for row in rows] == ["error"] * 3
    assert all("16777216 bytes" in row["reason"] and "8388608 on host" in row["reason"] for row in rows)
    assert outcome.err.count("cell failed: ") == 1


def test_a_model_is_of_one_host(ranks, campaign, tmp_path):
    (tmp_path / "memory.yaml").write_text("size: 64M\nlatency: 300ns\n")
    outcome = ranks(2).run("run", campaign("sim:memory.yaml"), "--json")
    assert outcome.status == 2
    assert "is a model in virtual time, which is of one host" in outcome.err
