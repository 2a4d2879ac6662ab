"""What it costs to make bytes durable: backend by size by stage."""

from __future__ import annotations

from .. import units
from ..groups import group
from ..matrix import Field, matrix_panel
from ..records import Cell, Data
from .drawing import Drawing, choose

NAME = "persist_cost"
TITLE = "Cost of making bytes durable"
HOW_TO_READ = (
    "Nanoseconds for one write to be made durable, one row a backend, one column a size and a stage. "
    "Stage says where the clock stopped: issue, when the instructions had completed; durable, behind a "
    "full barrier; else an interval of writes was timed as a whole, each of them as far as the step says: "
    "store, store_flush, store_flush_fence, store_flush_barrier. Numbers are medians where operations "
    "were timed one by one (p50), else means. Darker is slower. A difference between two stages is "
    "what the later one adds, as long as it is larger than the intervals in the tables."
)
_MOST_COLUMNS = 6


_STEPS = ("store", "store_flush", "store_flush_fence", "store_flush_barrier")


def _stage(cell: Cell) -> str:
    """A timed operation by where its time ended, another by how far it went."""
    return cell.mode or cell.parameters.get("step") or "each"


def _stages(cells: list[Cell]) -> list[str]:
    """In the order of the steps; other stages after them, in the order of the cells."""
    found = list(dict.fromkeys(_stage(cell) for cell in cells))
    return [step for step in _STEPS if step in found] + [one for one in found if one not in _STEPS]


def _cells(data: Data) -> list[Cell]:
    return [cell for cell in data.measured if cell.parameters.get("operation_size")
            and cell.workload in ("persist", "durability")]


def wanted(data: Data) -> bool:
    return bool(_cells(data))


def _value(cell: Cell) -> float:
    p50 = cell.latency.percentiles.get("p50") if cell.latency else None
    return p50 if p50 is not None else cell.ns.value


def _panel(name: str, title: str, cells: list[Cell], by_stage: bool):
    backends = list(dict.fromkeys(cell.backend for cell in cells))
    keys = sorted({(cell.number("operation_size") or 0, _stage(cell))
                   for cell in cells})
    stages = _stages(cells)
    keys.sort(key=lambda key: (stages.index(key[1]), key[0]))
    fields = {}
    for cell in cells:
        key = (cell.number("operation_size") or 0, _stage(cell))
        value = _value(cell)
        fields[backends.index(cell.backend), keys.index(key)] = Field(
            value, units.significant(value),
            f"{cell.backend}, {units.size(key[0])}, {key[1]}: {units.duration(value)}, n "
            f"{units.count(cell.latency.n if cell.latency else cell.operations)}", cell.emulated)
    # A step's name is three words and stands in three lines: columns are narrow.
    columns = [units.size(size) if by_stage else "\n".join([units.size(size), *stage.split("_")])
               for size, stage in keys]
    return matrix_panel(name, f"{title} (ns)", backends, columns, fields, "backend",
                        "operation size" if by_stage else "operation size and stage")


def draw(data: Data) -> Drawing:
    groups, note = choose(group(_cells(data), ("operation_size", "backend", "mode", "step")), 2)
    panels = []
    for one in groups:
        stages = _stages(one.cells)
        sizes = {cell.parameters["operation_size"] for cell in one.cells}
        by_stage = len(stages) * len(sizes) > _MOST_COLUMNS
        for stage in stages if by_stage else [""]:
            cells = [cell for cell in one.cells if not by_stage or _stage(cell) == stage]
            title = f"{one.label}, {stage}" if stage else one.label
            panels.append(_panel(f"{NAME}_{len(panels) + 1}", title, cells, by_stage))
    return Drawing(panels, note)
