"""File-system personalities by path."""

from __future__ import annotations

from .. import units
from ..bars import Bar, bar_panel
from ..groups import group
from ..records import PERSONALITIES, Cell, Data
from .drawing import Drawing, choose

NAME = "personalities"
TITLE = "File-system work by path"
HOW_TO_READ = (
    "Operations per second of a file-system personality, one bar a way to the memory; longer is faster. "
    "The same program did the same file work on each, so the difference is the path's. Intervals are "
    "over processes. Hatched bars made their data durable on a stand-in only: their order may differ on "
    "the real medium."
)


def _cells(data: Data) -> list[Cell]:
    return [cell for cell in data.measured if cell.workload in PERSONALITIES
            and cell.operations_per_s is not None]


def wanted(data: Data) -> bool:
    return bool(_cells(data))


def _bar(cell: Cell, several: bool) -> Bar:
    rate = cell.operations_per_s
    label = f"{cell.path}, {cell.backend}" if several else cell.path
    return Bar(label, rate.value, rate.low, rate.high, text=units.rate(rate.value),
               tip=f"{label}: {units.rate(rate.value)}", emulated=cell.emulated)


def draw(data: Data) -> Drawing:
    apart = ("path", "backend", "media", "options", "placement", *data.derived.path_parameters)
    groups, note = choose(group(_cells(data), apart), len(PERSONALITIES))
    panels = []
    for index, one in enumerate(groups):
        several = len({cell.path for cell in one.cells}) < len(one.cells)
        cells = sorted(one.cells, key=lambda cell: -cell.operations_per_s.value)[:16]
        panels.append(bar_panel(f"{NAME}_{index + 1}", one.label,
                                [_bar(cell, several) for cell in cells], "operations per second",
                                units.rate))
    return Drawing(panels, note)
