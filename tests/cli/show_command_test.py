"""pmembench show: stored runs, as tables and as JSON."""

import json

import pytest
from command import ROW_FIELDS, TINY


def test_show_prints_what_run_printed(pmembench):
    ran = pmembench.run()
    shown = pmembench("show", "--json")
    assert shown.status == 0
    assert shown.rows() == ran.rows()
    assert ROW_FIELDS <= set(shown.row())
    pmembench.campaign()
    table = pmembench("run", "tiny.yaml").out.removesuffix("\nrun 2 is in pmembench.db\n")
    for words in (["2"], [], ["latest"]):
        text = pmembench("show", *words).out
        assert text.startswith("run 2: campaign tiny, started 20")
        assert text.endswith(table)


def test_runs_are_listed(pmembench):
    pmembench.run()
    pmembench.run(campaign=TINY.replace("name: tiny", "name: other"))
    lines = pmembench("show", "--runs").out.splitlines()
    assert lines[0].split() == ["run", "started", "status", "campaign", "version", "machine"]
    assert [line.split()[0] for line in lines[1:]] == ["1", "2"]
    runs = [json.loads(line) for line in pmembench("show", "--runs", "--json").out.splitlines()]
    assert [(run["run"], run["status"], run["campaign"]) for run in runs] == [
        (1, "done", "tiny"), (2, "done", "other")]


def test_warnings_are_sentences_with_their_cell(pmembench):
    pmembench.run()
    text = pmembench("show", "--warnings").out
    assert ("dram:1M/movnt/direct/random/operation_size=64B,access=write/t1: not_converged: 1 "
            "replicate has no 95 % interval, which takes more of them: give a larger --budget, ") in text


@pytest.mark.parametrize("command", ["show", "export"])
def test_a_run_that_is_not_there(pmembench, command):
    pmembench.run()
    for number, sentence in [
        ("9", "pmembench.db has no run 9: it holds runs 1 to 1; `pmembench show --runs` lists them"),
        ("-1", "'-1' is not a run: give its number (see pmembench show --runs) or latest"),
        ("99999999999999999999", "'99999999999999999999' is not a run: give its number (see pmembench "
                                 "show --runs) or latest"),
    ]:
        outcome = pmembench(command, number)
        assert (outcome.status, outcome.out) == (2, "")
        assert outcome.error() == sentence
