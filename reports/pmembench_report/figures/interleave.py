"""Weighted interleave: bandwidth over the share of the pages that lie on the first of two nodes."""

from __future__ import annotations

from .. import style, units
from ..groups import Group
from ..lines import Axis, Point, Series, line_panel
from ..records import Cell, Data
from .drawing import Drawing, choose
from .numa import group_label

NAME = "interleave"
TITLE = "Weighted interleave between two nodes"
HOW_TO_READ = (
    "To the right more of the pages lie on the node with the lower number; at the ends all lie on one "
    "node. The peak is the best weight for this work from these CPUs; points whose bands overlap the "
    "peak's are as good as it. The dashed line is what the two ends predict: with pages dealt out in "
    "proportion to the nodes' own bandwidths both are busy to the end. A peak to the side of it means "
    "that the nodes share something, or that the CPUs cannot ask for more."
)


def _weights(cell: Cell) -> list[tuple[int, int]]:
    found = (cell.numa or {}).get("interleave") or []
    return [(int(node), int(weight)) for node, weight in found]


def _dealt(data: Data) -> list[Cell]:
    return [cell for cell in data.measured
            if len(_weights(cell)) == 2 and cell.backend != "null" and cell.bytes_per_s is not None]


def wanted(data: Data) -> bool:
    return bool(_dealt(data))


def _share(cell: Cell, nodes: tuple[int, int]) -> float | None:
    """Of the pages, on the first node; None: a cell of other nodes."""
    weights = dict(_weights(cell))
    if not weights:
        target = (cell.numa or {}).get("target_node")
        return {nodes[0]: 1.0, nodes[1]: 0.0}.get(target)
    if set(weights) != set(nodes):
        return None
    return weights[nodes[0]] / sum(weights.values())


def _groups(data: Data) -> dict[tuple, Group]:
    """By kind of work and pair of nodes: all cells that are points of that sweep."""
    groups: dict[tuple, Group] = {}
    for cell in _dealt(data):
        nodes = tuple(sorted(node for node, _ in _weights(cell)))
        key = cell.numa.get("group"), nodes
        if key in groups:
            continue
        members = [other for other in data.measured
                   if other.numa and other.numa.get("group") == key[0]
                   and other.bytes_per_s is not None and _share(other, nodes) is not None]
        label = f"{group_label(cell)}, nodes {nodes[0]} and {nodes[1]}"
        groups[key] = Group(label, members)
    return groups


def _lines(cells: list[Cell], nodes: tuple[int, int]) -> list[Series]:
    lines: dict[str, Series] = {}
    for cell in cells:
        label = f"from node {cell.numa.get('initiator_node')}"
        line = lines.setdefault(label, Series(label, [], cell.emulated))
        moved = cell.bytes_per_s
        line.points.append(Point(100 * _share(cell, nodes), moved.value, moved.low, moved.high))
    # CPUs from which only the ends were measured have no sweep.
    return [line for line in lines.values() if len(line.points) > 2]


def predicted_share(line: Series) -> float | None:
    """In per cent: the first node's part of both nodes' bandwidths; None where one is missing."""
    ends = {point.x: point.y for point in line.points if point.x in (0.0, 100.0)}
    if len(ends) < 2:
        return None
    return 100 * ends[100.0] / (ends[100.0] + ends[0.0])


def _percent(value: float) -> str:
    return f"{value:.3g} %"


def _scale(axes, _xs: list[float]) -> None:
    axes.set_xlim(-3, 103)
    axes.set_xticks([0, 25, 50, 75, 100], ["0 %", "25 %", "50 %", "75 %", "100 %"])


def draw(data: Data) -> Drawing:
    groups = _groups(data)
    chosen, note = choose(list(groups.values()))
    panels = []
    for (_, nodes), one in groups.items():
        if not any(one is kept for kept in chosen):
            continue
        lines = _lines(one.cells, nodes)
        shares = [share for share in map(predicted_share, lines) if share is not None]

        def predictions(axes, at=tuple(shares)):
            for share in at:
                axes.axvline(share, linestyle="--", linewidth=0.9, color=style.MUTED, zorder=1)

        panels.append(line_panel(
            f"{NAME}_{len(panels) + 1}", one.label, lines,
            Axis(f"share of the pages on node {nodes[0]}", _percent, _scale),
            Axis("bytes per second", units.bytes_rate, log=False, base=2), extra=predictions))
    return Drawing(panels, note)
