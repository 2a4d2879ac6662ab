"""pmembench compare: two stored runs, as a table, as documents, and what it refuses."""

import json
import time
import xml.etree.ElementTree as ElementTree

import pytest
from command import TINY

SEVERAL = TINY.replace("replicates: 1", "replicates: 6")


@pytest.fixture
def two_runs(pmembench):
    """Two runs of six replicates; the second is made 10 % slower in the file."""
    for _ in range(2):
        assert pmembench.run(campaign=SEVERAL).status == 0
    set_medians(pmembench, 1, 100)
    set_medians(pmembench, 2, 110)
    return pmembench


def set_medians(pmembench, run, ns):
    import sqlite3
    with sqlite3.connect(pmembench.folder / "pmembench.db") as connection:
        connection.execute(
            "UPDATE replicates SET median_ns_per_operation = ? * (1 + 0.0001 * replicate) "
            "WHERE cell_id IN (SELECT id FROM cells WHERE run_id = ?)", (ns, run))
        connection.execute("DELETE FROM checksums")


def test_a_slower_run_is_a_suspicion_and_no_failure(two_runs):
    outcome = two_runs("compare", 1, 2)
    assert outcome.status == 0
    lines = outcome.out.splitlines()
    assert lines[0].split()[:2] == ["verdict", "cell"]
    assert lines[1].startswith("SUSPECT  dram:1M/movnt/direct/random/")
    assert "+10.0 %" in lines[1]
    assert ("These runs were not measured together: 10-74 % of such comparisons at a fixed 5 % were "
            "false on the machine where this was measured.") in lines
    assert lines[-1].startswith("SUSPECT: 1 of 1 cell may have changed; dram:1M/")
    assert two_runs("compare", 1, 2, "--trust-stored").status == 1
    assert two_runs("compare", 2, "latest").status == 0
    assert "slower_stored: Two stored runs differ" in two_runs("compare", 1, 2, "--explain").out


CASES = {
    # base, head: what the answer has to name, and its exit status
    "dropped": (("a:100", "b:100"), ("a:100", "b_mean:300"), "MISSING", "b", 4),
    "slower": (("a:100", "b:100"), ("a:100", "b:300"), "SUSPECT", "b", 0),
    "twins": (("a:100", "a:300"), ("a:300",), "MISSING", "a", 4),
}


def gbench(folder, name, benchmarks) -> str:
    """A file of Google Benchmark: eight repetitions of each; `_mean` is an aggregate alone."""
    entries = []
    for benchmark in benchmarks:
        title, ns = benchmark.split(":")
        stem = title.removesuffix("_mean")
        for repetition in range(8 if stem == title else 1):
            entries.append({"name": title, "run_name": stem, "repetitions": 8, "threads": 1,
                            "run_type": "iteration" if stem == title else "aggregate",
                            "repetition_index": repetition, "iterations": 10, "time_unit": "ns",
                            "real_time": float(ns) + 0.1 * repetition, "ratio": float("nan")})
    path = folder / name
    path.write_text(json.dumps({"context": {}, "benchmarks": entries}), encoding="utf-8")
    return name


@pytest.mark.parametrize("case", CASES)
def test_no_benchmark_of_a_file_is_dropped(pmembench, case):
    base, head, verdict, cell, status = CASES[case]
    outcome = pmembench("compare", gbench(pmembench.folder, "base.json", base),
                        gbench(pmembench.folder, "head.json", head), "--json")
    assert outcome.status == status, outcome.err
    document = json.loads(outcome.out)
    assert (cell, verdict) in [(each["cell"], each["verdict"]) for each in document["cells"]]


def test_documents_are_written_once(two_runs):
    outcome = two_runs("compare", 1, "pmembench.db:2", "--json", "--markdown", "s.md", "--junit", "j.xml")
    assert outcome.status == 0
    document = json.loads(outcome.out)
    assert (document["schema"], document["version"]) == ("pmembench-comparison", 1)
    assert (document["kind"], document["verdict"], document["exit"]) == ("compare", "SUSPECT", 0)
    assert document["cells"][0]["effect"]["estimate"] == pytest.approx(0.1, abs=0.001)
    assert document["head"]["run"] == 2
    assert document["command_line"].startswith("pmembench compare 1 pmembench.db:2")
    assert (two_runs.folder / "s.md").read_text().startswith("**SUSPECT**: ")
    suite = ElementTree.parse(two_runs.folder / "j.xml").getroot()
    assert (suite.get("tests"), suite.get("skipped"), suite.get("failures")) == ("1", "1", "0")
    again = two_runs("compare", 1, 2, "--markdown", "s.md")
    assert again.status == 2
    assert again.error() == ("s.md exists and is not overwritten; remove it, or name another with "
                             "--markdown")


