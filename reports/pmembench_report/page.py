"""The HTML file: everything in one, escaped, with a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import jinja2
from markupsafe import Markup

from . import units
from .panel import Panel, to_svg
from .raw import Raw
from .records import Data
from .tables import Table, all_tables
from .trust import card, not_run, warnings

HERE = Path(__file__).resolve().parent
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
    claims = sorted({cell.claim for cell in data.measured})
    return [
        ("cells measured", f"{len(data.measured):,} of {len(cells) + len(data.run.unmeasured):,}"),
        ("skipped", f"{sum(cell.status == 'skipped' for cell in cells):,}"),
        ("errors", f"{sum(cell.status == 'error' for cell in cells):,}"),
        ("processes a cell", f"{data.noise.processes:,}"),
        ("may claim", ", ".join(claims) or "nothing"),
    ]


def _banner(data: Data) -> dict | None:
    document = data.comparison
    if not document:
        return None
    verdicts: dict[str, int] = {}
    for cell in document.get("cells") or []:
        verdict = str(cell.get("verdict", "")) if isinstance(cell, dict) else ""
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
    alarms = units.finite(document.get("expected_false_alarms"))
    return {
        "verdict": str(document.get("verdict", "UNKNOWN")),
        "sentence": str(document.get("sentence", "")), "exit": document.get("exit"),
        "counts": sorted(verdicts.items()),
        "false_alarms": "" if alarms is None else units.significant(alarms, 2),
        "minimal_effect": units.percent(document.get("minimal_effect")),
        "sides": [(name, document.get(name) or {}) for name in ("base", "head")],
        "differences": document.get("environment_differences") or [],
        "base_only": document.get("base_only") or [], "head_only": document.get("head_only") or [],
        "command_line": str(document.get("command_line", "")),
    }


def render(data: Data, sections: list[Section], raw: Raw) -> str:
    """The whole page. Figures without a panel have been left out by the caller."""
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
    return environment.get_template("report.html.j2").render(
        run=data.run, counts=_counts(data), banner=_banner(data), not_run=not_run(data),
        trust=card(data), warnings=warnings(data), sections=sections,
        svg=lambda panel: Markup(to_svg(panel)), tables=tables, raw=raw, raw_text=Markup(raw.text),
        raw_size=units.size(raw.size_bytes), zoom=_json(zoom) if zoom else "",
        emulated=any(cell.emulated for cell in data.measured),
        styles=Markup("\n".join(styles)), scripts=[_script(text) for text in scripts],
        hashes=" ".join(f"'sha256-{_hash(text)}'" for text in scripts))
