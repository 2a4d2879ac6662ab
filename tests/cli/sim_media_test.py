"""Campaigns on a simulated memory: deterministic, marked as simulated, and right to the nanosecond."""

import json
import sqlite3

import pytest
from simulated import FENCE_NS, FLUSH_NS, LATENCY_NS, MODEL, PARALLELISM, SIM, STORE_NS, simulate

CAMPAIGN = """
name: simulated
budget: 100s
minimum_replicates: 3
maximum_replicates: 3
slices: 3
slice: 100us
media: sim:memory.yaml
cells:
"""

NOISE = "noise: {slice: 4%, process: 2%, burst: 10%, spike: 1%}\n"


def measured(pmembench, cells, *words):
    outcome = pmembench.run(*words, campaign=CAMPAIGN + cells)
    assert outcome.status == 0, outcome.err
    rows = [row for row in outcome.rows() if "derived" not in row]
    for row in rows:
        assert row["status"] == "ok", row["reason"]
    return rows


def time_of(row):
    return row["ns_per_operation"]["estimate"]


def test_a_row_is_marked_so_that_nobody_quotes_it(pmembench):
    simulate(pmembench)
    (row,) = measured(pmembench, "  - {workload: chase, path: mapped, backend: movnt}\n")
    assert row["medium"]["kind"] == "sim"
    assert row["claim"] == "simulated"
    (warning,) = [each for each in row["warnings"] if each["type"] == "virtual_time"]
    assert "no hardware was measured" in warning["sentence"]
    assert "a memory of the tests" in warning["sentence"]
    shown = pmembench("show").out
    assert "simulated: a model in virtual time answered; no hardware was measured." in shown
    lights = json.loads(pmembench.sql("SELECT document FROM documents WHERE kind = 'derived'")[0][0])
    answers = {light["name"]: light["answer"] for light in lights["quotable"]}
    assert answers["claim"] == answers["medium proved"] == answers["placement proved"] == "no"
    assert "simulated" in pmembench("explain", "1").out


def test_no_warning_is_of_the_host(pmembench):
    simulate(pmembench)
    (row,) = measured(pmembench, "  - {workload: chase, path: mapped, backend: movnt}\n")
    # The budget alone is the host's time.
    assert {each["type"] for each in row["warnings"]} - {"not_converged"} == {"virtual_time"}


def without_what_a_run_is(row):
    return {key: value for key, value in row.items() if key not in ("run", "measured_at", "started")}


def test_the_same_seed_gives_identical_rows(pmembench):
    simulate(pmembench, NOISE)
    cells = """  - {workload: chase, path: mapped, backend: movnt}
  - {workload: random, backend: movnt, access: write, threads: 3}
  - {workload: persist, backend: movnt, timing: operation}
  - {workload: loaded, backend: movnt, threads: 3, load_share: 50}
"""
    first = measured(pmembench, cells)
    again = measured(pmembench, cells)
    assert [without_what_a_run_is(row) for row in first] == [without_what_a_run_is(row) for row in again]
    other = measured(pmembench, cells, "--set", "seed=2")
    assert [time_of(row) for row in other] != [time_of(row) for row in first]


def test_loads_take_what_the_model_says(pmembench):
    simulate(pmembench)
    rows = measured(pmembench, f"""  - {{workload: chase, path: mapped, backend: movnt}}
  - workload: uniform
    path: mapped
    backend: movnt
    matrix:
      chains: [1, 2, {PARALLELISM}, 16]
""")
    assert [time_of(row) for row in rows[:2]] == pytest.approx([LATENCY_NS] * 2)
    assert time_of(rows[2]) == pytest.approx(LATENCY_NS / 2, rel=0.02)
    assert time_of(rows[3]) == pytest.approx(LATENCY_NS / PARALLELISM, rel=0.03)
    assert time_of(rows[4]) == pytest.approx(LATENCY_NS / PARALLELISM, rel=0.03)


def test_a_cache_hits_by_the_share_that_it_holds(pmembench):
    simulate(pmembench, "levels: [{name: cache, capacity: 1M, latency: 100ns}]\n")
    rows = measured(pmembench, """  - workload: uniform
    path: mapped
    backend: movnt
    matrix:
      range_size: [512K, 2M, 4M]
""")
    small, twice, four = (time_of(row) for row in rows)
    assert small == pytest.approx(100)
    assert twice == pytest.approx(200, rel=0.05)
    assert four == pytest.approx(250, rel=0.05)


