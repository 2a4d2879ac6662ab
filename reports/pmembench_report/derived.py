"""The document `derived` of a run: ladders, durability, nodes, curves and words, drawn as it says."""

from __future__ import annotations

from dataclasses import dataclass, field

from .errors import ReportError
from .records import Estimate
from .units import finite

SCHEMA, VERSION = "pmembench-derived", 3


@dataclass(slots=True)
class Derived:
    """Names are the document's (docs/schema.md)."""

    headline: list[dict] = field(default_factory=list)
    quotable: list[dict] = field(default_factory=list)
    backends: list[dict] = field(default_factory=list)
    ladders: list[dict] = field(default_factory=list)
    durability: list[dict] = field(default_factory=list)
    crossovers: list[dict] = field(default_factory=list)
    matrices: list[dict] = field(default_factory=list)
    interleave: list[dict] = field(default_factory=list)
    loaded: list[dict] = field(default_factory=list)
    rows: dict[str, dict] = field(default_factory=dict)  # by cell
    noise: dict = field(default_factory=dict)
    harness_floor: str = ""
    parameter_kinds: dict[str, str] = field(default_factory=dict)
    path_parameters: list[str] = field(default_factory=list)
    limits: dict[str, float] = field(default_factory=dict)
    tables: list[dict] = field(default_factory=list)

    def tables_of(self, kind: str) -> list[dict]:
        return [table for table in self.tables if table["kind"] == kind]


def read(document: dict, where: str) -> Derived:
    """Every part must be there: a missing one would be left out silently."""
    if document.get("schema") != SCHEMA or document.get("version") != VERSION:
        raise ReportError(f"{where} is not a {SCHEMA} document of version {VERSION}: use the report of "
                          "the pmembench that wrote it")
    try:
        parts = {name: document[name] for name in Derived.__slots__}
        parts["rows"] = {row["cell"]: row for row in parts["rows"]}
        for name, value in parts.items():
            if not isinstance(value, type(getattr(Derived(), name))):
                raise KeyError(f"a usable '{name}'")
    except (KeyError, TypeError) as error:
        raise ReportError(f"{where} lacks {error}: draw the run with `pmembench report`") from error
    return Derived(**parts)


def estimate(value: object) -> Estimate | None:
    """{estimate, low, high, has_interval}; None where there is no number."""
    if not isinstance(value, dict):
        return None
    number = finite(value.get("estimate"))
    if number is None:
        return None
    if not value.get("has_interval", True):
        return Estimate(number)
    return Estimate(number, finite(value.get("low")), finite(value.get("high")))
