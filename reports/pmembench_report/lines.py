"""A line chart with intervals: points that differ in x, a line for each series."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import axes as look
from . import style
from .panel import Panel, new_figure

MAXIMUM_SERIES = 8


@dataclass(slots=True)
class Point:
    x: float
    y: float
    low: float | None = None
    high: float | None = None
    tip: str = ""


@dataclass(slots=True)
class Series:
    label: str
    points: list[Point]
    emulated: bool = False
    marks: bool = True  # a curve of many points has none


@dataclass(slots=True)
class Axis:
    """`scale`: "size" (log2 of bytes), "whole" (a count), or a function that sets the axis up."""

    label: str
    words: Callable[[float], str]
    scale: str | Callable = "whole"
    log: bool | None = None
    base: int = 10


def _draw(axes, series: Series, place: int, gid: str) -> None:
    colour = style.SERIES[place]
    x = [point.x for point in series.points]
    y = [point.y for point in series.points]
    low = [point.low if point.low is not None else point.y for point in series.points]
    high = [point.high if point.high is not None else point.y for point in series.points]
    if len(x) > 1 and low != high:
        axes.fill_between(x, low, high, facecolor=(*style.rgb(colour), 0.14), edgecolor="none")
        if series.emulated:
            axes.fill_between(x, low, high, facecolor="none", edgecolor=colour, linewidth=0.0,
                              hatch=style.HATCH)
    if series.marks:
        errors = [[a - b for a, b in zip(y, low)], [a - b for a, b in zip(high, y)]]
        axes.errorbar(x, y, yerr=[[max(e, 0) for e in side] for side in errors], fmt="none",
                      ecolor=colour, elinewidth=0.9)
    axes.plot(x, y, color=colour, linestyle=style.DASHES[place], marker="")
    if series.marks:
        axes.plot(x, y, color=colour, linestyle="", marker=style.MARKERS[place], gid=gid,
                  markerfacecolor=style.SURFACE if series.emulated else colour)


def _zoom(series: list[Series], x: Axis, y: Axis, log_y: bool) -> dict:
    """The same lines as data, for a chart that zooms: one x for all, null where one has none."""
    xs = sorted({point.x for each in series for point in each.points})
    lines = []
    for each in series:
        at = {point.x: point.y for point in each.points}
        lines.append({"label": each.label, "values": [_short(at.get(value)) for value in xs]})
    kind = x.scale if isinstance(x.scale, str) else "log"
    return {"x": [_short(value) for value in xs], "series": lines, "xLabel": x.label,
            "yLabel": y.label, "xKind": kind, "yLog": log_y}


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def line_panel(name: str, title: str, series: list[Series], x: Axis, y: Axis,
               extra: Callable | None = None, known: Sequence[str] = ()) -> Panel:
    """Draws at most MAXIMUM_SERIES series, those with the most points, and says if there are more.

    `extra(axes)` adds what else the figure has, such as reference lines. `known`: labels that keep
    their colours, in order.
    """
    given = sorted((each for each in series if each.points), key=lambda each: -len(each.points))
    shown = [each for each in series if any(each is kept for kept in given[:MAXIMUM_SERIES])]
    figure = new_figure()
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    places = style.places([each.label for each in shown], known)
    tips, handles = {}, []
    for index, (each, place) in enumerate(zip(shown, places)):
        each.points.sort(key=lambda point: point.x)
        gid = f"m{index}"
        _draw(axes, each, place, gid)
        tips[gid] = [point.tip or _tip(each, point, x, y) for point in each.points]
        handle = look.line_handle(each.label, place, each.emulated)
        if not each.marks:
            handle.set_marker("")
        handles.append(handle)
    if any(each.emulated for each in shown):
        marked = any(each.emulated and each.marks for each in shown)
        handles.append(look.hatch_handle(look.HATCHED_MARKS if marked else look.HATCHED))
    if len(given) > len(shown):
        handles.append(look.Line2D([], [], linestyle="",
                                   label=f"and {len(given) - len(shown)} more in the tables"))
    xs = [point.x for each in shown for point in each.points]
    ys = [value for each in shown for point in each.points
          for value in (point.y, point.low, point.high) if value is not None]
    if x.scale == "size":
        look.size_ticks(axes, xs)
    elif x.scale == "whole":
        look.whole_ticks(axes, xs)
    else:
        x.scale(axes, xs)
    axes.set_xlabel(x.label)
    log = look.value_axis(axes, y.label, ys, y.words, y.base, y.log)
    if extra is not None:
        extra(axes)
    look.fit(figure, axes, title, handles)
    return Panel(name, title, figure, tips, _zoom(shown, x, y, log))


def _tip(series: Series, point: Point, x: Axis, y: Axis) -> str:
    interval = ""
    if point.low is not None and point.high is not None:
        interval = f" [{y.words(point.low)}, {y.words(point.high)}]"
    return f"{series.label}, {x.words(point.x)}: {y.words(point.y)}{interval}"


