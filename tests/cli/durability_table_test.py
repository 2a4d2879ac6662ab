"""What run and show say of durable writes beside their rows."""

import json

import pytest
from simulated import FENCE_NS, FLUSH_NS, STORE_NS, simulate

CAMPAIGN = """
budget: 60s
minimum_replicates: 2
maximum_replicates: 2
slices: 3
slice: 100us
media: sim:memory.yaml
workload: durability
cells:
  - matrix:
      backend: [movnt, clflush]
      operation_size: [64, 4K]
      step: [store, store_flush, store_flush_fence]
"""


def test_steps_and_crossover_stand_under_the_table_and_in_json(pmembench):
    simulate(pmembench)
    outcome = pmembench.run(campaign=CAMPAIGN)
    assert outcome.status == 0, outcome.err
    objects = [json.loads(line) for line in outcome.out.splitlines()]
    rows = [one for one in objects if "derived" not in one]
    assert len(rows) == 12
    # Two processes have no interval; the figures are there all the same.
    costs = [one for one in objects if one.get("derived") == "durability"]
    assert len(costs) == 4
    for one in costs:
        assert [step["step"] for step in one["steps"]] == [
            "store", "store_flush", "store_flush_fence"]
        assert one["steps"][1]["cost_ns"]["has_interval"] is False
        (row,) = [row for row in rows if row["cell"] == one["steps"][0]["cell"]]
        lines = int(row["parameters"]["operation_size"]) / 64
        flushed = 0 if row["backend"] == "movnt" else FLUSH_NS * lines
        assert one["steps"][0]["ns_per_operation"]["estimate"] == pytest.approx(STORE_NS * lines)
        assert one["steps"][1]["cost_ns"]["estimate"] == pytest.approx(flushed, abs=1e-6)
        assert one["steps"][2]["cost_ns"]["estimate"] == pytest.approx(FENCE_NS)
        assert {step["cell"] for step in one["steps"]} <= {row["cell"] for row in rows}
    (crossover,) = [one for one in objects if one.get("derived") == "crossover"]
    assert (crossover["cached"], crossover["nontemporal"]) == ("clflush", "movnt")
    assert crossover["bytes"] in ("below", "above") or 64 <= crossover["bytes"] <= 4096
    assert (crossover["measured_from"], crossover["measured_to"]) == (64, 4096)

    shown = pmembench("show", "--json").out.splitlines()
    assert [json.loads(line) for line in shown if "derived" in json.loads(line)] == [
        one for one in objects if "derived" in one]
    table = pmembench("show").out
    assert "durability, step by step" in table
    assert "crossover of cached stores with a flush and non-temporal stores" in table


def test_lines_are_shared_by_two_threads(pmembench):
    campaign = CAMPAIGN.replace("step: [store, store_flush, store_flush_fence]",
                                "step: [store_flush_fence]\n      line: [shared]")
    campaign = campaign.replace("sim:memory.yaml", "dram:1M")  # threads that wait for each other
    outcome = pmembench.run("--set", "threads=2", "--set", "minimum_replicates=1",
                            "--set", "maximum_replicates=1", campaign=campaign)
    rows = [row for row in map(json.loads, outcome.out.splitlines()) if "derived" not in row]
    assert {row["status"] for row in rows} <= {"ok", "skipped"}, outcome.err
    for row in rows:
        if row["status"] == "skipped":
            assert "CPU" in row["reason"], row["reason"]
        else:
            assert row["bytes"] > 0 and row["claim"] == "emulated"
