"""Loaded latency: what a load takes while others take bandwidth."""

from __future__ import annotations

from matplotlib.ticker import FixedLocator

from .. import style, units
from ..axes import even_ticks, tick_words
from ..derived import estimate
from ..lines import Axis, Point, Series, line_panel
from ..records import Data, Estimate
from .drawing import Drawing

NAME = "loaded_latency"
TITLE = "Loaded latency"
HOW_TO_READ = (
    "To the right the load threads move more bytes in a second; upwards a probe's dependent load takes "
    "longer. Flat at the left is the unloaded latency; the knee is where queues begin; the right end is "
    "the bandwidth the memory gives at all (dotted: its maximum). A point left of one below it moved "
    "less although more was asked: the memory is past its best. One line is one load: its share of reads, its "
    "stores, its order. Latency is that of one load of the probe, averaged over a chunk of them; "
    "percentiles are those of the chunks, over processes. Where latency at the right end is hardly above "
    "the left one, the CPUs were full and not the memory."
)
_STATISTICS = ("mean", "p50", "p99")
_MOST_GROUPS = 2


def wanted(data: Data) -> bool:
    return bool(data.derived.loaded)


def _words(value: Estimate | None, words) -> str:
    if value is None:
        return "no load"
    if value.low is None or value.high is None:
        return words(value.value)
    return f"{words(value.value)} [{words(value.low)}, {words(value.high)}]"


def _series(curve: dict, statistic: str) -> Series:
    line = Series(curve["label"], [], curve["emulated"])
    for each in curve["points"]:
        value = estimate(each["ns"] if statistic == "mean" else each["percentiles"].get(statistic))
        if value is None:
            continue
        moved = estimate(each["bytes_per_s"])
        line.points.append(Point(
            moved.value if moved else 0.0, value.value, value.low, value.high,
            tip=f"{line.label}: {statistic} {_words(value, units.duration)} at "
                f"{_words(moved, units.bytes_rate)}"))
    return line


def _scale(axes, xs: list[float]) -> None:
    most = (max(xs) or 1.0) * 1.05
    axes.set_xlim(0, most)
    axes.xaxis.set_major_locator(FixedLocator(even_ticks(most, 2)))
    axes.xaxis.set_major_formatter(tick_words(units.bytes_rate))


def _findings(curves: list[dict], lines: list[Series]):
    """Writes where queues begin and what the memory gives at most, as `derived` found them."""
    def extra(axes) -> None:
        left, right = axes.get_xlim()
        for curve, line in zip(curves, lines):
            found = curve["findings"] or {}
            knee, latency = estimate(found.get("knee_bandwidth")), estimate(found.get("knee_latency"))
            most = estimate(found.get("maximum_bandwidth"))
            if knee and latency and left <= knee.value <= right:
                axes.annotate(
                    f"knee: {units.bytes_rate(knee.value)}, {units.duration(latency.value)}",
                    (knee.value, latency.value), xytext=(0.03, 0.86 - 0.09 * lines.index(line)),
                    textcoords="axes fraction", color=style.INK, fontsize=style.FONT - 1,
                    arrowprops={"arrowstyle": "-", "color": style.MUTED, "linewidth": 0.8})
            if most and left <= most.value <= right:
                axes.axvline(most.value, color=style.MUTED, linewidth=0.9, linestyle=":")
                # One below the other: maxima are close together.
                axes.text(most.value, 0.99 - 0.09 * lines.index(line),
                          f"{units.bytes_rate(most.value)} ", color=style.MUTED, va="top", ha="right",
                          fontsize=style.FONT - 1, transform=axes.get_xaxis_transform())
    return extra


def _named(line: Series, label: str) -> Series:
    line.label = label
    return line


def draw(data: Data) -> Drawing:
    groups: dict[str, list[dict]] = {}
    for curve in data.derived.loaded:
        groups.setdefault(curve["group"], []).append(curve)
    panels = []
    for name, curves in list(groups.items())[:_MOST_GROUPS]:
        axis = Axis("bandwidth of the load, from zero", units.bytes_rate, _scale)
        number = f"{NAME}_{len(panels) + 1}"
        if len(curves) == 1:  # one curve has room for all that is known of it
            lines = [_named(_series(curves[0], each), each) for each in _STATISTICS]
            lines = [line for line in lines if line.points]
            if lines:
                panels.append(line_panel(
                    number, f"{name}, {curves[0]['label']}", lines, axis,
                    Axis("latency", units.duration), _findings(curves, lines[:1])))
            continue
        for statistic in _STATISTICS:
            drawn = [(curve, _series(curve, statistic)) for curve in curves]
            drawn = [(curve, line) for curve, line in drawn if line.points]
            if not drawn:
                continue
            extra = _findings(*map(list, zip(*drawn))) if statistic == "mean" else None
            panels.append(line_panel(
                f"{NAME}_{len(panels) + 1}", f"{name}, {statistic}", [line for _, line in drawn], axis,
                Axis(f"latency, {statistic}", units.duration), extra))
    note = "" if len(groups) <= _MOST_GROUPS else (
        f"{_MOST_GROUPS} of {len(groups)} groups are drawn; the tables have all.")
    return Drawing(panels, note)
