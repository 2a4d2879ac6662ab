"""The datasheet of a simulated memory: each line agrees with the model's file, or has a reason."""

import json

import pytest
from simulated import simulate

MODEL = """
description: a memory with a buffer
size: 64M
latency: 400ns
levels:
  - {name: buffer, capacity: 32K, line: 256, latency: 150ns}
store: 40ns
flush: 20ns
fence: 30ns
write_buffer: {capacity: 64K, line: 256, drain: 90ns}
turnaround: 80ns
parallelism: 8
interleave: {ways: 4, granule: 1K, busy: 40ns}
refresh: {period: 15us, stall: 900ns}
noise: {slice: 1%, process: 0.5%}
"""

# What the file says, and by how much a line may be off.
PLANTED = {"read_line": (256, 0), "write_line": (256, 0), "parallelism": (8, 0.05), "turnaround": (80, 0.15),
           "fence": (30, 0.1)}
# It ends at its own pace: the budget is that of a busy machine.
WORDS = ("--self-test", "1", "--budget", "280s", "--json")


def structure_of(pmembench, *words):
    outcome = pmembench("characterize", *words, *WORDS)
    assert outcome.status in (0, 5), outcome.err
    (medium, *_) = json.loads(outcome.out)["media"]
    return medium["structure"]


def test_what_is_determined_is_what_the_file_says(pmembench):
    medium = simulate(pmembench, model=MODEL)
    lines = structure_of(pmembench, "--media", medium, "--only",
                         "read_line,write_line,parallelism,turnaround,fence")
    right = set()
    for line in lines:
        if not line["determined"]:
            assert line["reason"], line
        elif line["property"] in PLANTED:
            planted, tolerance = PLANTED[line["property"]]
            assert not line["none"], line
            assert line["value"] == pytest.approx(planted, rel=tolerance + 1e-9), line
            right.add(line["property"])
    # What these samples cannot fail to show.
    assert {"read_line", "write_line", "parallelism", "fence"} <= right, lines
    # And next to it is what the file says.
    stated = {line["property"]: line["firmware"] for line in lines}
    assert stated["read_line"] == "model: 256 B"
    assert stated["parallelism"] == "model: 8"


def test_runs_of_one_model_agree_within_their_intervals(pmembench):
    medium = simulate(pmembench, model=MODEL)
    intervals = {}
    for seed in range(1, 4):
        (pmembench.folder / "memory.yaml").write_text(MODEL + f"seed: {seed}\n")
        for line in structure_of(pmembench, "--media", medium, "--only", "fence"):
            if line["determined"]:
                intervals.setdefault(line["name"], []).append((line["low"], line["high"]))
    assert intervals
    for name, found in intervals.items():
        assert max(low for low, _ in found) <= min(high for _, high in found) * 1.001, (name, found)
