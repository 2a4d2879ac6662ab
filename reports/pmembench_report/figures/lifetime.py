"""Kill under load: how long a dying device waits for its last operation, by path."""

from __future__ import annotations

from .. import units
from ..bars import Bar, bar_panel
from ..groups import group
from ..records import Cell, Data
from .drawing import Drawing, choose

NAME = "lifetime"
TITLE = "Kill under load"
HOW_TO_READ = (
    "The time of kill(): from the call until the last operation that had begun on the device is over, "
    "while threads use it by the path at the left. Shorter is sooner gone. The text has the 99th "
    "percentile. Every life behind a bar was judged: nothing was done after the kill, and nothing that "
    "was acknowledged is lost (block-rmw excepted, which loses neighbours of what it was writing)."
)


def _cells(data: Data) -> list[Cell]:
    return [cell for cell in data.measured if cell.workload == "lifetime"]


def wanted(data: Data) -> bool:
    return bool(_cells(data))


def _label(cell: Cell) -> str:
    use = cell.parameters.get("use", "write")
    size = cell.number("operation_size")
    words = [cell.path] + ([use] if use != "write" else [])
    if size and size != 4096:
        words.append(units.size(size))
    return ", ".join(words)


def _bar(cell: Cell) -> Bar:
    text = units.duration(cell.ns.value)
    tail = cell.latency.percentiles.get("p99") if cell.latency else None
    if tail is not None:
        text += f", p99 {units.duration(tail)}"
    return Bar(_label(cell), cell.ns.value, cell.ns.low, cell.ns.high, text=text,
               tip=f"{_label(cell)}: {text}", emulated=cell.emulated)


def draw(data: Data) -> Drawing:
    apart = ("path", "use", "operation_size", "life_size", *data.derived.path_parameters)
    groups, note = choose(group(_cells(data), apart))
    panels = [bar_panel(f"{NAME}_{index + 1}", one.label,
                        [_bar(cell) for cell in sorted(one.cells, key=lambda cell: cell.ns.value)[:20]],
                        "time of a kill", units.duration)
              for index, one in enumerate(groups)]
    return Drawing(panels, note)
