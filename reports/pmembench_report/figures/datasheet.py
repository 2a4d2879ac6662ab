"""The datasheet of a memory, as one page: figures, what was inferred and how often that is right, the rest."""

from __future__ import annotations

from .. import axes as look
from .. import style, units
from ..panel import Panel, new_figure
from ..records import Data
from .drawing import Drawing

NAME = "datasheet"
TITLE = "Datasheet"
HOW_TO_READ = (
    "What `pmembench characterize` found out about a memory. Headline figures have their interval over "
    "processes. Each inferred line has its interval and, in brackets, for how many simulated "
    "devices such a line was right, at the noise that this host showed; the last part names what was "
    "not determined, and why."
)
_LINE_IN = 0.21
_NAME_CHARACTERS, _TEXT_CHARACTERS = 34, 62


def _sheets(data: Data) -> list[dict]:
    found = (data.datasheet or {}).get("media")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def wanted(data: Data) -> bool:
    return bool(_sheets(data))


def _quantity(value: object, unit: str) -> str:
    number = units.finite(value)
    if number is None:
        return "unknown"
    if unit == "ns":
        return units.duration(number)
    if unit == "B/s":
        return units.bytes_rate(number)
    return units.size(number) if unit == "B" else f"{number:.4g} {unit}".rstrip()


def _interval(value: dict, unit: str) -> str:
    text = _quantity(value.get("value"), unit)
    if value.get("low") == value.get("high"):
        return text
    return f"{text} [{_quantity(value.get('low'), unit)}, {_quantity(value.get('high'), unit)}]"


def _found(line: dict) -> str:
    text = "none" if line.get("none") else _interval(line, str(line.get("unit", "")))
    score = line.get("self_test")
    if isinstance(score, dict):
        tested = sum(int(score.get(key, 0)) for key in ("right", "wrong", "not_determined"))
        text += f"  ({score.get('right', 0)} of {tested} right)"
    return f"{text}  {line['firmware']}" if line.get("firmware") else text


def _parts(sheet: dict) -> list[tuple[str, list[tuple[str, str]]]]:
    structure = [line for line in sheet.get("structure", []) if isinstance(line, dict)]
    figures = [(str(each.get("name", "")), _interval(each.get("estimate") or {}, str(each.get("unit", ""))))
               for each in sheet.get("figures", []) if isinstance(each, dict)]
    inferred = [(str(line.get("name", "")), _found(line)) for line in structure if line.get("determined")]
    rest = [(str(line.get("name", "")), str(line.get("reason", "")))
            for line in structure if not line.get("determined")]
    parts = [("headline figures", figures), ("inferred", inferred), ("not determined", rest)]
    return [(title, lines) for title, lines in parts if lines]


def _panel(name: str, media: str, title: str, lines: list[tuple[str, str]]) -> Panel:
    figure = new_figure()
    wrapped = [(each, look.wrap(text, _TEXT_CHARACTERS, 3)) for each, text in lines]
    rows = sum(text.count("\n") + 1 for _, text in wrapped)
    figure.set_size_inches(style.WIDTH_IN, _LINE_IN * (rows + 1.5))
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.98))
    axes.set_xlim(0, 1)
    axes.set_ylim(rows + 0.5, -1)
    axes.axis("off")
    axes.text(0, -0.4, look.shorten(f"{media}: {title}", 70), color=style.INK, va="center", weight="bold",
              fontsize=style.FONT)
    at = 0
    for each, text in wrapped:
        axes.text(0, at + 0.5, look.shorten(each, _NAME_CHARACTERS), color=style.MUTED, va="center",
                  fontsize=style.FONT - 1.5)
        for line in text.split("\n"):
            axes.text(0.34, at + 0.5, line, color=style.INK, va="center", fontsize=style.FONT - 1.5)
            at += 1
    return Panel(name, f"{media}: {title}", figure)


def draw(data: Data) -> Drawing:
    panels: list[Panel] = []
    for sheet in _sheets(data):
        for title, lines in _parts(sheet):
            panels.append(_panel(f"{NAME}_{len(panels) + 1}", str(sheet.get("media", "")), title, lines))
    ratios = [(str(each.get("name", "")), f"{_interval(each.get('ratio') or {}, 'x')}")
              for each in (data.datasheet or {}).get("against", []) if isinstance(each, dict)]
    if ratios:
        media = " over ".join(str(sheet.get("media", "")) for sheet in _sheets(data)[:2])
        panels.append(_panel(f"{NAME}_{len(panels) + 1}", media, "times", ratios))
    return Drawing(panels)
