"""The datasheet of a simulated memory: each line agrees with the model's file, or has a reason."""

import json
import time

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
PLANTED = {"capacity": (32768, 0.15), "read_line": (256, 0), "write_line": (256, 0), "write_buffer": (65536, 0.25),
           "interleave_granule": (1024, 0), "interleave_ways": (4, 0), "parallelism": (8, 0.05),
           "turnaround": (80, 0.15), "fence": (30, 0.1), "refresh": (15000, 0.02)}
WORDS = ("--self-test", "1", "--budget", "100s")


def structure_of(pmembench, *words):
    outcome = pmembench("characterize", *words, "--json")
    assert outcome.status in (0, 5), outcome.err
    (medium, *_) = json.loads(outcome.out)["media"]
    return medium["structure"]


@pytest.fixture(name="lines")
def lines_of_the_model(pmembench):
    medium = simulate(pmembench, model=MODEL)
    return structure_of(pmembench, "--media", medium, "--only",
                        "capacity,read_line,write_line,write_buffer,interleave,parallelism,turnaround,fence,refresh",
                        *WORDS)


def test_what_is_determined_is_what_the_file_says(lines):
    right = set()
    for line in lines:
        if not line["determined"]:
            assert line["reason"], line
            continue
        planted, tolerance = PLANTED[line["property"].removesuffix("_period")] \
            if line["property"].removesuffix("_period") in PLANTED else (None, None)
        if planted is None:
            continue
        assert not line["none"], line
        assert line["value"] == pytest.approx(planted, rel=tolerance + 1e-9), line
        right.add(line["property"])
    # What these samples cannot fail to show.
    assert {"read_line", "write_line", "capacity", "parallelism", "turnaround", "fence"} <= right, lines


def test_what_the_file_says_stands_beside_it(lines):
    stated = {line["property"]: line["firmware"] for line in lines}
    assert stated["read_line"] == "model: 256 B"
    assert stated["parallelism"] == "model: 8"
    assert stated["interleave_ways"] == "model: 4"
    assert "buffer 32 KiB" in stated["capacity"]


def test_runs_of_one_model_agree_within_their_intervals(pmembench):
    medium = simulate(pmembench, model=MODEL)
    intervals = {}
    for seed in range(1, 6):
        (pmembench.folder / "memory.yaml").write_text(MODEL + f"seed: {seed}\n")
        for line in structure_of(pmembench, "--media", medium, "--only", "parallelism,turnaround,fence", *WORDS):
            if line["determined"]:
                intervals.setdefault(line["name"], []).append((line["low"], line["high"]))
    assert intervals
    for name, found in intervals.items():
        assert max(low for low, _ in found) <= min(high for _, high in found) * 1.001, (name, found)


def test_eight_threads_of_a_model_take_turns_in_a_bounded_time(pmembench):
    """Eight threads that meet in each microsecond once took minutes: each turn woke a thread."""
    simulate(pmembench, model=MODEL)
    begin = time.monotonic()
    lines = structure_of(pmembench, "--media", "sim:memory.yaml", "--only", "interleave", *WORDS)
    assert any(line["property"] == "interleave_ways" for line in lines)
    # No figure is asserted: the limit is that of a hang.
    assert time.monotonic() - begin < 300
