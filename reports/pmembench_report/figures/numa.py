"""NUMA matrices: from the node of the CPUs to the node of the memory."""

from __future__ import annotations

import re

from .. import units
from ..groups import group
from ..matrix import Field, matrix_panel
from ..records import Cell, Data
from .drawing import Drawing, choose

NAME = "numa"
TITLE = "NUMA: from node to node"
HOW_TO_READ = (
    "Rows are where the threads ran, columns where the memory lay; the diagonal is local. Latencies are "
    "of dependent loads, bandwidths of all threads together. Darker is a larger number, which is worse "
    "for latency and better for bandwidth. A dash was not measured, and is not zero. A matrix that is "
    "not symmetrical, or a far field that equals a near one, deserves a look at the placement column."
)
_PARTS = re.compile(r"(cpu_node|cpus|node)=([^;]+)")


def pair(cell: Cell) -> tuple[str, str] | None:
    """"cpu_node=0;node=1" -> ("node 0", "node 1"); None where no pair of nodes was asked for."""
    words = dict(_PARTS.findall(cell.placement_asked))
    if "node" not in words or not ("cpu_node" in words or "cpus" in words):
        return None
    start = f"node {words['cpu_node']}" if "cpu_node" in words else f"CPU {words['cpus']}"
    return start, f"node {words['node']}"


def _cells(data: Data) -> list[Cell]:
    return [cell for cell in data.measured if pair(cell) is not None]


def wanted(data: Data) -> bool:
    return bool(_cells(data))


def _natural(text: str) -> list:
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]


def _field(cell: Cell) -> tuple[str, Field]:
    """The unit that a matrix is in, and the field."""
    start, end = pair(cell)
    where = f"{start} to {end}"
    if cell.mode == "dependent" or cell.workload == "chase" or cell.bytes_per_s is None:
        return "ns", Field(cell.ns.value, units.significant(cell.ns.value),
                           f"{where}: {units.duration(cell.ns.value)}", cell.emulated)
    value = cell.bytes_per_s.value
    return "GiB/s", Field(value, units.significant(value / 2**30),
                          f"{where}: {units.bytes_rate(value)}", cell.emulated)


def draw(data: Data) -> Drawing:
    groups, note = choose(group(_cells(data), ("placement",)))
    panels = []
    for index, one in enumerate(groups):
        pairs = [pair(cell) for cell in one.cells]
        rows = sorted({start for start, _ in pairs}, key=_natural)
        columns = sorted({end for _, end in pairs}, key=_natural)
        fields, unit = {}, "ns"
        for cell, (start, end) in zip(one.cells, pairs):
            unit, field = _field(cell)
            fields[rows.index(start), columns.index(end)] = field
        panels.append(matrix_panel(f"{NAME}_{index + 1}", f"{one.label} ({unit})", rows, columns,
                                   fields, "threads on", "memory on"))
    return Drawing(panels, note)
