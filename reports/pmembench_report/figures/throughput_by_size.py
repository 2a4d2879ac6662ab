"""Throughput by operation size and backend."""

from __future__ import annotations

from .. import units
from ..groups import group
from ..lines import Axis, Series, line_panel
from ..records import Cell, Data
from .drawing import Drawing, choose, general, point

NAME = "throughput_by_size"
TITLE = "Throughput by operation size"
HOW_TO_READ = (
    "Each line is a backend; to the right operations get larger, upwards more bytes go through in a "
    "second. Bars and bands are the confidence interval over processes: where two overlap, the order "
    "of the two lines may be chance. A line that stops rising has met the memory's bandwidth; one "
    "that is far lower at 64 B pays for each operation, not for each byte."
)


def _cells(data: Data) -> list[Cell]:
    return [cell for cell in data.measured if general(cell) and cell.bytes_per_s is not None
            and (cell.mode == "" or cell.imported) and cell.number("operation_size")]


def wanted(data: Data) -> bool:
    return bool(_cells(data))


def draw(data: Data) -> Drawing:
    groups = group(_cells(data), ("operation_size", "backend"))
    sizes = [len({each.parameters["operation_size"] for each in one.cells}) for one in groups]
    if max(sizes) > 1:  # a single size is not a curve
        groups = [one for one, count in zip(groups, sizes) if count > 1]
    groups, note = choose(groups)
    panels = []
    for index, one in enumerate(groups):
        lines: dict[str, Series] = {}
        for cell in one.cells:
            line = lines.setdefault(cell.backend, Series(cell.backend, [], cell.emulated))
            line.points.append(point(cell.number("operation_size"), cell.bytes_per_s))
        panels.append(line_panel(
            f"{NAME}_{index + 1}", one.label, list(lines.values()),
            Axis("operation size", units.size, "size"),
            Axis("bytes per second", units.bytes_rate, base=2), known=data.backends))
    return Drawing(panels, note)
