"""pmembench import: where rows go, how they are marked, and what is refused before anything is stored."""

from __future__ import annotations

import json
import os
import re
import time

import foreign_files as files
import pytest

HYPERFINE = [0.1, 0.2, 0.3]


@pytest.fixture
def hyperfine(tmp_path):
    return files.hyperfine_file(tmp_path, HYPERFINE)


def test_a_file_becomes_a_run_that_is_marked_everywhere(pmembench, hyperfine):
    outcome = pmembench("import", hyperfine)
    assert outcome.status == 0, outcome.err
    assert "1 row of hyperfine" in outcome.out and "marked as imported" in outcome.out
    assert pmembench.sql("SELECT campaign, status, machine_fingerprint FROM runs") == [
        ("import hyperfine", "done", "")]
    shown = pmembench("show", "--wide")
    assert "imported" in shown.out and "flag i: imported" in shown.out
    (row,) = [json.loads(line) for line in pmembench("show", "--json").out.splitlines()
              if "derived" not in line]
    assert (row["claim"], row["source"]) == ("imported", "hyperfine")
    assert pmembench.sql("SELECT source, claim FROM v_rows") == [("hyperfine", "imported")]


def test_rows_go_into_a_run_beside_what_was_measured(pmembench, hyperfine):
    assert pmembench.run().status == 0
    assert pmembench("import", hyperfine, "--run", "1", "--rename", "true=other").status == 0
    cells = dict(pmembench.sql("SELECT cell, claim FROM v_rows WHERE run_id = 1"))
    assert cells["other"] == "imported" and len(cells) == 2
    report = pmembench("report", "1", "--html", "r.html")
    if report.status == 0:
        page = (pmembench.folder / "r.html").read_text(encoding="utf-8")
        assert "imported from hyperfine, not proved" in page


def test_a_measured_row_is_never_replaced(pmembench, hyperfine):
    assert pmembench.run().status == 0
    ((cell,),) = pmembench.sql("SELECT cell FROM cells")
    outcome = pmembench("import", hyperfine, "--run", "1", "--rename", f"true={cell}")
    assert outcome.status == 2
    assert "does not replace it" in outcome.error()


def test_an_imported_row_is_shown_in_a_comparison_and_never_judged(pmembench, hyperfine):
    assert pmembench.run().status == 0
    ((cell,),) = pmembench.sql("SELECT cell FROM cells")
    assert pmembench("import", hyperfine, "--rename", f"true={cell}").status == 0
    outcome = pmembench("compare", 1, 2, "--trust-stored", "--json")
    document = json.loads(outcome.out)
    assert (outcome.status, document["verdict"], document["cells"]) == (0, "INCONCLUSIVE", [])
    (pair,) = document["imported"]
    assert (pair["cell"], pair["base_source"], pair["head_source"]) == (cell, "", "hyperfine")
    assert 0.1e9 < pair["head_ns"] < 0.3e9
    text = pmembench("compare", 1, hyperfine)
    assert re.search(r"imported, not proved and not judged: true, head \d+ ms \(hyperfine\)", text.out)


def test_counters_of_perf_are_put_with_a_cell(pmembench, tmp_path):
    assert pmembench.run().status == 0
    ((cell,),) = pmembench.sql("SELECT cell FROM cells")
    path = files.perf_file(tmp_path, {"cache-misses": (99.0, "")})
    outcome = pmembench("import", path, "--run", "1", "--cell", cell)
    assert outcome.status == 0, outcome.err
    (row,) = [json.loads(text) for (text,) in pmembench.sql("SELECT row FROM cells")]
    assert row["figures"]["perf stat: cache-misses"] == 99
    assert row["claim"] != "imported"
    wrong = pmembench("import", path, "--run", "1", "--cell", "nosuch")
    assert wrong.status == 2 and "no cell 'nosuch'" in wrong.error()


