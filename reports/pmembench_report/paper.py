"""Figures for papers: SVG and PDF, one column wide, each with its caption and its points as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

import matplotlib
from matplotlib.artist import Artist
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from .panel import Panel

COLUMN_IN = 3.3
CREATOR = "pmembench"


def _scale_artist(artist: Artist, by: float) -> None:
    if isinstance(artist, Text):
        artist.set_fontsize(artist.get_fontsize() * by)
    elif isinstance(artist, Line2D):
        artist.set_linewidth(artist.get_linewidth() * by)
        artist.set_markersize(artist.get_markersize() * by)
        artist.set_markeredgewidth(artist.get_markeredgewidth() * by)
    elif isinstance(artist, Patch):
        artist.set_linewidth(artist.get_linewidth() * by)
    elif isinstance(artist, Collection):
        artist.set_linewidth([width * by for width in artist.get_linewidth()])


def to_column(figure: Figure) -> None:
    """Makes the figure COLUMN_IN wide with everything in it, letters too, in proportion."""
    width, height = figure.get_size_inches()
    by = COLUMN_IN / width
    figure.canvas.draw()  # ticks exist once they have been drawn
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            size = axis.get_ticklabels()[0].get_fontsize() if axis.get_ticklabels() else 0
            length = axis.majorTicks[0].tick1line.get_markersize() if axis.majorTicks else 0
            if size:
                axis.set_tick_params(labelsize=size * by, length=length * by)
    ticks = {id(part) for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)
             for tick in (*axis.majorTicks, *axis.minorTicks) for part in tick.findobj()}
    for artist in figure.findobj():
        if id(artist) not in ticks:
            _scale_artist(artist, by)
    figure.set_size_inches(COLUMN_IN, height * by)


def caption(title: str, panel: Panel) -> str:
    return title if panel.title in ("", title) else f"{title}: {panel.title}"


def write_svg(title: str, panel: Panel, file: BinaryIO) -> None:
    """The caption is the drawing's title."""
    with matplotlib.rc_context({"svg.hashsalt": panel.name}):
        panel.figure.savefig(file, format="svg", metadata={
            "Date": None, "Creator": CREATOR, "Title": caption(title, panel)})


def write_csv(panel: Panel, file: BinaryIO) -> None:
    """One line a point: series, x, y of a panel's zoom; without a zoom, its tips in words."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    if panel.zoom:
        rows.writerow(["series", panel.zoom["xLabel"], panel.zoom["yLabel"]])
        for series in panel.zoom["series"]:
            for x, y in zip(panel.zoom["x"], series["values"]):
                if y is not None:
                    rows.writerow([_safe(series["label"]), x, y])
    else:
        rows.writerow(["mark"])
        rows.writerows([_safe(tip)] for tips in panel.tips.values() for tip in tips)
    file.write(text.getvalue().encode("utf-8", errors="replace"))


def _safe(text: str) -> str:
    """A spreadsheet takes a field that begins like this for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def write_pdf(panels: Iterable[tuple[str, Panel]], title: str, file: BinaryIO) -> None:
    """A page for each panel, as large as the panel; the caption is the page's note."""
    with PdfPages(file, metadata={"Creator": CREATOR, "Title": title, "CreationDate": None}) as pages:
        for heading, panel in panels:
            pages.attach_note(caption(heading, panel))
            pages.savefig(panel.figure)
