"""pmembench run: rows, plans, seeds, and the budget."""

import json
import sqlite3

import pytest
from command import ROOT, ROW_FIELDS, TINY

# Every kind of row: written and read, mapped and copied, timed as a slice and one by one, idle.
KINDS = """
budget: 60s
minimum_replicates: 1
maximum_replicates: 1
slices: 3
slice: 100us
media: dram:1M
cells:
  - workload: random
    matrix:
      backend: [movnt, null]
      access: [write, read]
      operation_size: [64, 4K]
  - workload: sequential
    path: mapped
    backend: movnt
    access: write
    operation_size: 256
  - workload: chase
    path: mapped
    backend: movnt
  - workload: persist
    backend: movnt
    operation_size: 64
    timing: operation
"""


def with_seed(seed):
    return ("--set", f"seed={seed}")


def test_rows_have_the_promised_fields_and_sane_numbers(pmembench):
    outcome = pmembench.run(campaign=KINDS)
    assert outcome.status == 0, outcome.err
    rows = outcome.rows()
    assert len(rows) == 11
    for row in rows:
        assert ROW_FIELDS <= set(row), row["cell"]
        assert row["status"] == "ok", row["reason"]
        assert row["operations"] > 0
        assert row["slices"] == 3
        assert row["replicates"] == 1
        assert 0 <= row["disturbed_share"] <= 1
        assert row["media"] == "dram:1M"
        size = int(row["parameters"].get("operation_size", row["parameters"].get("touched", 0)))
        assert row["bytes"] == (0 if row["backend"] == "null" else row["operations"] * size)
        assert (row["bytes_per_s"] is None) == (row["backend"] == "null")
        rate = row["operations_per_s"]["estimate"]
        assert rate * row["ns_per_operation"]["estimate"] == pytest.approx(1e9)
        # One process is no sample: bounds would read as certainty.
        for name in ("operations_per_s", "ns_per_operation"):
            assert row[name]["has_interval"] is False
            assert row[name]["low"] is None and row[name]["high"] is None
        assert row["converged"] is False


def test_claims_and_latencies_follow_the_work(pmembench):
    rows = {row["cell"]: row for row in pmembench.run(campaign=KINDS).rows()}
    claims = {cell.split("/", 1)[1]: row["claim"] for cell, row in rows.items()}
    assert claims["movnt/direct/random/operation_size=64B,access=write/t1"] == "emulated"
    assert claims["movnt/direct/random/operation_size=64B,access=read/t1"] == "volatile"
    assert claims["null/direct/random/operation_size=64B,access=write/t1"] == "volatile"
    timed = rows["dram:1M/movnt/direct/persist/operation_size=64B/t1/operation-durable"]
    latency = timed["latency_ns"]
    assert latency["mode"] == "durable"
    # Slices that were preempted and repeated have latencies, too.
    assert latency["n"] >= timed["operations"]
    assert latency["n"] == timed["operations"] or timed["disturbed_share"] > 0
    # How many percentiles there are depends on how many operations the machine got done.
    percentiles = [latency[name] for name in ("p50", "p90", "p99") if name in latency]
    assert percentiles
    assert [latency["min"], *percentiles, latency["max"]] == sorted(
        [latency["min"], *percentiles, latency["max"]]
    )
    chase = rows["dram:1M/movnt/mapped/chase/t1"]["latency_ns"]
    assert chase["mode"] == "dependent"
    assert "p50" not in chase


def test_six_processes_give_an_interval_and_five_do_not(pmembench):
    replicates = ("--set", "minimum_replicates={0}", "--set", "maximum_replicates={0}")
    for count, has_interval in ((5, False), (6, True)):
        row = pmembench.run(*[word.format(count) for word in replicates]).row()
        assert row["replicates"] == count
        time = row["ns_per_operation"]
        assert time["has_interval"] is has_interval
        if has_interval:
            assert time["low"] <= time["estimate"] <= time["high"]


def test_the_same_seed_gives_the_same_cell_seeds_and_another_gives_others(pmembench):
    first, again, other = (
        [row["seed"] for row in pmembench.run(*with_seed(seed), campaign=KINDS).rows()]
        for seed in (7, 7, 8))
    assert first == again
    assert len(set(first)) == len(first)
    assert not set(first) & set(other)
    # What each process drew is in the store, and is as reproducible.
    drawn = {run: set(pmembench.sql("SELECT cell, replicates.seed FROM replicates JOIN cells ON "
                                    f"cells.id = cell_id WHERE run_id = {run}"))
             for run in (1, 2, 3)}
    assert drawn[1] == drawn[2]
    assert not drawn[1] & drawn[3]


