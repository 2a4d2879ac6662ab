"""What of a results file is not as it was stored is refused by every command that reads it."""

import random
import sqlite3

import pytest
from command import TINY

READING = {
    "show": ("show", 2),
    "json": ("show", 2, "--json"),
    "csv": ("export", 2, "--format", "csv"),
    "gbench": ("export", 2, "--format", "gbench"),
    "compare": ("compare", 1, 2),
    "explain": ("explain", 1, "--run", 2),
    "report": ("report", 2, "--html", "-"),
}
CHANGES = {
    "row": "UPDATE cells SET row = json_set(row, '$.operations', 1) WHERE run_id = 2",
    "run": "UPDATE runs SET plan = json_set(plan, '$.seed', '1') WHERE id = 2",
    "replicate": "UPDATE replicates SET median_ns_per_operation = 1 WHERE cell_id = 2",
    "slices": "UPDATE replicates SET slice_disturbed = '[1,1]' WHERE cell_id = 2",
    "derived": "UPDATE documents SET document = json_set(document, '$.harness_floor', 'x') "
               "WHERE run_id = 2 AND kind = 'derived'",
}
# Who reads which of them: `show` prints no replicate, JSON lines have no document, gbench no slice.
READ = {"show": {"row", "run", "derived"}, "json": {"row", "run", "derived"}, "csv": {"row", "run"},
        "gbench": {"row", "run", "replicate"}, "compare": {"row", "run", "replicate"},
        "explain": {"row", "run", "replicate", "slices"}, "report": set(CHANGES)}


def change(pmembench, sql):
    with sqlite3.connect(pmembench.folder / "pmembench.db") as connection:
        connection.execute(sql)
    connection.close()


@pytest.fixture
def two_runs(pmembench):
    for _ in range(2):
        assert pmembench.run(campaign=TINY.replace("replicates: 1", "replicates: 2")).status == 0
    return pmembench


@pytest.mark.parametrize("command", READING)
def test_a_changed_value_is_refused_by_each_command_that_reads_it(two_runs, command):
    store = two_runs.folder / "pmembench.db"
    whole = store.read_bytes()
    before = two_runs(*READING[command])
    for what, sql in CHANGES.items():
        change(two_runs, sql)
        outcome = two_runs(*READING[command])
        if what in READ[command]:
            assert outcome.status == 4, what
            for fact in ("pmembench.db is damaged", "not as it was stored", "restore a copy",
                         "DELETE FROM checksums"):
                assert fact in outcome.error(), (what, fact)
        else:
            assert (outcome.status, outcome.out) == (before.status, before.out), what
        store.write_bytes(whole)


def test_a_run_does_not_go_on_with_what_is_damaged(two_runs):
    change(two_runs, "UPDATE runs SET status = 'interrupted'")
    outcome = two_runs("run", "tiny.yaml", "--resume")
    assert outcome.status == 4
    assert "run 1 is not as it was stored" in outcome.error()


def test_a_file_without_checksums_is_read_with_a_note_and_gets_them_when_written_to(two_runs):
    shown = two_runs("show", 1)
    assert shown.err == ""
    change(two_runs, "DELETE FROM checksums")
    again = two_runs("show", 1)
    assert (again.status, again.out) == (0, shown.out)
    assert again.err.startswith("note: pmembench.db has no checksums ")
    assert again.err.count("\n") == 1
    assert two_runs.run().status == 0
    assert two_runs("show", 1).err == ""
    change(two_runs, CHANGES["row"])
    assert two_runs("show", 2).status == 4


def test_single_flipped_bits_are_refused_or_change_nothing(two_runs):
    """A sample through the commands; tests/results/store_checksums_test.cpp turns 2,000."""
    store = two_runs.folder / "pmembench.db"
    whole = store.read_bytes()
    commands = [READING[name] for name in ("show", "gbench", "compare")]
    before = [two_runs(*words).out for words in commands]
    bits = random.Random(20260701)
    refused = 0
    for number in range(30):
        turned = bytearray(whole)
        bit = bits.randrange(len(whole) * 8)
        turned[bit // 8] ^= 1 << bit % 8
        store.write_bytes(turned)
        outcome = two_runs(*commands[number % 3])
        assert outcome.status in (0, 1, 2, 3, 4), bit
        if outcome.status == 0:
            assert outcome.out == before[number % 3], bit
        refused += outcome.status != 0
    assert refused > 0
