"""Every campaign that ships, measured by the built binary and drawn: what `derived` holds is in the
page, with the digits that the terminal prints."""

from __future__ import annotations

import html
import json
import re
import sqlite3
from pathlib import Path

import pytest
import real_stores
from page_reader import Page
from real_stores import CAMPAIGNS, RealRun, pmembench

PACKAGE = real_stores.ROOT / "reports/pmembench_report"


@pytest.fixture(scope="session")
def runs(tmp_path_factory) -> dict[str, RealRun]:
    return real_stores.make(tmp_path_factory.mktemp("campaigns"))


def derived_of(run: RealRun) -> dict:
    with sqlite3.connect(run.store) as connection:
        (found,) = connection.execute("SELECT document FROM documents WHERE kind = 'derived'").fetchall()
    return json.loads(found[0])


def rows_of(run: RealRun) -> list[dict]:
    with sqlite3.connect(run.store) as connection:
        return [json.loads(text) for (text,) in connection.execute("SELECT row FROM cells ORDER BY position")]


def measured(run: RealRun) -> list[dict]:
    return [row for row in rows_of(run) if row["status"] == "ok"]


def figure(page: str, name: str) -> str:
    return page.split(f'id="figure-{name}"')[1].split("</section>")[0].replace("&#xA0;", " ")


def words(text: str) -> str:
    """One blank for each gap: the terminal aligns and the page does not."""
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_the_page_has_each_table_word_by_word_as_the_terminal_prints_it(runs, name):
    run = runs[name]
    page, shown = Page(run.page), [words(line) for line in run.shown.splitlines()]
    printed = derived_of(run)["tables"]
    for place, table in enumerate(printed, start=1):
        head, *rows = page.tables[f"table_{table['kind']}_{place}"]
        headed = head[0] == "of"
        wanted = [row["cells"] for row in table["rows"] if row["cells"]]
        assert [row[headed:] for row in rows] == wanted, table["title"]
        assert words(table["title"]) in shown
        for row in table["rows"]:
            if row["cells"]:
                line = words(" ".join(row["cells"][row.get("repeated", 0):])).strip()
                assert any(line in each for each in shown), line
    assert [each for each in page.tables if each.startswith("table_")] == [
        f"table_{table['kind']}_{place}" for place, table in enumerate(printed, start=1)]


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_each_row_has_the_digits_of_the_terminal(runs, name):
    run = runs[name]
    page = Page(run.page)
    head, *table = page.tables["results"]
    by_cell = {line[0]: dict(zip(head, line)) for line in table}
    facts = {row["cell"]: row for row in derived_of(run)["rows"]}
    assert set(by_cell) == set(facts) == {row["cell"] for row in measured(run)}
    # The terminal's lines hold no cell names: each of its lines is one of the page's.
    lines = words(run.shown)
    for cell, line in by_cell.items():
        fact = facts[cell]
        assert line["time per operation"] in lines
        for column in ("operations", "bandwidth"):
            assert line.get(column, "") in lines
        interval = next(text for title, text in line.items() if title.endswith("% interval"))
        assert interval == "none" if not fact["interval"] else f"({fact['interval']})" in interval
        assert fact["interval"] in lines
        assert line.get("flags", "") == ", ".join(fact["remarks"])
        assert ("c" in fact["marks"]) == ("not converged" in fact["remarks"])


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_each_amplification_is_in_the_page(runs, name):
    run = runs[name]
    page = Page(run.page)
    work = {line[0]: dict(zip(page.tables["work"][0], line)) for line in page.tables.get("work", [[]])[1:]}
    for row in measured(run):
        counted = row["amplification"]
        for key, value in counted.items():
            assert work[row["cell"]][key.replace("_", " ")] == f"{value:.4g}"
        if counted.get("bytes_to_store") and "bytes_stored" in counted:
            stored = counted["bytes_stored"] / counted["bytes_to_store"]
            assert work[row["cell"]]["stored per byte asked"] == f"{stored:.3f}"


