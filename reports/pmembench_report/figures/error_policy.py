"""Error policies: throughput and tail latency by the number of bad blocks."""

from __future__ import annotations

from .. import units
from ..groups import group
from ..lines import Axis, Point, Series, line_panel
from ..records import Cell, Data
from .drawing import Drawing, choose, point

NAME = "error_policy"
TITLE = "Bad blocks and error policies"
HOW_TO_READ = (
    "To the right the device has more bad blocks; one line a policy: fail gives the error back, "
    "device-fallback uses the whole device by the block path while any block is bad, io-fallback clears "
    "and rewrites one range through it, recovery uses the device's own way. The "
    "first panel of a pair is throughput, the second the 99th percentile, where a rare slow path shows "
    "long before the mean moves."
)


def _cells(data: Data) -> list[Cell]:
    return [cell for cell in data.measured if "error_policy" in cell.parameters
            and cell.number("bad_blocks") is not None]


def wanted(data: Data) -> bool:
    return bool(_cells(data))


def _lines(cells: list[Cell], of) -> list[Series]:
    several = len({cell.path for cell in cells}) > 1
    lines: dict[str, Series] = {}
    for cell in cells:
        value = of(cell)
        if value is not None:
            policy = cell.parameters["error_policy"]
            label = f"{policy}, {cell.path}" if several else policy
            lines.setdefault(label, Series(label, [], cell.emulated)).points.append(value)
    return list(lines.values())


def _throughput(cell: Cell) -> Point | None:
    rate = cell.operations_per_s
    return None if rate is None else point(cell.number("bad_blocks"), rate)


def _p99(cell: Cell) -> Point | None:
    value = cell.latency.percentiles.get("p99") if cell.latency else None
    return None if value is None else Point(cell.number("bad_blocks"), value)


def draw(data: Data) -> Drawing:
    groups, note = choose(group(_cells(data), ("error_policy", "bad_blocks", "path")), 2)
    panels = []
    for one in groups:
        for of, title, axis in ((_throughput, "throughput", Axis("operations per second", units.rate)),
                                (_p99, "p99", Axis("latency, p99", units.duration))):
            lines = _lines(one.cells, of)
            if lines:
                panels.append(line_panel(f"{NAME}_{len(panels) + 1}", f"{one.label}, {title}", lines,
                                         Axis("bad blocks", units.count), axis))
    return Drawing(panels, note)
