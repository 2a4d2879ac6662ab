"""A rank that dies, stops or cannot be reached: the run ends in time, with the host's name."""

from __future__ import annotations

import sqlite3
import threading
import time

import pytest

LIMIT_S = 4
LIMITS = ["--limit", f"{LIMIT_S}s", "--open-limit", "4s"]
# Beyond the limit: mpirun itself has to end.
SLACK_S = 10
PHASES = ["hello", "open", "begin", "clocks", "slices", "end", "close"]


def replicates_in(path) -> int:
    with sqlite3.connect(path) as store:
        return store.execute("SELECT count(*) FROM replicates").fetchone()[0]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_rank_that_fails_in_a_phase_ends_the_run(ranks, campaign, tmp_path, phase, how):
    good = ranks(2).run("run", campaign(), "--db", tmp_path / "kept.db")
    assert good.status == 0, good.err
    before = replicates_in(tmp_path / "kept.db")
    bad = ranks(2).run("run", campaign(), "--db", tmp_path / "kept.db", "--drill", f"{phase}:1:{how}", *LIMITS)
    assert bad.status != 0
    assert bad.seconds < 2 * LIMIT_S + SLACK_S + good.seconds
    assert "rank 1" in bad.err, bad.err
    assert replicates_in(tmp_path / "kept.db") >= before


def test_rank_0_that_stops_is_named_by_the_others(ranks, campaign):
    bad = ranks(2).run("run", campaign(), "--drill", "slices:0:stop", *LIMITS)
    assert bad.status != 0
    assert "rank 0 gave no command" in bad.err


def test_a_cut_link_ends_the_run_with_the_name_of_the_host(two_hosts, campaign, tmp_path):
    begun = time.monotonic()
    process = two_hosts.start("run", campaign(replicates=200), "--db", tmp_path / "cut.db", *LIMITS)
    cut_at = []

    def cut_when_running():
        while process.poll() is None:
            if (tmp_path / "cut.db").exists() and replicates_in(tmp_path / "cut.db") > 0:
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
    assert replicates_in(tmp_path / "cut.db") > 0
