"""Axes: scales with their ticks in words, headings, legends. What all figures share."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from . import style, units

# A linear axis from zero would flatten what is this many times smaller than the largest.
LOG_FROM_RATIO = 40
HATCHED = "hatched: emulated durability"
HATCHED_MARKS = "hatched, open markers: emulated durability"
_TITLE_CHARACTERS, _LEGEND_CHARACTERS = 52, 58
_TRAILING_ZEROS = re.compile(r"(?<=\d)\.0+(?!\d)|(?<=\.\d)0+(?!\d)")


def shorten(text: str, characters: int) -> str:
    """Leaves out the middle, where names are longest and say least."""
    if len(text) <= characters:
        return text
    head = (characters - 1) // 2
    return f"{text[:head]}…{text[len(text) - (characters - 1 - head):]}"


def wrap(text: str, characters: int = _TITLE_CHARACTERS, lines: int = 2) -> str:
    """Breaks at spaces into at most `lines` lines, cutting what is longer."""
    rows, row = [], ""
    for word in text.split():
        word = shorten(word, characters)
        if row and len(row) + 1 + len(word) > characters:
            rows.append(row)
            row = word
        else:
            row = f"{row} {word}".strip()
    rows.append(row)
    if len(rows) > lines:
        rows = rows[: lines - 1] + [shorten(" ".join(rows[lines - 1:]), characters)]
    return "\n".join(rows)


def size_ticks(axes: Axes, values: list[float]) -> None:
    """A log2 axis with a tick at each value, or at every other if they are too close."""
    values = sorted(set(values))
    axes.set_xscale("log", base=2)
    span = math.log2(values[-1] / values[0]) if values[0] > 0 else 0
    if span == 0:
        axes.set_xlim(values[0] / 2, values[0] * 2)
    else:
        axes.set_xlim(values[0] * 2 ** (-0.05 * span), values[-1] * 2 ** (0.05 * span))
    shown, room = [], max(span, 1) / 7.5
    for value in values:
        if not shown or math.log2(value / shown[-1]) >= room:
            shown.append(value)
    axes.xaxis.set_major_locator(FixedLocator(shown))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: units.size(value)))


def whole_ticks(axes: Axes, values: list[float]) -> None:
    low, high = min(values), max(values)
    margin = max((high - low) * 0.06, 0.4)
    axes.set_xlim(low - margin, high + margin)
    distinct = sorted(set(values))
    axes.xaxis.set_major_locator(
        FixedLocator(distinct) if len(distinct) <= 8 else MaxNLocator(7, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def value_axis(axes: Axes, label: str, values: list[float], words: Callable[[float], str],
               base: int = 10, log: bool | None = None) -> bool:
    """The y axis: from zero, or logarithmic and said so. True: it is logarithmic."""
    positive = [value for value in values if value > 0]
    if log is None:
        log = bool(positive) and max(positive) > LOG_FROM_RATIO * min(positive)
    if log and positive:
        axes.set_yscale("log", base=base)
        low, high = min(positive), max(positive)
        axes.set_ylim(low / 1.35, high * 1.35)
        axes.yaxis.set_major_locator(FixedLocator(_log_ticks(low / 1.35, high * 1.35, base)))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_ylabel(f"{label} (log scale)")
    else:
        top = (max(positive) if positive else 1) * 1.08
        axes.set_ylim(0, top)
        axes.yaxis.set_major_locator(FixedLocator(even_ticks(top, base)))
        axes.set_ylabel(f"{label}, from zero")
    axes.yaxis.set_major_formatter(tick_words(words))
    return bool(log and positive)


def tick_words(words: Callable[[float], str]) -> FuncFormatter:
    """A tick is a round number: "16.0 GiB/s" is "16 GiB/s" there, and nothing is just "0"."""
    def text(value: float, _place: object) -> str:
        return "0" if value == 0 else _TRAILING_ZEROS.sub("", words(value))
    return FuncFormatter(text)


def even_ticks(top: float, base: int = 10) -> list[float]:
    """Round numbers from zero; with base 2, multiples of a power of two, for bytes are read so."""
    if base != 2:
        return [tick for tick in MaxNLocator(6).tick_values(0, top) if tick <= top]
    step = 2.0 ** (math.floor(math.log2(top)) - 2)
    if top / step > 6:
        step *= 2
    return [place * step for place in range(math.floor(top / step) + 1)]


def _log_ticks(low: float, high: float, base: int) -> list[float]:
    first, last = math.floor(math.log(low, base)), math.ceil(math.log(high, base))
    powers = last - first
    if base == 10 and powers <= 3:
        ticks = [factor * 10.0**power for power in range(first, last + 1) for factor in (1, 2, 5)]
    else:
        step = max(1, round(powers / 7))
        ticks = [float(base) ** power for power in range(first, last + 1, step)]
    return [tick for tick in ticks if low <= tick <= high]


def fit(figure: Figure, axes: Axes, title: str, handles: list | None = None,
        plot_in: float = 2.1, left: float = 0.86, bottom: float = 0.55,
        most_width: float = 99.0) -> None:
    """Sets the figure's height: heading, legend and unit are above a plot of `plot_in` inches.

    All in inches, by hand, for an automatic layout costs as much as the drawing.
    """
    line = style.FONT * 1.25 / 72
    rows, heading, unit = _legend_rows(handles or []), wrap(title), axes.get_ylabel()
    legend_top = 0.1 + line * (heading.count("\n") + 1)
    unit_top = legend_top + len(rows) * (line + 0.03) + 0.07
    above = unit_top + (line + 0.05 if unit else 0.0) + 0.05
    width, height = figure.get_size_inches()[0], above + plot_in + bottom
    figure.set_size_inches(width, height)
    edge = 0.1 / width
    figure.text(edge, 1 - 0.06 / height, heading, ha="left", va="top", fontsize=style.FONT + 0.5,
                fontweight="bold")
    for place, row in enumerate(rows):
        figure.legend(handles=row, loc="upper left", ncol=len(row), columnspacing=1.2,
                      bbox_to_anchor=(edge, 1 - (legend_top + 0.02 + place * (line + 0.03)) / height),
                      bbox_transform=figure.transFigure)
    if unit:
        # Level above the axis, where it is read without turning the head and costs no width.
        figure.text(edge, 1 - unit_top / height, unit, ha="left", va="top", color=style.MUTED)
        axes.set_ylabel("")
    wide = min(width - left - 0.3, most_width)
    axes.set_position((left / width, bottom / height, wide / width, plot_in / height))


def _legend_rows(handles: list) -> list[list]:
    """As many to a row as its width holds."""
    rows, used = [], 0
    for handle in handles:
        handle.set_label(shorten(handle.get_label(), _LEGEND_CHARACTERS))
        need = len(handle.get_label()) + 9
        if not rows or used + need > _LEGEND_CHARACTERS + 6:
            rows.append([])
            used = 0
        rows[-1].append(handle)
        used += need
    return rows


def line_handle(label: str, place: int, emulated: bool) -> Line2D:
    return Line2D([], [], color=style.SERIES[place], marker=style.MARKERS[place],
                  linestyle=style.DASHES[place], label=label,
                  markerfacecolor=style.SURFACE if emulated else style.SERIES[place])


def hatch_handle(label: str = HATCHED) -> Patch:
    return Patch(facecolor="none", edgecolor=style.MUTED, hatch=style.HATCH, label=label,
                 linewidth=0.6)