def test_every_rung_in_every_rung_out(runs):
    run = runs["layers"]
    ladders = derived_of(run)["ladders"]
    assert [len(ladder["rungs"]) for ladder in ladders] == [13, 13]
    assert sum(svg.count('class="tip"') for svg in figure(run.page, "layer_ladder").split("<svg")) == 26
    for ladder in ladders:
        assert {rung["path"] for rung in ladder["rungs"]} == {
            "direct", "flags", "mapped", "char", "block-raw", "block-partition", "block-btt", "block-rmw", "fs-block",
            "fs-dax", "fs-mixed", "kernel", "posix"}
        title = words(f"layers: {ladder['title']}")
        tree = words(run.shown).split(title)[1]
        for rung in ladder["rungs"]:
            assert rung["name"] in tree


def test_a_ladder_fits_the_terminal(runs):
    lines = runs["layers"].shown.splitlines()
    begin = next(place for place, line in enumerate(lines) if line.startswith("layers: "))
    assert max(map(len, lines[begin:])) <= 110  # into a pipe; a terminal has its own width
    # The tree is told by indentation.
    assert [line.split()[0] for line in lines[begin:] if re.match(r"    [a-z]", line)][:4] == [
        "block-partition", "block-btt", "block-rmw", "fs-block"]


def test_a_rung_is_compared_with_what_it_is_built_on(runs):
    drawn = figure(runs["layers"].page, "layer_ladder")
    for ladder in derived_of(runs["layers"])["ladders"]:
        over = {rung["path"]: [cost["over"] for cost in rung["over_parents"]] for rung in ladder["rungs"]}
        assert over == {"direct": [], "flags": ["direct"], "mapped": ["direct"], "char": ["direct"],
                        "block-raw": ["direct"],
                        "block-partition": ["block-raw"],
                        "block-btt": ["block-raw"], "block-rmw": ["block-raw"], "fs-block": ["block-raw"],
                        "fs-dax": ["direct"], "fs-mixed": ["fs-dax", "block-raw"], "kernel": [],
                        "posix": []}
        for rung in ladder["rungs"]:
            assert (rung["over_direct"] is None) == (rung["path"] == "direct")
    for table in derived_of(runs["layers"])["tables"]:
        for row in table["rows"] if table["kind"] == "ladder" else []:
            share, over = row["cells"][3], row["cells"][2]
            assert not share or f"{share} over {over}" in drawn, row["cells"]


def test_an_erase_block_stores_more_than_was_asked(runs):
    run = runs["layers"]
    (rung,) = [rung for rung in derived_of(run)["ladders"][0]["rungs"] if rung["path"] == "block-rmw"]
    assert rung["stored_per_byte"] > 16
    stored = f"{rung['stored_per_byte']:.3f}"
    assert f"stores × {stored}" in figure(run.page, "layer_ladder")
    assert Page(run.page).row("work", rung["cell"])["stored per byte asked"] == stored


def test_the_tail_is_drawn_slot_by_slot(runs):
    assert "tail over time" in figure(runs["tail"].page, "latency_over_time")


@pytest.mark.parametrize("name, figures", [
    ("layers", ["layer_ladder"]), ("durability", ["durability", "crossover", "persist_cost"]),
    ("numa", ["numa"]), ("loaded", ["loaded_latency"]), ("latency", ["staircase"]),
    ("filesystem", ["personalities"]), ("errors", ["error_policy"]), ("tail", ["latency_over_time"]),
    ("bandwidth", ["throughput_by_size"]), ("quick", ["latency_percentiles"]), ("gate", ["persist_cost"])])
