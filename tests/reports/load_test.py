"""pmembench_report.load(): records and frames for other programs."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import pytest
import real_stores
from conftest import PACKAGE_FOLDER

import pmembench_report
from pmembench_report.errors import ReportError


@pytest.fixture(scope="module")
def folder(every_store):
    return every_store.parent


def test_runs_and_cells_are_the_stores(every_store):
    results = pmembench_report.load(every_store)
    assert [one.run.id for one in results.runs] == sorted(one.run.id for one in results.runs)
    latest = results.latest
    assert latest.cells and latest.measured
    cell = latest.measured[0]
    assert latest.cell(cell.cell) is cell
    assert cell.ns.value > 0 and isinstance(cell.parameters, dict)
    with pytest.raises(ReportError, match="no cell 'nosuch'"):
        latest.cell("nosuch")


def test_records_are_flat_and_have_numbers(every_store):
    results = pmembench_report.load(every_store)
    records = results.records()
    assert len(records) == sum(len(one.cells) for one in results.runs)
    sized = [each for each in records if "operation_size" in each]
    assert sized and all(isinstance(each["operation_size"], float) for each in sized)
    assert all(not isinstance(value, (dict, list)) for each in records for value in each.values())


def test_json_lines_are_the_same_rows(folder, every_store):
    done = real_stores.pmembench("export", "1", "--db", every_store.name, "--format", "jsonl", folder=folder)
    lines = folder / "rows.jsonl"
    lines.write_text(done.stdout, encoding="utf-8")
    from_lines = pmembench_report.load(lines).latest.cells
    from_store = next(one for one in pmembench_report.load(every_store).runs if one.run.id == 1).cells
    assert [cell.cell for cell in from_lines] == [cell.cell for cell in from_store]
    for a, b in zip(from_lines, from_store):
        assert (a.status, a.claim, a.parameters, a.seed) == (b.status, b.claim, b.parameters, b.seed)
        assert (a.ns is None) == (b.ns is None)
        assert a.ns is None or math.isclose(a.ns.value, b.ns.value)


def test_a_frame_needs_pandas_and_says_so(every_store):
    results = pmembench_report.load(every_store)
    try:
        import pandas
    except ImportError:
        with pytest.raises(ReportError, match="install python3-pandas, or use records"):
            results.frame()
        return
    frame = results.frame()
    assert isinstance(frame, pandas.DataFrame)
    assert len(frame) == len(results.records())
    assert "ns_per_operation" in frame.columns


@pytest.mark.parametrize(("content", "fact"), [
    (b"", "not a results file"), (b"hello", "not a results file"), (b"{\n", "is not JSON"),
    (b'{"a": 1}\n[1]\n', "is not a row"), (b'{"a": "\xff"}\n', "is not UTF-8")])
def test_what_is_no_result_is_one_sentence(tmp_path, content, fact):
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(ReportError, match=fact):
        pmembench_report.load(path)
    with pytest.raises(ReportError, match="cannot be read"):
        pmembench_report.load(tmp_path / "nosuch")


def test_imported_rows_are_apart(tmp_path):
    (tmp_path / "h.json").write_text(json.dumps(
        {"results": [{"command": "a", "mean": 0.2, "times": [0.1, 0.3]}]}))
    real_stores.pmembench("import", "h.json", "--db", "i.db", folder=tmp_path)
    latest = pmembench_report.load(tmp_path / "i.db").latest
    (cell,) = latest.cells
    assert (cell.source, cell.backend, cell.imported) == ("hyperfine", "hyperfine (imported)", True)
    assert latest.measured == []


def test_importing_the_package_needs_nothing_else():
    code = "import pmembench_report; print(pmembench_report.__all__)"
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=PACKAGE_FOLDER,
                          capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "['load']")
