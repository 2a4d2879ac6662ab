"""The HTML file: its order, its numbers, its policy; nothing from outside."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
import sqlite3

import pytest
from fixture_store import Maker, comparison, row
from page_reader import Page
from pmembench_report import units
from real_stores import done

ORDER = ["verdict", "headline", "figures", "not-run", "trust", "numbers", "raw-data"]
FIGURES = ["comparison", "datasheet", "hosts", "window", "visibility", "throughput_by_size",
           "throughput_by_threads", "persist_cost", "durability",
           "crossover", "latency_percentiles", "latency_over_time", "staircase", "loaded_latency", "numa",
           "interleave", "core_to_core", "layer_ladder", "lifetime", "personalities", "crash_outcomes",
           "error_policy", "history"]


def test_sections_stand_in_the_promised_order(every_page):
    page = Page(every_page)
    assert [each for each in page.ids if each in ORDER] == ORDER
    assert [each.removeprefix("figure-") for each in page.ids if each.startswith("figure-")] == FIGURES


def test_every_figure_says_how_to_read_it(every_page):
    assert every_page.count("How to read this.") == len(FIGURES)


def test_no_id_is_given_twice(every_page):
    ids = Page(every_page).ids
    assert sorted(ids) == sorted(set(ids))


def test_the_banner_has_verdict_counts_and_false_alarms(every_page):
    banner = every_page.split('id="verdict"')[1].split("</section>")[0]
    for text in ["REGRESSION", "One cell of three is slower by 5.12 %.", "1 × IMPROVED",
                 "exit status 1", "expected false alarms 0.03", "smallest effect that counts 2 %",
                 "6.1.0 in the base, 6.1.7 in the head", "gone/cell"]:
        assert text in banner, text


def test_what_has_no_number_stands_with_its_reason(every_page):
    part = every_page.split('id="not-run"')[1].split("</section>")[0]
    errors, missing, skipped = (part.index(text) for text in (
        "the worker died of signal 11", "never/measured", "below the smallest I/O of backend block"))
    assert errors < missing < skipped


@pytest.fixture(scope="module")
def run(every_store) -> dict:
    """The run and its rows as the store has them."""
    with sqlite3.connect(every_store) as connection:
        connection.row_factory = sqlite3.Row
        found = dict(connection.execute("SELECT * FROM runs").fetchone())
        found["environment"] = json.loads(found["environment"])
        found["rows"] = [json.loads(text) for (text,) in connection.execute("SELECT row FROM cells ORDER BY position")]
    return found


def test_the_trust_card_has_machine_medium_clock_and_origin(every_page, run):
    card = html.unescape(every_page.split('id="trust"')[1].split('id="figures"')[0])
    environment = run["environment"]
    for text in [environment["cpu"]["model_name"], environment["host"]["kernel"], run["seed"],
                 run["command_line"], run["machine_fingerprint"], "100 % on node 0", "domain none",
                 "timer step", "clock pair, durable", "harness floor, never subtracted",
                 "null costs", "disturbed slices", "page size", "durability is not"]:
        assert text in card, text


def timed(run: dict) -> dict:
    return next(row for row in run["rows"] if row["latency_ns"] and row["latency_ns"]["mode"] == "durable")


def test_tables_have_units_intervals_n_and_claim(every_page, run):
    page = Page(every_page)
    given = next(row for row in run["rows"] if row["workload"] == "random" and row["claim"] == "emulated"
                 and row["status"] == "ok" and row["cell"] != "noisy/cell")
    row = page.row("results", given["cell"])
    time = given["ns_per_operation"]
    assert row["time per operation"] == units.duration(time["estimate"])
    half = 50 * (time["high"] - time["low"]) / time["estimate"]
    assert row["95 % interval"] == (
        f"{units.duration(time['low'])} – {units.duration(time['high'])} (±{half:.1f}%)")
    assert row["operations"] == units.rate(given["operations_per_s"]["estimate"])
    assert row["bandwidth"] == units.bytes_rate(given["bytes_per_s"]["estimate"])
    assert row["n (operations)"] == f"{given['operations']:,}"
    assert (row["processes"], row["slices"], row["may claim"]) == ("6", "18", "emulated")
    noisy = page.row("results", "noisy/cell")["flags"]
    assert noisy == "not converged, disturbed 31 %, page size"


def test_the_latency_table_has_n_percentiles_and_floor(every_page, run):
    given = timed(run)
    row = Page(every_page).row("latencies", given["cell"])
    latency = given["latency_ns"]
    assert (row["mode"], row["n"]) == ("durable", f"{latency['n']:,}")
    assert (row["p99"], row["max"], row["floor"]) == (
        units.duration(latency["p99"]), units.duration(latency["max"]), units.duration(given["floor_ns"]))


def test_nothing_is_loaded_from_anywhere(every_page):
    page = Page(every_page)
    for tag, values in page.tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "image"), tag
        for name in ("src", "href", "xlink:href"):
            assert values.get(name, "#").startswith("#"), (tag, values)
    assert "@import" not in every_page
    assert "url(http" not in every_page


def test_the_policy_allows_the_scripts_of_the_page_and_no_others(every_page):
    (policy,) = [values["content"] for tag, values in Page(every_page).tags
                 if tag == "meta" and "http-equiv" in values]
    assert policy.startswith("default-src 'none';")
    wanted = {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
              for values, text in Page(every_page).scripts if "type" not in values}
    assert set(re.search(r"script-src ([^;]*)", policy).group(1).split()) == wanted
    assert len(wanted) == 2


def test_the_raw_data_is_the_stores_rows(every_page, run):
    (text,) = [text for values, text in Page(every_page).scripts if values.get("id") == "raw"]
    packed = not text.startswith("{")
    document = json.loads(gzip.decompress(base64.b64decode(text)) if packed else text)
    assert document["schema"] == "pmembench-report"
    assert document["run"]["seed"] == run["seed"]
    assert document["rows"] == run["rows"]
    assert document["comparison"]["verdict"] == "REGRESSION"


def test_a_page_of_a_hundred_cells_is_below_a_megabyte(every_page):
    assert len(every_page.encode()) < 1_000_000


def test_colours_are_the_style_sheets(every_page):
    svg = every_page.split('id="figures"')[1].split('id="numbers"')[0]
    assert re.findall(r"(?:fill|stroke): #[0-9a-f]{6}", svg) == []


def test_the_same_store_gives_the_same_page(every_page, every_store):
    again = every_store.parent / "again.html"
    done("report", "1", "--db", every_store.name, "--html", again.name, folder=every_store.parent)
    assert again.read_text(encoding="utf-8") == every_page


def test_the_verdict_of_another_run_is_not_shown(tmp_path):
    maker = Maker(tmp_path / "made.db")
    maker.add(row("one/cell", 125.0))
    maker.document("compare", comparison(), maker.run)
    maker.close()
    done("report", "--db", "made.db", "--html", "one.html", folder=tmp_path)
    assert 'id="verdict"' not in (tmp_path / "one.html").read_text(encoding="utf-8")
