"""Core to core: the latency of a line that another CPU has, for each pair of CPUs."""

from __future__ import annotations

import re

from .. import units
from ..groups import group
from ..matrix import Field, matrix_panel
from ..records import Cell, Data
from .drawing import Drawing, choose

NAME = "core_to_core"
TITLE = "Core to core"
HOW_TO_READ = (
    "Rows are the CPU that has a line in its caches, columns the one that loads it; darker takes longer. "
    "dirty: the line was stored to and not written back; clean: it was only loaded. Of ping-pong a "
    "number is a whole round trip of one line. CPUs that share a cache are near each other."
)
_PAIR = re.compile(r"^cpus=(\d+),(\d+)")


def _pair(cell: Cell) -> tuple[int, int] | None:
    found = _PAIR.match(cell.placement_asked)
    return (int(found[1]), int(found[2])) if found else None


def _cells(data: Data) -> list[Cell]:
    return [cell for cell in data.measured if cell.workload == "handover" and _pair(cell)]


def wanted(data: Data) -> bool:
    return bool(_cells(data))


def draw(data: Data) -> Drawing:
    groups, note = choose(group(_cells(data), ("placement",)))
    panels = []
    for index, one in enumerate(groups):
        owners = sorted({_pair(cell)[0] for cell in one.cells})
        readers = sorted({_pair(cell)[1] for cell in one.cells})
        fields = {}
        for cell in one.cells:
            owner, reader = _pair(cell)
            words = units.duration(cell.ns.value)
            fields[owners.index(owner), readers.index(reader)] = Field(
                cell.ns.value, words, f"CPU {owner} to CPU {reader}: {words}")
        panels.append(matrix_panel(f"{NAME}_{index + 1}", one.label, [f"CPU {cpu}" for cpu in owners],
                                   [str(cpu) for cpu in readers], fields, "line in caches of",
                                   "loaded by CPU"))
    return Drawing(panels, note)
