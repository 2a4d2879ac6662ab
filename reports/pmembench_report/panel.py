"""Panel: one drawing of a figure, and its way into the HTML as inline SVG and out as PNG."""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass, field
from typing import BinaryIO

import matplotlib
from matplotlib.figure import Figure

from . import style

PNG_DPI = 200  # twice the 100 that the sizes are meant for

_COORDINATES = re.compile(r' (?:d|x|y|x1|x2|y1|y2|width|height|transform)="[^"]*"')


@dataclass(slots=True)
class Panel:
    """`tips`: gid of an artist -> a text for each of its data points. `zoom`: data of a line chart."""

    name: str
    title: str
    figure: Figure
    tips: dict[str, list[str]] = field(default_factory=dict)
    zoom: dict | None = None


def new_figure() -> Figure:
    """As wide as all are; axes.fit() sets the height."""
    return Figure(figsize=(style.WIDTH_IN, 3.3))


def _titles(body: str, texts: list[str]) -> str:
    """Gives the shapes in an artist's SVG their texts, in order; a single shape gets the first."""
    titles = [f"<title>{html.escape(text)}</title>" for text in texts]
    if "<use " not in body:
        return (titles[0] if titles else "") + body
    remaining = iter(titles)

    def close(match: re.Match[str]) -> str:
        title = next(remaining, "")
        return f"{match.group(1)}>{title}</use>" if title else match.group(0)

    return re.sub(r"(<use [^>]*?)/>", close, body)


def _element_end(text: str, start: int) -> int:
    """The position behind the </g> that closes the <g ...> at `start`."""
    depth = 0
    for match in re.compile(r"<g\b[^>]*?(/?)>|</g>").finditer(text, start):
        if match.group(0) == "</g>":
            depth -= 1
        elif not match.group(1):
            depth += 1
        if depth == 0:
            return match.end()
    return len(text)


def _with_tips(svg: str, tips: dict[str, list[str]]) -> str:
    for gid, texts in tips.items():
        start = svg.find(f'<g id="{gid}">')
        if start < 0:
            continue
        end = _element_end(svg, start)
        opened = start + len(f'<g id="{gid}">')
        svg = f'{svg[:start]}<g class="tip">{_titles(svg[opened:end], texts)}{svg[end:]}'
    return svg


def _slim(svg: str) -> str:
    """Takes out what a browser does not need: prolog, comments, metadata, ids without a reference."""
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", svg)
    used = set(re.findall(r"(?:#|url\(#)([\w.-]+)", svg))
    svg = re.sub(r' id="([^"]*)"', lambda m: m.group(0) if m.group(1) in used else "", svg)
    svg = _COORDINATES.sub(lambda m: re.sub(r"(\.\d\d)\d+", r"\1", m.group(0)), svg)
    svg = svg.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    svg = svg.replace("xlink:href=", "href=").replace("stroke-linejoin: miter", "")
    return re.sub(r"\n\s*", "\n", svg)


def to_svg(panel: Panel) -> str:
    """Inline SVG: colours are variables of the style sheet, data points carry their values."""
    buffer = io.StringIO()
    # The salt keeps the ids of one panel apart from those of the next, and equal from run to run.
    with matplotlib.rc_context({"svg.hashsalt": panel.name}):
        panel.figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    svg = _slim(_with_tips(buffer.getvalue(), panel.tips))
    svg = style.COLOUR.sub(style.variable, svg)
    label = html.escape(panel.title, quote=True)
    svg = re.sub(r' (width|height)="[\d.]+pt"', "", svg, count=2)
    return svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)


def to_png(panel: Panel, file: BinaryIO) -> None:
    panel.figure.savefig(file, format="png", dpi=PNG_DPI, metadata={"Software": "pmembench"})
