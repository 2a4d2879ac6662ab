"""What a report may be written to: new files, and those of earlier reports."""

import os

import pytest
from fixture_store import Maker, row
from conftest import run_report


@pytest.fixture
def store(tmp_path):
    maker = Maker(tmp_path / "made.db")
    maker.add(row("one/cell", 125.0))
    return maker.close()


def test_an_earlier_report_is_replaced(tmp_path, store):
    for _ in range(2):
        assert run_report(tmp_path, store, "--html", "page.html", "--png", "png").status == 0


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_the_results_file_is_never_replaced_by_any_name(tmp_path, store, force):
    before = store.read_bytes()
    os.link(store, tmp_path / "hard")
    (tmp_path / "soft").symlink_to(store)
    for name in (store, "hard", "soft", f"{store}-wal", f"{store}-journal"):
        outcome = run_report(tmp_path, store, "--html", name, *force)
        assert outcome.status == 2
        assert "is read for this report and is not overwritten" in outcome.err
    assert store.read_bytes() == before
    assert not (tmp_path / "made.db-wal").exists()


def test_what_somebody_keeps_there_stays_unless_forced(tmp_path, store):
    page = tmp_path / "thesis.html"
    page.write_text("<!doctype html>mine, about pmembench")
    outcome = run_report(tmp_path, store, "--html", page)
    assert outcome.status == 2
    assert "is not a report of pmembench" in outcome.err
    assert page.read_text() == "<!doctype html>mine, about pmembench"
    assert run_report(tmp_path, store, "--html", page, "--force").status == 0


def test_a_link_is_followed_and_kept(tmp_path, store):
    (tmp_path / "real.html").write_text("")
    (tmp_path / "link.html").symlink_to("real.html")
    assert run_report(tmp_path, store, "--html", "link.html").status == 0
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "real.html").stat().st_size > 0


def test_a_name_that_is_no_text_moves_no_cursor(tmp_path, store):
    name = os.fsdecode(b"\xff\x1b[2J.html")
    outcome = run_report(tmp_path, store, "--html", name)
    assert (outcome.status, outcome.err) == (0, "")
    assert "\x1b" not in outcome.out
    outcome = run_report(tmp_path, store, "--html", f"none/{name}")
    assert outcome.status == 2
    assert "\x1b" not in outcome.err


def test_a_device_is_never_written(tmp_path, store):
    outcome = run_report(tmp_path, store, "--html", "/dev/zero", "--force")
    assert outcome.status == 2
    assert "is a device or a socket" in outcome.err


def test_figures_for_papers_are_a_column_wide_with_caption_and_points(tmp_path, store):
    maker = Maker(tmp_path / "lines.db")
    for size, ns in ((64, 100.0), (256, 200.0), (4096, 900.0)):
        maker.add(row(f"cell/{size}", ns, parameters={"operation_size": str(size), "access": "write"}))
    lines = maker.close()
    for _ in range(2):  # the second time it replaces its own
        outcome = run_report(tmp_path, lines, "--svg", "svg", "--pdf", "all.pdf")
        assert (outcome.status, outcome.err) == (0, "")
    svgs = sorted((tmp_path / "svg").glob("*.svg"))
    assert svgs and not (tmp_path / "report.html").exists()
    for svg in svgs:
        text = svg.read_text()
        assert 'width="237.6pt"' in text  # 3.3 in
        assert "<title>" in text
        assert svg.with_suffix(".csv").read_text().count("\n") > 1
    pdf = (tmp_path / "all.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-") and pdf.count(b"/MediaBox [ 0 0 237.6 ") == len(svgs)


def test_a_table_of_somebody_stays_unless_forced(tmp_path, store):
    run_report(tmp_path, store, "--svg", "svg")
    table = next((tmp_path / "svg").glob("*.csv"))
    table.write_text("mine,1\n")
    outcome = run_report(tmp_path, store, "--svg", "svg")
    assert outcome.status == 2
    assert "is not a report of pmembench" in outcome.err
    assert table.read_text() == "mine,1\n"
