"""pmembench rules: the rules of the design, each tried in memory."""

import json

import pytest

ALL = [1, 3, 4, 5, 6, 8, 10, 11, 18, *range(20, 34), 35, 37]


def test_every_rule_holds_and_shows_what_was_seen(pmembench):
    outcome = pmembench("rules", "--json")
    rules = json.loads(outcome.out)["rules"]
    assert [rule["rule"] for rule in rules] == ALL
    for rule in rules:
        assert rule["holds"], rule
        assert rule["seen"], rule
    assert outcome.status == 0


def test_rules_are_chosen_by_number(pmembench):
    outcome = pmembench("rules", "26", "22")
    assert outcome.status == 0
    assert "-EHWPOISON" in outcome.out
    assert "while alive" in " ".join(outcome.out.split())


@pytest.mark.parametrize("words", [("2",), ("99",), ("x",), ("-1",)])
def test_a_rule_that_is_none_is_wrong_usage(pmembench, words):
    assert pmembench("rules", *words).status == 2
