"""pmembench curve: latency under load, by the built command at a tiny size, where it can be on a simulated
memory, whose latency without load and whose maximum are known."""

import json
import os

import pytest
from simulated import LATENCY_NS, SIM, simulate

needs_two_cpus = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one CPU")

# A line occupies the memory for 100 ns: four loads under way want more than it gives.
BUSY_NS = 100
MAXIMUM = 64 / BUSY_NS * 1e9


@pytest.fixture(autouse=True)
def simulated(pmembench):
    simulate(pmembench, f"interleave: {{ways: 1, busy: {BUSY_NS}ns}}\n")


TINY_CURVE = ("curve", "--media", SIM, "--rounds", "1", "--points", "5", "--budget", "100s",
              "--slice", "1ms", "--threads", "2")


@pytest.mark.parametrize("slice", ["999us", "11s"])
def test_refuses_a_slice_that_it_would_not_take(pmembench, slice):
    refused = pmembench(*TINY_CURVE[:-4], "--slice", slice)
    assert refused.status == 2
    assert f"--slice: {slice} is not between 1 ms and 10 s" in refused.err


def curves(outcome):
    assert outcome.status == 0, outcome.err
    document = json.loads(outcome.out)
    assert (document["schema"], document["version"]) == ("pmembench-curve", 1)
    return document


def test_a_curve_goes_from_no_load_to_all_of_it(pmembench):
    (curve,) = curves(pmembench(*TINY_CURVE, "--json"))["curves"]
    points = curve["points"]
    assert [point["load_share"] for point in points] == sorted(point["load_share"] for point in points)
    assert points[0]["load_share"] == 0 and points[-1]["load_share"] == 100
    assert len(points) <= 5
    assert points[0]["bandwidth"] is None
    for point in points:
        assert point["status"] == "ok", point["reason"]
        assert point["latency_ns"]["n"] > 0
    latencies = [point["latency"]["estimate"] for point in points]
    assert latencies[0] == pytest.approx(LATENCY_NS)
    assert latencies == pytest.approx(sorted(latencies), rel=0.05), "more load, more latency"
    assert latencies[-1] > LATENCY_NS + 1
    for point in points[1:]:
        assert 0 < point["bandwidth"]["estimate"] <= MAXIMUM
        asked = point["load_share"] / 100 * points[-1]["bandwidth"]["estimate"]
        assert point["bandwidth"]["estimate"] == pytest.approx(asked, rel=0.1)
    assert curve["processes"] == 1
    assert curve["saturated"] in (True, False)
    assert curve["saturated"] == (curve["reasons"] == [])
    assert curve["load_threads"] == 1


def test_points_are_cells_like_any_other(pmembench):
    outcome = pmembench(*TINY_CURVE, "--json", "--read-share", "50")
    points = curves(outcome)["curves"][0]["points"]
    rows = pmembench("show", "--json").rows()
    assert {row["cell"] for row in rows} == {point["cell"] for point in points}
    for row in rows:
        assert row["workload"] == "loaded"
        assert row["threads"] == 2
        assert row["latency_ns"]["mode"] == "dependent"
    assert pmembench.sql("SELECT kind FROM documents ORDER BY kind") == [("curve",), ("derived",)]
    # Each histogram counts whole chunks: as many loads as the probe did while it was counted.
    for n, operations, disturbed, details in pmembench.sql(
            "SELECT n, replicates.operations, replicates.disturbed, details FROM replicates "
            "JOIN histograms ON replicate_id = replicates.id"):
        loaded = json.loads(details)["loaded"]
        assert n > 0
        assert disturbed == 0
        assert n * loaded["chunk"] <= operations
        assert loaded["dropped_slices"] >= 1
    # What the threads say that they moved went through the device (a difference fails the cell).
    (moved,) = pmembench.sql("SELECT sum(bytes) FROM replicates")[0]
    counted = sum(json.loads(details)["counters"]["bytes_copied_to"]
                  + json.loads(details)["counters"]["bytes_copied_from"]
                  for (details,) in pmembench.sql("SELECT details FROM replicates"))
    assert 0 < moved <= counted


