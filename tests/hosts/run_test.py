"""pmembench-mpi run: rows, ranges, identity, the sum of the ranks' own logs."""

from __future__ import annotations

import json
import statistics
import subprocess

from ranks import BINARY


def rows_of(outcome):
    assert outcome.status == 0, outcome.err
    return outcome.json_lines()


def in_root_time(host, time_ns, offset_of):
    return time_ns - offset_of[host]


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
            first = next(i for i in range(len(log["slices"]) + 1)
                         if sum(s["operations"] for s in log["slices"][i:i + host["slices"]]) == host["operations"]
                         and sum(s["bytes"] for s in log["slices"][i:i + host["slices"]]) == host["bytes"])
            counted = log["slices"][first:first + host["slices"]]
            assert len(counted) == host["slices"] > 0
            assert len(log["slices"]) == host["slices"] + host["slices_outside"]
            assert statistics.median(s["ns_per_operation"] for s in counted) == host["ns_per_operation"]
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
    first = ranks(2).run("run", path, "--budget", "1ms")
    assert first.status == 5, first.err
    second = ranks(2).run("run", path, "--budget", "1ms", "--resume", "--set", "budget=100s", "--json")
    assert "going on with run 1" in second.err, second.err
    total = next(row for row in rows_of(second) if "host" not in row)
    assert total["replicates"] == 6


def test_wrong_words_are_one_message_of_one_rank(ranks):
    outcome = ranks(3).run("run", "quick", "--ranges", "everywhere")
    assert outcome.status == 2
    assert outcome.err.count("--ranges 'everywhere' is unknown") == 1
    assert ranks(2).run("--help").out.count("Usage") <= 1


def test_runs_that_were_taken_apart_are_merged_and_compared(ranks, campaign, tmp_path):
    rows_of(ranks(2).run("run", campaign(replicates=6), "--json", "--db", tmp_path / "a.db"))
    done = subprocess.run([BINARY, "merge", "a.db", "a.db", "--db", "m.db"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2 and "another of the runs has too" in done.stderr
    done = subprocess.run([BINARY, "merge", "a.db", "--db", "m.db"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    fleet = subprocess.run([BINARY, "fleet", "m.db", "--json"], cwd=tmp_path, capture_output=True, text=True)
    hosts = json.loads(fleet.stdout)["cells"][0]["hosts"]
    assert len(hosts) == 2 and fleet.returncode in (0, 1)
    one = subprocess.run([BINARY, "run", campaign(), "--db", "one.db"], cwd=tmp_path, capture_output=True, text=True)
    assert one.returncode == 0
    alone = subprocess.run([BINARY, "fleet", "one.db"], cwd=tmp_path, capture_output=True, text=True)
    assert alone.returncode == 2 and "two hosts" in alone.stderr
