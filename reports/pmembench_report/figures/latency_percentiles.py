"""Latency percentiles on the axis that gives the tail its room: 1 / (1 - q)."""

from __future__ import annotations

import math

import numpy
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from .. import units
from ..groups import group
from ..histogram import merge, quantiles
from ..lines import Axis, Point, Series, line_panel
from ..records import Cell, Data
from .drawing import Drawing, choose

NAME = "latency_percentiles"
TITLE = "Latency percentiles"
HOW_TO_READ = (
    "To the right events are rarer: each step of the axis is ten times fewer operations. The line is "
    "the latency that this share of the operations did not exceed, over all processes together; the "
    "band spans the lowest and the highest of the single processes (not a confidence interval). A "
    "line ends where fewer than ten operations are beyond it: farther out nothing is known. The "
    "operations waited for each other, so this is service time, and a stall is charged once."
)
# Eight points for each factor of ten, and the customary percentiles exactly.
_STEPS = sorted({round(10 ** (step / 8), 6) for step in range(2, 57)} |
                {2.0, 4.0, 10.0, 100.0, 1000.0, 10000.0})
_Q = 1 - 1 / numpy.array(_STEPS)


def _cells(data: Data) -> list[Cell]:
    return [cell for cell in data.measured
            if cell.latency is not None and cell.latency.percentiles]


def wanted(data: Data) -> bool:
    return bool(_cells(data))


def curve(data: Data, cell: Cell) -> list[Point]:
    """x = 1 / (1 - q); y over all processes; low and high over the single ones."""
    histograms = [each for each in data.histograms(cell) if len(each.counts)]
    if not histograms:
        return []
    merged = quantiles(merge(histograms), _Q)
    single = numpy.array([quantiles(each, _Q) for each in histograms])
    points = []
    for place, value in enumerate(merged):
        if not math.isfinite(value):
            continue
        known = single[:, place][numpy.isfinite(single[:, place])]
        low, high = (float(known.min()), float(known.max())) if len(known) > 1 else (None, None)
        points.append(Point(_STEPS[place], float(value), low, high))
    return points


def _words(x: float) -> str:
    return f"p{100 * (1 - 1 / x):.10g}" if x > 1 else "p0"


def _scale(axes, xs: list[float]) -> None:
    axes.set_xscale("log")
    axes.set_xlim(min(xs) / 1.1, max(xs) * 1.15)
    ticks = [2.0, *(10.0**power for power in range(1, 9))]
    axes.xaxis.set_major_locator(FixedLocator([t for t in ticks if t <= max(xs) * 1.15]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _words(value)))


def draw(data: Data) -> Drawing:
    groups, note = choose(group(_cells(data), ("backend",)))
    panels = []
    for index, one in enumerate(groups):
        lines = [Series(cell.backend, curve(data, cell), cell.emulated, marks=False)
                 for cell in one.cells]
        if not any(line.points for line in lines):
            continue
        panels.append(line_panel(
            f"{NAME}_{index + 1}", one.label, lines,
            Axis("percentile, on the scale 1 / (1 − q)", _words, _scale),
            Axis("latency", units.duration, log=True), known=data.backends))
    return Drawing(panels, note)
