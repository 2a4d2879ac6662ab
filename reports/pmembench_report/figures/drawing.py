"""What a figure's draw() gives: its panels, and a note where it does not show everything."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..groups import Group
from ..panel import Panel
from ..records import PERSONALITIES, Cell, Estimate
from ..lines import Point

# A figure with more panels than these is hard to read; the tables have the rest.
MAXIMUM_PANELS = 4


@dataclass(slots=True)
class Drawing:
    panels: list[Panel] = field(default_factory=list)
    note: str = ""


def choose(groups: list[Group], limit: int = MAXIMUM_PANELS) -> tuple[list[Group], str]:
    """The groups with the most cells, in their own order, and a sentence about those left out."""
    if len(groups) <= limit:
        return groups, ""
    ranked = sorted(range(len(groups)), key=lambda place: (-len(groups[place].cells), place))
    shown = [groups[place] for place in sorted(ranked[:limit])]
    return shown, (f"{limit} of {len(groups)} groups of cells are drawn, those with the most "
                   "points; the numbers of the others are in the tables.")


def general(cell: Cell) -> bool:
    """True for cells that no figure of their own claims."""
    return (cell.measured and cell.workload not in PERSONALITIES
            and cell.workload not in ("loaded", "tail") and "bad_blocks" not in cell.parameters)


def point(x: float, estimate: Estimate) -> Point:
    return Point(x, estimate.value, estimate.low, estimate.high)