def test_a_campaign_has_the_figures_that_it_is_for(runs, name, figures):
    for each in figures:
        assert "<svg" in figure(runs[name].page, each)


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_a_size_is_printed_as_a_size(runs, name):
    titles = re.findall(r'<figure id="[^"]*"><svg role="img" aria-label="([^"]*)"', runs[name].page)
    assert titles
    for title in titles:
        # Eight digits in a row are a size that nobody recognised.
        assert not re.search(r"size \d{4,}", title), title


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_the_page_says_the_floor_and_the_noise_of_derived(runs, name):
    card = words(runs[name].page.split('id="trust"')[1].split('id="figures"')[0])
    derived = derived_of(runs[name])
    if derived["harness_floor"]:
        assert derived["harness_floor"] in card
        assert f"harness floor: {derived['harness_floor']}" in words(runs[name].shown)
    assert f"{derived['noise']['disturbed']:,} of {derived['noise']['slices']:,}" in card


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_the_headline_is_first_in_the_page_and_last_on_the_terminal(runs, name):
    derived, page, shown = derived_of(runs[name]), runs[name].page, words(runs[name].shown)
    assert 0 < len(derived["headline"]) <= 12
    assert [light["name"] for light in derived["quotable"]] == [
        "medium proved", "placement proved", "quiet", "converged", "claim"]
    begin, figures = page.index('id="headline"'), page.index('id="figures"')
    top = words(re.sub("<[^>]*>", " ", html.unescape(page[begin:figures])))
    for line in derived["headline"]:
        for text in (line["what"], line["value"]):
            assert words(text) in top
            assert words(text) in shown
    for light in derived["quotable"]:
        assert f"{light['name']} {light['answer']} {words(light['reason'])}" in top
        assert f"{light['name']} {light['answer']} {words(light['reason'])}" in shown
    assert shown.endswith(words(derived["quotable"][-1]["reason"]))


def test_limits_are_the_products(runs):
    """A page warns from where the product warns (src/record/limits.hpp)."""
    header = (real_stores.ROOT / "src/record/limits.hpp").read_text()
    for name, key in (("kDisturbedShare", "disturbed_share"), ("kStealShare", "steal_share")):
        value = float(re.search(rf"{name} = ([\d.]+);", header).group(1))
        assert derived_of(runs["quick"])["limits"][key] == value


def test_a_run_without_the_document_is_derived_by_the_command(runs, tmp_path):
    """As of an older pmembench; the store stays as it is."""
    store = tmp_path / "old.db"
    store.write_bytes(runs["layers"].store.read_bytes())
    with sqlite3.connect(store) as connection:
        connection.execute("DELETE FROM documents WHERE kind = 'derived'")
    connection.close()
    before = store.read_bytes()
    assert pmembench("report", "--db", "old.db", "--html", "old.html", folder=tmp_path).returncode == 0
    page = (tmp_path / "old.html").read_text(encoding="utf-8")
    assert page == runs["layers"].page
    assert pmembench("show", "--db", "old.db", folder=tmp_path).stdout == runs["layers"].shown
    assert store.read_bytes() == before


def test_the_package_alone_derives_nothing(runs, tmp_path, report):
    store = tmp_path / "old.db"
    store.write_bytes(runs["layers"].store.read_bytes())
    assert report("old.db").status == 0
    with sqlite3.connect(store) as connection:
        connection.execute("DELETE FROM documents WHERE kind = 'derived'")
    outcome = report("old.db")
    assert outcome.status == 2
    for fact in ("old.db", "run 1", "pmembench report 1"):
        assert fact in outcome.err


def python_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def test_no_backend_is_known_by_name():
    names = re.findall(r"^(\w+) ", pmembench("list", "backends", folder=PACKAGE).stdout, re.MULTILINE)
    known = {name for name in names if name not in ("backend", "block")}
    assert {"movnt", "clwb", "null"} <= known
    for path in python_files():
        for name in known:
            assert not re.search(rf"""["']{name}["']""", path.read_text()), (path.name, name)


def test_no_threshold_and_no_statistic_is_the_pages_own():
    for path in python_files():
        text = path.read_text()
        for pattern in (r"statistics\b", r"\.median\(", r"numpy\.(mean|median|std|percentile|quantile)",
                        r"sqrt", r"[<>] 0\.\d"):
            assert not re.search(pattern, text), (path.name, pattern)


def test_a_personality_is_one_panel_with_all_its_paths(runs):
    """fs-block has a key that the others have not: it is the path's, and no other work."""
    drawn = figure(runs["filesystem"].page, "personalities").split("<svg")[1:]
    cells = [row for row in measured(runs["filesystem"]) if row["workload"] == "varmail"]
    assert {"fs-dax", "fs-block", "fs-mixed", "posix"} == {row["path"] for row in cells}
    (panel,) = [each for each in drawn if 'aria-label="varmail' in each]
    for row in cells:
        assert f">{row['path']}" in panel, row["path"]
