"""pmembench characterize: how often each inference is right, on planted devices."""

import json

import pytest


def test_it_counts_right_wrong_and_not_determined(pmembench):
    outcome = pmembench("characterize", "--self-test", "4", "--only", "flush,fence", "--json")
    assert outcome.status == 0
    document = json.loads(outcome.out)
    assert [score["property"] for score in document["properties"]] == ["flush", "fence"]
    for score in document["properties"]:
        assert score["right"] + score["wrong"] + score["not_determined"] == 4
        assert score["wrong"] <= 1


def test_the_same_seed_gives_the_same_table(pmembench):
    words = ("characterize", "--self-test", "3", "--only", "turnaround", "--seed", "5")
    first, second = pmembench(*words), pmembench(*words)
    assert first.out == second.out
    assert "turnaround" in first.out
    assert "not determined" in first.out


@pytest.mark.parametrize(("words", "why"), [
    (("--self-test", "0"), "write a number of devices"),
    (("--self-test", "1", "--noise", "-1"), "write a share from 0 to 1"),
    (("--self-test", "1", "--noise", "nan"), "write a share from 0 to 1"),
    (("--self-test", "1", "--only", "fense"), "did you mean fence?"),
    ((), "--self-test"),
])
def test_wrong_usage_is_refused(pmembench, words, why):
    outcome = pmembench("characterize", *words)
    assert outcome.status == 2
    assert why in outcome.err
