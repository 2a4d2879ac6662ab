"""Each figure shows the numbers of its rows: those of a real run are looked for in the SVG."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest
from pmembench_report import units
from pmembench_report.figures import FIGURES

NAMES = [each.NAME for each in FIGURES]


def figure(page: str, name: str) -> str:
    return page.split(f'id="figure-{name}"')[1].split("</section>")[0]


@pytest.fixture(scope="module")
def rows(every_store) -> list[dict]:
    with sqlite3.connect(every_store) as connection:
        return [json.loads(text) for (text,) in
                connection.execute("SELECT row FROM cells WHERE json_extract(row, '$.status') = 'ok'")]


def one(rows: list[dict], backend: str = "movnt", threads: int = 1, path: str | None = None,
        workload: str = "random", mode: str | None = None, media: str | None = None, **parameters) -> dict:
    """The row of that kind; a parameter is given as its text."""
    (found,) = [row for row in rows if row["workload"] == workload and row["backend"] == backend
                and row["threads"] == threads and path in (None, row["path"])
                and media in (None, row["media"])
                and (row["latency_ns"] or {}).get("mode") == mode
                and all(row["parameters"].get(name) == text for name, text in parameters.items())]
    return found


def interval(estimate: dict, words) -> str:
    """As a tip has it."""
    parts = [words(estimate[name]) for name in ("estimate", "low", "high")]
    return f"{parts[0]} [{parts[1]}, {parts[2]}]"


def test_throughput_is_that_of_its_rows(every_page, rows):
    row = one(rows, operation_size="4096", threads=2, media="dram:4M")
    rate = interval(row["bytes_per_s"], units.bytes_rate)
    assert f"movnt, 4 KiB: {rate}" in figure(every_page, "throughput_by_size")
    assert f"movnt, 2: {rate}" in figure(every_page, "throughput_by_threads")
    for text in ("64 B", "256 B", "clflush", "bytes per second", "hatched, open markers: emulated"):
        assert text in figure(every_page, "throughput_by_size")


def test_the_cost_of_persisting_is_the_median_of_timed_operations(every_page, rows):
    row = one(rows, workload="persist", operation_size="64", mode="issue")
    text = f"movnt, 64 B, issue: {units.duration(row['latency_ns']['p50'])}, n {row['latency_ns']['n']:,}"
    assert text in figure(every_page, "persist_cost")


def test_percentiles_are_on_the_axis_of_the_tail(every_page):
    for text in ("p50", "p99.9", "latency (log scale)", "1 / (1 − q)"):
        assert text in figure(every_page, "latency_percentiles")


def test_slices_are_drawn_in_time_order(every_page, every_store, rows):
    drawn = figure(every_page, "latency_over_time")
    assert "slice, in time order" in drawn and "tail over time" in drawn
    assert "process&#x27;s median" in drawn or "process's median" in drawn
    assert "null" not in re.findall(r'aria-label="([^"]*)"', drawn)


def test_the_staircase_has_a_line_a_stride(every_page, rows):
    row = one(rows, workload="chase", mode="dependent", range_size="4194304", stride="4096")
    text = f"stride 4 KiB, 4 MiB: {interval(row['ns_per_operation'], units.duration)}"
    assert text in figure(every_page, "staircase")


def test_a_loaded_point_has_latency_and_bandwidth_with_intervals(every_page, rows):
    row = one(rows, workload="loaded", threads=2, mode="dependent", read_share="50", load_share="100")
    text = (f"50 % reads: mean {interval(row['ns_per_operation'], units.duration)} at "
            f"{interval(row['bytes_per_s'], units.bytes_rate)}")
    assert text in figure(every_page, "loaded_latency")
    assert "at no load" in figure(every_page, "loaded_latency")


def test_a_matrix_has_each_pair_and_what_it_is_rated(every_page):
    drawn = figure(every_page, "numa")
    for text in ("node 1 to node 0: 5 GiB/s ±50.0%", "node 0 to dax1.0: 1.75 GiB/s ±50.0%",
                 "node 1 to node 2: 2 GiB/s ±50.0%, x2.00 of 1 GiB/s rated", "threads on", "memory on"):
        assert text in drawn, text


def test_a_sweep_has_each_weight_and_the_prediction(every_page):
    drawn = figure(every_page, "interleave")
    for text in ("nodes 0 and 2, of movnt/direct/sequential", "from node 0, 75 %:", "from node 0, 88 %:",
                 "from node 0, 0 %: 2 GiB/s", "share of the pages on node 0"):
        assert text in drawn, text


def test_steps_of_durability_say_what_each_adds(every_page):
    drawn = figure(every_page, "durability")
    for step in ("store", "store_flush", "store_flush_fence"):
        assert re.search(rf">{step}: [\d.]+ [nu]s", drawn)
    assert re.search(r"store_flush: [\d.]+ [nu]s, [+-][\d.]+ ns \[", drawn)


def test_a_crossover_says_its_size_and_interval(every_page):
    drawn = figure(every_page, "crossover")
    assert re.search(r"clflush, movnt is faster from: (\d+ B|below \d+ B|above [\d.]+ KiB) \[", drawn)


def test_a_ladder_has_a_bar_for_each_path(every_page):
    (panel,) = [panel for panel in figure(every_page, "layer_ladder").split("<svg")[1:]
                if "block-rmw" in panel]
    for path in ("direct", "mapped", "block-raw", "block-btt", "block-rmw", "fs-block", "fs-dax",
                 "fs-mixed", "posix"):
        assert re.search(rf">(\u00a0| |&#xa0;)*{path}<", panel, re.IGNORECASE), path
    assert "log scale" in panel


def test_a_personality_is_one_panel_of_all_its_paths(every_page, rows):
    panels = figure(every_page, "personalities").split("<svg")[1:]
    assert len(panels) == 2
    for path in ("fs-dax", "fs-block"):
        row = one(rows, workload="varmail", path=path)
        text = f"{path}: {units.rate(row['operations_per_s']['estimate'])}"
        assert sum(text in panel for panel in panels) == 1, text


def test_an_error_policy_is_drawn_by_bad_blocks(every_page, rows):
    row = one(rows, workload="persist", path="guarded", mode="durable", error_policy="recovery",
              bad_blocks="16")
    assert f"recovery, 16: {units.duration(row['latency_ns']['p99'])}" in figure(every_page, "error_policy")


# Every number follows from the documents of fixture_store.py.
DOCUMENTS = {
    "comparison": ["REGRESSION", "+5.12 % [+4.52 %, +5.72 %]", "-4.14 %", "band ±2 %",
                   "dram:128M/movnt/direct/random/t1"],
    "crash_outcomes": ["btt", "4,000", "311", "✗ fs-dax", "rmw: neighbours damaged 311"],
    "datasheet": ["latency, idle", "311 ns [305 ns, 318 ns]", "256 B (97 of 100 right)", "bank classes",
                  "the two kinds are nearer than four deviations", "3.1 x [3 x, 3.2 x]"],
    "visibility": ["n01 to n02: safe: clwb with clflush", "321 stale, 160 reordered", "481", "of 4,000",
                   "none wrong, at most 0.00075 of them (95 %)"],
    "hosts": ["together/0: all ran together for 40 ms", "n02: 112 ns, +12.5 % [+6.25 %, +18.75 %] against the rest",
              "p 0.00098, slower", "n02 to file:/mnt/b: 4 GiB/s", "Host by target"],
    "window": ["window of 40 ms", "n02: from 1.5 us to 42 ms, busy 75 %, clock ±512 ns"],
    "history": ["alarm: point", "alarm: creep", "accepted: a deliberate trade", "build7",
                "ratio to the reference (not from zero)", "1.028"],
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_figure_shows_the_numbers_of_its_document(every_page, name):
    for text in DOCUMENTS[name]:
        assert text in figure(every_page, name), text


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_a_png_too(every_page, every_store, name):
    made = list((every_store.parent / "png").glob(f"{name}_[0-9].png"))
    assert made and len(made) == figure(every_page, name).count("<svg")
    for path in made:
        content = path.read_bytes()
        assert content.startswith(b"\x89PNG")
        # 4.8 inches at 2 x 100 dots: what is printed at 100 dots has twice as many.
        assert int.from_bytes(content[16:20], "big") == 960


def test_every_module_of_figures_is_in_the_list():
    from pathlib import Path

    import pmembench_report.figures as figures

    helpers = {"__init__", "drawing", "time_slots"}
    files = {path.stem for path in Path(figures.__file__).parent.glob("*.py")} - helpers
    assert {figure.__name__.rsplit(".", 1)[1] for figure in figures.FIGURES} == files
    assert {figure.NAME for figure in figures.FIGURES} == files
    for each in figures.FIGURES:
        assert len(each.HOW_TO_READ) > 100


def test_marks_of_emulated_rows_are_open_and_others_filled(every_page):
    # Loads claim nothing: their panel has neither hatch nor legend of one.
    assert "emulated" not in figure(every_page, "staircase").split("<svg")[1]
    assert "pattern" not in figure(every_page, "staircase")
    panel = figure(every_page, "throughput_by_size").split("<svg")[1]
    assert "fill: url(#" in panel


def test_a_line_chart_carries_its_data_for_the_zoom(every_page, rows):
    text = re.search(r'<script type="application/json" id="zoom">(.*?)</script>', every_page).group(1)
    charts = [chart for name, chart in json.loads(text).items() if name.startswith("throughput_by_size")]
    row = one(rows, operation_size="4096", threads=2, media="dram:4M")
    found = [line["values"][chart["x"].index(4096)] for chart in charts for line in chart["series"]
             if line["label"] == "movnt" and 4096 in chart["x"]]
    assert any(value == pytest.approx(row["bytes_per_s"]["estimate"], rel=1e-4) for value in found)
