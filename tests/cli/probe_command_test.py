"""pmembench probe: what this host is."""

import json


def test_json_has_each_part_and_a_clock(pmembench):
    outcome = pmembench("probe", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    facts = json.loads(outcome.out)
    assert set(facts) == {"host", "cpu", "caches", "nodes", "dax", "nd", "cxl", "block", "settings",
                          "timer"}
    assert facts["timer"]["ghz"] > 0
    assert facts["timer"]["step_ns"] > 0
    assert facts["nodes"]


def test_the_page_has_the_same_parts(pmembench):
    outcome = pmembench("probe")
    assert outcome.status == 0
    for title in ["Host", "CPU", "Memory nodes", "dax devices", "NVDIMM regions", "Block devices",
                  "Settings"]:
        assert f"\n{title}" in f"\n{outcome.out}"


def test_a_tree_without_anything_gives_unknowns_not_errors(pmembench):
    (pmembench.folder / "empty").mkdir()
    outcome = pmembench("probe", "--root", "empty")
    assert outcome.status == 0
    assert "unknown" in outcome.out
    assert json.loads(pmembench("probe", "--root", "empty", "--json").out)["timer"] == "unknown"


def test_a_root_that_is_not_a_folder_is_refused(pmembench):
    for root in ["/nonexistent", "/dev/null"]:
        outcome = pmembench("probe", "--root", root)
        assert (outcome.status, outcome.out) == (2, "")
        assert root in outcome.err and "folder" in outcome.err
