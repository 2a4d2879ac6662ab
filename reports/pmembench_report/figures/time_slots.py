"""The time slots of cells that have some: every operation of a long run, slot by slot."""

from __future__ import annotations

from matplotlib.ticker import MaxNLocator

from .. import units
from ..lines import Axis, Point, Series, line_panel
from ..panel import Panel
from ..records import Cell, Data

_STATISTICS = ("max", "p99.9", "p99", "p50", "mean")
_MOST_CELLS = 2
_MOST_POINTS = 150


def slots(details: list[dict]) -> dict | None:
    """The slots of the first replicate that has some: {"slot_ns": ..., "p99": [...], ...}."""
    for each in details:
        found = each.get("slots") if isinstance(each, dict) else None
        if isinstance(found, dict) and any(isinstance(found.get(f"{name}_ns"), list)
                                           for name in _STATISTICS):
            return found
    return None


def worst(values: list[float | None], length: int) -> list[tuple[int, float]]:
    """Of each `length` slots the one with the largest value, at its own place; none of them is made up."""
    found = []
    for start in range(0, len(values), length):
        known = [(place, value) for place, value in enumerate(values[start:start + length], start)
                 if value is not None]
        if known:
            found.append(max(known, key=lambda slot: slot[1]))
    return found


def _series(found: dict, slot_ns: float, length: int) -> list[Series]:
    lines = []
    for name in _STATISTICS:
        values = found.get(f"{name}_ns")
        # The mean is among the percentiles, and would cover them.
        if not isinstance(values, list) or (name == "mean" and lines):
            continue
        points = [Point(place * slot_ns / 1e9, value)
                  for place, value in worst([units.finite(value) for value in values], length)]
        lines.append(Series(name, points, marks=False))
    return lines


def _longest(found: dict) -> int:
    lists = [found.get(f"{name}_ns") for name in _STATISTICS]
    return max((len(each) for each in lists if isinstance(each, list)), default=0)


def _scale(axes, xs: list[float]) -> None:
    axes.set_xlim(0, max(xs) * 1.01 or 1)
    axes.xaxis.set_major_locator(MaxNLocator(6))


def _words(seconds: float) -> str:
    return units.duration(seconds * 1e9)


def tails(data: Data) -> list[Cell]:
    """Cells that were counted in slots; those that do no work show the machine's own stalls: last."""
    found = [cell for cell in data.measured if cell.workload == "tail" or "/slots=" in cell.cell]
    return sorted(found, key=lambda cell: not cell.does_work)


def period_words(found: dict) -> str:
    """What repeats in the slots' maxima, and how sure that is."""
    period = found.get("period_of_max")
    if not isinstance(period, dict) or units.finite(period.get("p_value")) is None:
        return ""
    chance = f"p = {period['p_value']:.3g}"
    if not period.get("found") or units.finite(period.get("period_ns")) is None:
        return f"no period found ({chance})"
    return f"stalls every {units.duration(period['period_ns'])} ({chance})"


def slot_panels(data: Data, name: str) -> list[Panel]:
    panels = []
    for cell in tails(data):
        if len(panels) == _MOST_CELLS:
            break
        found = slots(data.details(cell))
        slot_ns = units.finite((found or {}).get("slot_ns"))
        length = max(-(-_longest(found) // _MOST_POINTS), 1) if slot_ns else 1
        lines = [line for line in _series(found, slot_ns, length) if line.points] if slot_ns else []
        if not lines:
            continue
        title = ", ".join(word for word in (cell.backend, cell.path, cell.workload, "tail over time",
                                            period_words(found)) if word)
        panels.append(line_panel(
            f"{name}_{len(panels) + 1}", title, lines,
            Axis(f"time since the start (s), the worst of {length} slots of {units.duration(slot_ns)}"
                 if length > 1 else "time since the start (s)", _words, _scale),
            Axis("latency", units.duration)))
    return panels
