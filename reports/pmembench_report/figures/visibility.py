"""Visibility: what one host sees of another's stores, for each sequence of instructions."""

from __future__ import annotations

from .. import units
from ..matrix import Field, matrix_panel
from ..records import Data
from .drawing import MAXIMUM_PANELS, Drawing

NAME = "visibility"
TITLE = "What hosts see of each other's stores"
HOW_TO_READ = (
    "A panel for each pair of hosts: rows are how the writer made its stores visible, columns how the reader "
    "looked. A field has the wrong messages of all that were tried: stale (the flag was not there although the "
    "writer had signalled it), torn or reordered; orange if there was one. Where none was wrong the tip has the "
    "largest share that is still possible. A dash was not tried. The title has the verdict; `coherent` "
    "means that nothing was ever wrong, so that no instruction is shown to be needed."
)


def pairs(data: Data) -> list[dict]:
    found = (data.visibility or {}).get("pairs")
    return [each for each in found if isinstance(each, dict) and isinstance(each.get("cells"), list)] \
        if isinstance(found, list) else []


def cells_of(pair: dict) -> list[dict]:
    return [cell for cell in pair["cells"] if isinstance(cell, dict)]


def wrong(cell: dict) -> float | None:
    counts = [units.finite(cell.get(name)) for name in ("stale", "torn", "reordered")]
    return None if None in counts else sum(counts)


def wanted(data: Data) -> bool:
    return bool(pairs(data))


def _field(pair: dict, cell: dict) -> Field | None:
    count, tries = wrong(cell), units.finite(cell.get("tries"))
    if count is None or not tries:
        return None
    kinds = ", ".join(f"{units.count(cell[name])} {name}" for name in ("stale", "torn", "reordered") if cell[name])
    bound = units.finite(cell.get("wrong_share_at_most"))
    words = kinds or ("none wrong" if bound is None else f"none wrong, at most {bound:.2g} of them (95 %)")
    return Field(count or None, f"{units.count(count)}\nof {units.count(tries)}",
                 f"{pair.get('writer', '')} to {pair.get('reader', '')}, {cell.get('store', '')} with "
                 f"{cell.get('load', '')}: {words}", alarm=count > 0)


def draw(data: Data) -> Drawing:
    found = pairs(data)
    panels = []
    for place, pair in enumerate(found[:MAXIMUM_PANELS], start=1):
        cells = cells_of(pair)
        stores = list(dict.fromkeys(str(cell.get("store", "")) for cell in cells))
        loads = list(dict.fromkeys(str(cell.get("load", "")) for cell in cells))
        fields = {}
        for cell in cells:
            field = _field(pair, cell)
            if field is not None:
                fields[stores.index(str(cell.get("store", ""))), loads.index(str(cell.get("load", "")))] = field
        safe = pair.get("safe_sequence")
        verdict = str(pair.get("verdict", "")).replace("_", " ")
        if isinstance(safe, dict):
            verdict = f"{verdict}: {safe.get('store', '')} with {safe.get('load', '')}"
        title = f"{pair.get('writer', '')} to {pair.get('reader', '')}: {verdict}"
        panels.append(matrix_panel(f"{NAME}_{place}", title, stores, loads, fields, "writer", "reader"))
    left = len(found) - len(panels)
    return Drawing(panels, f"{left} more pairs are in the table." if left > 0 else "")
