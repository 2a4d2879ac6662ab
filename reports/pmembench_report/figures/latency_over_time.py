"""Slices in time order: drift, steps and disturbance that a mean would hide."""

from __future__ import annotations

import math

from matplotlib.ticker import MaxNLocator

from .. import axes as look
from .. import style, units
from ..groups import dimensions
from ..panel import Panel, new_figure
from ..records import Cell, Data, Slices
from .drawing import Drawing
from .time_slots import slot_panels, tails

NAME = "latency_over_time"
TITLE = "Time per operation over time"
HOW_TO_READ = (
    "One dot is one slice of about half a millisecond, in the order in which they were measured; a "
    "vertical line is where the next process begins, its horizontal bar the median of its slices. A "
    "cross is a slice that the scheduler disturbed and that could not be had otherwise. Steps between "
    "processes are page placement and address layout, a slope within one is warm-up or throttling. "
    "Shown are the cells whose interval is widest, for there is most to see. Where a cell was counted in "
    "time slots, its panel comes first: one line a statistic, and whether stalls come back at a "
    "steady distance; where there are many slots, a point is the worst of several."
)
_MOST_CELLS, _MOST_DOTS = 2, 360


def _cells(data: Data) -> list[Cell]:
    # Slices of a backend that does no work show the clock, not the medium.
    cells = [cell for cell in data.measured if cell.does_work and cell.slices > 2]
    return sorted(cells, key=lambda cell: -(cell.half_width or 0.0))[:_MOST_CELLS]


def wanted(data: Data) -> bool:
    # A long run in time slots is one slice.
    return bool(_cells(data) or tails(data))


def thin(ns: list[float], most: int) -> list[int]:
    """The places to draw: of each interval its lowest and its highest, so that no outlier is lost."""
    if len(ns) <= most:
        return list(range(len(ns)))
    stretch = math.ceil(2 * len(ns) / most)
    kept: set[int] = set()
    for start in range(0, len(ns), stretch):
        places = range(start, min(start + stretch, len(ns)))
        kept |= {min(places, key=ns.__getitem__), max(places, key=ns.__getitem__)}
    return sorted(kept)


def _title(cell: Cell) -> str:
    words = dimensions(cell)
    names = [cell.backend, cell.path, cell.workload, words.get("access", "")]
    if "operation_size" in words:
        names.append(units.size(cell.number("operation_size")))
    names.append(f"{cell.threads} thread{'' if cell.threads == 1 else 's'}")
    return ", ".join(name for name in names if name)


def _panel(index: int, cell: Cell, replicates: list[Slices]) -> Panel:
    figure = new_figure()
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    tips, shown, begin = {}, [], 0
    for each in replicates:
        finite = [place for place, value in enumerate(each.ns) if math.isfinite(value)]
        values = [each.ns[place] for place in finite]
        if not values:
            continue
        places = thin(values, max(_MOST_DOTS // len(replicates), 4))
        flags = [finite[place] < len(each.disturbed) and each.disturbed[finite[place]]
                 for place in places]
        calm = [place for place, flag in zip(places, flags) if not flag]
        alarm = [place for place, flag in zip(places, flags) if flag]
        for gid, some, marker, colour in ((f"c{each.replicate}", calm, ".", style.CALM),
                                          (f"d{each.replicate}", alarm, "x", style.ALARM)):
            axes.plot([begin + place for place in some], [values[place] for place in some],
                      linestyle="", marker=marker, color=colour, markersize=4, gid=gid)
            tips[gid] = [f"process {each.replicate}, slice {finite[place]}: "
                         f"{units.duration(values[place])}" for place in some]
        if each.median is not None:
            axes.plot([begin, begin + len(values)], [each.median] * 2, color=style.INK, linewidth=1.2)
        if begin:
            axes.axvline(begin, color=style.MUTED, linewidth=0.6, zorder=0.5)
        begin += len(values)
        shown += [values[place] for place in places]
    axes.set_xlim(-0.01 * begin, begin * 1.01)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_xlabel(f"slice, in time order within each of {len(replicates)} processes")
    look.value_axis(axes, "time per operation", shown, units.duration)
    handles = [look.Line2D([], [], linestyle="", marker=".", color=style.CALM, label="slice"),
               look.Line2D([], [], color=style.INK, label="process's median")]
    if any(any(each.disturbed) for each in replicates):
        handles.insert(1, look.Line2D([], [], linestyle="", marker="x", color=style.ALARM,
                                      label="disturbed"))
    look.fit(figure, axes, _title(cell), handles)
    return Panel(f"{NAME}_{index + 1}", _title(cell), figure, tips)


def draw(data: Data) -> Drawing:
    panels = slot_panels(data, NAME)
    for cell in _cells(data):
        replicates = [each for each in data.slices(cell) if each.ns]
        if any(math.isfinite(value) for each in replicates for value in each.ns):
            panels.append(_panel(len(panels), cell, replicates))
    return Drawing(panels)
