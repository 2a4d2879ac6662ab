"""The layer ladder: one workload down all paths, each rung's cost on top of the one before."""

from __future__ import annotations

from .. import units
from ..bars import Bar, bar_panel
from ..groups import group, number_of
from ..records import PERSONALITIES, Cell, Data
from .drawing import Drawing

NAME = "layer_ladder"
TITLE = "The layer ladder"
HOW_TO_READ = (
    "The same work, one layer more in each row. A bar begins where the faster layer above it ended, so "
    "its length is what this layer adds; its right end is the whole time of an operation, with its "
    "confidence interval. The text says the whole, the addition with the widest range that the two "
    "intervals allow (`pmembench show` pairs the processes and prints a narrower one), and how many "
    "bytes were stored for each byte asked. A bar that runs to the left is a layer that is faster than "
    "the one above it."
)
# From the shortest way to the longest; paths that are not named here come last.
LADDER = ("mapped", "direct", "fs-dax", "block-raw", "block-btt", "block-rmw", "fs-mixed", "fs-block",
          "kernel", "posix")
# What only a path has: it tells two rungs of one path apart, and no work.
PATH_PARAMETERS = ("sector", "erase_block", "erase", "data", "range_locks", "queue_depth", "engine")
# These reach another medium by another backend; they stand beside each ladder of the same work.
_OUTSIDE = ("kernel", "posix")


def _rank(cell: Cell) -> tuple[int, str]:
    return LADDER.index(cell.path), cell.cell


def _rung(cell: Cell) -> tuple:
    return (cell.path, *(cell.parameters.get(name) for name in PATH_PARAMETERS))


def ladders(data: Data) -> list[tuple[str, list[Cell]]]:
    """For each work and backend its rungs, where there are at least two."""
    apart = ("path", "backend", "media", "options", "placement", *PATH_PARAMETERS)
    found = []
    cells = [cell for cell in data.measured
             if cell.path in LADDER and cell.workload not in PERSONALITIES]
    for one in group(cells, apart):
        outside = {_rung(cell): cell for cell in one.cells if cell.path in _OUTSIDE}
        by_backend: dict[tuple[str, str], dict[tuple, Cell]] = {}
        for cell in one.cells:
            if cell.path not in _OUTSIDE:
                by_backend.setdefault((cell.backend, cell.media), {})[_rung(cell)] = cell
        for (backend, _), own in by_backend.items():
            rungs = sorted([*own.values(), *outside.values()], key=_rank)
            if len({cell.path for cell in rungs}) > 1 and backend != "null":
                found.append((f"{one.label}, {backend}", rungs))
    return found


def _names(cells: list[Cell]) -> list[str]:
    """The paths, with the parameters that tell two rungs of one path apart."""
    names = []
    for cell in cells:
        alike = [each for each in cells if each.path == cell.path]
        differ = [name for name in PATH_PARAMETERS
                  if len({each.parameters.get(name) for each in alike}) > 1]
        words = [cell.path, *(f"{name} {cell.parameters.get(name, '')}" for name in differ)]
        names.append(" ".join(words))
    return names


def wanted(data: Data) -> bool:
    return bool(ladders(data))


def _added(cell: Cell, below: Cell) -> str:
    text = f"{cell.ns.value - below.ns.value:+,.0f} ns"
    if None in (cell.ns.low, cell.ns.high, below.ns.low, below.ns.high):
        return text
    return (f"{text} [{cell.ns.low - below.ns.high:+,.0f}, "
            f"{cell.ns.high - below.ns.low:+,.0f}]")


def amplification(cell: Cell) -> float | None:
    """Bytes stored for each byte asked; None where it was not counted."""
    stored, asked = cell.amplification.get("bytes"), number_of(cell, "operation_size")
    return stored / asked if stored and asked else None


def _bar(name: str, cell: Cell, below: Cell | None) -> Bar:
    factor = amplification(cell)
    words = [units.duration(cell.ns.value)]
    if below is not None:
        words.append(_added(cell, below))
    if factor is not None:
        words.append(f"stores × {units.significant(factor)}")
    interval = "" if cell.ns.low is None or cell.ns.high is None else (
        f" [{units.duration(cell.ns.low)}, {units.duration(cell.ns.high)}]")
    return Bar(name, cell.ns.value, cell.ns.low, cell.ns.high,
               start=below.ns.value if below else 0.0, text="\n".join(words),
               tip=f"{name}: {units.duration(cell.ns.value)}{interval}, "
               + ", ".join(words[1:]), emulated=cell.emulated)


def draw(data: Data) -> Drawing:
    found = sorted(ladders(data), key=lambda ladder: -len(ladder[1]))
    panels = []
    for index, (title, cells) in enumerate(found[:4]):
        bars = [_bar(*each) for each in zip(_names(cells), cells, [None, *cells])]
        panels.append(bar_panel(f"{NAME}_{index + 1}", title, bars, "time per operation",
                                units.duration, row_in=0.52))
    note = "" if len(found) <= 4 else (
        f"4 of {len(found)} ladders are drawn, those with the most rungs; the tables have all.")
    return Drawing(panels, note)
