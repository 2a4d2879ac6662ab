"""The command line: a results file in, an HTML file and PNGs out. Errors are one sentence."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path

import matplotlib

from . import style
from .derived import SCHEMA, Derived
from .derived import read as read_derived
from .errors import ReportError
from .figures import FIGURES
from .page import Section, render
from .panel import to_png
from .raw import pack
from .records import Data
from .store import Store


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="pmembench_report", description="Draws a stored run of pmembench: one HTML file, PNGs.",
        epilog="Example: python3 -m pmembench_report pmembench.db --run 3 --png figures")
    made.add_argument("database", metavar="DB", help="the results file")
    made.add_argument("--run", type=int, metavar="N", help="number of the run; the newest without it")
    made.add_argument("--html", metavar="FILE", help="file to write (report.html, unless only --png)")
    made.add_argument("--png", metavar="DIR", help="write each panel of each figure there as PNG")
    made.add_argument("--compare", type=int, metavar="N",
                      help="show the stored comparison of this run with run N, the base")
    made.add_argument("--comparison", metavar="FILE", help="a comparison document (JSON) to show")
    made.add_argument("--derived", metavar="FILE",
                      help="what the run says as a whole (JSON); the stored document without it")
    made.add_argument("--history", metavar="FILE", help="a history document (JSON) to show")
    return made


def _document(path: str, schema: str) -> dict:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ReportError(f"{path} cannot be read ({reason}): name a JSON document") from error
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ReportError(f"{path} is no JSON ({error}): write it anew with --json") from error
    found = document.get("schema") if isinstance(document, dict) else None
    if found != schema:
        raise ReportError(f"{path} is no {schema} document (its schema is {found!r}): name one")
    if document.get("version") != 1:
        raise ReportError(f"{path} has version {document.get('version')!r} of {schema} and this report "
                          "knows version 1: use the report of the pmembench that wrote it")
    return document


def _run_of(document: dict, name: str) -> object:
    side = document.get(name)
    return side.get("run") if isinstance(side, dict) else None


def _stored_comparison(store: Store, run: int, base: int | None) -> dict | None:
    """The newest stored comparison of which `run` is the head (and `base` the base, if given)."""
    for kind in ("gate", "compare"):
        for document in store.documents(kind):
            head_run, base_run = _run_of(document, "head"), _run_of(document, "base")
            if head_run == run and (base is None or base_run == base):
                return document
    return None


def _derived(store: Store, run: int, options: argparse.Namespace) -> Derived:
    if options.derived:
        return read_derived(_document(options.derived, SCHEMA), options.derived)
    stored = store.documents("derived", run)
    if not stored:
        raise ReportError(
            f"{options.database} has no document `derived` of run {run} (the run has not ended, or an older "
            f"pmembench made it): draw it with `pmembench report {run}`, which derives it")
    return read_derived(stored[0], f"the document `derived` of run {run} in {options.database}")


def load(store: Store, options: argparse.Namespace) -> Data:
    run = store.run(options.run)
    derived = _derived(store, run.id, options)
    data = Data(run, store.cells(run.id, derived), derived, store.timers(run.id),
                slices=store.slices, histograms=store.histograms, details=store.details)
    if options.comparison:
        data.comparison = _document(options.comparison, "pmembench-comparison")
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
    data.crash = next(iter(store.documents("crash", run.id) or store.documents("crash")), None)
    return data


def sections(data: Data) -> list[Section]:
    """The figures for which the data has rows; call it under style.RC."""
    found = []
    for figure in FIGURES:
        if not figure.wanted(data):
            continue
        drawing = figure.draw(data)
        if drawing.panels:
            found.append(Section(figure.NAME, figure.TITLE, figure.HOW_TO_READ, drawing.panels,
                                 drawing.note))
    return found


def write(path: Path, chunks: Iterable[str]) -> None:
    """Whole or not at all: a report that is there is replaced only when the new one is written."""
    if path.is_dir():
        raise ReportError(f"{path} is a folder: name a file in it with --html")
    if not path.parent.is_dir():
        raise ReportError(f"{path} cannot be made, for its folder does not exist: make the folder first")
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", errors="replace") as file:
            file.writelines(chunks)
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.writelines(chunks)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def report(options: argparse.Namespace) -> list[str]:
    """Writes what was asked for; what it wrote, for people."""
    store = Store(options.database)
    written = []
    try:
        data = load(store, options)
        with matplotlib.rc_context(style.RC):
            drawn = sections(data)
            html = options.html or ("" if options.png else "report.html")
            if html:
                write(Path(html), render(data, drawn, pack(data, store)))
                written.append(html)
            if options.png:
                folder = Path(options.png)
                folder.mkdir(parents=True, exist_ok=True)
                written += [str(to_png(panel, folder)) for one in drawn for panel in one.panels]
    finally:
        store.close()
    return written


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    # A name may have letters that the font lacks; the page shows them by the browser's fonts.
    warnings.filterwarnings("ignore", "Glyph .* missing from current font")
    try:
        print("\n".join(report(options)))
        return 0
    except ReportError as error:
        print(f"pmembench: {error}", file=sys.stderr)
        return error.status
    except OSError as error:
        print(f"pmembench: {error.filename or 'the report'} cannot be written "
              f"({error.strerror}): name another place with --html or --png", file=sys.stderr)
        return 4
