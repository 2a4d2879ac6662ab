"""One look for all figures: colours (Okabe and Ito's, darkened to 3:1 on white), markers, sizes."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Placeholders in the drawing, variables of the style sheet in the HTML: light and dark are its.
INK, MUTED, GRID, SURFACE = "#1b1f24", "#545c67", "#d5dae1", "#ffffff"
HEAT, ALARM, CALM = "#0073b3", "#d45d01", "#0171b1"
SERIES = ("#0072b2", "#d55e00", "#00875f", "#a8518a", "#94660a", "#3b4046", "#2e86b8", "#7d5ba6")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)), "-", (0, (5, 2)),
          (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))

WIDTH_IN = 4.8
FONT = 9.5
HATCH = "////"

RC = {
    "font.family": "DejaVu Sans", "font.size": FONT, "axes.titlesize": FONT + 0.5,
    "axes.labelsize": FONT, "xtick.labelsize": FONT - 0.5, "ytick.labelsize": FONT - 0.5,
    "legend.fontsize": FONT - 0.5, "text.color": INK, "axes.labelcolor": INK,
    "axes.edgecolor": MUTED, "xtick.color": MUTED, "ytick.color": MUTED,
    "xtick.labelcolor": INK, "ytick.labelcolor": INK, "axes.grid": True, "grid.color": GRID,
    "grid.linewidth": 0.6, "axes.axisbelow": True, "axes.spines.top": False,
    "axes.spines.right": False, "figure.facecolor": SURFACE, "axes.facecolor": "none",
    "lines.linewidth": 1.5, "lines.markersize": 5.0, "hatch.linewidth": 0.7,
    "legend.frameon": False, "legend.handlelength": 2.6, "legend.borderaxespad": 0.0,
    "svg.fonttype": "none", "text.parse_math": False, "axes.unicode_minus": True,
    "axes.titlelocation": "left", "axes.titlepad": 6.0, "errorbar.capsize": 2.5,
}

_VARIABLES = {INK: "ink", MUTED: "muted", GRID: "grid", SURFACE: "surface", HEAT: "heat",
              ALARM: "alarm", CALM: "calm"}
_VARIABLES.update({colour: f"s{place}" for place, colour in enumerate(SERIES)})
COLOUR = re.compile("|".join(map(re.escape, _VARIABLES)))


def variable(match: re.Match[str]) -> str:
    """A colour of the drawing -> the style sheet's variable."""
    return f"var(--{_VARIABLES[match.group(0)]})"


def places(labels: list[str], known: Sequence[str] = ()) -> list[int]:
    """A place in the palette for each series: `known` names keep theirs from figure to figure, others
    take what is free."""
    own = {name: place % len(SERIES) for place, name in enumerate(known)}
    taken = {own[label] for label in labels if label in own}
    free = iter([place for place in range(len(SERIES)) if place not in taken])
    return [own[label] if label in own else next(free, index % len(SERIES))
            for index, label in enumerate(labels)]


def rgb(colour: str) -> tuple[float, float, float]:
    """For a translucent fill: "#0072b2" -> (0, 0.447, 0.698)."""
    red, green, blue = (int(colour[place:place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue
