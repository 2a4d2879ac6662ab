"""pmembench export: formats that other tools read."""

import csv
import io
import json

import pytest
from command import ROW_FIELDS, TINY

TWO = TINY.replace("access: write", "matrix:\n      access: [write, read]")


def test_json_lines_are_the_rows(pmembench):
    rows = pmembench.run(campaign=TWO).rows()
    outcome = pmembench("export")
    assert outcome.status == 0
    exported = outcome.rows()
    for row, line in zip(rows, exported, strict=True):
        assert ROW_FIELDS <= set(line)
        assert {key: line[key] for key in row} == row
    assert pmembench("export", "1", "--json").out == outcome.out


def test_csv_has_a_header_and_a_line_a_row(pmembench):
    rows = pmembench.run(campaign=TWO).rows()
    outcome = pmembench("export", "latest", "--format", "csv")
    table = list(csv.DictReader(io.StringIO(outcome.out)))
    assert [line["cell"] for line in table] == [row["cell"] for row in rows]
    for line, row in zip(table, rows, strict=True):
        assert None not in line and None not in line.values()
        assert int(line["bytes"]) == row["bytes"]
        assert float(line["ns_per_operation"]) == row["ns_per_operation"]["estimate"]
        assert line["ns_per_operation_low"] == ""


def test_google_benchmarks_json_has_context_and_benchmarks(pmembench):
    rows = pmembench.run(campaign=TWO).rows()
    text = json.loads(pmembench("export", "--format", "gbench").out)
    assert text["context"]["executable"] == "pmembench"
    names = {entry["name"] for entry in text["benchmarks"]}
    for row in rows:
        assert any(name.startswith(row["cell"]) for name in names)


def test_an_unknown_format_is_named(pmembench):
    pmembench.run()
    outcome = pmembench("export", "--format", "xml")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.error() == ('there is no export format "xml": choose jsonl, csv, gbench, bencher, '
                               "prometheus, github, hwloc, hgrm or bwlat")


def test_a_file_is_made_and_never_overwritten(pmembench):
    pmembench.run()
    assert pmembench("export", "--out", "run.jsonl").status == 0
    written = (pmembench.folder / "run.jsonl").read_text()
    assert written == pmembench("export").out
    for name in ("run.jsonl", "pmembench.db"):
        before = (pmembench.folder / name).read_bytes()
        outcome = pmembench("export", "--format", "csv", "--out", name)
        assert outcome.status == 2
        assert "--out" in outcome.error() and name in outcome.error()
        assert (pmembench.folder / name).read_bytes() == before
    assert pmembench("export", "--out", "/dev/stdout").out == written


@pytest.mark.parametrize(("out", "status", "sentence"), [
    ("none/run.csv", 2, "none/run.csv cannot be made: its folder does not exist; make the folder "
                        "first"),
    (".", 2, ". is a folder; name a file in it with --out"),
    ("/dev/full", 4, "/dev/full cannot be written: No space left on device"),
])
def test_a_file_that_cannot_be_written(pmembench, out, status, sentence):
    pmembench.run()
    outcome = pmembench("export", "--out", out)
    assert (outcome.status, outcome.out, outcome.error()) == (status, "", sentence)
