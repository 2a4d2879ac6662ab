"""pmembench replay: the state of a device at any mark of its log of writes."""

import json

import pytest
from command import TINY

CAMPAIGN = TINY.replace("  - workload: random", "  - workload: overwrite\n    path: fs-dax").replace(
    "    access: write\n    operation_size: 64", "    operation_size: 4K\n    file_size: 64K").replace(
    "slices: 2", "slices: 1")


@pytest.fixture
def log(pmembench):
    """The log of a small run on the small file system."""
    path = pmembench.folder / "log"
    path.write_bytes(bytes(256 << 20))
    outcome = pmembench.run("--media", f"logwrites:dram:4M,log=file:{path}", "--destroy",
                            campaign=CAMPAIGN)
    (row,) = outcome.rows()
    assert row["status"] == "ok", row["reason"]
    return path


def test_every_mark_of_a_run_mounts_clean(pmembench, log):
    listed = json.loads(pmembench("replay", f"file:{log}", "--json").out)
    assert listed["device_bytes"] == 4 << 20
    assert listed["marks"] > 0
    assert listed["entries"] > listed["marks"]
    checked = pmembench("replay", f"file:{log}", "--fsck", "--json")
    assert checked.status == 0, checked.out
    document = json.loads(checked.out)
    assert document["problems"] == []
    assert 0 < document["checked_marks"] <= document["marks"]


def test_a_mark_becomes_a_file_that_mounts(pmembench, log):
    state = pmembench.folder / "state"
    outcome = pmembench("replay", f"file:{log}", "--onto", f"file:{state},size=4M")
    assert outcome.status == 0, outcome.err
    assert pmembench("fsck", f"file:{state}").status == 0
    again = pmembench("replay", f"file:{log}", "--mark", "1", "--onto", f"file:{state}")
    assert again.status == 2, "it holds something"
    assert pmembench("replay", f"file:{log}", "--mark", "1", "--onto", f"file:{state}",
                     "--destroy").status == 0


def test_damage_in_the_log_is_found(pmembench, log):
    with log.open("r+b") as file:
        file.seek(4096 + 64 + 8)
        file.write(b"\xff" * 64)
    short = json.loads(pmembench("replay", f"file:{log}", "--json").out)
    assert short["entries"] == 0


def test_what_is_no_log_or_mark_is_wrong_usage(pmembench, log):
    other = pmembench.folder / "other"
    other.write_bytes(bytes(1 << 20))
    assert pmembench("replay", f"file:{other}").status == 2
    onto = f"file:{pmembench.folder / 'new'},size=4M"
    assert pmembench("replay", f"file:{log}", "--mark", "99999999", "--onto", onto).status == 2
    small = f"file:{pmembench.folder / 'small'},size=1M"
    assert pmembench("replay", f"file:{log}", "--onto", small).status == 2
    assert pmembench("replay", f"file:{log}", "--destroy").status == 2
    assert pmembench("layers", f"logwrites:dram:4M,log=file:{log}").status == 2
