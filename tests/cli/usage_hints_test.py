"""What is said of a word that no command knows."""

import pytest


@pytest.mark.parametrize(("words", "facts"), [
    (["run", "--bugdet", "5s"], ["run", "'--bugdet'", "did you mean '--budget'"]),
    (["run", "--bugdet=5s", "x.yaml"], ["'--bugdet'", "did you mean '--budget'"]),
    (["show", "--plugn", "x"], ["did you mean '--plugin'"]),  # of all commands
    (["show", "--budget", "5s"], ["'--budget'", "run", "gate", "have it"]),  # of other commands
    (["show", "--bugdet"], ["did you mean '--budget'"]),
    (["baseline", "acept"], ["'acept'", "did you mean 'accept'", "show"]),
    (["baseline", "accept", "--resaon", "x"], ["baseline accept", "did you mean '--reason'"]),
    (["export", "3", "4"], ["'4'", "export"]),
    (["gaet"], ["'gaet'", "did you mean 'gate'"]),
    (["--versoin"], ["did you mean '--version'"]),
])
def test_an_unknown_word_is_named_with_what_was_probably_meant(pmembench, words, facts):
    outcome = pmembench(*words)
    assert (outcome.status, outcome.out) == (2, "")
    assert len(outcome.err.splitlines()) == 1
    for fact in facts:
        assert fact in outcome.error()


@pytest.mark.parametrize("words", [["run", "--zzzzzzzzzzzz"], ["zzzzzzzzzzzz"]])
def test_what_is_near_to_nothing_has_no_suggestion(pmembench, words):
    outcome = pmembench(*words)
    assert outcome.status == 2
    assert "did you mean" not in outcome.error()


@pytest.mark.parametrize(("words", "begins"), [
    (["--budget", "5"], "--budget: '5'"),
    (["--set", "budget=5"], "--set: budget: '5'"),
    (["--media", "dram:x"], "--media: medium 'dram:x'"),
    (["--set", "media=dram:x"], "--set: media: medium 'dram:x'"),
    (["--backend", "movnnt"], "--backend: there is no backend 'movnnt'"),
    (["--replicates", "2", "--set", "seed=x"], "--set: seed: 'x'"),
])
def test_an_error_names_the_option_that_it_came_from(pmembench, words, begins):
    outcome = pmembench.run(*words)
    assert outcome.status == 2
    assert outcome.error().startswith(begins), outcome.error()


@pytest.mark.parametrize(("words", "begins"), [
    (["--media", "dram:x"], "--media: medium"),
    (["--probe", "dram:1M", "--load", "dram:x"], "--load: "),
    (["--media", "dram:1M", "--read-share", "x"], "--read-share: 'x'"),
    (["--media", "dram:1M", "--threads", "x"], "--threads: 'x'"),
    (["--media", "dram:1M", "--set", "order=x"], "--set: order: 'x'"),
])
def test_an_error_of_a_curve_names_its_option(pmembench, words, begins):
    outcome = pmembench("curve", *words)
    assert outcome.status == 2
    assert outcome.error().startswith(begins), outcome.error()
