"""pmembench crash: what is left of acknowledged writes when the power is cut?"""

import json
import sqlite3

import pytest


def outcomes(outcome):
    report = json.loads(outcome.out)
    assert (report["schema"], report["version"]) == ("pmembench-crash", 1)
    return {each["target"]: each for each in report["outcomes"]}, report["seed"]


def test_every_target_keeps_its_promise(pmembench):
    outcome = pmembench("crash", "--crashes", "300", "--json")
    assert outcome.status == 0, outcome.out
    found, seed = outcomes(outcome)
    assert seed.isdigit()
    assert {"raw", "btt", "rmw"} <= set(found)
    assert all(each["holds"] and each["crashes"] == 300 for each in found.values())
    btt = found["btt"]
    assert btt["torn"] + btt["acknowledged_lost"] + btt["neighbours_damaged"] == 0
    assert found["raw"]["torn"] > 0 and found["raw"]["neighbours_damaged"] == 0
    assert found["rmw"]["neighbours_damaged"] > 0


def test_the_damage_of_rmw_is_said_plainly(pmembench):
    outcome = pmembench("crash", "--target", "rmw", "--crashes", "200", "--seed", "7")
    assert outcome.status == 0, outcome.err
    assert "neighbours damaged" in outcome.out
    assert "DAMAGES ACKNOWLEDGED NEIGHBOURS" in outcome.out
    assert "seed 7" in outcome.out


def test_a_seed_is_repeated_to_the_byte(pmembench):
    words = ("crash", "--target", "raw,rmw", "--crashes", "100", "--seed", "5", "--json")
    assert pmembench(*words).out == pmembench(*words).out


def test_a_target_that_does_not_exist_is_named(pmembench):
    outcome = pmembench("crash", "--target", "btx")
    assert outcome.status == 2
    assert outcome.error().startswith(
        "there is no crash target 'btx' (did you mean 'btt'?); there are: raw, btt, rmw, "
        "rmw-no-erase, fs-dax, fs-block, fs-mixed")


@pytest.mark.parametrize("crashes", ["0", "many"])
def test_a_number_of_crashes_that_is_none_is_refused(pmembench, crashes):
    outcome = pmembench("crash", "--crashes", crashes)
    assert outcome.status == 2
    assert "--crashes" in outcome.err


def test_outcomes_are_kept_for_the_report(pmembench, tmp_path):
    path = tmp_path / "results.db"
    outcome = pmembench("crash", "--target", "raw", "--crashes", "50", "--db", str(path))
    assert outcome.status == 0, outcome.err
    ((kind, verdict, document),) = sqlite3.connect(path).execute(
        "SELECT kind, verdict, document FROM documents")
    assert (kind, verdict) == ("crash", "PASS")
    assert [each["target"] for each in json.loads(document)["outcomes"]] == ["raw"]
