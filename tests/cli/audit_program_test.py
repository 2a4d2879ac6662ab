"""pmembench audit -- PROGRAM: what is printed, and what is refused."""

import json

import pytest
from command import BINARY

OWN = BINARY.parent / "programs" / "own"


def test_a_program_that_forgets_a_flush_is_named_with_its_line(pmembench):
    outcome = pmembench("audit", "--range", "pool", "--", OWN, "pool", "never_flushed")
    assert outcome.status == 1, outcome.err
    assert f"{OWN}: failed\n  ERROR: never flushed: mov " in outcome.out
    assert "(own_program.c:" in outcome.out
    assert "claimed at its end" in outcome.out
    assert "It ended with exit status 0.\n" in outcome.out


def test_a_program_that_is_right_passes_as_json_and_into_the_files(pmembench):
    outcome = pmembench("audit", "--range", "pool", "--json", "--junit", "a.xml", "--db", "a.db",
                        "--", OWN, "pool", "right")
    assert outcome.status == 0, outcome.err
    (entry,) = json.loads(outcome.out)["backends"]
    assert entry["verdict"] == "passed"
    assert entry["masks"][0]["steps"] > 100
    assert entry["media"].endswith("/pool")
    assert str(OWN) in (pmembench.folder / "a.xml").read_text()
    assert (pmembench.folder / "a.db").exists()


def test_what_it_prints_does_not_go_into_the_document(pmembench):
    outcome = pmembench("audit", "--json", "--", "/bin/echo", "hello")
    assert outcome.status == 3
    assert json.loads(outcome.out)["backends"][0]["verdict"] == "unaudited"
    assert "hello" in outcome.err


def test_a_range_may_be_declared_unclaimed(pmembench):
    outcome = pmembench("audit", "--range", "pool", "--unclaimed", "64:8", "--", OWN, "pool",
                        "never_flushed")
    assert outcome.status == 0, outcome.out


@pytest.mark.parametrize(("words", "sentence"), [
    ([], "name a backend, 'all', or a shared object, or -- and a program"),
    (["clwb", "--", "/bin/true"], "name backends, or -- and a program, not both"),
    (["--self-test", "--", "/bin/true"], "--self-test is of backends"),
    (["clwb", "--range", "pool"], "--range and --unclaimed are of a program"),
    (["--unclaimed", "64", "--", "/bin/true"], "--unclaimed '64' is not an offset and a size"),
    (["--unclaimed", "x:8", "--", "/bin/true"], "--unclaimed 'x:8' is not an offset and a size"),
    (["--unclaimed", "8:0", "--", "/bin/true"], "--unclaimed '8:0' is not an offset and a size"),
])
def test_wrong_usage_says_what_is_wrong(pmembench, words, sentence):
    outcome = pmembench("audit", *words)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.error().startswith(sentence)
