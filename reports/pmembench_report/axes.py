"""Axes: scales with their ticks in words, headings, legends. What all figures share."""

from __future__ import annotations

import math
from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from . import style, units

# A linear axis from zero would flatten what is this many times smaller than the largest.
LOG_FROM_RATIO = 40
HATCHED = "hatched, open marks: emulated durability"
_TITLE_CHARACTERS, _LEGEND_CHARACTERS = 62, 58


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
    """A log2 axis with a tick at each value, or at every other where they stand too close."""
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
        axes.set_ylim(0, (max(positive) if positive else 1) * 1.08)
        axes.yaxis.set_major_locator(MaxNLocator(6))
        axes.set_ylabel(f"{label}, from zero")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words(value)))
    return bool(log and positive)


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
        left: float = 0.82, bottom: float = 0.62) -> None:
    """Heading and legend above the axes; margins in inches, for an automatic layout costs more."""
    width, height = figure.get_size_inches()
    text = wrap(title)
    line = style.FONT * 1.25 / 72
    top = 0.1 + line * (text.count("\n") + 1)
    figure.text(0.1 / width, 1 - 0.06 / height, text, ha="left", va="top",
                fontsize=style.FONT + 0.5, fontweight="bold")
    for row in _legend_rows(handles or []):
        figure.legend(handles=row, loc="upper left", ncol=len(row), columnspacing=1.2,
                      bbox_to_anchor=(0.1 / width, 1 - (top + 0.02) / height),
                      bbox_transform=figure.transFigure)
        top += line + 0.03
    axes.set_position((left / width, bottom / height, (width - left - 0.16) / width,
                       (height - bottom - top - 0.12) / height))


def _legend_rows(handles: list) -> list[list]:
    """As many to a row as its width holds."""
    rows, used = [], 0
    for handle in handles:
        handle.set_label(shorten(handle.get_label(), _LEGEND_CHARACTERS))
        need = len(handle.get_label()) + 7
        if not rows or used + need > _LEGEND_CHARACTERS + 8:
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
