"""A matrix of numbers: rows by columns, each field shaded by its value and labelled with it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from matplotlib.patches import Rectangle

from . import axes as look
from . import style
from .panel import Panel, new_figure

# Light enough that the labels keep a contrast of 4.5 to 1 on the darkest field, in both modes.
_FAINTEST, _STRONGEST = 0.03, 0.42


@dataclass(slots=True)
class Field:
    value: float | None
    text: str
    tip: str = ""
    emulated: bool = False
    alarm: bool = False


def _shade(value: float | None, low: float, high: float) -> float:
    """By the logarithm: what matters is how many times one is the other."""
    if value is None or value <= 0 or low <= 0 or high <= low:
        return _FAINTEST
    share = math.log(value / low) / math.log(high / low)
    return _FAINTEST + share * (_STRONGEST - _FAINTEST)


def matrix_panel(name: str, title: str, rows: list[str], columns: list[str],
                 fields: dict[tuple[int, int], Field], row_label: str, column_label: str) -> Panel:
    """`fields`: (row, column) -> Field; a place without one is not measured and shows a dash."""
    values = [field.value for field in fields.values() if field.value and field.value > 0]
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    left = 0.42 + 0.073 * max(len(look.shorten(row, 24)) for row in rows)
    columns_high = max(column.count("\n") + 1 for column in columns)
    figure = new_figure()
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    lines = max((field.text.count("\n") + 1 for field in fields.values()), default=1)
    small = style.FONT - (0 if len(columns) <= 5 else 1.5 if len(columns) <= 8 else 3)
    tips = {}
    for row in range(len(rows)):
        for column in range(len(columns)):
            field = fields.get((row, column))
            _draw_field(axes, row, column, field, _shade(field.value if field else None, low, high),
                        small)
            if field is not None:
                tips[f"f{row}x{column}"] = [
                    field.tip or f"{rows[row]}, {columns[column]}: {field.text}"]
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(rows), 0)
    axes.set_xticks([place + 0.5 for place in range(len(columns))], columns, fontsize=small)
    axes.set_yticks([place + 0.5 for place in range(len(rows))],
                    [look.shorten(row, 24) for row in rows])
    axes.tick_params(length=0)
    axes.grid(False)
    axes.set_xlabel(column_label)
    axes.set_ylabel(row_label)
    for spine in axes.spines.values():
        spine.set_visible(False)
    hatched = any(field.emulated for field in fields.values())
    handles = [look.hatch_handle()] if hatched else []
    look.fit(figure, axes, title, handles, (0.2 + 0.16 * lines) * len(rows), left, 0.36 + 0.15 * columns_high,
             most_width=0.95 * len(columns))
    return Panel(name, title, figure, tips)


def _draw_field(axes, row: int, column: int, field: Field | None, shade: float,
                font: float) -> None:
    if field is None:
        axes.text(column + 0.5, row + 0.5, "–", ha="center", va="center", color=style.MUTED)
        return
    colour = style.ALARM if field.alarm else style.HEAT
    box = Rectangle((column + 0.02, row + 0.04), 0.96, 0.92, facecolor=(*style.rgb(colour), shade),
                    edgecolor="none", gid=f"f{row}x{column}")
    axes.add_patch(box)
    if field.emulated:
        # A strip below the number: a hatch under the digits would make them hard to read.
        axes.add_patch(Rectangle((column + 0.02, row + 0.82), 0.96, 0.14, facecolor="none",
                                 edgecolor=style.MUTED, hatch=style.HATCH * 2, linewidth=0.0))
    axes.text(column + 0.5, row + 0.46, field.text, ha="center", va="center", fontsize=font,
              fontweight="bold" if field.alarm else "normal")
