"""Storage that fails at its k-th write, sync, truncate or lock: nothing that was committed is lost.

A sample of every k; PMEMBENCH_EVERY_WRITE=1 takes all of them (some minutes).
"""

import os
import shutil

import pytest
from command import BINARY, TINY

SHIM = BINARY.parent / "programs/failing_storage.so"
EVERY = bool(os.environ.get("PMEMBENCH_EVERY_WRITE"))
SAMPLE = 4
TWO_CELLS = TINY.replace("operation_size: 64", "matrix: {operation_size: [64, 256]}")
HOWS = ("ENOSPC", "EIO", "EROFS", "EDQUOT", "once", "short") if EVERY else ("ENOSPC", "once", "short")

pytestmark = pytest.mark.skipif(not SHIM.exists(), reason="the shim was not built")


def with_shim(pmembench, path, at, how="EIO"):
    return {"LD_PRELOAD": str(SHIM), "FAIL_PATH": path, "FAIL_AT": str(at), "FAIL_HOW": how,
            "FAIL_LOG": str(pmembench.folder / "count")}


def operations(pmembench, path, *words):
    """How many operations on files with that path the command does."""
    (pmembench.folder / "count").write_text("0")
    outcome = pmembench(*words, env=with_shim(pmembench, path, 0))
    assert outcome.status in (0, 1, 3), outcome.err
    return int((pmembench.folder / "count").read_text())


def chosen(total):
    assert total > 0
    if EVERY or total <= SAMPLE:
        return range(1, total + 1)
    return sorted({1 + index * (total - 1) // (SAMPLE - 1) for index in range(SAMPLE)})


def clean(pmembench):
    for path in pmembench.folder.iterdir():
        if path.name.startswith(("pmembench.db", "out", "history.db")):
            path.unlink()


def measured(pmembench):
    """The replicates that a reader of the file finds, by cell; none where it has no run yet."""
    listed = pmembench("show", "--json")
    if listed.status != 0:
        assert listed.status in (2, 4), listed.err
        return None
    return {row["cell"]: row["replicates"] for row in listed.rows() if "cell" in row}


@pytest.mark.parametrize("how", HOWS)
def test_a_run_whose_results_file_fails_keeps_what_it_committed_and_goes_on(pmembench, how):
    campaign = pmembench.campaign(TWO_CELLS)
    total = operations(pmembench, "pmembench.db", "run", campaign)
    whole = measured(pmembench)
    for at in chosen(total):
        clean(pmembench)
        outcome = pmembench("run", campaign, env=with_shim(pmembench, "pmembench.db", at, how))
        # A lock that was refused once is asked for again, a checkpoint that failed is done later.
        assert outcome.status in (0, 3, 4), (at, outcome)
        if outcome.status != 0:
            assert outcome.error().startswith("pmembench.db"), (at, outcome.err)
        found = measured(pmembench)
        if outcome.status == 0:
            assert found == whole, at
        resumed = pmembench("run", campaign, "--resume")
        assert resumed.status == 0, (at, resumed.err)
        after = measured(pmembench)
        assert after == whole, at
        assert pmembench.sql("SELECT count(*), min(status) FROM runs")[0][1] == "done" or found is None
        assert pmembench.sql("PRAGMA integrity_check") == [("ok",)]


def test_what_storage_turned_is_not_shown(pmembench):
    campaign = pmembench.campaign(TWO_CELLS)
    total = operations(pmembench, "pmembench.db", "run", campaign)
    cells = set(measured(pmembench))
    for at in chosen(total):
        clean(pmembench)
        ran = pmembench("run", campaign, "--json",
                        env=with_shim(pmembench, "pmembench.db", at, "torn"))
        shown = pmembench("show", "--json")
        if ran.status != 0 or shown.status != 0:
            continue
        assert [row for row in shown.rows() if "cell" in row] == [
            row for row in ran.rows() if "cell" in row], at
        assert {row["cell"] for row in shown.rows() if "cell" in row} == cells


WRITERS = {
    "export": ("export", "--format", "csv", "--out", "out.csv"),
    "junit": ("compare", "1", "1", "--junit", "out.xml"),
    "markdown": ("compare", "1", "1", "--markdown", "out.md"),
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("how", ("ENOSPC", "EIO", "short") if EVERY else ("ENOSPC", "short"))
def test_a_file_that_cannot_be_written_is_an_error_and_leaves_no_half(pmembench, name, how):
    assert pmembench.run().status == 0
    words = WRITERS[name]
    nameless = f"{pmembench.folder.name}/#"  # it gets its name when it is whole
    total = operations(pmembench, nameless, *words)
    for at in chosen(total):
        for path in pmembench.folder.glob("out*"):
            path.unlink()
        outcome = pmembench(*words, env=with_shim(pmembench, nameless, at, how))
        # A summary that cannot be written costs no verdict; data that were asked for are an error.
        assert outcome.status == (4 if name == "export" else 0), (at, outcome)
        assert f"pmembench: {words[-1]} cannot be written" in outcome.err, (at, outcome.err)
        assert not list(pmembench.folder.glob("out*")), at


def test_a_gate_and_a_baseline_report_a_results_file_that_fails(pmembench):
    campaign = pmembench.campaign()
    gate = ("gate", campaign, "--head-env", "A=1", "--replicates", "1", "--db", "history.db", "--base-label", "a")
    total = operations(pmembench, "history.db", *gate)
    if not (pmembench.folder / "history.db").exists():
        pytest.skip("the gate stored nothing")
    shutil.copy(pmembench.folder / "history.db", pmembench.folder / "kept.db")
    for at in chosen(total)[:: 1 if EVERY else 3]:
        clean(pmembench)
        outcome = pmembench(*gate, env=with_shim(pmembench, "history.db", at, "ENOSPC"))
        stored = pmembench("history", "--db", "history.db", "--json")
        if outcome.status in (0, 1, 3):
            assert stored.status == 0, at
        else:
            assert outcome.status in (2, 4), (at, outcome.err)
            assert "history.db" in outcome.err, at

    def restore():
        clean(pmembench)
        shutil.copy(pmembench.folder / "kept.db", pmembench.folder / "history.db")

    accept = ("baseline", "accept", "--reason", "why", "--db", "history.db")
    restore()
    if pmembench(*accept).status != 0:
        return  # a gate of one replicate has no trusted effect to accept
    restore()
    for at in chosen(operations(pmembench, "history.db", *accept)):
        restore()
        outcome = pmembench(*accept, env=with_shim(pmembench, "history.db", at, "EIO"))
        points = pmembench("baseline", "show", "--db", "history.db")
        assert points.status == 0, at
        assert (outcome.status == 0) == ("why" in points.out), (at, outcome.err)
