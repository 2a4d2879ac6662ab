"""Reads pmembench's results file and draws it: one HTML file, and PNGs. docs/report.md describes it.

load(path) is the only function for other programs: docs/report.md, "From Python".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .results import Results

__all__ = ["load"]


def load(path: str) -> Results:
    """The runs of a results file, or the rows of `pmembench export --format jsonl`, as records.

    Raises pmembench_report.errors.ReportError: one sentence that names the file.
    """
    from .results import load_results  # numpy is read only if it is called

    return load_results(path)
