"""pmembench explain: the proofs, the warnings and what narrows an interval, of one row."""

import json
import re

import pytest

TWO = """
name: two
minimum_replicates: {0}
maximum_replicates: {0}
slices: 4
slice: 100us
precision: 0.001%
media: dram:1M
cells:
  - workload: random
    operation_size: 64
    backend: movnt
    matrix:
      access: [write, read]
  - workload: random
    backend: [block]
    operation_size: 64
"""


def explained(pmembench, *words):
    outcome = pmembench("explain", *words)
    assert outcome.status == 0, outcome.err
    return outcome.out


def flat(text):
    return re.sub(r"\s+", " ", text)


@pytest.fixture
def run(pmembench):
    def measure(replicates=2):
        rows = pmembench.run(campaign=TWO.format(replicates).replace("backend: [block]", "backend: clwb"))
        return rows.rows()
    return measure


def test_a_row_is_named_by_number_by_its_name_or_by_a_part_of_it(pmembench, run):
    rows = run()
    by_number = explained(pmembench, "2")
    assert explained(pmembench, rows[1]["cell"]) == by_number
    assert explained(pmembench, "access=read") == by_number
    assert rows[1]["cell"] in by_number


@pytest.mark.parametrize(("word", "facts"), [
    ("movnt", ["'movnt'", "2 rows", "1 (", "2 ("]),
    ("0", ["row 0", "1 to 3"]),
    ("4", ["row 4", "1 to 3"]),
    ("nothing", ["'nothing'", "show"]),
])
def test_what_names_no_one_row_is_refused(pmembench, run, word, facts):
    run()
    outcome = pmembench("explain", word)
    assert outcome.status == 2
    for fact in facts:
        assert fact in outcome.error()


def test_every_proof_is_of_the_stored_row(pmembench, run):
    row = run()[0]
    text = flat(explained(pmembench, "1"))
    assert f"{row['operations']} operations and {row['bytes']} bytes" in text
    assert "persistence domain none" in text
    assert row["placement"]["verified"] in text
    assert re.search(r"pmembench \d+\.\d+\.\d+ \([0-9a-f]{16}\)", text)
    assert "in all 2 processes" in text
    assert "ns a tick" in text
    assert "emulated: " in text and "on node 0" in text
    assert "involuntary switches" in text and "first-level caches" in text
    assert "fences" in text


def test_every_warning_has_its_cause_and_remedy(pmembench, run):
    row = run()[0]
    assert row["warnings"]
    text = flat(explained(pmembench, "1"))
    for warning in row["warnings"]:
        assert warning["type"] in text
        assert flat(warning["cause"]) in text and flat(warning["remedy"]) in text


def test_it_fits_80_columns(pmembench, run):
    run()
    assert max(len(line) for line in explained(pmembench, "1").splitlines()) <= 80


def test_without_an_interval_it_says_how_many_processes_one_takes(pmembench, run):
    run(2)
    text = flat(explained(pmembench, "1"))
    assert "without an interval" in text
    assert "takes 6 processes, and there are 2" in text


def test_a_wide_interval_says_what_narrows_it(pmembench, run):
    row = run(6)[0]
    text = flat(explained(pmembench, "1").split("What would narrow")[1])
    assert not row["converged"]
    assert "--replicates" in text and "--budget" in text
    wanted = int(re.search(r"about (\d+) of them instead of 6", text)[1])
    estimate = row["ns_per_operation"]
    half = (estimate["high"] - estimate["low"]) / 2 / estimate["estimate"]
    assert wanted == pytest.approx(6 * (half / 0.00001) ** 2, rel=0.01, abs=1)
    assert "the fastest takes" in text


def test_a_cell_that_did_not_run_says_why(pmembench):
    campaign = TWO.format(1).replace("[block]", "block").replace("dram:1M", "dram:1M")
    campaign = campaign.replace("  - workload: random\n    backend: block\n",
                                "  - workload: random\n    backend: block\n"
                                "    media: block:/dev/shm/pmembench-explain.block,size=1M\n")
    rows = pmembench.run(campaign=campaign).rows()
    skipped = next(row for row in rows if row["status"] == "skipped")
    text = flat(explained(pmembench, skipped["cell"]))
    assert "no number" in text.lower() and skipped["reason"] in text


def test_time_of_several_threads_is_told_apart_from_that_of_one(pmembench):
    campaign = TWO.format(1).split("  - workload: random\n    backend")[0].replace(
        "backend: movnt", "backend: movnt\n    threads: 2")
    outcome = pmembench.run(campaign=campaign)
    rows = [row for row in outcome.rows() if row["status"] == "ok"]
    if not rows:
        pytest.skip("this host has one CPU")
    text = flat(explained(pmembench, json.dumps(rows[0]["cell"]).strip('"')))
    assert "all 2 threads together" in text and "one thread takes" in text
