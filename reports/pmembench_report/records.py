"""What a report is made from, as plain data: a run, its cells, its documents, its samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy

from .units import finite

if TYPE_CHECKING:
    from .derived import Derived

# Workloads that have a separate figure: their rows are not points of the general figures.
PERSONALITIES = ("fileserver", "varmail", "webserver", "webproxy", "oltp")


@dataclass(slots=True)
class Estimate:
    """A number with its confidence interval, which is missing where replicates are too few."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(slots=True)
class Latency:
    mode: str
    n: int
    mean: float | None
    minimum: float | None
    maximum: float | None
    percentiles: dict[str, float]  # "p50", "p99.9" -> ns; those that n supports


@dataclass(slots=True)
class Cell:
    """The result of one cell: a line of the table. Field names are the store's."""

    id: int
    cell: str
    media: str
    backend: str
    path: str
    workload: str
    threads: int
    status: str
    reason: str
    claim: str
    operations: int = 0
    bytes: int = 0
    ns: Estimate | None = None
    operations_per_s: Estimate | None = None
    bytes_per_s: Estimate | None = None
    latency: Latency | None = None
    floor_ns: float | None = None
    replicates: int = 0
    slices: int = 0
    converged: bool = False
    disturbed_share: float | None = None
    amplification: dict[str, float] = field(default_factory=dict)
    warnings: list[tuple[str, str]] = field(default_factory=list)  # type, sentence
    seed: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    placement_asked: str = ""
    placement_verified: str = ""
    medium: dict | None = None
    options: str = ""
    does_work: bool = True  # False: its backend moves no bytes and measures the harness
    # Of the document `derived`: the interval as it is printed and its half width as a share, flags
    # in words, bytes stored for each byte asked, and the kinds of all parameters.
    interval: str = ""
    half_width: float | None = None
    remarks: list[str] = field(default_factory=list)
    stored_per_byte: float | None = None
    kinds: dict[str, str] = field(default_factory=dict)
    source: str = ""  # of an imported row: the tool that measured; its backend names it too
    figures: dict[str, float] = field(default_factory=dict)
    host: str = ""  # of one host's row of a cell that several hosts measured
    cluster: dict | None = None  # of the row of all of them: the common window, each host's place

    @property
    def imported(self) -> bool:
        return bool(self.source)

    @property
    def measured(self) -> bool:
        return self.status == "ok" and self.ns is not None

    @property
    def emulated(self) -> bool:
        return self.claim in ("emulated", "simulated")

    @property
    def mode(self) -> str:
        return self.latency.mode if self.latency else ""

    def number(self, name: str) -> float | None:
        """A parameter as a number: sizes in bytes. None where it has none."""
        if self.kinds.get(name) not in ("size", "count", "real"):
            return None
        try:
            return finite(float(self.parameters[name]))
        except (KeyError, ValueError):
            return None


@dataclass(slots=True)
class Run:
    id: int
    started_utc: str
    finished_utc: str
    status: str
    campaign: str
    machine_fingerprint: str
    plan_fingerprint: str
    version: str
    command_line: str
    seed: str
    environment: dict
    schema_version: int
    unmeasured: list[str]  # cells of the plan that have no row
    confidence: float = 0.95


@dataclass(slots=True)
class Slices:
    """One replicate's slices in time order."""

    replicate: int
    ns: list[float]
    disturbed: list[bool]
    median: float | None = None


@dataclass(slots=True)
class Histogram:
    """One replicate's latencies: lowest and highest ns of each bucket in use, and its count."""

    low_ns: numpy.ndarray
    high_ns: numpy.ndarray
    counts: numpy.ndarray


@dataclass(slots=True)
class Data:
    """All of one report. `slices`, `histograms` and `details` read a cell's samples when asked."""

    run: Run
    cells: list[Cell]
    derived: Derived
    timers: list[dict] = field(default_factory=list)
    comparison: dict | None = None
    history: dict | None = None
    crash: dict | None = None
    datasheet: dict | None = None
    fleet: dict | None = None
    visibility: dict | None = None
    slices: Callable[[Cell], list[Slices]] = lambda cell: []
    histograms: Callable[[Cell], list[Histogram]] = lambda cell: []
    details: Callable[[Cell], list[dict]] = lambda cell: []

    @property
    def with_numbers(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.measured]

    @property
    def measured(self) -> list[Cell]:
        """What figures draw: of a cell that several hosts measured the row of all of them."""
        return [cell for cell in self.with_numbers if not cell.host]

    @property
    def backends(self) -> list[str]:
        """In the order of the plan: each keeps its colour from figure to figure."""
        return list(dict.fromkeys(cell.backend for cell in self.cells))

    def emulated(self, cell: str) -> bool:
        return any(each.cell == cell and each.emulated for each in self.cells)