def test_the_table_tells_a_reader_what_its_columns_and_marks_mean(pmembench):
    pmembench.campaign(KINDS)
    outcome = pmembench("run", "tiny.yaml")
    assert outcome.status == 0
    (header,) = [line.split() for line in outcome.out.splitlines() if line.startswith("backend ")]
    assert header == ["backend", "path", "workload", "threads", "operations", "bandwidth",
                      "time/op", "latency", "p50", "p90", "p99", "p99.9", "may", "claim",
                      "replicates", "flags", "#"]
    assert "harness floor: null costs" in outcome.out
    assert "emulated: the durability instructions ran" in outcome.out
    assert "flag c: not converged" in outcome.out
    assert outcome.out.endswith("run 1 is in pmembench.db\n")


def test_a_dry_run_prints_every_cell_and_measures_nothing(pmembench):
    campaign = pmembench.campaign(KINDS)
    outcome = pmembench("--without-cpu", "clwb", "run", campaign, "--dry-run", "--backend", "clwb")
    assert (outcome.status, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[-2:] == ["0 of 7 cells can run.", "no cell can run: nothing will be measured"]
    assert sum("no: backend clwb: clwb needs the instruction" in line for line in lines) == 7
    outcome = pmembench("run", campaign, "--dry-run", "--json")
    plan = json.loads(outcome.out)
    assert len(plan["cells"]) == 11
    assert plan["settings"]["slices"] == 3
    assert sorted(path.name for path in pmembench.folder.iterdir()) == ["tiny.yaml"]


@pytest.mark.parametrize("name", ["quick", "latency", "bandwidth", "numa"])
def test_campaigns_that_ship_can_be_planned(pmembench, name):
    outcome = pmembench("run", ROOT / f"configs/{name}.yaml", "--dry-run")
    assert outcome.status == 0, outcome.err
    assert " cells can run." in outcome.out


def test_set_lays_values_over_the_file(pmembench):
    outcome = pmembench.run("--set", "operation_size=64,128", "--set", "slices=2", "--media",
                            "dram:2M", "--backend", "clflush")
    assert [row["parameters"]["operation_size"] for row in outcome.rows()] == ["64", "128"]
    for row in outcome.rows():
        assert (row["media"], row["backend"], row["slices"]) == ("dram:2M", "clflush", 2)


@pytest.mark.parametrize(("words", "sentence"), [
    (["--set", "operation_sise=64"],
     "--set: unknown key 'operation_sise'; did you mean 'operation_size'?"),
    (["--set", "backend"],
     "--set: 'backend' is not an assignment: write key=value, such as budget=60s"),
    (["--backend", "movnnt"],
     "--backend: there is no backend 'movnnt' (did you mean 'movnt'?); there are: movnt, clwb, "
     "movdir64b, clflushopt, clflush, eadr, libpmem2, devdax, block, null"),
    (["--budget", "5"],
     "--budget: '5' is not a duration: write a number with ns, us, ms, s, m or h"),
    (["--budget", "0s"], "--budget: '0s' is not a time above zero: write more than 0"),
])
def test_a_wrong_assignment_is_one_sentence_and_status_2(pmembench, words, sentence):
    outcome = pmembench.run(*words)
    assert (outcome.status, outcome.out, outcome.err) == (2, "", f"pmembench: {sentence}\n")
    assert not (pmembench.folder / "pmembench.db").exists()


@pytest.mark.parametrize(("old", "new", "sentence"), [
    ("backend: movnt", "bakend: movnt",
     "10:5: unknown key 'bakend' in a group of cells; did you mean 'backend'?"),
    ("backend: movnt", "backend: movnnt", "10:14: backend: there is no backend 'movnnt' "
     "(did you mean 'movnt'?)"),
    ("slices: 2", "slices: many", "5:9: slices: 'many' is not a whole number"),
    ("media: dram:1M", "media: dramm:1M", "7:8: media: medium 'dramm:1M': 'dramm' is not a kind of "
     "medium (did you mean dram?)"),
    ("    access: write", "   access: write", "11:4: this is not YAML: "),
])
def test_an_error_in_a_campaign_says_where(pmembench, old, new, sentence):
    text = TINY.removeprefix("\n")
    assert text.count(old) == 1
    outcome = pmembench.run(campaign=text.replace(old, new))
    assert outcome.status == 2
    where = str(pmembench.folder / "tiny.yaml")
    assert outcome.error().startswith(f"{where}:{sentence}"), outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_a_campaign_that_is_not_there_is_named(pmembench):
    outcome = pmembench("run", "nothere.yaml")
    assert outcome.status == 2
    assert outcome.error() == ("nothere.yaml:1:1: the campaign cannot be read: No such file or "
                               "directory; name a YAML file")


def test_a_missing_instruction_skips_the_cell_and_leaves_the_rest(pmembench):
    outcome = pmembench.run("--without-cpu", "clwb", "--set", "backend=movnt,clwb")
    assert outcome.status == 0
    ran, skipped = outcome.rows()
    assert (ran["backend"], ran["status"]) == ("movnt", "ok")
    assert (skipped["backend"], skipped["status"]) == ("clwb", "skipped")
    assert "which this CPU does not have" in skipped["reason"]


def test_where_no_cell_can_run_the_host_is_to_blame(pmembench):
    outcome = pmembench.run("--without-cpu", "clwb", "--backend", "clwb")
    assert outcome.status == 3
    assert outcome.error() == (f"no cell of {pmembench.folder / 'tiny.yaml'} can run here; the "
                               "results say why")
    assert outcome.row()["status"] == "skipped"


def test_a_budget_that_ends_before_a_cell_says_so_and_a_larger_one_goes_on(pmembench):
    # The first cell takes a warm-up and a slice of 100 ms, and that is the whole budget.
    words = ("--set", "slice=100ms", "--set", "slices=1", "--set", "access=write,read")
    outcome = pmembench.run(*words, "--budget", "200ms")
    assert outcome.status == 5
    # On a busy host opening the medium may take all of it.
    unmeasured = [row for row in outcome.rows() if row["status"] != "ok"]
    assert outcome.err.splitlines()[-1] == (
        f"unfinished: the budget ended with {len(unmeasured)} of 2 cells not measured and 0 more below 1 "
        "process; repeat the command with --resume, or give a larger --budget")
    row = unmeasured[0]
    assert row["status"] == "unmeasured"
    assert row["reason"].startswith("not measured: the run ended before this cell's turn")
    # It is no finished run: --resume takes it up, by its larger budget too.
    assert pmembench.sql("SELECT status FROM runs") == [("interrupted",)]
    again = pmembench.run(*words, "--budget", "60s", "--resume")
    assert "going on with run 1 of " in again.err
    assert again.status == 0 and [row["status"] for row in again.rows()] == ["ok", "ok"]


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
@pytest.mark.parametrize(("words", "sentence"), [
    (["--budget", "1ns"], "takes at least 2 slices of 100 us, and the budget is 1 ns; ask for shorter slices"),
    (["--set", "slice=61s"], "takes at least 2 slices of 61 s, and the budget is 60 s; ask for shorter slices"),
])
def test_a_budget_that_holds_no_process_is_refused_before(pmembench, words, sentence, more):
    outcome = pmembench("run", pmembench.campaign(TINY), *words, *more)
    assert outcome.status == 2
    assert outcome.error().startswith("nothing can be measured: ") and sentence in outcome.error()
    assert outcome.out == "" and not (pmembench.folder / "pmembench.db").exists()


def test_cells_short_of_the_minimum_do_not_look_finished(pmembench):
    """One process has no interval: the run is unfinished, and the documented query finds its cells."""
    outcome = pmembench.run("--budget", "2s", "--set", "minimum_replicates=9", "--set",
                            "maximum_replicates=9", "--set", "slice=400ms", "--set", "slices=5")
    assert outcome.status == 5
    assert "unfinished: the budget ended" in outcome.err
    assert pmembench.sql("SELECT status FROM runs") == [("interrupted",)]
    document = (ROOT / "docs/schema.md").read_text(encoding="utf-8")
    query = document.split("What a run still has to measure:\n\n```sql\n")[1].split("```")[0]
    ((run, cell, replicates),) = pmembench.sql(query)
    assert (run, cell) == (1, outcome.row()["cell"]) and replicates == outcome.row()["replicates"] < 9


def test_the_store_keeps_the_command_as_it_was_given(pmembench):
    campaign = pmembench.campaign(TINY, "my campaign.yaml")
    pmembench("--without-cpu", "clwb", "run", campaign, "--set", "seed=3", "--json")
    assert pmembench.sql("SELECT command_line FROM runs") == [
        (f"pmembench --without-cpu clwb run '{campaign}' --set seed=3 --json",)]


def test_runs_are_numbered_and_kept(pmembench):
    for run in (1, 2):
        campaign = pmembench.campaign()
        assert f"run {run} is in other.db" in pmembench("run", campaign, "--db", "other.db").out
    connection = sqlite3.connect(pmembench.folder / "other.db")
    assert connection.execute("SELECT count(*) FROM cells").fetchone() == (2,)
    connection.close()


def test_resume_without_anything_unfinished_starts_anew(pmembench):
    pmembench.run()
    outcome = pmembench.run("--resume")
    assert outcome.status == 0
    assert outcome.err.startswith("pmembench.db has no unfinished run of this campaign to go on "
                                  "with: this is a new run\n")
    assert pmembench.sql("SELECT id, status FROM runs") == [(1, "done"), (2, "done")]
