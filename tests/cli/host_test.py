"""Plugins in runs: found by name or by folder, and taken to the workers."""

import pytest
from command import PLUGINS, TINY

EXAMPLE = PLUGINS / "good/pmembench-example.so"


def test_a_plugin_named_by_hand_is_measured(pmembench):
    outcome = pmembench.run("--plugin", EXAMPLE, "--backend", "example")
    assert outcome.status == 0, outcome.err
    row = outcome.row()
    assert (row["backend"], row["status"], row["claim"]) == ("example", "ok", "emulated")
    assert row["amplification"]["lines_flushed"] == 1


def test_a_plugin_in_a_folder_is_measured(pmembench):
    folder = {"PMEMBENCH_PLUGIN_PATH": str(PLUGINS / "good")}
    outcome = pmembench.run("--backend", "example", env=folder)
    assert (outcome.status, outcome.row()["status"]) == (0, "ok")


def test_a_refused_plugin_is_a_skipped_cell_with_its_reason(pmembench):
    folder = pmembench.folder / "plugins"
    folder.mkdir()
    (folder / "pmembench-crash_in_probe.so").symlink_to(PLUGINS / "broken/pmembench-crash_in_probe.so")
    outcome = pmembench.run("--set", "backend=movnt,crash_in_probe",
                            env={"PMEMBENCH_PLUGIN_PATH": str(folder)})
    assert outcome.status == 0
    ran, skipped = outcome.rows()
    assert (ran["status"], skipped["status"]) == ("ok", "skipped")
    assert "it died of SIGSEGV while it was probed" in skipped["reason"]


def test_a_plugin_that_crashes_at_work_fails_its_cells_alone(pmembench):
    outcome = pmembench.run("--plugin", PLUGINS / "lying/pmembench-crashes.so", "--set",
                            "backend=crashes,movnt")
    assert outcome.status == 4
    rows = {row["backend"]: row for row in outcome.rows()}
    assert rows["movnt"]["status"] == "ok"
    assert rows["crashes"]["status"] == "error"
    assert rows["crashes"]["reason"] == "the worker died of SIGSEGV (Segmentation fault)"


def test_a_plugin_that_writes_wrong_bytes_gives_no_number(pmembench):
    # 63 bytes: not a multiple of a line, where this one drops the last byte.
    outcome = pmembench.run("--plugin", PLUGINS / "lying/pmembench-drops_last_byte.so", "--backend",
                            "drops_last_byte", "--set", "operation_size=63", campaign=TINY)
    assert outcome.status == 4
    row = outcome.row()
    assert row["status"] == "error"
    assert row["ns_per_operation"] is None


READS = TINY.replace("access: write", "access: read\n    batch: 256")


@pytest.mark.parametrize(("lie", "campaign", "reason"), [
    ("reads_last_only", READS, "touched 1 of 256 pages"),
    ("counts_twice", READS, "a batch of 256 reads of 64 bytes returned 32768"),
    ("counts_twice", TINY, "bytes for a batch of"),
    ("skips_every_second", TINY, "wrong byte at device offset"),
], ids=lambda value: value.split()[0])
def test_a_backend_that_does_a_part_of_its_work_has_no_number(pmembench, lie, campaign, reason):
    outcome = pmembench.run("--plugin", PLUGINS / f"lying/pmembench-{lie}.so", "--backend", lie,
                            campaign=campaign)
    row = outcome.row()
    assert (row["status"], row["operations_per_s"]) == ("error", None)
    assert reason in row["reason"]
    assert outcome.status == 4


def test_a_plugin_that_unmasks_floating_point_exceptions_stops_nothing(pmembench):
    plugin = PLUGINS / "lying/pmembench-unmasks_floats.so"
    listed = pmembench("--plugin", plugin, "list", "backends")
    assert listed.status == 0, listed.err
    outcome = pmembench.run("--plugin", plugin, "--backend", "unmasks_floats")
    assert outcome.row()["status"] == "ok", outcome.err
