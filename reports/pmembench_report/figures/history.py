"""History: the ratio to a pinned reference build, record by record."""

from __future__ import annotations

import math

from matplotlib.ticker import FuncFormatter, MaxNLocator

from .. import axes as look
from .. import style, units
from ..panel import Panel, new_figure
from ..records import Data
from .drawing import Drawing

NAME = "history"
TITLE = "History against the pinned reference"
HOW_TO_READ = (
    "Each dot is a record, in time order: its time per operation over that of the reference build, "
    "measured next to it; above one is slower. The band is the confidence interval. A triangle is an "
    "alarm for one record, a diamond an alarm for slow creep, a ring a step that somebody accepted, with "
    "the reason in the table. Dashed lines are change points, dotted ones the limit. A line never crosses "
    "from one machine to another: those are separate series."
)
_MOST_PANELS = 6
_MOST_LABELS = 6


def series(data: Data) -> list[dict]:
    found = (data.history or {}).get("series")
    usable = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return [each for each in usable if points(each)]


def points(each: dict) -> list[dict]:
    """Those records of a series that have a ratio."""
    found = each.get("points")
    return [point for point in found if isinstance(point, dict)
            and units.finite(point.get("ratio")) is not None] if isinstance(found, list) else []


def wanted(data: Data) -> bool:
    return bool(series(data))


def _alarms(each: dict) -> int:
    return sum(1 for point in points(each) if point.get("alarm"))


def _tip(point: dict) -> str:
    words = [str(point.get("recorded_utc", "")), str(point.get("label", "")),
             f"{point['ratio']:.4g}"]
    if point.get("alarm"):
        words.append(f"alarm: {point['alarm']}")
    if point.get("accepted"):
        words.append(f"accepted: {point.get('reason', '')}")
    return ", ".join(word for word in words if word)


def _scatter(axes, points: list[dict], tips: dict[str, list[str]]) -> None:
    kinds = (("point", lambda p: p.get("alarm") == "point", "^", style.ALARM, 7),
             ("creep", lambda p: p.get("alarm") == "creep", "D", style.ALARM, 6),
             ("calm", lambda p: not p.get("alarm"), "o", style.CALM, 4))
    for name, belongs, marker, colour, size in kinds:
        some = [place for place, point in enumerate(points) if belongs(point)]
        axes.plot(some, [points[place]["ratio"] for place in some], linestyle="", marker=marker,
                  color=colour, markersize=size, gid=f"h{name}")
        tips[f"h{name}"] = [_tip(points[place]) for place in some]
    accepted = [place for place, point in enumerate(points) if point.get("accepted")]
    axes.plot(accepted, [points[place]["ratio"] for place in accepted], linestyle="", marker="o",
              markerfacecolor="none", markeredgecolor=style.INK, markersize=10)


def _panel(index: int, each: dict) -> Panel:
    records = points(each)
    figure = new_figure()
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    places, ratios = list(range(len(records))), [point["ratio"] for point in records]
    low = [units.finite(point.get("low")) or point["ratio"] for point in records]
    high = [units.finite(point.get("high")) or point["ratio"] for point in records]
    axes.fill_between(places, low, high, facecolor=(*style.rgb(style.CALM), 0.16), edgecolor="none")
    axes.plot(places, ratios, color=style.CALM, linewidth=1.0)
    tips: dict[str, list[str]] = {}
    _scatter(axes, records, tips)
    axes.axhline(1, color=style.INK, linewidth=0.9)
    limits = [units.finite(point.get("limit")) for point in records]
    known = [(place, limit) for place, limit in enumerate(limits) if limit is not None]
    if known:
        axes.plot(*zip(*known), color=style.MUTED, linewidth=0.9, linestyle=":")
    changes = each.get("change_points")
    for change in changes if isinstance(changes, list) else []:
        place = units.finite(change.get("index")) if isinstance(change, dict) else None
        if place is not None and 0 <= place < len(records):
            axes.axvline(place - 0.5, color=style.ALARM, linewidth=0.9, linestyle="--")
    values = [*low, *high, 1.0, *(limit for _, limit in known)]
    margin = max((max(values) - min(values)) * 0.08, 0.002)
    axes.set_ylim(min(values) - margin, max(values) + margin)
    axes.set_xlim(-0.5, len(records) - 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(_MOST_LABELS, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _label(records, value)))
    digits = max(2, 1 - math.floor(math.log10(max(values) - min(values) + 2 * margin)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.{digits}f}"))
    axes.set_xlabel("record, in time order")
    axes.set_ylabel("ratio to the reference (not from zero)")
    title = f"{each.get('cell', '')}, {each.get('metric', '')}"
    look.fit(figure, axes, title)
    return Panel(f"{NAME}_{index + 1}", title, figure, tips)


def _label(points: list[dict], value: float) -> str:
    place = round(value)
    if abs(value - place) > 1e-6 or not 0 <= place < len(points):
        return ""
    return look.shorten(str(points[place].get("label") or place), 9)


def draw(data: Data) -> Drawing:
    found = sorted(series(data), key=lambda each: -_alarms(each))
    note = "" if len(found) <= _MOST_PANELS else (
        f"{_MOST_PANELS} of {len(found)} series are drawn, those with the most alarms.")
    return Drawing([_panel(index, each) for index, each in enumerate(found[:_MOST_PANELS])], note)
