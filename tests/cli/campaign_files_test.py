"""Campaigns by name: the file in the current folder, those that ship, and what is said of others."""

import json
import shutil

import pytest
from command import ROOT, TINY

SHIPPED = sorted(path.stem for path in (ROOT / "configs").glob("*.yaml"))


@pytest.mark.parametrize("word", ["quick", "quick.yaml"])
def test_a_campaign_that_ships_is_run_by_its_name(pmembench, word):
    outcome = pmembench("run", word, "--dry-run", "--json")
    assert outcome.status == 0, outcome.err
    plan = json.loads(outcome.out)
    assert plan["campaign"] == "quick"
    assert plan["file"] == str(ROOT / "configs/quick.yaml")


@pytest.mark.parametrize("command", [["gate", "gate", "--base", "nowhere"],
                                     ["slo", "latency", "--slo", "p99"]])
def test_other_commands_take_the_name_too(pmembench, command):
    outcome = pmembench(*command)
    assert outcome.status == 2
    assert "no campaign" not in outcome.error()


def test_a_file_of_that_name_goes_first(pmembench):
    pmembench.campaign(TINY, "quick")
    plan = json.loads(pmembench("run", "quick", "--dry-run", "--json").out)
    assert plan["campaign"] == "tiny"


def test_a_folder_of_that_name_does_not(pmembench):
    (pmembench.folder / "quick").mkdir()
    assert pmembench("run", "quick", "--dry-run").status == 0


@pytest.mark.parametrize(("word", "facts"), [
    ("quik", ["'quik'", "did you mean 'quick'", "bandwidth"]),
    ("zzzzzzzzz", ["'zzzzzzzzz'", "quick", "layers"]),
    ("elsewhere/quick.yaml", ["elsewhere/quick.yaml", "quick"]),
    ("elsewhere/mine.yaml", ["elsewhere/mine.yaml", "No such file"]),
])
def test_what_is_no_campaign_is_refused(pmembench, word, facts):
    outcome = pmembench("run", word, "--dry-run")
    assert outcome.status == 2
    for fact in facts:
        assert fact in outcome.error()


def test_the_list_has_the_question_and_the_time_of_each(pmembench):
    listed = json.loads(pmembench("list", "campaigns", "--json").out)["campaigns"]
    assert [campaign["name"] for campaign in listed] == SHIPPED
    for campaign in listed:
        assert campaign["answers"].endswith("?") or "?" in campaign["answers"], campaign["name"]
        assert campaign["takes"]
    text = pmembench("list", "campaigns").out
    for name in SHIPPED:
        assert f"\n{name} " in text


def test_the_time_follows_from_the_budget_unless_the_campaign_states_it(pmembench, tmp_path):
    data = tmp_path / "data"
    (data / "configs").mkdir(parents=True)
    shutil.copy(ROOT / "configs/quick.yaml", data / "configs/quick.yaml")
    (data / "configs/long.yaml").write_text(TINY.replace("60s", "3h"))
    (data / "configs/said.yaml").write_text(TINY + "takes: a day\nanswers: 'which?'\n")
    (data / "configs/wrong.yaml").write_text("cells: 3\n")
    listed = {campaign["name"]: campaign for campaign in json.loads(
        pmembench("list", "campaigns", "--json", env={"PMEMBENCH_DATA": str(data)}).out)["campaigns"]}
    assert listed["long"]["takes"] == "about 180 min"
    assert listed["said"]["takes"] == "a day" and listed["said"]["answers"] == "which?"
    assert "wrong.yaml:1" in listed["wrong"]["answers"]


def test_a_data_folder_without_campaigns_is_named(pmembench, tmp_path):
    outcome = pmembench("list", "campaigns", env={"PMEMBENCH_DATA": str(tmp_path)})
    assert outcome.status == 3
    assert "PMEMBENCH_DATA" in outcome.error() and str(tmp_path) in outcome.error()
    assert pmembench("list", "media", env={"PMEMBENCH_DATA": str(tmp_path)}).status == 0


@pytest.mark.parametrize("what", ["campaigns", "backends", "workloads", "paths", "media", "commands"])
def test_names_alone_are_one_a_line(pmembench, what):
    names = pmembench("list", what, "--names").out.splitlines()
    assert len(names) >= 5 and all(" " not in name for name in names)
    if what != "commands":
        listed = json.loads(pmembench("list", what, "--json").out)[what]
        assert names == [one["name"] for one in listed]


def test_replicates_are_exactly_as_many_as_asked(pmembench):
    outcome = pmembench.run("--replicates", "3")
    assert (outcome.status, outcome.row()["replicates"]) == (0, 3)
