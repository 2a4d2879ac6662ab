"""The common window: when each host ran, and the time in which all of them did."""

from __future__ import annotations

from .. import axes as look
from .. import style, units
from ..panel import Panel, new_figure
from ..records import Cell, Data
from .drawing import MAXIMUM_PANELS, Drawing

NAME = "window"
TITLE = "The common window"
HOW_TO_READ = (
    "A bar a host, from its first slice to the end of its last one, after the agreed start. Only slices inside the "
    "shaded window, in which all hosts ran with certainty (the clocks' bounds are subtracted), count. The text has the "
    "part of the window that the host spent inside slices, and how far its clock can be off. Of the replicates "
    "the one with the shortest window is drawn."
)
_MOST_HOSTS = 24


def _shortest(data: Data, cell: Cell) -> dict | None:
    found = []
    for each in data.details(cell):
        cluster = each.get("cluster") if isinstance(each, dict) else None
        window = units.finite(cluster.get("window_ns")) if isinstance(cluster, dict) else None
        hosts = cluster.get("hosts") if isinstance(cluster, dict) else None
        if window and isinstance(hosts, list) and len(hosts) > 1:
            found.append((window, len(found), cluster))
    return min(found)[2] if found else None


def _windows(data: Data) -> list[tuple[Cell, dict]]:
    return [(cell, found) for cell in data.measured if cell.cluster for found in [_shortest(data, cell)] if found]


def wanted(data: Data) -> bool:
    return any(cell.cluster for cell in data.measured)


def _panel(name: str, cell: Cell, cluster: dict) -> Panel:
    begin = units.finite(cluster.get("begin_ns")) or 0.0
    end = begin + units.finite(cluster.get("window_ns"))
    hosts = [each for each in cluster["hosts"] if isinstance(each, dict)][:_MOST_HOSTS]
    figure = new_figure()
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    axes.axvspan(begin, end, facecolor=(*style.rgb(style.HEAT), 0.14), edgecolor="none")
    tips, last = {}, end
    for row, host in enumerate(hosts):
        late, done = units.finite(host.get("late_ns")) or 0.0, units.finite(host.get("done_ns")) or 0.0
        last = max(last, done)
        axes.barh(row, done - late, left=late, height=0.5, facecolor=(*style.rgb(style.SERIES[0]), 0.35),
                  edgecolor=style.SERIES[0], linewidth=0.9)[0].set_gid(f"w{row}")
        words = f"busy {units.percent(host.get('busy_share'))}, clock ±{units.duration(host.get('bound_ns'))}"
        axes.text(max(late, begin), row, f" {words}", va="center", ha="left", fontsize=style.FONT - 1.5)
        tips[f"w{row}"] = [f"{host.get('host', '')}: from {units.duration(max(late, 0))} to {units.duration(done)}, {words}"]
    axes.set_xlim(0, last * 1.04)
    axes.set_ylim(len(hosts) - 0.4, -0.6)
    names = [look.shorten(str(host.get("host", "")), 24) for host in hosts]
    axes.set_yticks(range(len(hosts)), names)
    axes.tick_params(axis="y", length=0)
    axes.grid(False, axis="y")
    axes.xaxis.set_major_formatter(look.tick_words(units.duration))
    axes.set_xlabel("time after the agreed start, from zero")
    title = f"{cell.cell}: window of {units.duration(end - begin)}"
    look.fit(figure, axes, title, [], 0.34 * len(hosts), 0.3 + 0.075 * max(map(len, names)), 0.5)
    return Panel(name, title, figure, tips)


def draw(data: Data) -> Drawing:
    found = sorted(_windows(data), key=lambda one: one[1]["window_ns"])
    panels = [_panel(f"{NAME}_{place}", cell, cluster)
              for place, (cell, cluster) in enumerate(found[:MAXIMUM_PANELS], start=1)]
    note = "" if len(found) <= MAXIMUM_PANELS else (
        f"{MAXIMUM_PANELS} of {len(found)} cells are drawn, those with the shortest windows; the tables have all.")
    return Drawing(panels, note)
