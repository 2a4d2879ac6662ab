"""pmembench fleet: runs of several hosts against each other."""

from __future__ import annotations

import json

import pytest
from command import TINY
from fleet_stores import SIX, store_of


@pytest.fixture
def four(pmembench):
    """Stores of four equal hosts: one measurement, whose processes are distributed by turns."""
    return [store_of(pmembench, f"n0{number}", shift=number) for number in range(4)]


def test_a_host_that_is_slower_is_named_with_its_interval(pmembench, four):
    slow = store_of(pmembench, "n09", shift=0, factor=1.3)
    done = pmembench("fleet", *four, slow)
    assert done.status == 1, done.err
    assert "host n09 is" in done.out and "% slower [" in done.out
    document = json.loads(pmembench("fleet", *four, slow, "--json").out)
    (cell,) = document["cells"]
    verdicts = {host["host"]: host["verdict"] for host in cell["hosts"]}
    assert verdicts.pop("n09") == "slower"
    assert "slower" not in verdicts.values()
    (found,) = [host for host in cell["hosts"] if host["host"] == "n09"]
    assert found["ratio"]["low"] > 1.02 and found["p_value"] <= document["false_discovery"]


def test_equal_hosts_are_not_named(pmembench, four):
    done = pmembench("fleet", *four)
    assert done.status == 0, done.out
    assert "no host is slower than the rest" in done.out


def test_an_effect_below_the_asked_one_is_not_named(pmembench, four):
    slow = store_of(pmembench, "n09", shift=0, factor=1.3)
    assert pmembench("fleet", *four, slow, "--minimal-effect", "60%").status == 0


def test_runs_of_one_file_are_named_by_number(pmembench, four):
    done = pmembench("fleet", f"{four[0]}:1", f"{four[1]}:latest", "--json")
    assert done.status == 0, done.err
    assert {host["host"] for host in json.loads(done.out)["cells"][0]["hosts"]} == {"n00", "n01"}


def test_what_cannot_be_compared_is_refused_with_the_reason(pmembench, four):
    other = store_of(pmembench, "n08", campaign=SIX.replace("operation_size: 64", "operation_size: 128"))
    older = store_of(pmembench, "n07", version="0.0.1")
    few = store_of(pmembench, "n06", campaign=TINY)
    cases = [([four[0]], 2, "fleet takes runs of two hosts or more"),
             ([four[0], four[0]], 2, "one host, n00"),
             ([four[0], other], 2, "no cell was measured by two of these hosts"),
             ([four[0], older], 2, "0.0.1"),
             ([four[0], "nowhere.db"], 2, "nowhere.db"),
             ([four[0], f"{four[1]}:77"], 2, "77")]
    for words, status, part in cases:
        done = pmembench("fleet", *words)
        assert done.status == status and part in done.error(), (words, done.err)
    # One process of a host is too few for a verdict: no error, and no answer either.
    done = pmembench("fleet", four[0], few)
    assert done.status == 5 and "unknown" in done.out and "host n06 may be slower" in done.out