def test_a_curve_as_text_says_what_it_shows(pmembench):
    outcome = pmembench(*TINY_CURVE)
    assert outcome.status == 0, outcome.err
    assert "unloaded latency" in outcome.out
    assert SIM in outcome.out and "100 % reads, sequential" in outcome.out
    assert "run 1 is in pmembench.db" in outcome.out


def test_pauses_in_place_of_shares(pmembench):
    (curve,) = curves(pmembench(*TINY_CURVE, "--pause", "100000,0", "--json"))["curves"]
    points = curve["points"]
    assert [point.get("pause") for point in points[1:]] == ["100000", "0"]
    assert points[0]["load_share"] == 0
    # 100,000 ticks of 1/16 ns after each 1 KiB.
    assert points[1]["bandwidth"]["estimate"] == pytest.approx(1024 / (6250 + 16 * BUSY_NS + 300) * 1e9, rel=0.1)
    assert points[2]["bandwidth"]["estimate"] > 4 * points[1]["bandwidth"]["estimate"]


def test_every_share_of_reads_is_a_curve(pmembench):
    found = curves(pmembench(*TINY_CURVE, "--read-share", "100,0", "--json"))
    assert [curve["read_share"] for curve in found["curves"]] == [100, 0]


@needs_two_cpus
def test_what_loads_one_medium_is_felt_on_another(pmembench, memory_folder):
    file = f"file:{memory_folder}/probed,size=2M"
    found = curves(pmembench("curve", "--probe", file, "--probe", "dram:2M", "--load", "dram:2M",
                             "--rounds", "2", "--points", "2", "--budget", "100s", "--slice", "1ms",
                             "--threads", "2", "--json"))
    pairs = {(pair["probe"], pair["load"]) for pair in found["interference"]}
    assert pairs == {(file, "dram:2M"), ("dram:2M", "dram:2M")}
    for pair in found["interference"]:
        assert pair["idle_ns"]["estimate"] > 0 and pair["loaded_ns"]["estimate"] > 0
    assert list(memory_folder.iterdir()) == []  # what was made for the run is gone


@needs_two_cpus
def test_a_medium_with_content_is_no_probe(pmembench, memory_folder):
    precious = memory_folder / "precious"
    precious.write_bytes(b"mine" * (1 << 18))
    outcome = pmembench("curve", "--probe", f"file:{precious}", "--load", "dram:2M", "--rounds", "1",
                        "--points", "2", "--budget", "100s", "--threads", "2")
    assert outcome.status in (2, 3), outcome.err
    assert "--destroy" in outcome.err
    assert precious.read_bytes() == b"mine" * (1 << 18)


def test_one_cpu_cannot_load_and_probe(pmembench):
    outcome = pmembench("curve", "--media", "dram:2M", "--threads", "1", "--rounds", "1")
    assert outcome.status == 3
    assert outcome.error() == (
        "no curve can be measured here: workload loaded needs two CPUs, one that probes and one or "
        "more that load, and has 1")


@pytest.mark.parametrize("words, sentence", [
    ((), "no medium is named: give --media MEDIUM, or --probe MEDIUM and --load MEDIUM for what one "
         "does to the other"),
    (("--media", "dram:2M", "--budget", "5"), "--budget: "),
    (("--media", "dram:2M", "--pause", "soon"), "--pause: "),
    (("--media", "dram:2M", "--set", "load_share=5"),
     "--set load_share=: the curve itself says how much is loaded, and where"),
    (("--media", "dram:2M", "--set", "order=backwards"), "--set: order: "),
])
def test_wrong_words_are_refused(pmembench, words, sentence):
    outcome = pmembench("curve", *words)
    assert outcome.status == 2, outcome.err
    assert outcome.error().startswith(sentence)
    assert not (pmembench.folder / "pmembench.db").exists()


def test_a_campaign_may_have_loaded_cells(pmembench):
    campaign = """
budget: 60s
minimum_replicates: 1
maximum_replicates: 1
slices: 2
slice: 1ms
media: sim:memory.yaml
backend: movnt
cells:
  - workload: loaded
    threads: 2
    matrix:
      load_share: [0, 50, 100]
"""
    rows = pmembench.run(campaign=campaign).rows()
    assert [row["status"] for row in rows] == ["ok"] * 3, rows
    assert rows[0]["bytes_per_s"] is None
    assert all(row["bytes_per_s"]["estimate"] > 0 for row in rows[1:])
