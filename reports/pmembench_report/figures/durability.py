"""A durable write, step by step: what each step adds to the one before."""

from __future__ import annotations

from .. import units
from ..bars import Bar, bar_panel
from ..derived import estimate
from ..records import Data
from .drawing import MAXIMUM_PANELS, Drawing

NAME = "durability"
TITLE = "A durable write, step by step"
HOW_TO_READ = (
    "Each bar is one step more than the one above it: store, flush, fence, full barrier. A bar begins where "
    "the step before it ended, so that its length is what the step adds; the text has the time of an "
    "operation of one thread, and the addition with its interval over processes that ran both steps. "
    "A bar that runs to the left is a step that costs nothing that could be measured."
)


def _found(data: Data) -> list[dict]:
    return [costs for costs in data.derived.durability if len(costs["steps"]) > 1]


def wanted(data: Data) -> bool:
    return bool(_found(data))


def _bars(data: Data, costs: dict, rows: list[list[str]]) -> list[Bar]:
    bars: list[Bar] = []
    for step, words in zip(costs["steps"], rows, strict=True):
        time = estimate(step["ns_per_operation"])
        bars.append(Bar(step["step"], time.value, time.low, time.high,
                        start=bars[-1].value if bars else 0.0,
                        text="\n".join(word for word in words[1:] if word),
                        tip=": ".join([step["step"], ", ".join(word for word in words[1:] if word)]),
                        emulated=data.emulated(step["cell"])))
    return bars


def _rows(data: Data) -> list[list[list[str]]]:
    """The lines of the printed table, by the group of steps that they belong to."""
    groups: list[list[list[str]]] = []
    for table in data.derived.tables_of("durability_steps"):
        for row in table["rows"]:
            if row.get("heading"):
                groups.append([])
            if row["cells"]:
                groups[-1].append(row["cells"])
    return groups


def draw(data: Data) -> Drawing:
    found = list(zip(_found(data), _rows(data), strict=True))
    most = sorted(found, key=lambda group: -len(group[1]))[:MAXIMUM_PANELS]
    panels = [bar_panel(f"{NAME}_{place}", costs["of"], _bars(data, costs, rows), "time per operation",
                        units.duration, row_in=0.46)
              for place, (costs, rows) in enumerate(most, start=1)]
    note = "" if len(found) <= len(most) else (
        f"{len(most)} of {len(found)} groups of steps are drawn, those with the most steps; the table "
        "has all.")
    return Drawing(panels, note)
