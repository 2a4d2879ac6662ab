"""The HTML file: its order, its numbers, its policy; nothing from outside."""

from __future__ import annotations

import base64
import hashlib
import json
import re

from page_reader import Page

ORDER = ["verdict", "not-run", "trust", "figures", "numbers", "raw-data"]
FIGURES = ["comparison", "throughput_by_size", "throughput_by_threads", "persist_cost",
           "latency_percentiles", "latency_over_time", "staircase", "loaded_latency", "numa",
           "interleave", "layer_ladder", "personalities", "crash_outcomes", "error_policy", "history"]


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
        "the worker died of signal 11", "never/measured", "this CPU has no clwb"))
    assert errors < missing < skipped


def test_the_trust_card_has_machine_medium_clock_and_origin(every_page):
    card = every_page.split('id="trust"')[1].split('id="figures"')[0]
    for text in ["Example 9000", "0xabc", "6.1.0-example", "performance", "2 MiB pages",
                 "100 % on node 0", "domain none", "10.0 ns", "29.9 ns", "40.1 ns", "0.1 %",
                 "18446744073709551615", "pmembench run example.yaml --budget 20s", "4 KiB pages",
                 "page size", "durability is not"]:
        assert text in card, text


def test_tables_have_units_intervals_n_and_claim(every_page):
    page = Page(every_page)
    row = page.row("results", "dram:128M/movnt/direct/random/size=4096/t1")
    # 100 ns * (1 + 4096 / 1024) = 500 ns; 4096 B / 500 ns = 7.63 GiB/s; the interval is 2 %.
    assert row["time per operation"] == "500 ns"
    assert row["95 % interval"] == "490 ns – 510 ns (±2.0 %)"
    assert row["operations"] == "2.00 M/s"
    assert row["bandwidth"] == "7.63 GiB/s"
    assert row["n (operations)"] == "123,456"
    assert (row["processes"], row["slices"], row["may claim"]) == ("7", "70", "emulated")
    noisy = page.row("results", "noisy/cell")["marks"]
    assert noisy == "not converged, disturbed 31 %, page size"


def test_the_latency_table_has_n_percentiles_and_floor(every_page):
    row = Page(every_page).row("latencies", "dram:128M/clwb/persist/256/durable")
    assert (row["mode"], row["n"], row["p50"]) == ("durable", "100,000", "443 ns")
    assert (row["p90"], row["p99"], row["max"], row["floor"]) == ("453 ns", "543 ns", "9.00 µs",
                                                                  "40.0 ns")


def test_amplification_is_beside_the_rows(every_page):
    row = Page(every_page).row("work", "ladder/block-rmw")
    assert row["stored per byte asked"] == "× 16.0"
    assert row["lines flushed per operation"] == "64.0"


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


def test_the_raw_data_is_the_stores_rows(every_page, every_store):
    (text,) = [text for values, text in Page(every_page).scripts if values.get("id") == "raw"]
    document = json.loads(text)
    assert document["schema"] == "pmembench-report"
    assert document["run"]["seed"] == "18446744073709551615"
    cells = {row["cell"]: row for row in document["rows"]}
    assert cells["skipped/cell"]["reason"] == "this CPU has no clwb"
    assert document["comparison"]["verdict"] == "REGRESSION"


def test_a_page_of_a_hundred_cells_is_below_a_megabyte(every_page):
    assert len(every_page.encode()) < 1_000_000


def test_colours_are_the_style_sheets(every_page):
    svg = every_page.split('id="figures"')[1].split('id="numbers"')[0]
    assert re.findall(r"(?:fill|stroke): #[0-9a-f]{6}", svg) == []


def test_the_same_store_gives_the_same_page(every_page, every_store, report, tmp_path):
    assert report(every_store, "--html", "again.html").status == 0
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == every_page


def test_the_verdict_of_another_run_is_not_shown(every_store, report, tmp_path):
    assert report(every_store, "--run", "1", "--html", "one.html").status == 0
    assert 'id="verdict"' not in (tmp_path / "one.html").read_text(encoding="utf-8")
