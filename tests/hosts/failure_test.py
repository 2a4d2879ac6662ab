"""A rank that dies, stops or cannot be reached: the run ends in time, with the host's name, and goes on later."""

from __future__ import annotations

import os
import sqlite3
import threading
import time

import pytest

LIMIT_S = 3
LIMITS = ["--limit", f"{LIMIT_S}s", "--open-limit", "2s"]
# Beyond the limits, for mpirun's start and end on a busy machine; a hang would be minutes.
SLACK_S = 40
REPLICATES = 3


def replicates_in(path) -> int:
    if not path.exists():
        return 0
    with sqlite3.connect(path) as store:
        try:
            return store.execute("SELECT count(*) FROM replicates").fetchone()[0]
        except sqlite3.OperationalError:
            return 0  # the schema is still being made


def goes_on(ranks, path, tmp_path):
    """The same command with --resume measures what is missing."""
    again = ranks(2).run("run", path, "--resume", "--json")
    assert again.status == 0, again.err
    assert "going on with run 1" in again.err
    total = next(row for row in again.json_lines() if "host" not in row)
    assert total["replicates"] == REPLICATES
    assert replicates_in(tmp_path / "pmembench.db") == 3 * REPLICATES


@pytest.mark.parametrize("phase, how", [("open", "kill"), ("slices", "kill"), ("close", "kill"), ("begin", "stop"),
                                        ("clocks", "stop"), ("slices", "stop"), ("end", "stop")])
def test_a_rank_that_is_lost_in_a_phase_ends_the_run_and_loses_nothing(ranks, campaign, tmp_path, phase, how):
    path = campaign(media="dram:4M", replicates=REPLICATES)
    # The first replicate goes well; clocks are compared twice in each.
    after = 2 if phase == "clocks" else 1
    bad = ranks(2).run("run", path, "--drill", f"{phase}:1:{how}:{after}", *LIMITS)
    assert bad.status != 0
    assert bad.seconds < 2 * LIMIT_S + SLACK_S
    assert "rank 1" in bad.err, bad.err
    assert replicates_in(tmp_path / "pmembench.db") == 3
    if phase == "slices":
        goes_on(ranks, path, tmp_path)


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_rank_that_is_lost_at_once_ends_the_run(ranks, campaign, how):
    bad = ranks(3).run("run", campaign(), "--drill", f"hello:2:{how}", *LIMITS)
    assert bad.status != 0
    assert "rank 2" in bad.err, bad.err
    assert bad.seconds < 2 * LIMIT_S + SLACK_S


@pytest.mark.skipif("PMEMBENCH_ALL_HOSTS" not in os.environ, reason="the others do not always name rank 0")
def test_rank_0_that_stops_is_named_by_the_others(ranks, campaign, tmp_path):
    path = campaign(media="dram:4M", replicates=REPLICATES)
    bad = ranks(2).run("run", path, "--drill", "slices:0:stop:1", *LIMITS)
    assert bad.status != 0
    assert "rank 0 gave no command" in bad.err
    assert replicates_in(tmp_path / "pmembench.db") == 3
    goes_on(ranks, path, tmp_path)


def test_a_cut_link_ends_the_run_with_the_name_of_the_host(two_hosts, campaign, tmp_path):
    begun = time.monotonic()
    process = two_hosts.start("run", campaign(media="dram:4M", replicates=200), *LIMITS)
    cut_at = []

    def cut_when_running():
        while process.poll() is None:
            if replicates_in(tmp_path / "pmembench.db") > 0:
                two_hosts.cut(two_hosts.hosts[1])
                cut_at.append(time.monotonic())
                return
            time.sleep(0.05)

    watcher = threading.Thread(target=cut_when_running)
    watcher.start()
    outcome = two_hosts.finish(process, begun)
    watcher.join()
    assert cut_at, outcome.err
    assert outcome.status != 0
    assert time.monotonic() - cut_at[0] < 2 * LIMIT_S + SLACK_S
    assert two_hosts.hosts[1] in outcome.err, outcome.err
    assert replicates_in(tmp_path / "pmembench.db") > 0


def test_a_drill_that_there_is_not_is_refused(ranks):
    for word in ("slices", "slices:1", "slices:x:kill", "slices:1:push", "sleep:1:kill", "slices:1:kill:x"):
        outcome = ranks(2).run("run", "quick", "--drill", word)
        assert outcome.status == 2 and "--drill" in outcome.err, word
