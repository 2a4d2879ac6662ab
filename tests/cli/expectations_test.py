"""expect: in a campaign: judged, printed, stored, and an exit status."""

from __future__ import annotations

import json

from command import TINY

EIGHT = TINY.replace("_replicates: 1", "_replicates: 6")


def with_expect(text: str, campaign: str = TINY) -> str:
    return campaign + f"    expect: {text}\n"


def lines(outcome) -> list[dict]:
    return [row for row in outcome.rows() if "expectation" in row]


def test_what_is_met_is_status_0_and_stored(pmembench):
    outcome = pmembench.run(campaign=with_expect("{dax: false, persistence_domain: none}"))
    found = {line["expectation"]: line for line in lines(outcome)}
    assert outcome.status == (0 if all(line["answer"] == "yes" for line in found.values()) else 1)
    assert found["dax"]["answer"] == "yes"
    ((verdict, document),) = pmembench.sql(
        "SELECT verdict, document FROM documents WHERE kind = 'expectations'")
    assert verdict in ("MET", "NOT_MET")
    assert len(json.loads(document)["expectations"]) == 2


def test_what_is_not_met_is_status_1_with_what_was_found(pmembench):
    outcome = pmembench.run(campaign=with_expect("{dax: true}"))
    assert outcome.status == 1
    (line,) = lines(outcome)
    assert (line["answer"], line["found"]) == ("no", "a medium of kind dram")
    shown = pmembench("run", "tiny.yaml")
    assert shown.status == 1
    assert "expectations:" in shown.out and "a medium of kind dram" in shown.out


def test_a_number_is_judged_by_its_interval(pmembench):
    easy = pmembench.run(campaign=with_expect('{bandwidth: ">= 1K", time: "<= 1s"}', EIGHT))
    assert easy.status == 0, easy.out + easy.err
    hard = pmembench.run(campaign=with_expect('{bandwidth: ">= 900T"}', EIGHT))
    assert hard.status == 1


def test_what_cannot_be_told_is_neither(pmembench):
    outcome = pmembench.run(campaign=with_expect('{bandwidth: ">= 1K"}'))
    assert outcome.status == 3
    (line,) = lines(outcome)
    assert line["answer"] == "unknown" and "too few processes" in line["found"]
    skipped = pmembench.run(campaign=TINY + "  - workload: random\n    backend: movnt\n    threads: 200\n"
                                            "    expect: {node: 0}\n")
    assert skipped.status == 3
    assert "skipped: " in lines(skipped)[0]["found"]


def test_a_campaign_without_expectations_says_nothing(pmembench):
    outcome = pmembench.run()
    assert outcome.status == 0 and lines(outcome) == []


def test_words_that_are_wrong_have_their_place(pmembench):
    outcome = pmembench.run(campaign=with_expect("{bandwith: 1}"))
    assert outcome.status == 2
    assert "tiny.yaml:14:14: nothing named 'bandwith' can be expected; did you mean 'bandwidth'?" in outcome.error()