def test_a_curve_in_cycles_needs_the_clock_of_its_core(pmembench, tmp_path):
    (tmp_path / "bwlat_100.txt").write_text("1000.0\t210.0\n")
    outcome = pmembench("import", tmp_path / "bwlat_100.txt", "--core-clock", "2.1G", "--json")
    assert outcome.status == 0, outcome.err
    assert json.loads(outcome.out.splitlines()[0])["latency_ns"]["mean"] == 100
    assert "source" in pmembench("export", "--format", "csv").out.splitlines()[0].split(",")
    for clock in ("2.1", "fast", "-2G", "2.1Gx"):
        outcome = pmembench("import", tmp_path / "bwlat_100.txt", f"--core-clock={clock}")
        assert outcome.status == 2 and "is not the clock of a core" in outcome.error()


def test_all_files_are_read_before_anything_is_stored(pmembench, hyperfine, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"results": [{"command": "x", "mean": -1}]}')
    outcome = pmembench("import", hyperfine, bad)
    assert outcome.status == 2
    assert "results[0].mean: -1 is negative" in outcome.error()
    assert not (pmembench.folder / "pmembench.db").exists()


def test_formats_are_listed_and_can_be_named(pmembench, hyperfine):
    formats = [json.loads(line)["format"] for line in
               pmembench("import", "--formats", "--json").out.splitlines()]
    assert {"fio", "gbench", "mlc", "mess", "pmdk", "perf", "hyperfine"} <= set(formats)
    assert pmembench("import", hyperfine, "--format", "hyperfine").status == 0
    wrong = pmembench("import", hyperfine, "--format", "fio")
    assert wrong.status == 2 and "not output of fio" in wrong.error()


BAD = {
    "empty": b"",
    "blank": b" \n\n",
    "binary": bytes(range(256)),
    "utf16": '{"fio version": "fio-3.33"}'.encode("utf-16"),
    "utf16 without a mark": '{"fio version": "fio-3.33"}'.encode("utf-16-le"),
    "truncated": b'{"fio version": "fio-3.33", "jobs": [',
    "concatenated": b'{"fio version": "fio-3.33", "jobs": []}\n{"fio version": "fio-3.33", "jobs": []}\n',
    "unknown": b"hello world\n",
    "deep": b'{"fio version": "fio-3.33", "jobs": ' + b"[" * 100000,
    "no jobs": b'{"fio version": "fio-3.33"}',
    "a list": b'{"fio version": "fio-3.33", "jobs": [1, 2]}',
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_by_name(pmembench, tmp_path, name):
    path = tmp_path / "bad.file"
    path.write_bytes(BAD[name])
    outcome = pmembench("import", path)
    assert outcome.status == 2, outcome.err
    assert str(path) in outcome.error()
    assert not (pmembench.folder / "pmembench.db").exists()


def test_a_mark_of_utf8_and_lines_of_text_before_a_document_are_no_fault(pmembench, tmp_path):
    path = tmp_path / "marked.json"
    path.write_bytes(b"\xef\xbb\xbf" + files.hyperfine_file(tmp_path, HYPERFINE).read_bytes())
    assert pmembench("import", path).status == 0


def test_a_gibibyte_is_refused_at_once(pmembench, tmp_path):
    path = tmp_path / "huge.json"
    path.touch()
    os.truncate(path, 1 << 30)
    begun = time.monotonic()
    outcome = pmembench("import", path)
    assert outcome.status == 2 and "more than" in outcome.error()
    assert time.monotonic() - begun < 60, "it was not read whole"


def test_wrong_words_are_refused(pmembench, hyperfine):
    assert "at least one FILE" in pmembench("import").error()
    assert "give the run" in pmembench("import", hyperfine, "--cell", "x").error()
    assert "no imported cell" in pmembench("import", hyperfine, "--rename", "x=y").error()
    assert pmembench("import", "/nosuch").status == 2
    assert pmembench("import", "/dev/zero").status == 2
    assert pmembench("import", pmembench.folder).status == 2, "a folder that is none of Mess"
