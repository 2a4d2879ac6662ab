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
    "more was asked: the memory is past its best. One line is one load: its share of reads, its "
    "stores, its order. Latency is that of one load of the probe, averaged over a chunk of them; "
    "percentiles are those of the chunks. Where latency at the right end is hardly above the left "
    "one, the CPUs were full and not the memory."
)
# What a load changes from point to point is the way to ask for it, not a family of its own.
_LOAD = ("pause", "load_share", "load_rate")
# What a line is, where lines differ in it, and how its legend says so.
_FAMILY = (("backend", "{}"), ("read_share", "{} % reads"), ("order", "{}"),
           ("durability", "durability {}"), ("probe_media", "probed on {}"))


def _cells(data: Data) -> list[Cell]:
    cells = [cell for cell in data.measured if cell.workload == "loaded" and cell.latency is not None]
    # Points with fewer threads ask whether more would move more: they are no part of a curve.
    most: dict[tuple, int] = {}
    for cell in cells:
        most[_family(cell)] = max(most.get(_family(cell), 0), cell.threads)
    return [cell for cell in cells if cell.threads == most[_family(cell)]]


def wanted(data: Data) -> bool:
    return bool(_cells(data))


def _family(cell: Cell) -> tuple:
    return (cell.media, cell.backend, *(cell.parameters.get(name, "") for name, _ in _FAMILY[1:]))


def _estimate(cell: Cell, statistic: str) -> tuple[float | None, float | None, float | None]:
    """A statistic and its interval; the percentiles of a cell have none."""
    if statistic == "mean":
        return cell.ns.value, cell.ns.low, cell.ns.high
    return cell.latency.percentiles.get(statistic), None, None


def _between(low: float | None, high: float | None, words) -> str:
    return "" if low is None or high is None else f" [{words(low)}, {words(high)}]"


def _label(cell: Cell, varying: set[str]) -> str:
    words = []
    for name, pattern in _FAMILY:
        value = cell.backend if name == "backend" else cell.parameters.get(name, "")
        if name in varying or name == "read_share":
            words.append(pattern.format(value or ("the same medium" if name == "probe_media" else "?")))
    return ", ".join(words)


def _varying(cells: list[Cell]) -> set[str]:
    return {name for name, _ in _FAMILY
            if len({cell.backend if name == "backend" else cell.parameters.get(name, "")
                    for cell in cells}) > 1}


def _series(cells: list[Cell], statistic: str) -> list[Series]:
    varying = _varying(cells)
    lines: dict[str, Series] = {}
    for cell in cells:
        value, low, high = _estimate(cell, statistic)
        if value is None:
            continue
        label = _label(cell, varying)
        line = lines.setdefault(label, Series(label, [], cell.emulated))
        moved = cell.bytes_per_s
        at = "no load" if moved is None else (
            units.bytes_rate(moved.value) + _between(moved.low, moved.high, units.bytes_rate))
        line.points.append(Point(moved.value if moved else 0.0, value, low, high, tip=(
            f"{label}: {statistic} {units.duration(value)}"
            f"{_between(low, high, units.duration)} at {at}")))
    return list(lines.values())


def _scale(axes, xs: list[float]) -> None:
    most = (max(xs) or 1.0) * 1.05
    axes.set_xlim(0, most)
    axes.xaxis.set_major_locator(FixedLocator(even_ticks(most, 2)))
    axes.xaxis.set_major_formatter(tick_words(units.bytes_rate))


def draw(data: Data) -> Drawing:
    groups, note = choose(group(_cells(data), ("read_share", "backend", "threads", "order", "durability",
                                               "probe_media", *_LOAD)), 2)
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
