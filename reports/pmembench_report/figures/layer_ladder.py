"""The layer ladder: one workload down all paths, each rung on those that it is built on."""

from __future__ import annotations

from .. import units
from ..bars import Bar, bar_panel
from ..derived import estimate
from ..records import Data
from .drawing import MAXIMUM_PANELS, Drawing

NAME = "layer_ladder"
TITLE = "The layer ladder"
HOW_TO_READ = (
    "The same work by every path. Paths are a tree: an indented path is built on the path above it, and its "
    "bar begins where that path's time ends, so that its length is what the layer adds. The axis is "
    "logarithmic: equal lengths are equal factors. The text has the time of an operation; its cost over "
    "each path below it with the interval over processes that ran both; and the bytes stored for each "
    "byte asked. A bar that runs to the left is a layer that is faster than the one it is built on. "
    "The paths kernel and posix have a separate medium: their bars begin at the edge, and they are "
    "compared with direct only."
)


def wanted(data: Data) -> bool:
    return bool(data.derived.ladders)


def _lines(table: dict) -> list[list[list[str]]]:
    """The lines of the printed table, by rung: one for each path that it is compared with."""
    rungs: list[list[list[str]]] = []
    for row in table["rows"]:
        if row.get("repeated"):
            rungs[-1].append(row["cells"])
        else:
            rungs.append([row["cells"]])
    return rungs


def _bar(data: Data, rung: dict, lines: list[list[str]], start: float) -> Bar:
    time = estimate(rung["ns_per_operation"])
    words = [f"{share} over {over}" for _, _, over, share, *_ in lines if share]
    stored = lines[0][5]
    first = f"{lines[0][1]}, stores × {stored}" if stored else lines[0][1]
    interval = "" if time.low is None or time.high is None else (
        f" [{units.duration(time.low)}, {units.duration(time.high)}]")
    label = "\u00a0" * 2 * rung["depth"] + rung["name"]
    return Bar(label, time.value, time.low, time.high, start=start, text="\n".join([first, *words]),
               tip=f"{rung['name']}: {lines[0][1]}{interval}; " + "; ".join(words),
               emulated=data.emulated(rung["cell"]))


def _bars(data: Data, ladder: dict, table: dict) -> list[Bar]:
    times = {rung["cell"]: rung["ns_per_operation"]["estimate"] for rung in ladder["rungs"]}
    bars = []
    for rung, lines in zip(ladder["rungs"], _lines(table), strict=True):
        below = rung["over_parents"][0]["cell"] if rung["over_parents"] else ""
        bars.append(_bar(data, rung, lines, times.get(below, 0.0)))
    return bars


def draw(data: Data) -> Drawing:
    found = list(zip(data.derived.ladders, data.derived.tables_of("ladder"), strict=True))
    found.sort(key=lambda ladder: -len(ladder[0]["rungs"]))
    panels = [
        bar_panel(f"{NAME}_{place}", ladder["title"], _bars(data, ladder, table),
                  "time per operation", units.duration, row_in=0.56, log=True)
        for place, (ladder, table) in enumerate(found[:MAXIMUM_PANELS], start=1)]
    note = "" if len(found) <= MAXIMUM_PANELS else (
        f"{MAXIMUM_PANELS} of {len(found)} ladders are drawn, those with the most rungs; the tables "
        "have all.")
    return Drawing(panels, note)
