"""The staircase: the latency of dependent loads by the size of the range they walk through."""

from __future__ import annotations

from .. import style, units
from ..groups import group
from ..lines import Axis, Series, line_panel
from ..records import Cell, Data
from .drawing import Drawing, choose, point

NAME = "staircase"
TITLE = "Latency staircase"
HOW_TO_READ = (
    "Each load waits for the one before, on one random cycle through a range; to the right the range "
    "grows. Every plateau is a level of the hierarchy, every step the size at which the range no longer "
    "fits into one; dotted lines are the sizes that the system reports for its caches. The last plateau "
    "is the memory's own latency, address translation included."
)


def _range(cell: Cell) -> float | None:
    asked = cell.number("range_size")
    if asked:
        return asked
    return units.finite((cell.medium or {}).get("size_bytes"))


def _cells(data: Data) -> list[Cell]:
    return [cell for cell in data.measured if cell.workload == "chase" and _range(cell)]


def _groups(data: Data):
    return [one for one in group(_cells(data), ("range_size", "stride", "backend"))
            if len({_range(cell) for cell in one.cells}) > 1]


def wanted(data: Data) -> bool:
    return bool(_groups(data))


def _caches(data: Data) -> list[tuple[str, float]]:
    found = {}
    for cache in data.run.environment.get("caches") or []:
        size = units.finite(cache.get("size_bytes"))
        if cache.get("type") != "Instruction" and size:
            found[f"L{cache.get('level')}"] = size
    return sorted(found.items())


def draw(data: Data) -> Drawing:
    groups, note = choose(_groups(data))
    panels = []
    for index, one in enumerate(groups):
        several = len({cell.backend for cell in one.cells}) > 1
        lines: dict[str, Series] = {}
        for cell in one.cells:
            label = f"stride {units.size(cell.number('stride'))}"
            label = f"{cell.backend}, {label}" if several else label
            line = lines.setdefault(label, Series(label, [], cell.emulated))
            line.points.append(point(_range(cell), cell.ns))

        def caches(axes) -> None:
            left, right = axes.get_xlim()
            for name, size in _caches(data):
                if left < size < right:
                    axes.axvline(size, color=style.MUTED, linewidth=0.9, linestyle=":")
                    axes.text(size, axes.get_ylim()[1], f" {name}", color=style.MUTED, va="top",
                              fontsize=style.FONT - 1)

        panels.append(line_panel(
            f"{NAME}_{index + 1}", one.label, list(lines.values()),
            Axis("range", units.size, "size"), Axis("time per load", units.duration), caches))
    return Drawing(panels, note)
