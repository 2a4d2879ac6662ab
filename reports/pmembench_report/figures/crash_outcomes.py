"""The crash model's outcomes: what was lost or torn when the power went at any point."""

from __future__ import annotations

from .. import units
from ..matrix import Field, matrix_panel
from ..records import Data
from .drawing import Drawing

NAME = "crash_outcomes"
TITLE = "What a power cut leaves"
HOW_TO_READ = (
    "Each row is a layer whose power was cut at many points, in the model of what survives; each column "
    "counts how often something was wrong afterwards. Zero is not the only right answer: a raw block "
    "device may tear the sector in flight, and an erase-block layer damages neighbours. The sentence "
    "beneath says what must hold for each; orange fields belong to a row where it did not."
)
COLUMNS = (("crashes", "cuts"), ("torn", "torn"), ("acknowledged_lost", "acknow-\nledged\nlost"),
           ("neighbours_damaged", "neigh-\nbours\ndamaged"), ("broken_invariants", "broken\ninvariants"))
_MOST_ROWS = 20


def outcomes(data: Data) -> list[dict]:
    found = (data.crash or {}).get("outcomes")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def wanted(data: Data) -> bool:
    return bool(outcomes(data))


def draw(data: Data) -> Drawing:
    rows = sorted(outcomes(data), key=lambda each: each.get("holds") is not False)[:_MOST_ROWS]
    fields = {}
    for row, each in enumerate(rows):
        for column, (key, _) in enumerate(COLUMNS):
            number = units.finite(each.get(key))
            if number is not None:
                # Cuts are not a finding: they get no shade.
                fields[row, column] = Field(
                    number if column else None, units.count(number),
                    f"{each.get('target', '')}: {key.replace('_', ' ')} {units.count(number)}",
                    alarm=column > 0 and each.get("holds") is False)
    panel = matrix_panel(
        f"{NAME}_1", "Outcomes of power cuts, by layer",
        [f"{'' if each.get('holds') is not False else '✗ '}{each.get('target', '')}" for each in rows],
        [label for _, label in COLUMNS], fields, "", "number of outcomes")
    left = len(outcomes(data)) - len(rows)
    return Drawing([panel], f"{left} more are in the table." if left > 0 else "")
