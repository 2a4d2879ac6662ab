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
    """Media of one kind stand in one panel: pages of several sizes on one memory, above all."""
    return [one for one in group(_cells(data), ("range_size", "stride", "backend", "media"))
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


def _label(cell: Cell, cells: list[Cell]) -> str:
    """What distinguishes this line from the others of its panel."""
    words = []
    if len({each.media for each in cells}) > 1:
        words.append(cell.media)
    if len({each.backend for each in cells}) > 1:
        words.append(cell.backend)
    if not words or len({each.number("stride") for each in cells}) > 1:
        words.append(f"stride {units.size(cell.number('stride'))}")
    return ", ".join(words)


def _plateaus(data: Data, lines: list[Series]):
    """Of each line the time in each cache (its largest range that fills at most three quarters of it)
    and in the memory (its largest range); the smallest range too."""
    found = []
    for place, line in enumerate(lines):
        points = sorted(line.points, key=lambda each: each.x)
        chosen = {points[0].x: points[0], points[-1].x: points[-1]}
        for _, size in _caches(data):
            inside = [each for each in points if each.x <= 0.75 * size]
            if inside:
                chosen[inside[-1].x] = inside[-1]
        found += [(place, each) for each in chosen.values()]
    return found


def draw(data: Data) -> Drawing:
    groups, note = choose(_groups(data))
    panels = []
    for index, one in enumerate(groups):
        lines: dict[str, Series] = {}
        for cell in one.cells:
            label = _label(cell, one.cells)
            line = lines.setdefault(label, Series(label, [], cell.emulated))
            line.points.append(point(_range(cell), cell.ns))
        drawn = list(lines.values())

        def beside(axes) -> None:
            left, right = axes.get_xlim()
            for name, size in _caches(data):
                if left < size < right:
                    axes.axvline(size, color=style.MUTED, linewidth=0.9, linestyle=":")
                    axes.text(size, axes.get_ylim()[1], f" {name}", color=style.MUTED, va="top",
                              fontsize=style.FONT - 1)
            for place, each in _plateaus(data, drawn):
                axes.annotate(units.duration(each.y), (each.x, each.y), textcoords="offset points",
                              xytext=(0, 6 if place % 2 == 0 else -12), ha="center",
                              fontsize=style.FONT - 2, color=style.INK)

        panels.append(line_panel(
            f"{NAME}_{index + 1}", one.label, drawn,
            Axis("range", units.size, "size"), Axis("time per load", units.duration), beside))
    return Drawing(panels, note)
