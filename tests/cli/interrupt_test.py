"""Signals in the middle of a run, to the command and to its workers."""

import os
import re
import signal

import pytest
from command import LONG, PATIENCE_S, children_of, is_alive, wait_until


def begin(pmembench, *words, campaign=LONG, measured=1):
    """A run under way: `measured` replicates are stored and its worker is at the next cell."""
    path = pmembench.campaign(campaign)
    process = pmembench.start("run", path, "--json", *words)
    wait_until(lambda: pmembench.replicates() >= measured or process.poll() is not None,
               "the first results")
    assert process.poll() is None, process.communicate()
    return process, pmembench.worker_of(process)


def file_campaign(path):
    return LONG.replace("dram:1M", f"file:{path},size=1M")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_keeps_what_it_has_and_cleans_up(pmembench, memory_folder, number):
    process, worker = begin(pmembench, campaign=file_campaign(memory_folder / "medium"))
    assert (memory_folder / "medium").exists()
    process.send_signal(number)
    outcome = pmembench.finish(process)
    assert outcome.status == 130
    kept = pmembench.replicates()
    assert outcome.err.splitlines()[-1] == (
        f"interrupted: {kept} replicate{'' if kept == 1 else 's'} of this session are kept in "
        "pmembench.db; the same command with --resume goes on")
    rows = outcome.rows()
    assert len(rows) == 4
    assert sum(row["replicates"] for row in rows) == kept
    for row in rows:
        assert row["status"] == ("ok" if row["replicates"] else "unmeasured")
    assert pmembench.sql("SELECT status FROM runs") == [("interrupted",)]
    assert not is_alive(worker)
    assert list(memory_folder.iterdir()) == []


def test_a_signal_to_the_whole_group_is_the_coordinators_to_handle(pmembench, memory_folder):
    process, worker = begin(pmembench, campaign=file_campaign(memory_folder / "medium"))
    os.kill(worker, signal.SIGTERM)
    os.kill(worker, signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    outcome = pmembench.finish(process)
    assert outcome.status == 130
    assert "error" not in {row["status"] for row in outcome.rows()}
    assert list(memory_folder.iterdir()) == []


def test_a_run_under_nohup_goes_on_when_its_terminal_is_gone(pmembench):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process, _ = begin(pmembench)
    finally:
        signal.signal(signal.SIGHUP, before)
    had = pmembench.replicates()
    process.send_signal(signal.SIGHUP)
    wait_until(lambda: pmembench.replicates() > had, "the run to go on")
    process.send_signal(signal.SIGINT)
    assert pmembench.finish(process).status == 130


def test_a_killed_run_leaves_nothing_and_is_resumed_where_it_was(pmembench, memory_folder):
    campaign = file_campaign(memory_folder / "medium").replace("slice: 50ms", "slice: 20ms")
    process, worker = begin(pmembench, campaign=campaign)
    process.kill()
    pmembench.finish(process)
    # Nobody tells the worker to end; that its coordinator is gone does.
    wait_until(lambda: not is_alive(worker), "the worker to end by itself")
    assert list(memory_folder.iterdir()) == []
    assert pmembench.sql("SELECT id, status FROM runs") == [(1, "running")]
    had = pmembench.sql("SELECT id, cell_id, replicate, slice_ns_per_operation FROM replicates")
    assert had

    outcome = pmembench.run("--resume", campaign=campaign)
    assert outcome.status == 0, outcome.err
    assert outcome.err.startswith("going on with run 1 of ")
    assert f"which has {len(had)} replicate" in outcome.err
    assert pmembench.sql("SELECT id, status FROM runs") == [(1, "done")]
    now = pmembench.sql("SELECT id, cell_id, replicate, slice_ns_per_operation FROM replicates")
    assert set(had) <= set(now)
    # Four cells, three processes each, none twice.
    assert len(now) == len({(cell, replicate) for _, cell, replicate, _ in now}) == 12
    assert [row["replicates"] for row in outcome.rows()] == [3, 3, 3, 3]
    assert list(memory_folder.iterdir()) == []


def test_a_killed_worker_costs_its_cell_and_no_other(pmembench, memory_folder):
    once = LONG.replace("maximum_replicates: 3", "maximum_replicates: 1")
    campaign = once.replace("dram:1M", f"file:{memory_folder}/medium,size=1M")
    process, worker = begin(pmembench, campaign=campaign)
    os.kill(worker, signal.SIGKILL)
    outcome = pmembench.finish(process)
    assert outcome.status == 4
    assert outcome.error() == "1 cell failed; the results say which and why"
    rows = outcome.rows()
    (failed,) = [row for row in rows if row["status"] == "error"]
    assert failed["reason"] == "the worker died of SIGKILL (Killed)"
    assert f"cell failed: {failed['cell']}: the worker died of SIGKILL (Killed)\n" in outcome.err
    assert failed["ns_per_operation"] is None and failed["operations"] == 0
    assert [row["status"] for row in rows].count("ok") == 3
    # Its file went with it, or the workers after it would have found content in the way.
    assert list(memory_folder.iterdir()) == []


def test_a_file_that_shrinks_under_a_worker_is_a_failed_cell(pmembench, memory_folder):
    medium = memory_folder / "medium"
    once = LONG.replace("maximum_replicates: 3", "maximum_replicates: 1")
    process, _ = begin(pmembench, campaign=once.replace("dram:1M", f"file:{medium},size=1M"))
    os.truncate(medium, 0)
    outcome = pmembench.finish(process)
    assert outcome.status == 4
    failed = [row for row in outcome.rows() if row["status"] == "error"]
    (row,) = failed
    said = re.fullmatch(r"the worker died of SIGBUS \(Bus error\) at offset (\d+) of the medium, "
                        r"in its 4 KiB page (\d+)", row["reason"])
    assert said, row["reason"]
    assert int(said[1]) < 1 << 20 and int(said[2]) == int(said[1]) // 4096
    assert list(memory_folder.iterdir()) == []


def test_a_second_signal_ends_at_once(pmembench):
    process, worker = begin(pmembench)
    os.kill(worker, signal.SIGSTOP)  # so that the first signal has something to wait for
    try:
        process.send_signal(signal.SIGINT)
        wait_until(lambda: _default_again(process.pid), "the handler to have run")
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == -signal.SIGINT
    finally:
        os.kill(worker, signal.SIGCONT)
    wait_until(lambda: not is_alive(worker), "the worker to end by itself")


def _default_again(pid):
    """Whether SIGINT has its default action back, which the handler gives it."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        (caught,) = [line.split()[1] for line in status if line.startswith("SigCgt:")]
    return not int(caught, 16) >> (signal.SIGINT - 1) & 1


def test_an_interrupted_check_removes_its_file(pmembench):
    temporary = pmembench.folder / "tmp"
    temporary.mkdir()
    process = pmembench.start("check", "block", env={"TMPDIR": str(temporary)})
    wait_until(lambda: list(temporary.glob("*/*")) or process.poll() is not None, "its file")
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        for child in children_of(process.pid):
            os.kill(child, signal.SIGINT)
    assert pmembench.finish(process).status in (0, 130)
    assert list(temporary.iterdir()) == []
