"""Offsets and drifts of clocks, planted and found."""

from __future__ import annotations

import subprocess
import time

import pytest
from ranks import PLUGINS

RUNS = 5
PLANTED = PLUGINS / "hosts/planted_clock.so"


def rank_with(rank: int, environment: dict[str, int]) -> list[str]:
    """A wrapper that gives one rank an environment of its own."""
    words = " ".join(f"{name}={value}" for name, value in environment.items())
    return ["bash", "-c", f'[ "$OMPI_COMM_WORLD_RANK" != {rank} ] || export {words}; exec "$@"', "bash"]


@pytest.mark.parametrize("offset_ns, drift_ppb", [(10**9, 50_000), (-(10**9), -50_000), (123_456_789, 7_000)])
def test_planted_offset_and_drift_are_found_within_the_bound(ranks, offset_ns, drift_ppb):
    for _ in range(RUNS):
        origin_ns = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        wrapper = rank_with(1, {"LD_PRELOAD": PLANTED, "PLANTED_OFFSET_NS": offset_ns,
                                "PLANTED_DRIFT_PPB": drift_ppb, "PLANTED_ORIGIN_NS": origin_ns})
        outcome = ranks(2).run("clocks", "--over", "500ms", "--json", program=wrapper)
        assert outcome.status == 0, outcome.err
        found = outcome.json_lines()[0]
        for which in ("before", "after"):
            reading = found[which]
            truth_ns = offset_ns + (reading["at_ns"] - origin_ns) * drift_ppb / 1e9
            assert abs(reading["offset_ns"] - truth_ns) <= reading["bound_ns"] + 1
        assert abs(found["drift_ppm"] - drift_ppb / 1000) <= found["drift_bound_ppm"] + 1e-3


def test_an_offset_of_a_time_namespace_is_found_within_the_bound(ranks):
    if subprocess.run(["unshare", "--time", "true"], capture_output=True).returncode != 0:
        pytest.skip("time namespaces are not permitted here")
    wrapper = ["bash", "-c", '[ "$OMPI_COMM_WORLD_RANK" != 1 ] && exec "$@"; exec unshare --time --monotonic 1000 "$@"',
               "bash"]
    outcome = ranks(2).run("clocks", "--over", "200ms", "--json", program=wrapper)
    assert outcome.status == 0, outcome.err
    found = outcome.json_lines()[0]
    for which in ("before", "after"):
        assert abs(found[which]["offset_ns"] - 1000 * 10**9) <= found[which]["bound_ns"] + 1
    assert abs(found["drift_ppm"]) <= found["drift_bound_ppm"]


def test_two_namespaces_have_the_clock_of_one_machine(two_hosts):
    outcome = two_hosts.run("clocks", "--over", "200ms", "--json")
    assert outcome.status == 0, outcome.err
    hosts = outcome.json_lines()
    assert len(hosts) == 3
    for found in hosts:
        assert abs(found["before"]["offset_ns"]) <= found["before"]["bound_ns"]
        assert abs(found["after"]["offset_ns"]) <= found["after"]["bound_ns"]
