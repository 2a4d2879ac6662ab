"""NUMA matrices: from the node of the CPUs to the node of the memory."""

from __future__ import annotations

import re

from .. import units
from ..groups import Group, group
from ..matrix import Field, matrix_panel
from ..records import Cell, Data
from .drawing import Drawing, choose

NAME = "numa"
TITLE = "NUMA: from node to node"
HOW_TO_READ = (
    "Rows are where the threads ran, columns where the memory lay (nodes without CPUs and dax devices "
    "too); the diagonal is local. Latencies are of dependent loads, bandwidths of all threads together. "
    "Below a number stands how many times it is what the firmware (HMAT) rates; without such a line the "
    "pair is not rated. Darker is a larger number, which is worse for latency and better for bandwidth. "
    "A dash was not measured, and is not zero. A matrix that is not symmetrical, or a far field that "
    "equals a near one, deserves a look at the placement column."
)
_PARTS = re.compile(r"(cpu_node|cpus|node)=([^;]+)")


def pair(cell: Cell) -> tuple[str, str] | None:
    """From and to, as the row says; in rows of older versions by "cpu_node=0;node=1". None: no pair."""
    if cell.numa is not None:
        dealt_out = bool(cell.numa.get("interleave"))
        return None if dealt_out else (f"node {cell.numa.get('initiator_node')}",
                                       str(cell.numa.get("target", "unknown")))
    words = dict(_PARTS.findall(cell.placement_asked))
    if "node" not in words or not ("cpu_node" in words or "cpus" in words):
        return None
    start = f"node {words['cpu_node']}" if "cpu_node" in words else f"CPU {words['cpus']}"
    return start, f"node {words['node']}"


def _cells(data: Data) -> list[Cell]:
    return [cell for cell in data.measured if cell.backend != "null" and pair(cell) is not None]


def wanted(data: Data) -> bool:
    return bool(_cells(data))


def _natural(text: str) -> list:
    """Nodes by number, then devices by name."""
    return [not text.startswith("node ")] + [
        int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]


def group_label(cell: Cell) -> str:
    """"movnt/direct/sequential/operation_size=64K,access=read/tall" in words."""
    parts = str(cell.numa.get("group", "")).split("/")
    threads = "all threads of a node" if parts[-1:] == ["tall"] else (
        f"{cell.threads} thread{'' if cell.threads == 1 else 's'}")
    words = [cell.workload, cell.parameters.get("access", ""), threads, cell.backend]
    return ", ".join(word for word in words if word)


def _groups(cells: list[Cell]) -> list[Group]:
    """One a matrix: what the rows call a group, and for older rows all that is no placement."""
    found: dict[tuple, Group] = {}
    for cell in cells:
        if cell.numa is None:
            continue
        key = cell.numa.get("group"), cell.numa.get("measure")
        found.setdefault(key, Group(group_label(cell), [])).cells.append(cell)
    return [*found.values(), *group([c for c in cells if c.numa is None], ("placement",))]


def _rated(cell: Cell, words) -> tuple[str, str]:
    """A line for the field and one for its tip: measured over rated."""
    numa = cell.numa or {}
    ratio, rated = numa.get("ratio"), numa.get("rated")
    if not isinstance(ratio, dict) or not rated or not ratio.get("estimate"):
        return "", ""
    times = units.significant(ratio["estimate"])
    return f"\n×{times} rated", f", {times} times the rated {words(rated)}"


def _field(cell: Cell) -> tuple[str, Field]:
    """The unit that a matrix is in, and the field."""
    start, end = pair(cell)
    where = f"{start} to {end}"
    if cell.mode == "dependent" or cell.workload == "chase" or cell.bytes_per_s is None:
        line, tip = _rated(cell, units.duration)
        return "ns", Field(cell.ns.value, units.significant(cell.ns.value) + line,
                           f"{where}: {units.duration(cell.ns.value)}{tip}", cell.emulated)
    value = cell.bytes_per_s.value
    line, tip = _rated(cell, units.bytes_rate)
    return "GiB/s", Field(value, units.significant(value / 2**30) + line,
                          f"{where}: {units.bytes_rate(value)}{tip}", cell.emulated)


def draw(data: Data) -> Drawing:
    groups, note = choose(_groups(_cells(data)))
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
