"""Weighted interleave: bandwidth over the share of the pages on the first of two nodes."""

from __future__ import annotations

from .. import style, units
from ..derived import estimate
from ..lines import Axis, Point, Series, line_panel
from ..records import Data
from .drawing import MAXIMUM_PANELS, Drawing

NAME = "interleave"
TITLE = "Weighted interleave between two nodes"
HOW_TO_READ = (
    "To the right more of the pages are on the node with the lower number; at the ends all are on one "
    "node. The peak is the best weight for this work from these CPUs; points whose bands overlap the "
    "peak's are as good as it. The dashed line is what the two ends predict: with pages distributed in "
    "proportion to the nodes' own bandwidths both are busy to the end. A peak to the side of it means "
    "that the nodes share something, or that the CPUs cannot ask for more."
)


def wanted(data: Data) -> bool:
    return bool(data.derived.interleave)


def _line(data: Data, sweep: dict) -> Series:
    label = f"from node {sweep['initiator_node']}"
    points = []
    for each in sweep["points"]:
        moved = estimate(each["bytes_per_s"])
        points.append(Point(100 * each["first_share"], moved.value, moved.low, moved.high))
    return Series(label, points, any(data.emulated(each["cell"]) for each in sweep["points"]))


def _percent(value: float) -> str:
    return f"{value:.0f} %"


def _scale(axes, _xs: list[float]) -> None:
    axes.set_xlim(-3, 103)
    axes.set_xticks([0, 25, 50, 75, 100], ["0 %", "25 %", "50 %", "75 %", "100 %"])


def draw(data: Data) -> Drawing:
    groups: dict[tuple, list[dict]] = {}
    for sweep in data.derived.interleave:
        groups.setdefault((sweep["group"], *sweep["nodes"]), []).append(sweep)
    panels = []
    for (name, first, second), sweeps in list(groups.items())[:MAXIMUM_PANELS]:
        shares = [sweep["predicted"]["first_share"] for sweep in sweeps]

        def predictions(axes, at=tuple(share for share in shares if share is not None)):
            for share in at:
                axes.axvline(100 * share, linestyle="--", linewidth=0.9, color=style.MUTED, zorder=1)

        panels.append(line_panel(
            f"{NAME}_{len(panels) + 1}", f"nodes {first} and {second}, of {name}",
            [_line(data, sweep) for sweep in sweeps],
            Axis(f"share of the pages on node {first}", _percent, _scale),
            Axis("bytes per second", units.bytes_rate, log=False, base=2), extra=predictions))
    note = "" if len(panels) == len(groups) else (
        f"{len(panels)} of {len(groups)} sweeps are drawn; the tables have all.")
    return Drawing(panels, note)