def test_durable_writes_cost_what_each_backend_does(pmembench):
    simulate(pmembench)
    rows = measured(pmembench, """  - workload: durability
    operation_size: 64
    matrix:
      backend: [movnt, clflush]
      step: [store, store_flush, store_flush_fence]
""")
    by_cell = {(row["backend"], row["parameters"]["step"]): time_of(row) for row in rows}
    assert by_cell["movnt", "store"] == pytest.approx(STORE_NS)
    assert by_cell["movnt", "store_flush"] == pytest.approx(STORE_NS)
    assert by_cell["movnt", "store_flush_fence"] == pytest.approx(STORE_NS + FENCE_NS)
    assert by_cell["clflush", "store_flush"] == pytest.approx(STORE_NS + FLUSH_NS)
    assert by_cell["clflush", "store_flush_fence"] == pytest.approx(STORE_NS + FLUSH_NS + FENCE_NS)


def test_threads_share_channels_and_no_more(pmembench):
    simulate(pmembench, "interleave: {ways: 1, busy: 30ns}\n")
    rows = measured(pmembench, """  - workload: uniform
    path: mapped
    backend: movnt
    chains: 4
    matrix:
      threads: [1, 2, 4, 8]
""")
    times = [time_of(row) for row in rows]
    assert times[0] == pytest.approx(75, rel=0.03)
    assert times[1] == pytest.approx(37.5, rel=0.05)
    assert times[2:] == pytest.approx([30, 30], rel=0.03), "more than the channel gives, nobody gets"


def test_threads_are_the_models(pmembench):
    simulate(pmembench, "cpus: 3\n")
    outcome = pmembench.run(campaign=CAMPAIGN + """  - {workload: chase, path: mapped, backend: movnt, threads: 4}
  - {workload: chase, path: mapped, backend: movnt, threads: all}
""")
    first, second = [row for row in outcome.rows() if "derived" not in row]
    assert first["status"] == "skipped"
    assert "the simulated host has 3 CPUs" in first["reason"]
    assert second["threads"] == 3 and second["status"] == "ok"


def test_bytes_are_real_and_verified(pmembench):
    simulate(pmembench)
    (row,) = measured(pmembench,
                      "  - {workload: copy, backend: clflush, operation_size: 4K, durability: each}\n")
    assert row["amplification"]["bytes_stored"] == row["amplification"]["bytes_loaded"] == 4096


def test_slots_show_the_refresh(pmembench):
    simulate(pmembench, "refresh: {period: 20us, stall: 2us}\n")
    (row,) = measured(pmembench, """  - workload: reload
    path: mapped
    backend: movnt
    timing: operation
    slots: 1us
""", "--set", "slice=2ms", "--set", "slices=1")
    (warning,) = [each for each in row["warnings"] if each["type"] == "periodic_stalls"]
    assert "come back every 20 us" in warning["sentence"]


@pytest.mark.parametrize(("cell", "why"), [
    ("{workload: random, backend: 'null'}", "backend null does not serve sim media"),
    ("{workload: random, backend: movnt, path: flags}", "path flags does not report to a simulated memory"),
    ("{workload: random, backend: movnt, path: block-raw, operation_size: 4K}",
     "path block-raw does not report to a simulated memory"),
    ("{workload: handover, backend: movnt, path: mapped, threads: 2}",
     "workload handover does not report to a simulated memory"),
    ("{workload: durability, backend: movnt, line: shared, path: mapped, threads: 2}",
     "wait for each other"),
    ("{workload: chase, backend: movnt, path: mapped, placement: far}", "a simulated memory has none"),
    ("{workload: loaded, backend: movnt, threads: 2, probe_media: 'dram:1M'}", "leave probe_media out"),
])
def test_what_would_be_wrong_in_virtual_time_is_skipped_with_its_reason(pmembench, cell, why):
    simulate(pmembench)
    outcome = pmembench.run(campaign=CAMPAIGN + f"  - {cell}\n")
    rows = [row for row in outcome.rows() if "derived" not in row]
    assert [row["status"] for row in rows] == ["skipped"], rows
    assert why in rows[0]["reason"]


