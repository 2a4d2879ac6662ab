"""Cells that differ in one thing only: how rows are parted into the panels of a figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .records import Cell
from .units import size

_MOST_PARAMETERS = 3
_FIRST = ("workload", "access", "threads", "mode", "media", "path", "backend", "placement")


@dataclass(slots=True)
class Group:
    label: str
    cells: list[Cell]


def dimensions(cell: Cell) -> dict[str, str]:
    """All that distinguishes one cell from another, by name."""
    found = {
        "workload": cell.workload, "threads": str(cell.threads), "mode": cell.mode,
        "media": cell.media, "path": cell.path, "backend": cell.backend,
        "placement": cell.placement_asked, "options": cell.options,
    }
    found.update(cell.parameters)
    return found


def _word(name: str, value: str, kind: str) -> str:
    if not value:
        return ""
    if name == "threads":
        return f"{value} thread{'' if value == '1' else 's'}"
    if name in ("workload", "access", "media", "backend", "placement"):
        return value
    if name == "mode":
        return f"{value} latency"
    if name == "path":
        return f"path {value}"
    if kind == "size" and value.isdigit():
        value = "whole medium" if name == "range_size" and value == "0" else size(float(value))
    return f"{name.replace('_', ' ')} {value}"


def _usual(keys: Iterable[tuple]) -> dict[str, str]:
    """Of each name the value that most groups have."""
    seen: dict[str, Counter] = {}
    for key in keys:
        for name, value in key:
            seen.setdefault(name, Counter())[value] += 1
    return {name: values.most_common(1)[0][0] for name, values in seen.items()}


def _short(key: dict[str, str], varying: set[str], usual: dict[str, str]) -> set[str]:
    """The names that a label needs. Of many that vary, those in which this group is as most are say
    little and leave no room for the others."""
    parameters = [name for name in varying if name in key and name not in _FIRST]
    if len(parameters) <= _MOST_PARAMETERS:
        return varying
    return varying - {name for name in parameters if key[name] == usual[name]}


def _label(key: dict[str, str], varying: set[str], kinds: dict[str, str]) -> str:
    names = [name for name in _FIRST if name in key]
    names += [name for name in key if name not in names]
    words = [_word(name, key[name], kinds.get(name, "")) for name in names if name in varying]
    return ", ".join(word for word in words if word)


def _beside(cell: Cell, found: dict[tuple, list[Cell]]) -> list[list[Cell]]:
    """The groups of measured cells that an imported cell is drawn in: those of its workload, access
    and number of threads. The other tool knows nothing of the rest."""
    def agrees(members: list[Cell]) -> bool:
        first = members[0]
        return (not first.imported and first.workload == cell.workload
                and first.threads == cell.threads
                and first.parameters.get("access") == cell.parameters.get("access"))
    return [members for members in found.values() if agrees(members)]


def group(cells: Iterable[Cell], apart: Iterable[str]) -> list[Group]:
    """Groups of cells that are equal in all dimensions but those `apart`, in order of appearance.

    A label names the workload and what distinguishes the groups.
    """
    apart = set(apart)
    found: dict[tuple, list[Cell]] = {}
    ordered = sorted(cells, key=lambda cell: cell.imported)  # stable: ours first, in their order
    for cell in ordered:
        beside = _beside(cell, found) if cell.imported else []
        for members in beside:
            members.append(cell)
        if not beside:
            key = tuple((k, v) for k, v in dimensions(cell).items() if k not in apart)
            found.setdefault(key, []).append(cell)
    values: dict[str, set[str]] = {}
    for key in found:
        for name, value in key:
            values.setdefault(name, set()).add(value)
    varying = {name for name, have in values.items() if len(have) > 1}
    # A parameter that only some groups have distinguishes them too; the workload implies which.
    varying |= {"workload", "access"}
    usual = _usual(found)
    return [Group(_label(dict(key), _short(dict(key), varying, usual), members[0].kinds), members)
            for key, members in found.items()]
