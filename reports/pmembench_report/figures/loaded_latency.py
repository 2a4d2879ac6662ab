"""Loaded latency: what a load takes while others take bandwidth."""

from __future__ import annotations

from matplotlib.ticker import FixedLocator

from .. import units
from ..axes import even_ticks, tick_words
from ..groups import group
from ..lines import Axis, Point, Series, line_panel
from ..records import Cell, Data
from .drawing import Drawing, choose

NAME = "loaded_latency"
TITLE = "Loaded latency"
HOW_TO_READ = (
    "To the right the load threads move more bytes in a second; upwards a probe's dependent load takes "
    "longer. Flat at the left is the unloaded latency; the knee is where queues begin; the right end is "
    "the bandwidth the memory gives at all. A point that lies left of one below it moved less although "
    "more was asked: the memory is past its best. One line is one share of reads."
)
# What a load changes from point to point is the way to ask for it, not a family of its own.
_LOAD = ("pause", "delay", "load", "load_share", "rate", "budget", "load_bytes_per_s", "load_percent")


def _cells(data: Data) -> list[Cell]:
    return [cell for cell in data.measured if cell.workload == "loaded" and cell.latency is not None
            and cell.bytes_per_s is not None]


def wanted(data: Data) -> bool:
    return bool(_cells(data))


def _value(cell: Cell, statistic: str) -> float | None:
    if statistic == "mean":
        return cell.latency.mean
    return cell.latency.percentiles.get(statistic)


def _series(cells: list[Cell], statistic: str) -> list[Series]:
    several = len({cell.backend for cell in cells}) > 1
    lines: dict[str, Series] = {}
    for cell in cells:
        value = _value(cell, statistic)
        if value is None:
            continue
        label = f"{cell.parameters.get('read_share', '?')} % reads"
        label = f"{cell.backend}, {label}" if several else label
        line = lines.setdefault(label, Series(label, [], cell.emulated))
        moved = cell.bytes_per_s
        interval = "" if moved.low is None or moved.high is None else (
            f" [{units.bytes_rate(moved.low)}, {units.bytes_rate(moved.high)}]")
        line.points.append(Point(moved.value, value, tip=(
            f"{label}: {statistic} {units.duration(value)} at "
            f"{units.bytes_rate(moved.value)}{interval}")))
    return list(lines.values())


def _scale(axes, xs: list[float]) -> None:
    axes.set_xlim(0, max(xs) * 1.05)
    axes.xaxis.set_major_locator(FixedLocator(even_ticks(max(xs) * 1.05, 2)))
    axes.xaxis.set_major_formatter(tick_words(units.bytes_rate))


def draw(data: Data) -> Drawing:
    groups, note = choose(group(_cells(data), ("read_share", "backend", "threads", *_LOAD)), 2)
    panels = []
    for one in groups:
        for statistic in ("mean", "p50", "p99"):
            lines = _series(one.cells, statistic)
            if not lines:
                continue
            panels.append(line_panel(
                f"{NAME}_{len(panels) + 1}", f"{one.label}, {statistic}", lines,
                Axis("bandwidth of the load, from zero", units.bytes_rate, _scale),
                Axis(f"latency, {statistic}", units.duration)))
    return Drawing(panels, note)