@pytest.mark.parametrize(("words", "why"), [
    (("micro", "--media", SIM), "virtual time"),
    (("check", "movnt", "--media", SIM), "virtual time"),
    (("fsck", SIM), "virtual time"),
])
def test_what_tests_real_memory_refuses_a_model(pmembench, words, why):
    simulate(pmembench)
    outcome = pmembench(*words)
    assert outcome.status in (2, 3), outcome.out + outcome.err
    assert why in outcome.err


@pytest.mark.parametrize(("text", "why"), [
    (MODEL + "latncy: 1ns\n", "memory.yaml:9:1: unknown key 'latncy'; did you mean 'latency'?"),
    (MODEL + "refresh: {period: 1us, stall: 2us}\n", "refresh.stall 2000 ns is not shorter than refresh.period"),
    (MODEL.replace("64M", "0"), "size 0 is not a multiple"),
    (MODEL.replace("300ns", "-3ns"), "latency: "),
    (MODEL + "levels: [{name: a, capacity: 1M, latency: 400ns}]\n", "levels.latency: 400 ns of 'a' is not below"),
    (MODEL + "read_only: true\n", "says that it is read-only"),
    ("size: [\n", "memory.yaml:"),
])
def test_a_model_that_cannot_be_is_refused_before_anything_runs(pmembench, text, why):
    simulate(pmembench, model=text)
    outcome = pmembench.run(campaign=CAMPAIGN + "  - {workload: chase, path: mapped, backend: movnt}\n")
    assert outcome.status in (2, 3), outcome.out + outcome.err
    assert why in outcome.err + outcome.out
    database = pmembench.folder / "pmembench.db"
    assert not database.exists() or not sqlite3.connect(database).execute(
        "SELECT count(*) FROM replicates").fetchone()[0]


def test_a_model_that_is_not_there_is_named(pmembench):
    outcome = pmembench.run(campaign=CAMPAIGN + "  - {workload: chase, path: mapped, backend: movnt}\n")
    assert outcome.status in (2, 3)
    assert "the model memory.yaml cannot be read: No such file" in outcome.err + outcome.out


def test_a_medium_of_one_page_and_of_a_tebibyte(pmembench):
    simulate(pmembench)
    cells = "  - {workload: chase, path: mapped, backend: movnt}\n"
    (page,) = measured(pmembench, cells, "--media", SIM + ",size=4K")
    assert page["medium"]["size_bytes"] == 4096 and time_of(page) == pytest.approx(LATENCY_NS)
    (large,) = measured(pmembench, cells, "--media", SIM + ",size=1T")
    assert large["medium"]["whole_bytes"] == 1 << 40 and time_of(large) == pytest.approx(LATENCY_NS)
    (far,) = measured(pmembench, """  - workload: uniform
    path: mapped
    backend: movnt
    range_size: 64G
    spacing: 1G
""", "--media", SIM + ",size=1T")
    assert time_of(far) == pytest.approx(LATENCY_NS)


def test_a_device_that_fails_half_way_leaves_the_reason(pmembench):
    simulate(pmembench, "fails_after: 300\n")
    outcome = pmembench.run(campaign=CAMPAIGN + "  - {workload: chase, path: mapped, backend: movnt}\n")
    assert outcome.status == 4
    (row,) = [row for row in outcome.rows() if "derived" not in row]
    assert "the simulated device is gone: its model says that it fails after 300 operations" in row["reason"]


def test_bad_pages_are_met(pmembench):
    simulate(pmembench, "bad_pages: [0]\n")
    outcome = pmembench.run(campaign=CAMPAIGN + "  - {workload: sequential, backend: movnt, access: read}\n")
    assert outcome.status == 4
    assert "stopped short" in outcome.out or "failed" in outcome.out


def test_the_gate_finds_a_slower_memory(pmembench):
    simulate(pmembench, "noise: {slice: 2%}\n")
    slower = simulate(pmembench, "noise: {slice: 2%}\n", MODEL.replace("300ns", "330ns"), "slower.yaml")
    text = CAMPAIGN + "  - {workload: chase, path: mapped, backend: movnt}\n"
    outcome = pmembench("gate", pmembench.campaign(text), "--head-media", slower)
    assert outcome.status == 1, outcome.out + outcome.err
    assert "slower by +10.0 %" in outcome.out
