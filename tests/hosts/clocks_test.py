"""Offsets and drifts of clocks, set and found. PMEMBENCH_TRIALS: of each kind; 100 for docs/hosts.md."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ranks import PLUGINS

TRIALS = int(os.environ.get("PMEMBENCH_TRIALS", "3"))
SHIFTED = PLUGINS / "hosts/shifted_clock.so"
NAMESPACE = Path(__file__).resolve().parent / "in_time_namespace.py"
# The clock of the namespace is exact; times are whole nanoseconds.
ROUNDING_NS = 1


def only_rank(rank: int, words: list[object]) -> list[str]:
    """A wrapper of one rank alone."""
    return ["bash", "-c", f'[ "$OMPI_COMM_WORLD_RANK" = {rank} ] || exec "$@"; exec {" ".join(map(str, words))} "$@"', "bash"]


def within_bound(reading, truth_ns: float) -> bool:
    return abs(reading["offset_ns"] - truth_ns) <= reading["bound_ns"] + ROUNDING_NS


def test_offsets_and_drifts_of_a_shifted_clock_are_found_within_the_bound(ranks):
    draw = random.Random(20)
    for trial in range(TRIALS):
        offset_ns, drift_ppb = draw.randint(-(10**9), 10**9), draw.randint(-50_000, 50_000)
        origin_ns = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        wrapper = only_rank(1, ["env", f"LD_PRELOAD={SHIFTED}", f"SHIFT_OFFSET_NS={offset_ns}", f"SHIFT_DRIFT_PPB={drift_ppb}",
                                f"SHIFT_ORIGIN_NS={origin_ns}"])
        outcome = ranks(2).run("clocks", "--over", "500ms", "--json", program=wrapper)
        assert outcome.status == 0, outcome.err
        (found,) = outcome.json_lines()
        for which in ("before", "after"):
            truth_ns = offset_ns + (found[which]["at_ns"] - origin_ns) * drift_ppb / 1e9
            assert within_bound(found[which], truth_ns), (trial, offset_ns, drift_ppb, found)
        assert abs(found["drift_ppm"] - drift_ppb / 1000) <= found["drift_bound_ppm"] + 1e-3, (trial, drift_ppb, found)


def test_offsets_of_time_namespaces_are_found_within_the_bound(two_hosts):
    tried = subprocess.run([sys.executable, NAMESPACE, "1", "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        pytest.skip(tried.stderr.strip() or "time namespaces are not permitted here")
    two_hosts.count = 2
    draw = random.Random(21)
    for trial in range(TRIALS):
        offset_ns = draw.randint(-(10**9), 10**9)
        wrapper = only_rank(1, [sys.executable, NAMESPACE, offset_ns])
        outcome = two_hosts.run("clocks", "--over", "200ms", "--json", program=wrapper)
        assert outcome.status == 0, outcome.err
        (found,) = outcome.json_lines()
        for which in ("before", "after"):
            assert within_bound(found[which], offset_ns), (trial, offset_ns, found)
        assert abs(found["drift_ppm"]) <= found["drift_bound_ppm"], (trial, found)


def test_two_namespaces_have_the_clock_of_one_machine(two_hosts):
    outcome = two_hosts.run("clocks", "--over", "200ms", "--json")
    assert outcome.status == 0, outcome.err
    hosts = outcome.json_lines()
    assert len(hosts) == 3
    for found in hosts:
        assert within_bound(found["before"], 0) and within_bound(found["after"], 0), found
