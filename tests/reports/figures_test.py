"""Each figure shows the numbers of its rows: known ones are looked for in the SVG."""

from __future__ import annotations

import re

import pytest


def figure(page: str, name: str) -> str:
    return page.split(f'id="figure-{name}"')[1].split("</section>")[0]


# The texts in the picture or at its marks; every number follows from everything.py.
NUMBERS = {
    "comparison": ["REGRESSION", "+5.12 % [+4.52 %, +5.72 %]", "-4.14 %", "band ±2 %",
                   "dram:128M/movnt/direct/random/t1"],
    "throughput_by_size": ["movnt, 4 KiB: 7.63 GiB/s [7.48 GiB/s, 7.78 GiB/s]", "64 B", "256 B", "clwb",
                           "bytes per second", "operation size", "hatched, open marks: emulated"],
    "throughput_by_threads": ["movnt, 2: 15.3 GiB/s", "threads"],
    "persist_cost": ["214", "443", "movnt, 64 B, issue: 214 ns, n 100,000", "durable", "256 B",
                     "hatched: emulated durability"],
    "latency_percentiles": ["p50", "p99.9", "p99.99", "latency (log scale)", "1 / (1 − q)", "500 ns"],
    "latency_over_time": ["tail over time, stalls every 4.00 ms (p = 0.002)", "disturbed", "slice, in time order", "from zero"],
    "staircase": ["stride 64 B, 128 MiB: 97.7 ns", "stride 4 KiB, 16 KiB: 1.80 ns", "L1", "L2",
                  "time per load (log scale)"],
    "loaded_latency": ["100 % reads: mean 106 ns [104 ns, 108 ns] at 12.0 GiB/s [11.8 GiB/s, 12.2 GiB/s]",
                       "50 % reads: p99 366 ns at 12.0 GiB/s", "mean 90.5 ns [88.7 ns, 92.3 ns] at no load"],
    "numa": ["142", "81.0", "node 0 to node 1: 142 ns", "threads on", "memory on",
             "sequential, read, all threads of a node, movnt (GiB/s)", "node 1 to node 2: 1,017 MiB/s, "
             "1.25 times the rated 814 MiB/s", "×1.25 rated", "node 0 to dax1.0: 860 MiB/s"],
    "interleave": ["sequential, read, all threads of a node, movnt, nodes 0 and 2",
                   "from node 0, 75 %: 3.97 GiB/s", "share of the pages on node 0", "from node 0, 0 %:",
                   "from node 0, 100 %: 2.98 GiB/s"],
    "layer_ladder": ["block-rmw", "1.90 µs", "+1,323 ns [+1,273, +1,373]", "stores × 16.0", "kernel",
                     "-1,245 ns", "posix"],
    "personalities": ["varmail", "oltp", "200 k/s", "80.0 k/s", "25.0 k/s", "fs-block"],
    "crash_outcomes": ["btt", "4,000", "311", "✗ fs-dax", "rmw: neighbours damaged 311"],
    "error_policy": ["io-fallback, 16: 1.06 M/s", "recovery", "fail", "bad blocks",
                     "io-fallback, 16: 6.80 µs"],
    "history": ["alarm: point", "alarm: creep", "accepted: a deliberate trade", "build7",
                "ratio to the reference (not from zero)", "1.028"],
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_figure_shows_its_numbers(every_page, name):
    section = figure(every_page, name)
    assert "<svg" in section
    for text in NUMBERS[name]:
        assert text in section, text


@pytest.mark.parametrize("name", NUMBERS)
def test_a_figure_is_a_png_too(every_page, every_store, name):
    made = list((every_store.parent / "png").glob(f"{name}_*.png"))
    assert len(made) == figure(every_page, name).count("<svg")
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
    assert {figure.NAME for figure in figures.FIGURES} == set(NUMBERS) == files
    for each in figures.FIGURES:
        assert len(each.HOW_TO_READ) > 100


def test_marks_of_emulated_rows_are_open_and_others_filled(every_page):
    # Loads claim nothing: their panel has neither hatch nor legend of one.
    assert "emulated" not in figure(every_page, "staircase").split("<svg")[1]
    assert "pattern" not in figure(every_page, "staircase")
    panel = figure(every_page, "throughput_by_size").split("<svg")[1]
    # Two bands and the legend's box.
    assert panel.count("fill: url(#") == 3


def test_a_line_chart_carries_its_data_for_the_zoom(every_page):
    import json

    text = re.search(r'<script type="application/json" id="zoom">(.*?)</script>', every_page).group(1)
    chart = json.loads(text)["throughput_by_size_1"]
    assert chart["x"] == [64, 256, 4096]
    assert {line["label"] for line in chart["series"]} == {"movnt", "clwb"}
    movnt = next(line for line in chart["series"] if line["label"] == "movnt")
    assert movnt["values"][2] == pytest.approx(4096e9 / 500)


def test_a_curve_has_no_points_of_fewer_threads(every_page):
    assert "7.00 GiB/s" not in figure(every_page, "loaded_latency")
