"""The time slots of cells that have some: every operation of a long run, slot by slot."""

from __future__ import annotations

from matplotlib.ticker import MaxNLocator

from .. import units
from ..lines import Axis, Point, Series, line_panel
from ..panel import Panel
from ..records import Cell, Data

_STATISTICS = ("max", "p99.9", "p99", "p50", "mean")
_MOST_CELLS = 2


def slots(details: list[dict]) -> dict | None:
    """The slots of the first replicate that has some: {"slot_ns": ..., "p99": [...], ...}."""
    for each in details:
        found = each.get("slots") if isinstance(each, dict) else None
        if isinstance(found, dict) and any(isinstance(found.get(f"{name}_ns"), list)
                                           for name in _STATISTICS):
            return found
    return None


def _series(found: dict, slot_ns: float) -> list[Series]:
    lines = []
    for name in _STATISTICS:
        values = found.get(f"{name}_ns")
        if not isinstance(values, list):
            continue
        points = [Point(place * slot_ns / 1e6, number) for place, value in enumerate(values)
                  for number in [units.finite(value)] if number is not None]
        lines.append(Series(name, points, marks=False))
    return lines


def _scale(axes, xs: list[float]) -> None:
    axes.set_xlim(0, max(xs) * 1.01 or 1)
    axes.xaxis.set_major_locator(MaxNLocator(6))


def _words(milliseconds: float) -> str:
    return units.duration(milliseconds * 1e6)


def _tails(data: Data) -> list[Cell]:
    return [cell for cell in data.measured if cell.workload == "tail" or "/slots=" in cell.cell]


def period_words(found: dict) -> str:
    """What repeats in the slots' maxima, and how sure that is."""
    period = found.get("period_of_max")
    if not isinstance(period, dict) or units.finite(period.get("p_value")) is None:
        return ""
    chance = f"p = {period['p_value']:.3g}"
    if not period.get("found"):
        return f"no period found ({chance})"
    return f"stalls every {units.duration(period['period_ns'])} ({chance})"


def slot_panels(data: Data, name: str) -> list[Panel]:
    panels = []
    for cell in _tails(data):
        if len(panels) == _MOST_CELLS:
            break
        found = slots(data.details(cell))
        slot_ns = units.finite((found or {}).get("slot_ns"))
        lines = [line for line in _series(found, slot_ns) if line.points] if slot_ns else []
        if not lines:
            continue
        title = ", ".join(word for word in (cell.backend, cell.path, cell.workload, "tail over time",
                                            period_words(found)) if word)
        panels.append(line_panel(
            f"{name}_{len(panels) + 1}", title, lines,
            Axis("time since the start (ms)", _words, _scale),
            Axis("latency", units.duration)))
    return panels
