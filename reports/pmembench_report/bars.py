"""Horizontal bars with intervals, named at their left: amounts, or the steps of a waterfall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.ticker import MaxNLocator

from . import axes as look
from . import style
from .panel import Panel, new_figure


@dataclass(slots=True)
class Bar:
    """From `start` to `value`; `text` stands at its right end."""

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
              words: Callable[[float], str], row_in: float = 0.34) -> Panel:
    names = [look.shorten(bar.label, 26) for bar in bars]
    figure = new_figure()
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    tips = {}
    for row, bar in enumerate(bars):
        colour = style.SERIES[bar.place]
        axes.barh(row, bar.value - bar.start, left=bar.start, height=0.62,
                  facecolor=(*style.rgb(colour), 0.35), edgecolor=colour, linewidth=0.9,
                  hatch=style.HATCH if bar.emulated else None)[0].set_gid(f"b{row}")
        if bar.low is not None and bar.high is not None:
            axes.errorbar(bar.value, row, xerr=[[max(bar.value - bar.low, 0)],
                                                [max(bar.high - bar.value, 0)]],
                          fmt="none", ecolor=style.INK, elinewidth=1.1)
        if bar.start and row:
            axes.plot([bar.start] * 2, [row - 0.69, row - 0.31], color=style.MUTED, linewidth=0.8)
        tips[f"b{row}"] = [bar.tip or f"{bar.label}: {words(bar.value)}"]
    longest = max(max(bar.value, bar.high or 0, bar.start) for bar in bars) or 1.0
    room = 1.06 + 0.026 * max(len(line) for bar in bars for line in bar.text.split("\n"))
    for row, bar in enumerate(bars):
        end = max(bar.value, bar.high or 0, bar.start)
        axes.text(end + longest * 0.025, row, bar.text, va="center", ha="left",
                  fontsize=style.FONT - 1)
    axes.set_xlim(0, longest * room)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.set_yticks(range(len(bars)), names)
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(look.tick_words(words))
    axes.set_xlabel(f"{label}, from zero")
    hatched = any(bar.emulated for bar in bars)
    handles = [look.hatch_handle()] if hatched else []
    look.fit(figure, axes, title, handles, row_in * len(bars),
             0.24 + 0.075 * max(map(len, names)), 0.5)
    return Panel(name, title, figure, tips)
