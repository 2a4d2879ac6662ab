"""Horizontal bars with intervals, named at their left: amounts, the steps of a waterfall, a tree."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from . import axes as look
from . import style
from .panel import Panel, new_figure

_CHARACTER_IN = 0.059  # of a bar's text
_TICK_SHARE = 0.14  # of the axis, for a tick's words


@dataclass(slots=True)
class Bar:
    """From `start` to `value`; `text` is at its right end."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    start: float = 0.0
    text: str = ""
    tip: str = ""
    emulated: bool = False
    place: int = 0


def bar_panel(name: str, title: str, bars: list[Bar], label: str,
              words: Callable[[float], str], row_in: float = 0.34, log: bool = False) -> Panel:
    """`log`: a logarithmic axis; labels then begin at the left, so that a tree's indentation shows."""
    names = [look.shorten(bar.label, 26) for bar in bars]
    ends = [value for bar in bars for value in (bar.value, bar.high or 0, bar.start)]
    longest = max(ends) or 1.0
    least = min(value for value in [*ends, *(bar.low or 0 for bar in bars)] if value > 0) / 1.3 if log else 0.0
    figure = new_figure()
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    tips = {}
    for row, bar in enumerate(bars):
        colour = style.SERIES[bar.place]
        start = bar.start or least
        axes.barh(row, bar.value - start, left=start, height=0.62,
                  facecolor=(*style.rgb(colour), 0.35), edgecolor=colour, linewidth=0.9,
                  hatch=style.HATCH if bar.emulated else None)[0].set_gid(f"b{row}")
        if bar.low is not None and bar.high is not None:
            axes.errorbar(bar.value, row, xerr=[[max(bar.value - bar.low, 0)],
                                                [max(bar.high - bar.value, 0)]],
                          fmt="none", ecolor=style.INK, elinewidth=1.1)
        if bar.start and row:
            axes.plot([bar.start] * 2, [row - 0.69, row - 0.31], color=style.MUTED, linewidth=0.8)
        tips[f"b{row}"] = [bar.tip or f"{bar.label}: {words(bar.value)}"]
    # The texts are at the right of the bars, on the part of the axis that is kept for them.
    left = 0.24 + 0.075 * max(map(len, names))
    texts = _CHARACTER_IN * max(len(line) for bar in bars for line in bar.text.split("\n"))
    room = 1.04 / (1 - min(texts / (style.WIDTH_IN - left - 0.3), 0.75))
    for row, bar in enumerate(bars):
        end = max(bar.value, bar.high or 0, bar.start)
        gap = end * (longest / least) ** 0.025 if log else end + longest * 0.025
        axes.text(gap, row, bar.text, va="center", ha="left", fontsize=style.FONT - 1)
    if log:
        _log_scale(axes, least, longest, room)
    else:
        axes.set_xlim(0, longest * room)
        axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.set_yticks(range(len(bars)), names)
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
    axes.xaxis.set_major_formatter(look.tick_words(words))
    axes.set_xlabel(f"{label} (log scale)" if log else f"{label}, from zero")
    hatched = any(bar.emulated for bar in bars)
    handles = [look.hatch_handle()] if hatched else []
    if log:
        for text in axes.get_yticklabels():
            text.set_horizontalalignment("left")
        axes.tick_params(axis="y", pad=72 * (left - 0.1))
    look.fit(figure, axes, title, handles, row_in * len(bars), left, 0.5)
    return Panel(name, title, figure, tips)


def _log_scale(axes: Axes, least: float, longest: float, room: float) -> None:
    axes.set_xscale("log")
    axes.set_xlim(least, least * (longest / least) ** room)
    powers = range(math.floor(math.log10(least)), math.ceil(math.log10(longest)) + 1)
    apart = room * _TICK_SHARE * math.log(longest / least)
    ticks: list[float] = []
    for factors in ((1,), (2, 5), (3, 4, 6, 7, 8)):  # round ones first
        for tick in (factor * 10.0**power for power in powers for factor in factors):
            free = all(abs(math.log(tick / other)) >= apart for other in ticks)
            if least <= tick <= longest and free and (len(ticks) < 2 or factors != (3, 4, 6, 7, 8)):
                ticks.append(tick)
    axes.xaxis.set_major_locator(FixedLocator(sorted(ticks)))
    axes.xaxis.set_minor_locator(NullLocator())
