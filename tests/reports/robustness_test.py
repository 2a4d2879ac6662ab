"""Whatever a store holds, the page is valid; whatever is no store gives one clear sentence."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys

import pytest
from conftest import PACKAGE_FOLDER, run_report
from fixture_store import Maker, comparison, crash, derived, estimate, history, row
from page_reader import Page

HOSTILE = "<script>alert(1)</script>\"'&amp; $x^2$ </title> \u202e💾 ]]> --> {{ 7*7 }}"


def page_of(maker: Maker, *words: object) -> Page:
    path = maker.close()
    outcome = run_report(path.parent, path, "--html", "page.html", "--png", "png", *words)
    assert (outcome.status, outcome.err) == (0, "")
    return Page((path.parent / "page.html").read_text(encoding="utf-8"))


@pytest.fixture
def maker(tmp_path):
    return Maker(tmp_path / "made.db")


def test_a_run_without_a_cell(maker):
    page = page_of(maker)
    assert page.tables == {}
    assert any("There is nothing to draw" in text for text in page.texts["p"])


def test_a_run_of_one_cell(maker):
    maker.add(row("one/cell", 125.0), slices=[[125.0, 126.0, 124.0]])
    page = page_of(maker)
    assert page.row("results", "one/cell")["time per operation"] == "125 ns"
    assert "figure-throughput_by_size" in page.ids


def test_a_run_of_one_dimension(maker):
    for backend in ("movnt", "clwb", "clflush"):
        maker.add(row(f"one/{backend}", 125.0, backend=backend))
    assert "figure-throughput_by_size" in page_of(maker).ids


def test_a_run_without_latency_has_no_latency_table(maker):
    maker.add(row("one/cell", 125.0))
    assert "latencies" not in page_of(maker).tables


def test_a_run_of_errors_only(maker):
    for place in range(3):
        maker.add(row(f"bad/{place}", None, status="error", claim="volatile", replicates=0, slices=0,
                      reason="the worker died of signal 7", medium=None))
    page = page_of(maker)
    assert page.tables == {}
    assert any("3 cells: the worker died of signal 7" in text for text in page.texts["summary"])


def test_numbers_that_are_none_are_left_out(maker):
    broken = {"estimate": None, "low": None, "high": None, "has_interval": True}
    maker.add(row("none/time", 10.0, ns_per_operation=broken))
    maker.add(row("none/rate", 10.0, operations_per_s=broken, bytes_per_s=broken,
                  floor_ns=None, disturbed_share=None, medium=None, amplification=None,
                  warnings=None, placement=None,
                  latency_ns={"mode": "durable", "n": 10, "mean": None, "p50": None}))
    maker.add(row("no/interval", 10.0, ns_per_operation={"estimate": 10.0, "has_interval": False,
                                                         "low": 0, "high": 0}),
              slices=[[None, 1.0, 2.0], []])
    page = page_of(maker)
    assert page.row("results", "none/rate")["bandwidth"] == ""
    assert page.row("results", "no/interval")["95 % interval"] == "none"
    assert "none/time" not in [line[0] for line in page.tables["results"]]
    assert any("none/time" in text for text in page.texts["li"])
    everything = "".join(text for tag, texts in page.texts.items() if tag != "script" for text in texts)
    assert " nan" not in everything and "NaN" not in everything and "inf " not in everything


def test_hostile_names_are_text(tmp_path):
    maker = Maker(tmp_path / "made.db", campaign=HOSTILE, command_line=HOSTILE,
                  environment={"cpu": {"model_name": HOSTILE}, "settings": {HOSTILE: HOSTILE},
                               "caches": "none", "nodes": [HOSTILE], "host": None})
    for size in ("64", "256"):
        maker.add(row(f"{HOSTILE}/{size}", 50.0, backend=HOSTILE, media=HOSTILE,
                      parameters={"operation_size": size, HOSTILE: HOSTILE},
                      warnings=[{"type": HOSTILE, "sentence": HOSTILE}]), slices=[[50.0, 51.0, 52.0]])
    maker.add(row("skipped", None, status="skipped", reason=HOSTILE, claim="volatile", replicates=0))
    document = comparison(1)
    document.update(sentence=HOSTILE, verdict=HOSTILE, base_only=[HOSTILE])
    document["cells"][0].update(cell=HOSTILE, verdict=HOSTILE, reason=HOSTILE)
    outcomes, records = crash(), history()
    outcomes["outcomes"][0].update(target=HOSTILE, expected=HOSTILE)
    records["series"][0].update(cell=HOSTILE)
    records["series"][0]["points"][6].update(label=HOSTILE, reason=HOSTILE)
    document["head"]["run"], document["base"]["run"] = maker.run, 99
    maker.document("compare", document, maker.run)
    maker.document("crash", outcomes, maker.run)
    maker.document("history", records)
    page = page_of(maker)
    assert page.row("results", f"{HOSTILE}/64")["time per operation"] == "50 ns"
    assert page.texts["title"][:1] == [f"pmembench: {HOSTILE}, run 1"]
    # Ours, the data, and no other: nothing of the store became an element.
    assert [values.get("id") for values, _ in page.scripts] == ["raw", "zoom", None, None]
    (raw,) = [text for values, text in page.scripts if values.get("id") == "raw"]
    assert json.loads(raw)["run"]["campaign"] == HOSTILE
    assert not any("onerror" in values or "onclick" in values for _, values in page.tags)


def test_documents_of_another_shape_do_no_harm(maker):
    maker.add(row("one/cell", 125.0))
    maker.document("crash", {"outcomes": [1, None, {"target": None}]}, maker.run)
    maker.document("history", {"series": [None, {"points": [{}, {"ratio": "x"}]}, {"points": 3}]})
    maker.document("compare", {"head": {"run": maker.run}, "cells": [None, {"effect": 3}]}, maker.run)
    page = page_of(maker)
    assert "figure-history" not in page.ids
    assert "figure-comparison" not in page.ids


def without_runs(path) -> Maker:
    maker = Maker(path)
    maker.connection.execute("DELETE FROM runs")
    return maker


def test_a_store_of_a_gate_alone_has_a_page(tmp_path):
    maker = without_runs(tmp_path / "made.db")
    maker.document("gate", comparison(1), None)
    page = page_of(maker)
    assert "figure-comparison" in page.ids
    assert any("holds no run" in text for text in page.texts["small"])


def test_a_store_of_crash_trials_alone_has_a_page(tmp_path):
    maker = without_runs(tmp_path / "made.db")
    maker.document("crash", crash(), None)
    assert "figure-crash_outcomes" in page_of(maker).ids


def test_a_store_without_anything_says_what_to_do(tmp_path):
    path = without_runs(tmp_path / "made.db").close()
    outcome = run_report(tmp_path, path)
    assert outcome.status != 0
    assert "holds no run yet: measure with `pmembench run`" in outcome.err


def slots_of(**more) -> dict:
    """Details of a replicate whose slices were shorter than a slot."""
    empty = {f"{name}_ns": [] for name in ("mean", "p50", "p99", "p99.9", "max")}
    return {"slots": {"slot_ns": 1e7, "n": [], "cut": True, **empty, **more}}


@pytest.mark.parametrize("slots", [
    {}, {"slot_ns": None}, {"slot_ns": 10 ** 400}, {"max_ns": 7}, {"max_ns": [10 ** 400, "x", None]},
    {"period_of_max": {"found": True, "p_value": 0.1}}, {"period_of_max": {"p_value": "low"}},
])
def test_slots_of_which_none_was_measured_are_not_drawn(maker, slots):
    maker.add(row("tail/slots=10ms", 125.0, workload="tail"), slices=[[125.0]],
              details=slots_of(**slots))
    page_of(maker)


ODD = [None, True, -1, 10 ** 400, 1e308, "text", [], {}, [[[]]], {"estimate": "x"}]


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:12])
def test_a_row_with_an_odd_value_has_a_page(maker, value):
    for name in row("x"):
        if name in ("cell", "media"):  # columns of their own
            continue
        maker.add({**row(f"odd/{name}", 125.0), name: value}, slices=[[125.0, 126.0, 124.0]])
    page_of(maker)


def many(path, cells: int):
    maker = Maker(path)
    backends = ("movnt", "clwb", "clflushopt", "clflush", "eadr", "libpmem2", "null", "devdax")
    for place in range(cells):
        size, threads = 64 << place // 8 % 8, 1 << place // 64 % 4
        maker.add(row(
            f"dram:128M/{backends[place % 8]}/direct/random/operation_size={size}B,alpha={place // 256}/t{threads}",
            50.0 + place % 97, backend=backends[place % 8], threads=threads,
            parameters={"operation_size": str(size), "access": "write", "alpha": str(place // 256)},
            latency_ns={"mode": "durable", "n": 1000, "mean": 60.0, "min": 50.0, "max": 90.0,
                        "p50": 55.0, "p90": 65.0} if place % 2 else None,
            bytes_per_s=estimate(size * 1e9 / (50.0 + place % 97)),
            amplification={"bytes_stored": float(size), "lines_flushed": 1.0, "drains": 1.0},
            warnings=[{"type": "not_converged", "sentence": "wider than asked"}]),
            slices=[[50.0, 51.0, 52.0]] if place < 50 else None)
    return maker.close()


def cost(path) -> tuple[float, int]:
    """CPU seconds and the most memory in bytes of one report."""
    script = ("import sys, resource; sys.argv = ['x', *sys.argv[1:]]\n"
              "from pmembench_report.command import main\n"
              "status = main()\n"
              "usage = resource.getrusage(resource.RUSAGE_SELF)\n"
              # Not ru_maxrss, which begins with what the parent had.
              "peak = [line for line in open('/proc/self/status') if line.startswith('VmHWM')]\n"
              "print(usage.ru_utime + usage.ru_stime, peak[0].split()[1], file=sys.stderr)\n"
              "sys.exit(status)\n")
    done = subprocess.run([sys.executable, "-B", "-c", script, str(path), "--html", "many.html"],
                          cwd=path.parent, capture_output=True, text=True,
                          env={"PYTHONPATH": str(PACKAGE_FOLDER), "PATH": "/usr/bin:/bin"})
    assert done.returncode == 0, done.stderr
    seconds, kib = done.stderr.split()
    return float(seconds), int(kib) * 1024


def test_ten_thousand_cells_stay_bounded(tmp_path):
    path = many(tmp_path / "many.db", 10000)
    seconds, memory = cost(path)
    print(f"10,000 cells: {seconds:.1f} s of CPU time, {memory >> 20} MiB, "
          f"{(tmp_path / 'many.html').stat().st_size:,} bytes")
    assert memory < 200 << 20
    page = Page((tmp_path / "many.html").read_text(encoding="utf-8"))
    assert len(page.tables["results"]) == 10001
    assert sum(tag == "svg" for tag, _ in page.tags) < 40
    assert [values["type"] for values, _ in page.scripts if values.get("id") == "raw"] == [
        "application/gzip"]


def test_a_hundred_cells_make_less_than_a_megabyte(tmp_path):
    path = many(tmp_path / "hundred.db", 100)
    seconds, memory = cost(path)
    print(f"100 cells: {seconds:.1f} s of CPU time, {memory >> 20} MiB")
    assert (tmp_path / "many.html").stat().st_size < 1_000_000


def sentence_of(outcome) -> str:
    assert outcome.err.count("\n") == 1, outcome.err
    assert outcome.err.startswith("pmembench: ")
    assert outcome.out == ""
    return outcome.err.removeprefix("pmembench: ").rstrip("\n")


def test_a_newer_schema_is_refused(tmp_path, report):
    path = Maker(tmp_path / "made.db").close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 9")
    outcome = report("made.db")
    assert outcome.status == 2
    assert sentence_of(outcome) == (
        "made.db has schema version 9 and this report knows version 1 to 4: use the report of the "
        "pmembench that wrote it")
    assert not (tmp_path / "report.html").exists()


def test_version_1_is_read(tmp_path, report):
    """It has no documents: the command derives what it says as a whole, and hands it over in a file."""
    maker = Maker(tmp_path / "made.db", version=1)
    maker.add(row("one/cell", 125.0))
    maker.close()
    (tmp_path / "derived.json").write_text(json.dumps(derived()))
    assert report("made.db", "--derived", "derived.json", "--html", "page.html").status == 0
    page = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert page.row("results", "one/cell")["operations"] == "8 M/s"
    outcome = report("made.db")
    assert outcome.status == 2
    assert "has no document `derived` of run 1" in sentence_of(outcome)


@pytest.mark.parametrize("part", sorted(set(derived()) - {"schema", "version"}))
def test_a_document_that_lacks_a_part_is_refused(maker, report, part):
    """Left out without a message, it would be a page without a rung."""
    document = derived()
    del document[part]
    maker.document("derived", document, maker.run)
    maker.close()
    outcome = report("made.db")
    assert outcome.status == 2
    assert part in sentence_of(outcome)


def test_a_file_of_another_program_is_refused(tmp_path, report):
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE t (x)")
    outcome = report("other.db")
    assert (outcome.status, sentence_of(outcome)) == (
        2, "other.db is not a results file of pmembench: name one that `pmembench run` made")


@pytest.mark.parametrize("keep", [10, 100, 4096, 0.5, 0.9])
def test_a_truncated_file_is_one_sentence(tmp_path, report, every_store, keep):
    content = every_store.read_bytes()
    (tmp_path / "cut.db").write_bytes(content[:keep if keep > 1 else int(len(content) * keep)])
    outcome = report("cut.db")
    assert outcome.status == 2
    assert "cut.db" in sentence_of(outcome)
    assert not (tmp_path / "report.html").exists()


def test_what_is_no_database_is_one_sentence(tmp_path, report):
    (tmp_path / "text.db").write_text("hello " * 1000)
    outcome = report("text.db")
    assert outcome.status == 2
    assert sentence_of(outcome).startswith("text.db is not a results file of pmembench, or is damaged (")
    assert sentence_of(report(".")) == ". is not a regular file: name the results file"
    assert sentence_of(report("none.db")).startswith("none.db does not exist: measure first")


def test_a_store_without_runs_says_so(tmp_path, report):
    maker = Maker(tmp_path / "made.db")
    maker.connection.execute("DELETE FROM runs")
    maker.close()
    outcome = report("made.db")
    assert (outcome.status, sentence_of(outcome)) == (
        2, "made.db holds no run yet: measure with `pmembench run`")


def test_a_comparison_that_is_not_stored_says_how_to_make_it(report, every_store, tmp_path):
    (tmp_path / "d.json").write_text(json.dumps(derived()))
    outcome = report(every_store, "--derived", "d.json", "--compare", "77")
    assert outcome.status == 2
    assert sentence_of(outcome).endswith(
        "make one with `pmembench compare 77 1 --json > FILE` and give it with --comparison FILE")


@pytest.mark.parametrize("text, sentence", [
    ("{", "c.json is not JSON (Expecting property name"),
    ("[]", "c.json is not a pmembench-comparison document (its schema is None): name one"),
    ('{"schema": "pmembench-history"}',
     "c.json is not a pmembench-comparison document (its schema is 'pmembench-history'): name one"),
    ('{"schema": "pmembench-comparison", "version": 2}',
     "c.json has version 2 of pmembench-comparison and this report knows version 1"),
])
def test_a_document_of_another_kind_is_one_sentence(tmp_path, report, every_store, text, sentence):
    (tmp_path / "c.json").write_text(text)
    (tmp_path / "d.json").write_text(json.dumps(derived()))
    outcome = report(every_store, "--derived", "d.json", "--comparison", "c.json")
    assert outcome.status == 2
    assert sentence_of(outcome).startswith(sentence)


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path, report, maker):
    maker.add(row("one/cell", 125.0))
    maker.close()
    (tmp_path / "folder").mkdir()
    assert sentence_of(report("made.db", "--html", "folder")) == (
        "folder is a folder: name a file in it with --html")
    assert sentence_of(report("made.db", "--html", "x/y.html")).startswith("x/y.html cannot be made")
    (tmp_path / "file").write_text("")
    outcome = report("made.db", "--png", "file")
    assert outcome.status == 4
    assert sentence_of(outcome).startswith("file cannot be written (")


def test_a_python_without_packages_says_what_to_install(tmp_path):
    script = ("import sys, pmembench_report.__main__ as start\n"
              "start.NEEDED = ('numpy', 'no_such_package')\n"
              "start.SYSTEM_PYTHON = '/nowhere/python3'\n"
              "sys.exit(start.start())\n")
    done = subprocess.run([sys.executable, "-B", "-c", script], capture_output=True, text=True,
                          env={"PYTHONPATH": str(PACKAGE_FOLDER)}, cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr == (
        "pmembench: the report cannot be drawn, for Python has no no_such_package: run "
        "script/bootstrap report, or install python3-no_such_package\n")


def test_the_document_of_a_gate_is_drawn_without_a_results_file(tmp_path):
    (tmp_path / "gate.json").write_text(json.dumps(comparison(3)), encoding="utf-8")
    outcome = run_report(tmp_path, "--gate", "gate.json", "--html", "gate.html", "--png", "png")
    assert (outcome.status, outcome.err) == (0, "")
    assert "REGRESSION" in (tmp_path / "gate.html").read_text(encoding="utf-8")
    assert list((tmp_path / "png").glob("*.png"))
    assert not list(tmp_path.glob("*.db"))


def test_a_gate_and_a_results_file_are_two_reports(tmp_path, every_store):
    (tmp_path / "gate.json").write_text(json.dumps(comparison(1)), encoding="utf-8")
    for words in ([every_store, "--gate", "gate.json"], []):
        outcome = run_report(tmp_path, *words)
        assert outcome.status == 2
        assert "name one of them" in outcome.err
