"""The forest plot of a comparison: each cell's effect, its interval, and the band of what counts."""

from __future__ import annotations

import os

from matplotlib.ticker import FuncFormatter, MaxNLocator

from .. import axes as look
from .. import style, units
from ..panel import Panel, new_figure
from ..records import Data
from .drawing import Drawing

NAME = "comparison"
TITLE = "Comparison: effect by cell"
HOW_TO_READ = (
    "A marker is the additional time of an operation against the base, a bar its confidence interval; "
    "right of zero is slower. Within the shaded band an effect is too small to count. A regression is "
    "right of the band with its whole interval; one that straddles the edge is inconclusive, which is "
    "not a pass. Small grey markers are the control, the base against itself: they should be at zero. "
    "The worst come first."
)
# Severity first; a verdict not named here comes last.
SEVERITY = ("REGRESSION", "UNTRUSTED", "MISSING", "SUSPECT", "INCONCLUSIVE", "IMPROVED", "PASS")
_PLACE = {"REGRESSION": 1, "SUSPECT": 4, "IMPROVED": 0, "PASS": 2, "INCONCLUSIVE": 5, "UNTRUSTED": 3,
          "MISSING": 5}
_MARK = {"REGRESSION": ">", "IMPROVED": "<", "PASS": "o", "INCONCLUSIVE": "s", "SUSPECT": "D",
         "UNTRUSTED": "X", "MISSING": "X"}
_MOST_ROWS = 30


def rows(data: Data) -> list[dict]:
    """Cells of the comparison, the most severe first, then by the size of the effect."""
    found = (data.comparison or {}).get("cells")
    cells = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    def order(each: dict) -> tuple:
        verdict = str(each.get("verdict", ""))
        rank = SEVERITY.index(verdict) if verdict in SEVERITY else len(SEVERITY)
        return rank, -abs(effect(each)[0] or 0)

    return sorted(cells, key=order)


def effect(each: dict, name: str = "effect") -> tuple[float | None, float | None, float | None]:
    value = each.get(name)
    if not isinstance(value, dict):
        return None, None, None
    return tuple(units.finite(value.get(part)) for part in ("estimate", "low", "high"))


def wanted(data: Data) -> bool:
    return any(effect(each)[0] is not None for each in rows(data))


def _name(each: dict, shared: str = "") -> str:
    metric = "" if each.get("metric") == "ns_per_operation" else f" {each.get('metric', '')}"
    cell = str(each.get("cell", ""))
    if shared:
        cell = "…" + cell.removeprefix(shared)
    return look.shorten(f"{each.get('verdict', '')}{metric}  {cell}", 64)


def names(shown: list[dict]) -> list[str]:
    """Labels that differ if cells do: a common beginning is cut, so that the rest fits."""
    found = [_name(each) for each in shown]
    if len(set(found)) == len(found):
        return found
    shared = os.path.commonprefix([str(each.get("cell", "")) for each in shown])
    return [_name(each, shared[:shared.rfind("/") + 1]) for each in shown]


def _mark(axes, place: int, each: dict) -> str:
    estimate, low, high = effect(each)
    verdict = str(each.get("verdict", ""))
    number = _PLACE.get(verdict, 5)
    if low is not None and high is not None:
        axes.plot([low, high], [place + 0.08] * 2, color=style.SERIES[number], linewidth=2.2,
                  solid_capstyle="butt")
    control, control_low, control_high = effect(each, "control_effect")
    if control is not None:
        if control_low is not None and control_high is not None:
            axes.plot([control_low, control_high], [place + 0.34] * 2, color=style.MUTED, linewidth=0.8)
        axes.plot([control], [place + 0.34], marker="|", color=style.MUTED, markersize=5)
    axes.plot([estimate], [place + 0.08], marker=_MARK.get(verdict, "o"), color=style.SERIES[number],
              markersize=6, gid=f"e{place}")
    interval = "" if low is None or high is None else (
        f" [{units.percent(low, True)}, {units.percent(high, True)}]")
    return f"{each.get('cell', '')} {each.get('metric', '')}: {units.percent(estimate, True)}{interval}, {verdict}"


def _panel(shown: list[dict], band: float | None) -> Panel:
    figure = new_figure()
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    tips, reach = {}, []
    for place, (each, label) in enumerate(zip(shown, names(shown))):
        tips[f"e{place}"] = [_mark(axes, place, each)]
        reach += [abs(value) for value in effect(each) if value is not None]
        axes.text(0.0, place - 0.3, label, fontsize=style.FONT - 2, va="center",
                  transform=axes.get_yaxis_transform(), zorder=4,
                  bbox={"facecolor": style.SURFACE, "edgecolor": "none", "pad": 0.6})
    edge = max([*reach, (band or 0) * 1.5, 0.005]) * 1.12
    if band:
        axes.axvspan(-band, band, facecolor=(*style.rgb(style.MUTED), 0.12), edgecolor="none")
        for side in (-band, band):
            axes.axvline(side, color=style.MUTED, linewidth=0.7, linestyle=":")
    axes.axvline(0, color=style.INK, linewidth=0.9)
    axes.set_xlim(-edge, edge)
    axes.set_ylim(len(shown) - 0.45, -0.6)
    axes.set_yticks([])
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(7))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: units.percent(value, True)))
    axes.set_xlabel("time per operation against the base (right: slower)")
    title = "Effect by cell" + (f", band ±{units.percent(band)}" if band else "")
    look.fit(figure, axes, title, plot_in=0.5 * len(shown), left=0.16, bottom=0.5)
    return Panel(f"{NAME}_1", title, figure, tips)


def draw(data: Data) -> Drawing:
    drawable = [each for each in rows(data) if effect(each)[0] is not None]
    band = units.finite(data.comparison.get("minimal_effect"))
    note = "" if len(drawable) <= _MOST_ROWS else (
        f"The {_MOST_ROWS} most severe of {len(drawable)} are drawn; the table has all.")
    return Drawing([_panel(drawable[:_MOST_ROWS], band)], note)
