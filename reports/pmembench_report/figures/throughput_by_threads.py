"""Throughput by number of threads."""

from __future__ import annotations

from .. import units
from ..groups import group
from ..lines import Axis, Series, line_panel
from ..records import Cell, Data
from .drawing import Drawing, choose, general, point

NAME = "throughput_by_threads"
TITLE = "Throughput by threads"
HOW_TO_READ = (
    "All threads of a cell together, by their number. A line that doubles with the threads scales; "
    "one that flattens has filled the memory or a queue on the way; one that falls fights over it. "
    "Intervals are over processes, so a step within them means nothing."
)


def _cells(data: Data) -> list[Cell]:
    return [cell for cell in data.measured if general(cell) and cell.bytes_per_s is not None
            and (cell.mode == "" or cell.imported)]


def _groups(data: Data):
    return [one for one in group(_cells(data), ("threads", "backend"))
            if len({cell.threads for cell in one.cells}) > 1]


def wanted(data: Data) -> bool:
    return bool(_groups(data))


def draw(data: Data) -> Drawing:
    groups, note = choose(_groups(data))
    panels = []
    for index, one in enumerate(groups):
        lines: dict[str, Series] = {}
        for cell in one.cells:
            line = lines.setdefault(cell.backend, Series(cell.backend, [], cell.emulated))
            line.points.append(point(cell.threads, cell.bytes_per_s))
        panels.append(line_panel(
            f"{NAME}_{index + 1}", one.label, list(lines.values()),
            Axis("threads", units.count), Axis("bytes per second", units.bytes_rate, base=2), known=data.backends))
    return Drawing(panels, note)
