"""What load() returns: runs and cells as records, and a table of them where pandas is installed."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .derived import Derived
from .derived import read as read_derived
from .errors import ReportError
from .records import Cell, Estimate, Run
from .rows import cell_from
from .store import Store

if TYPE_CHECKING:
    import pandas

# Files of SQLite begin so; JSON lines begin with a brace.
_SQLITE = b"SQLite format 3\x00"
_PERCENTILES = ("p50", "p90", "p99", "p99.9", "p99.99")


@dataclass(slots=True)
class RunResults:
    """One run: what is known of it as a whole, and its cells in the order of the plan."""

    run: Run | None  # None: rows without a store
    cells: list[Cell]

    @property
    def measured(self) -> list[Cell]:
        """Those with a result that pmembench measured: not skipped, not failed, not imported."""
        return [cell for cell in self.cells if cell.measured and not cell.imported]

    def cell(self, name: str) -> Cell:
        for each in self.cells:
            if each.cell == name:
                return each
        raise ReportError(f"the run has no cell '{name}': it has {len(self.cells)} others")


@dataclass(slots=True)
class Results:
    """A results file, oldest run first."""

    path: str
    runs: list[RunResults] = field(default_factory=list)

    @property
    def latest(self) -> RunResults:
        if not self.runs:
            raise ReportError(f"{self.path} holds no run yet: measure with `pmembench run`")
        return self.runs[-1]

    def records(self) -> list[dict[str, object]]:
        """One flat dictionary for each cell of each run. Times are ns, sizes bytes, rates 1/s."""
        return [_flat(one.run, cell) for one in self.runs for cell in one.cells]

    def frame(self) -> pandas.DataFrame:
        """The same as a data frame. Raises ReportError where pandas is not installed."""
        try:
            import pandas
        except ImportError as error:
            raise ReportError(
                "a data frame needs pandas: install python3-pandas, or use records()") from error
        return pandas.DataFrame.from_records(self.records())


def _bounds(name: str, value: Estimate | None) -> dict[str, float | None]:
    return {name: value.value if value else None, f"{name}_low": value.low if value else None,
            f"{name}_high": value.high if value else None}


def _flat(run: Run | None, cell: Cell) -> dict[str, object]:
    flat: dict[str, object] = {
        "run": run.id if run else None, "started_utc": run.started_utc if run else None,
        "campaign": run.campaign if run else None, "version": run.version if run else None,
        "cell": cell.cell, "media": cell.media, "backend": cell.backend, "path": cell.path,
        "workload": cell.workload, "threads": cell.threads, "status": cell.status,
        "reason": cell.reason, "claim": cell.claim, "source": cell.source or None,
        "replicates": cell.replicates, "slices": cell.slices, "converged": cell.converged,
        "operations": cell.operations, "bytes": cell.bytes,
    }
    flat |= _bounds("ns_per_operation", cell.ns)
    flat |= _bounds("operations_per_s", cell.operations_per_s)
    flat |= _bounds("bytes_per_s", cell.bytes_per_s)
    latency = cell.latency
    flat |= {"latency_mode": latency.mode if latency else None,
             "latency_mean_ns": latency.mean if latency else None}
    flat |= {f"latency_{name}_ns": latency.percentiles.get(name) if latency else None
             for name in _PERCENTILES}
    flat["warnings"] = ";".join(kind for kind, _ in cell.warnings)
    for name, text in cell.parameters.items():
        # Without the document `derived` kinds are unknown: what is all digits is a number.
        number = cell.number(name) if cell.kinds else float(text) if text.isdecimal() else None
        flat.setdefault(name, text if number is None else number)
    return flat


def _derived(store: Store, run: int) -> Derived:
    """Without the document (a run that has not ended) flags and kinds of parameters are missing."""
    stored = store.documents("derived", run)
    return read_derived(stored[0], f"the document `derived` of run {run}") if stored else Derived()


def _from_store(path: str) -> Results:
    store = Store(path)
    try:
        return Results(path, [RunResults(store.run(number), store.cells(number, _derived(store, number)))
                              for number in store.run_numbers()])
    finally:
        store.close()


def _from_lines(path: str, text: str) -> Results:
    cells, cache = [], {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ReportError(f"{path}:{number} is not JSON ({error}): export it again") from error
        if isinstance(row, dict) and "cell" in row and "status" in row:
            cells.append(cell_from(number, row, Derived(), cache))
        elif not isinstance(row, dict):
            raise ReportError(f"{path}:{number} is not a row of results: export it again")
    return Results(path, [RunResults(None, cells)])


def load_results(path: str) -> Results:
    path = os.fspath(path)
    try:
        with open(path, "rb") as file:
            start = file.read(len(_SQLITE))
            text = b"" if start == _SQLITE or not start.lstrip().startswith(b"{") else start + file.read()
    except OSError as error:
        raise ReportError(f"{path} cannot be read ({error.strerror}): name a results file") from error
    if not text:
        return _from_store(path)
    try:
        return _from_lines(path, text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ReportError(f"{path} is not UTF-8 ({error}): export it again") from error