def test_runs_of_one_build_widen_the_limit(two_runs):
    for ns in (100, 108, 93):
        two_runs.run(campaign=SEVERAL)
        run = two_runs.sql("SELECT max(id) FROM runs")[0][0]
        set_medians(two_runs, run, ns)
        import sqlite3
        with sqlite3.connect(two_runs.folder / "pmembench.db") as connection:
            connection.execute("UPDATE cells SET row = json_set(row, '$.ns_per_operation.estimate', ?) "
                               "WHERE run_id = ?", (ns, run))
            connection.execute("DELETE FROM checksums")
    outcome = two_runs("compare", 1, 2)
    assert outcome.out.splitlines()[-1].startswith("PASS: ")
    assert "limits follow how stored runs of one build scatter, for 1 cells" in outcome.out


def test_google_benchmarks_json_is_compared(two_runs):
    for run in (1, 2):
        assert two_runs("export", run, "--format", "gbench", "--out", f"{run}.json").status == 0
    outcome = two_runs("compare", "1.json", "2.json")
    assert outcome.status == 0
    assert outcome.out.splitlines()[-1].startswith("SUSPECT: ")
    assert two_runs("compare", 1, "2.json").status == 0


def test_a_cell_that_is_gone_comes_first_and_ends_in_4(two_runs):
    two_runs.run(campaign=SEVERAL.replace("operation_size: 64", "operation_size: 128"))
    outcome = two_runs("compare", 1, 3)
    assert outcome.status == 4
    lines = outcome.out.splitlines()
    assert lines[0].startswith("only in the base: dram:1M/") and "64B" in lines[0]
    assert lines[1].startswith("only in the head: dram:1M/") and "128B" in lines[1]
    assert lines[-1].startswith("UNTRUSTED: 1 of 1 cell cannot be judged; ")


@pytest.mark.parametrize(("words", "sentence"), [
    (["1", "9"], "pmembench.db has no run 9: it holds runs 1 to 2; `pmembench show --runs` lists them"),
    (["1", "x"], "'x' is not a run: give its number (see pmembench show --runs) or latest"),
    (["1", "none.json"], "none.json does not exist: give the number of a run, FILE.db:NUMBER, or a "
                         "file with Google Benchmark's JSON"),
    (["1", "pmembench.db"], "pmembench.db is a file of many runs: name one of them, as in "
                            "pmembench.db:1"),
    (["1", "tiny.yaml"], "tiny.yaml is not output of Google Benchmark (it is not JSON): write it with "
                         "--benchmark_format=json, or with `pmembench export --format gbench`"),
])
def test_what_is_no_run_is_refused(two_runs, words, sentence):
    outcome = two_runs("compare", *words)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.error() == sentence


def test_two_thousand_cells_are_compared_at_once(two_runs):
    """Patience only: a step that grows with the square of the cells would not end."""
    entries = [{"name": f"cell{i}", "run_type": "iteration", "time_unit": "ns",
                "real_time": 100 + (i * 7 + r * 3) % 11 / 100}
               for i in range(1000) for r in range(20)]
    (two_runs.folder / "big.json").write_text(json.dumps({"benchmarks": entries}))
    begun = time.monotonic()
    outcome = two_runs("compare", "big.json", "big.json")
    print(f"compared in {time.monotonic() - begun:.2f} s")
    assert outcome.status == 0
    assert outcome.out.splitlines()[-1].startswith("PASS: none of 1000 cells got slower")


def test_the_minimal_effect_is_a_share_as_the_gate_reads_it(two_runs):
    outcome = two_runs("compare", 1, 2, "--minimal-effect", "15%")
    assert outcome.status == 0
    assert outcome.out.splitlines()[-1].startswith("PASS")
    outcome = two_runs("compare", 1, 2, "--minimal-effect", "two")
    assert outcome.status == 2
    assert "--minimal-effect 'two' is not a share above 0 % and below 100 %" in outcome.err
