"""The command line: a results file in, an HTML file and PNGs out. Errors are one sentence."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import matplotlib

from . import style
from .derived import SCHEMA, VERSION, Derived
from .derived import read as read_derived
from .errors import ReportError
from .figures import FIGURES
from .figures.drawing import Drawing
from .output import Output
from .page import Section, render
from .panel import Panel, to_png
from .raw import pack
from .records import Data
from .store import NoStore, Store


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="pmembench_report", description="Draws a stored run of pmembench: one HTML file, PNGs.",
        epilog="Example: python3 -m pmembench_report pmembench.db --run 3 --png figures")
    made.add_argument("database", metavar="DB", nargs="?", default="",
                      help="the results file; not with --gate")
    made.add_argument("--run", type=int, metavar="N", help="number of the run; the newest without it")
    made.add_argument("--html", metavar="FILE",
                      help="file to write (report.html, if no other output is asked for)")
    made.add_argument("--png", metavar="DIR", help="write each panel of each figure there as PNG")
    made.add_argument("--svg", metavar="DIR",
                      help="write each panel there as SVG for a paper, 3.3 in wide, and its points as CSV")
    made.add_argument("--pdf", metavar="FILE", help="the same panels as one PDF, a page each")
    made.add_argument("--force", action="store_true",
                      help="overwrite files that are not reports of pmembench, too")
    made.add_argument("--compare", type=int, metavar="N",
                      help="show the stored comparison of this run with run N, the base")
    made.add_argument("--comparison", metavar="FILE", help="a comparison document (JSON) to show")
    made.add_argument("--gate", metavar="FILE",
                      help="show the gate or comparison in this JSON document alone, without a run")
    made.add_argument("--derived", metavar="FILE",
                      help="what the run says as a whole (JSON); the stored document without it")
    made.add_argument("--history", metavar="FILE", help="a history document (JSON) to show")
    return made


def _document(path: str, schema: str, version: int = 1) -> dict:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ReportError(f"{path} cannot be read ({reason}): name a JSON document") from error
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReportError(f"{path} is not JSON ({error}): write it again with --json") from error
    found = document.get("schema") if isinstance(document, dict) else None
    if found != schema:
        raise ReportError(f"{path} is not a {schema} document (its schema is {found!r}): name one")
    if document.get("version") != version:
        raise ReportError(f"{path} has version {document.get('version')!r} of {schema} and this report "
                          f"knows version {version}: use the report of the pmembench that wrote it")
    return document


def _run_of(document: dict, name: str) -> object:
    side = document.get(name)
    return side.get("run") if isinstance(side, dict) else None


def _stored_comparison(store: Store | NoStore, run: int, base: int | None) -> dict | None:
    """The newest stored comparison of which `run` is the head (and `base` the base, if given)."""
    if run == 0:  # no run is stored: the newest comparison stands for itself
        return next((document for kind in ("gate", "compare", "self-test")
                     for document in store.documents(kind)), None)
    for kind in ("gate", "compare"):
        for document in store.documents(kind):
            head_run, base_run = _run_of(document, "head"), _run_of(document, "base")
            if head_run == run and (base is None or base_run == base):
                return document
    return None


def _derived(store: Store | NoStore, run: int, options: argparse.Namespace) -> Derived:
    if run == 0:
        return Derived(noise={"processes": 0, "slices": 0, "disturbed": 0, "disturbed_share": 0.0,
                              "involuntary_switches": 0, "steal_share_max": None})
    if options.derived:
        return read_derived(_document(options.derived, SCHEMA, VERSION), options.derived)
    stored = store.documents("derived", run)
    if not stored:
        raise ReportError(
            f"{options.database} has no document `derived` of run {run} (the run has not ended, or an older "
            f"pmembench made it): draw it with `pmembench report {run}`, which derives it")
    return read_derived(stored[0], f"the document `derived` of run {run} in {options.database}")


def load(store: Store | NoStore, options: argparse.Namespace) -> Data:
    run = store.run(options.run)
    derived = _derived(store, run.id, options)
    data = Data(run, store.cells(run.id, derived), derived, store.timers(run.id),
                slices=store.slices, histograms=store.histograms, details=store.details)
    if options.gate or options.comparison:
        data.comparison = _document(options.gate or options.comparison, "pmembench-comparison")
    else:
        data.comparison = _stored_comparison(store, run.id, options.compare)
        if options.compare is not None and data.comparison is None:
            raise ReportError(
                f"{options.database} holds no comparison of run {run.id} with run {options.compare}: "
                f"make one with `pmembench compare {options.compare} {run.id} --json > FILE` and give "
                "it with --comparison FILE")
    if options.history:
        data.history = _document(options.history, "pmembench-history")
    else:
        data.history = next(iter(store.documents("history")), None)
    # Of another run it would be out of place; a file without runs has nothing else to show.
    data.crash = next(iter(store.documents("crash", run.id if run.id else None)), None)
    data.datasheet = next(iter(store.documents("datasheet", run.id if run.id else None)), None)
    data.fleet = next(iter(store.documents("fleet", run.id if run.id else None)), None)
    data.visibility = next(iter(store.documents("visibility")), None)
    return data


def sections(data: Data) -> list[Section]:
    """The figures for which the data has rows; call it under style.RC."""
    found = []
    for figure in FIGURES:
        try:
            if not figure.wanted(data):
                continue
            drawing = figure.draw(data)
        except ReportError:
            raise
        # What one figure cannot make of a store must not cost the page: it says so in its place.
        except Exception as error:  # noqa: BLE001
            drawing = Drawing([], f"It cannot be drawn: the store has a value that it does not know "
                                  f"({type(error).__name__}: {error}).")
        if drawing.panels or drawing.note:
            found.append(Section(figure.NAME, figure.TITLE, figure.HOW_TO_READ, drawing.panels,
                                 drawing.note))
    return found


def _read_files(options: argparse.Namespace) -> list[str]:
    results = [options.database + suffix for suffix in ("", "-wal", "-journal", "-shm") if options.database]
    return results + [path for path in (options.derived, options.comparison, options.gate, options.history)
                      if path]


def _write_each(output: Output, folder: str, option: str, suffix: str,
                files: list[tuple[str, Callable[[BinaryIO], None]]]) -> list[str]:
    Path(folder).mkdir(parents=True, exist_ok=True)
    paths = []
    for name, fill in files:
        path = Path(folder) / f"{name}.{suffix}"
        output.write(path, option, fill)
        paths.append(str(path))
    return paths


def _paper(output: Output, options: argparse.Namespace, panels: list[tuple[str, Panel]],
           title: str) -> list[str]:
    """Last of all: it makes the panels smaller."""
    from . import paper  # here, for it loads matplotlib's PDF, which a page does not need

    written = []
    for _, panel in panels:
        paper.to_column(panel.figure)
    if options.svg:
        written += _write_each(output, options.svg, "--svg", "svg", [
            (panel.name, lambda file, one=(heading, panel): paper.write_svg(*one, file))
            for heading, panel in panels])
        written += _write_each(output, options.svg, "--svg", "csv", [
            (panel.name, lambda file, panel=panel: paper.write_csv(panel, file)) for _, panel in panels])
    if options.pdf:
        output.write(Path(options.pdf), "--pdf",
                     lambda file: paper.write_pdf(panels, title, file))
        written.append(options.pdf)
    return written


def report(options: argparse.Namespace) -> list[str]:
    """Writes what was asked for; what it wrote, for people."""
    if bool(options.gate) == bool(options.database):
        raise ReportError("the report is of a results file, or of the document of --gate: name one of them")
    store = NoStore() if options.gate else Store(options.database)
    output = Output(_read_files(options), options.force)
    written = []
    try:
        others = options.png or options.svg or options.pdf
        html = options.html or ("" if others else "report.html")
        for path, option in ((html, "--html"), (options.pdf, "--pdf")):
            if path:
                output.check(Path(path), option)
        data = load(store, options)
        with matplotlib.rc_context(style.RC):
            drawn = sections(data)
            if html:
                page = render(data, drawn, pack(data, store))
                output.write(Path(html), "--html", lambda file: file.writelines(
                    chunk.encode("utf-8", errors="replace") for chunk in page))
                written.append(html)
            panels = [(one.title, panel) for one in drawn for panel in one.panels]
            if options.png:
                written += _write_each(output, options.png, "--png", "png", [
                    (panel.name, lambda file, panel=panel: to_png(panel, file)) for _, panel in panels])
            if options.svg or options.pdf:
                written += _paper(output, options, panels, f"{data.run.campaign}, run {data.run.id}")
    finally:
        store.close()
    return written


def printable(text: str) -> str:
    """Fit for a terminal: names and documents may hold control characters or non-text bytes."""
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text)


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    # A name may have letters that the font lacks; the page shows them by the browser's fonts.
    warnings.filterwarnings("ignore", "Glyph .* missing from current font")
    try:
        print(printable("\n".join(report(options))))
        return 0
    except ReportError as error:
        print(printable(f"pmembench: {error}"), file=sys.stderr)
        return error.status
    # Of a library, or of a store that no pmembench wrote: one sentence, and no page that is half one.
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        words = " ".join(str(error).split())
        print(f"pmembench: {options.database} holds a value that the report cannot show "
              f"({type(error).__name__}: {words}): restore a copy of the results file", file=sys.stderr)
        return 4
    except OSError as error:
        print(printable(f"pmembench: {error.filename or 'the report'} cannot be written "
                        f"({error.strerror}): name another place for it"), file=sys.stderr)
        return 4
