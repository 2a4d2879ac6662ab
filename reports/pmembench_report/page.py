"""The HTML file: everything in one, escaped, with a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jinja2
from markupsafe import Markup

from . import units
from .figures import comparison as forest
from .panel import Panel, to_svg
from .raw import Raw
from .records import Data
from .tables import Table, all_tables
from .trust import card, not_run, warnings

HERE = Path(__file__).resolve().parent
PIECES = 1000  # of the template in one of the page: a large run has a million
UPLOT = HERE / "vendor" / "uplot"


@dataclass(slots=True)
class Section:
    """A figure as the page shows it."""

    name: str
    title: str
    how_to_read: str
    panels: list[Panel]
    note: str


def _script(*parts: str) -> Markup:
    return Markup("\n".join(parts))


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(value: object) -> Markup:
    return Markup(json.dumps(value, separators=(",", ":")).replace("<", "\\u003c"))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _labels(tables: list[Table]) -> Markup:
    """On a narrow screen a row is a card: the style sheet writes each field's column before it."""
    rules = []
    for table in tables:
        for place, name in enumerate(table.columns, start=1):
            safe = name.replace("\\", "").replace('"', "").replace("<", "")
            rules.append(f'#{table.id} td:nth-child({place})::before{{content:"{safe}"}}')
    return Markup("@media (max-width:700px){" + "".join(rules) + "}")


def _counts(data: Data) -> list[tuple[str, str]]:
    cells = data.cells
    claims = sorted({cell.claim for cell in data.with_numbers})
    return [
        ("cells measured", f"{len(data.with_numbers):,} of {len(cells) + len(data.run.unmeasured):,}"),
        ("skipped", f"{sum(cell.status == 'skipped' for cell in cells):,}"),
        ("errors", f"{sum(cell.status == 'error' for cell in cells):,}"),
        ("processes a cell", f"{data.derived.noise['processes']:,}"),
        ("may claim", ", ".join(claims) or "nothing"),
    ]


def _contents(data: Data, sections: list[Section]) -> list[tuple[str, str]]:
    """The parts of the page, in its order; figures by their own names."""
    parts = [("headline", "What was found")] if data.derived.headline else []
    parts += [(f"figure-{section.name}", section.title) for section in sections]
    if not_run(data):
        parts.append(("not-run", "What has no number"))
    return [*parts, ("trust", "Trust card"), ("numbers", "Every number"), ("raw-data", "Raw data")]


def _listed(document: dict, name: str) -> list:
    found = document.get(name)
    return found if isinstance(found, list) else []


def _side(side: object) -> str:
    """One side of a comparison in words: its label, version, run and machine."""
    if not isinstance(side, dict):
        return "unknown"
    words = [str(side.get("label") or "unnamed")]
    for name, text in (("version", "version"), ("run", "run"), ("machine_fingerprint", "machine")):
        if side.get(name) not in (None, ""):
            words.append(f"{text} {side[name]}")
    return ", ".join(words)


def _banner(data: Data) -> dict | None:
    document = data.comparison
    if not document:
        return None
    verdicts = Counter(str(cell.get("verdict", "")) for cell in forest.rows(data))
    alarms = units.finite(document.get("expected_false_alarms"))
    return {
        "verdict": str(document.get("verdict", "UNKNOWN")),
        "sentence": str(document.get("sentence", "")), "exit": document.get("exit"),
        "counts": sorted(verdicts.items()),
        "false_alarms": "" if alarms is None else units.significant(alarms),
        "minimal_effect": units.percent(document.get("minimal_effect")),
        "sides": [(name, _side(document.get(name))) for name in ("base", "head")],
        "differences": [(each.get("name"), each.get("base"), each.get("head"))
                        for each in _listed(document, "environment_differences")
                        if isinstance(each, dict)],
        "base_only": _listed(document, "base_only"), "head_only": _listed(document, "head_only"),
        "left_out": [f"{each.get('entry', '')} ({each.get('side', '')}): {each.get('reason', '')}"
                     for each in _listed(document, "left_out") if isinstance(each, dict)],
    }


def render(data: Data, sections: list[Section], raw: Raw) -> Iterator[str]:
    """The whole page, piece by piece."""
    tables = list(all_tables(data))
    zoom = {panel.name: panel.zoom for section in sections for panel in section.panels if panel.zoom}
    uplot = UPLOT / "uPlot.iife.min.js"
    scripts = [_read(HERE / "templates" / "report.js")]
    styles = [_read(HERE / "templates" / "report.css"), _labels(tables)]
    if zoom and uplot.exists():
        scripts = [f"{_read(uplot)}\n{_read(HERE / 'templates' / 'zoom.js')}", *scripts]
        styles.insert(0, _read(UPLOT / "uPlot.min.css"))
    else:
        zoom = {}
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    stream = environment.get_template("report.html.j2").stream(
        run=data.run, counts=_counts(data), banner=_banner(data), not_run=not_run(data),
        headline=data.derived.headline, lights=data.derived.quotable,
        contents=_contents(data, sections), trust=card(data), warnings=warnings(data), sections=sections,
        svg=lambda panel: Markup(to_svg(panel)), tables=tables, raw=raw, raw_text=Markup(raw.text),
        raw_size=units.size(raw.size_bytes), zoom=_json(zoom) if zoom else "",
        emulated=any(cell.emulated for cell in data.with_numbers),
        styles=Markup("\n".join(styles)), scripts=[_script(text) for text in scripts],
        hashes=" ".join(f"'sha256-{_hash(text)}'" for text in scripts))
    stream.enable_buffering(PIECES)
    return stream
