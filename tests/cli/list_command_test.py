"""pmembench list: what can run here, and why the rest cannot."""

import json

import pytest
from command import PLUGINS

KEYS = {
    "campaigns": {"name", "file", "answers", "description", "budget_ns", "takes"},
    "backends": {"name", "usable", "reason", "origin", "summary", "media"},
    "workloads": {"name", "summary", "needs_files", "parameters"},
    "media": {"name", "spelling", "summary"},
    "paths": {"name", "summary", "needs_direct_access", "gives_files", "parameters"},
}


@pytest.mark.parametrize("what", KEYS)
def test_each_list_is_json_with_its_keys(pmembench, what):
    outcome = pmembench("list", what, "--json")
    assert outcome.status == 0
    lists = json.loads(outcome.out)
    assert list(lists) == [what]
    assert lists[what]
    for entry in lists[what]:
        assert set(entry) == KEYS[what]


def test_all_lists_come_without_a_name(pmembench):
    assert json.loads(pmembench("list", "--json").out).keys() == KEYS.keys()


def test_text_and_json_name_the_same(pmembench):
    text = pmembench("list").out
    for entries in json.loads(pmembench("list", "--json").out).values():
        for entry in entries:
            assert f"\n{entry['name']} " in f"\n{text}"


def test_a_backend_without_its_instruction_is_listed_with_the_reason(pmembench):
    outcome = pmembench("--without-cpu", "clwb", "list", "backends", "--json")
    (clwb,) = [b for b in json.loads(outcome.out)["backends"] if b["name"] == "clwb"]
    assert not clwb["usable"]
    assert "which this CPU does not have" in clwb["reason"]


def test_plugins_of_a_folder_are_listed_the_good_and_the_bad(pmembench):
    folders = f"{PLUGINS / 'good'}::{PLUGINS / 'broken'}:/nowhere"
    outcome = pmembench("list", "backends", "--json", env={"PMEMBENCH_PLUGIN_PATH": folders})
    assert outcome.status == 0, outcome.err
    backends = {b["name"]: b for b in json.loads(outcome.out)["backends"]}
    assert backends["example"]["usable"]
    assert backends["example"]["origin"] == str(PLUGINS / "good/pmembench-example.so")
    assert backends["probe_says_no"]["reason"] == "this host has no unobtainium; buy some"
    assert "it died of SIGSEGV while it was probed" in backends["crash_in_probe"]["reason"]
    assert "it died of SIGABRT while it was probed" in backends["abort_in_probe"]["reason"]
    assert "exit status 3 while it was probed" in backends["exit_in_probe"]["reason"]
    assert "it hung while it was probed" in backends["hang_in_probe"]["reason"]


def test_a_name_given_twice_is_refused_with_both_origins(pmembench):
    outcome = pmembench("list", env={"PMEMBENCH_PLUGIN_PATH": str(PLUGINS / "twin")})
    assert outcome.status == 2
    assert outcome.error() == (
        f"backend name 'movnt' is given twice: by built in and by "
        f"{PLUGINS / 'twin/pmembench-twin.so'}; remove one of them or rename it")


def test_a_plugin_named_by_hand_must_load(pmembench):
    plugin = PLUGINS / "broken/pmembench-crash_in_probe.so"
    outcome = pmembench("--plugin", plugin, "list")
    assert outcome.status == 3
    assert outcome.error() == (
        f"plugin {plugin}: it died of SIGSEGV while it was probed; run it under a debugger")
