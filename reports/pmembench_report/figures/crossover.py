"""Crossover: from which size on non-temporal stores are faster than cached stores and a flush."""

from __future__ import annotations

from .. import axes as look
from .. import style
from ..panel import Panel, new_figure
from ..records import Data
from .drawing import MAXIMUM_PANELS, Drawing

NAME = "crossover"
TITLE = "From which size non-temporal stores win"
HOW_TO_READ = (
    "To the right writes get larger; grey is the range of sizes that were measured. From the marker on, "
    "non-temporal stores take no more time than cached stores with a flush at any larger size; the line is "
    "the interval over processes. A marker at the left end means that they are faster from the smallest "
    "size on, one at the right end that they are not even at the largest."
)


def wanted(data: Data) -> bool:
    return bool(data.derived.crossovers)


def _place(size: object, crossover: dict) -> float:
    """A size, or the end of the measured sizes beyond which it is."""
    ends = {"below": crossover["measured_from"], "above": crossover["measured_to"]}
    return float(ends.get(size, size) if isinstance(size, str) else size)


def _panel(name: str, title: str, found: list[tuple[dict, list[str]]]) -> Panel:
    figure = new_figure()
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    tips, ends = {}, []
    for row, (crossover, words) in enumerate(found):
        ends += [crossover["measured_from"], crossover["measured_to"]]
        axes.plot(ends[-2:], [row, row], color=style.GRID, linewidth=7, solid_capstyle="butt")
        if crossover["has_interval"]:
            axes.plot([_place(crossover[name], crossover) for name in ("low", "high")], [row, row],
                      color=style.SERIES[0], linewidth=2.2, solid_capstyle="butt")
        axes.plot([_place(crossover["bytes"], crossover)], [row], marker="D", color=style.SERIES[0],
                  markersize=6, gid=f"c{row}", clip_on=False)
        text = " ".join(word for word in words[2:] if word)
        axes.text(0.01, row - 0.33, f"{crossover['cached']}: {text}", va="center", fontsize=style.FONT - 1,
                  transform=axes.get_yaxis_transform())
        tips[f"c{row}"] = [f"{crossover['cached']}, {crossover['nontemporal']} is faster from: {text}"]
    look.size_ticks(axes, sorted(set(ends)))
    axes.set_ylim(len(found) - 0.5, -0.7)
    axes.set_yticks([])
    axes.grid(False, axis="y")
    axes.set_xlabel("size of a durable write")
    look.fit(figure, axes, title, plot_in=0.46 * len(found), left=0.2, bottom=0.5)
    return Panel(name, title, figure, tips)


def draw(data: Data) -> Drawing:
    groups: dict[str, list[tuple[dict, list[str]]]] = {}
    rows = [row["cells"] for table in data.derived.tables_of("crossover") for row in table["rows"]]
    for crossover, words in zip(data.derived.crossovers, rows, strict=True):
        groups.setdefault(crossover["of"], []).append((crossover, words))
    shown = list(groups.items())[:MAXIMUM_PANELS]
    panels = [_panel(f"{NAME}_{place}", title, found)
              for place, (title, found) in enumerate(shown, start=1)]
    note = "" if len(shown) == len(groups) else (
        f"{len(shown)} of {len(groups)} kinds of writes are drawn; the table has all.")
    return Drawing(panels, note)
