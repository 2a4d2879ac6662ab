"""pmembench report: the way from the command to the Python package and back."""

import os
import shutil
import sqlite3
import subprocess
import sys

import pytest
from command import BINARY

PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable


def can_draw():
    tried = [PYTHON, "-c", "import numpy, matplotlib, jinja2"]
    return subprocess.run(tried, capture_output=True).returncode == 0


needs_matplotlib = pytest.mark.skipif(not can_draw(), reason="python3-matplotlib is not installed")


@needs_matplotlib
def test_a_run_becomes_a_page_and_its_path_is_printed(pmembench):
    assert pmembench.run().status == 0
    outcome = pmembench("report")
    assert (outcome.status, outcome.out, outcome.err) == (0, "report.html\n", "")
    page = (pmembench.folder / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "dram:1M/movnt/direct/random" in page


@needs_matplotlib
def test_names_reach_the_package_as_they_are(pmembench):
    assert pmembench.run("--db", "a b;$(touch x).db").status == 0
    outcome = pmembench("report", "1", "--db", "a b;$(touch x).db", "--html", "--a 'b'.html",
                        "--png", "p q")
    assert outcome.status == 0, outcome.err
    assert (pmembench.folder / "--a 'b'.html").exists()
    assert list((pmembench.folder / "p q").glob("*.png"))
    assert not (pmembench.folder / "x").exists()


@needs_matplotlib
def test_a_module_in_the_working_folder_is_not_imported(pmembench):
    assert pmembench.run().status == 0
    (pmembench.folder / "json.py").write_text("raise SystemExit(77)\n")
    assert pmembench("report").status == 0


@needs_matplotlib
def test_the_package_is_found_in_an_installation(pmembench):
    assert pmembench.run().status == 0
    from command import ROOT
    prefix = pmembench.folder / "prefix"
    (prefix / "bin").mkdir(parents=True)
    shutil.copy2(BINARY, prefix / "bin/pmembench")
    shutil.copytree(ROOT / "reports", prefix / "share/pmembench/reports")
    pmembench.binary = prefix / "bin/pmembench"
    assert pmembench("report", "--html", "installed.html").status == 0
    assert (pmembench.folder / "installed.html").exists()


def test_a_binary_without_its_package_says_so(pmembench):
    lone = pmembench.folder / "lone/bin"
    lone.mkdir(parents=True)
    shutil.copy2(BINARY, lone / "pmembench")
    pmembench.binary = lone / "pmembench"
    outcome = pmembench("report")
    assert outcome.status == 3
    assert outcome.error().startswith("the report cannot be drawn: ")
    assert "pmembench_report" in outcome.error() and "cmake --install" in outcome.error()


def test_a_host_without_python_says_what_to_install(pmembench):
    assert pmembench.run().status == 0
    empty = pmembench.folder / "empty"
    empty.mkdir()
    outcome = pmembench("report", env={"PATH": str(empty)})
    assert outcome.status == 3
    assert outcome.error() == (
        "the report cannot be drawn, because there is no python3 on PATH: run script/bootstrap report, "
        "or install python3, python3-matplotlib, python3-numpy and python3-jinja2")


def test_a_python_that_dies_is_an_error(pmembench):
    assert pmembench.run().status == 0
    fake = pmembench.folder / "fake"
    fake.mkdir()
    (fake / "python3").write_text("#!/bin/sh\nkill -9 $$\n")
    (fake / "python3").chmod(0o755)
    outcome = pmembench("report", env={"PATH": f"{fake}:/usr/bin:/bin"})
    assert outcome.status == 4
    assert outcome.error() == "python3 was ended by signal 9 (Killed); start it again"


@needs_matplotlib
@pytest.mark.parametrize("words, status, sentence", [
    (["--db", "none.db"], 2, "none.db does not exist: measure something first with `pmembench run`, or "
                             "name the file with --db"),
    (["9"], 2, "pmembench.db has no run 9: it holds runs 1 to 1; `pmembench show --runs` lists them"),
    (["x"], 2, "'x' is not a run: give its number (see pmembench show --runs) or latest"),
    (["--compare", "x"], 2, "'x' is not a run: give its number (see pmembench show --runs) or latest"),
    (["--html", "none/r.html"], 2, "none/r.html cannot be made: its folder does not exist; make the "
                                   "folder first"),
    (["--comparison", "c.json"], 2, "c.json cannot be read (No such file or directory): name a JSON "
                                    "document"),
])
def test_an_error_is_one_sentence(pmembench, words, status, sentence):
    assert pmembench.run().status == 0
    outcome = pmembench("report", *words)
    assert (outcome.status, outcome.err) == (status, f"pmembench: {sentence}\n")


@needs_matplotlib
def test_a_comparison_with_another_run_is_drawn(pmembench):
    if "  compare " not in pmembench("--help").out:
        pytest.skip("this pmembench has no command compare")
    assert pmembench.run().status == 0
    assert pmembench.run().status == 0
    outcome = pmembench("report", "2", "--compare", "1")
    assert outcome.status == 0, outcome.err
    page = (pmembench.folder / "report.html").read_text(encoding="utf-8")
    assert 'id="verdict"' in page


def test_a_comparison_that_cannot_be_made_ends_with_its_own_status(pmembench):
    assert pmembench.run().status == 0
    outcome = pmembench("report", "1", "--compare", "99")
    assert outcome.status in (2, 3, 4)
    assert outcome.err.startswith("pmembench: ")
    assert not (pmembench.folder / "report.html").exists()


@needs_matplotlib
def test_the_report_does_not_write_to_the_store(pmembench):
    assert pmembench.run().status == 0
    path = pmembench.folder / "pmembench.db"
    with sqlite3.connect(path) as connection:
        before = list(connection.iterdump())
    assert pmembench("report").status == 0
    with sqlite3.connect(path) as connection:
        assert list(connection.iterdump()) == before


LADDER = """
budget: 60s
minimum_replicates: 2
maximum_replicates: 2
slices: 2
slice: 100us
media: dram:4M
cells:
  - workload: random
    operation_size: 4K
    matrix: {path: [direct, block-raw, block-btt]}
"""


@needs_matplotlib
def test_a_run_of_an_older_version_is_derived_and_its_store_is_left_alone(pmembench):
    assert pmembench.run(campaign=LADDER).status == 0
    assert pmembench("report", "--html", "new.html").status == 0
    store = pmembench.folder / "pmembench.db"
    with sqlite3.connect(store) as connection:
        connection.execute("DELETE FROM documents WHERE kind = 'derived'")
    connection.close()
    before = store.read_bytes()
    os.chmod(store, 0o444)
    assert pmembench("report", "--html", "old.html").status == 0
    pages = [(pmembench.folder / name).read_text(encoding="utf-8") for name in ("new.html", "old.html")]
    assert "figure-layer_ladder" in pages[0] and pages[0] == pages[1]
    assert store.read_bytes() == before


def test_a_resumed_run_has_one_document_of_all_its_replicates(pmembench):
    """The first session ends before every cell had its turn."""
    assert pmembench.run("--set", "minimum_replicates=1", "--set", "maximum_replicates=1",
                         campaign=LADDER).status == 0
    documents = "SELECT json_extract(document, '$.noise.processes') FROM documents WHERE kind = 'derived'"
    assert pmembench.sql(documents) == [(1,)]
    with sqlite3.connect(pmembench.folder / "pmembench.db") as connection:
        connection.execute("DELETE FROM replicates WHERE cell_id = 1")
        connection.execute("DELETE FROM cells WHERE id = 1")
        connection.execute("UPDATE runs SET status = 'interrupted'")
        connection.execute("DELETE FROM checksums")
    connection.close()
    assert pmembench.run("--resume", "--set", "minimum_replicates=1", "--set", "maximum_replicates=1",
                         campaign=LADDER).status == 0
    assert pmembench.sql(documents) == [(1,)]
    assert pmembench.sql("SELECT json_array_length(json_extract(document, '$.ladders[0].rungs')) FROM "
                         "documents WHERE kind = 'derived'") == [(3,)]
