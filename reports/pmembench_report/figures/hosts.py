"""The map of hosts: what each of them measured, how it compares with the rest, and the verdict."""

from __future__ import annotations

from .. import units
from ..derived import estimate
from ..groups import group
from ..matrix import Field, matrix_panel
from ..records import Cell, Data
from .drawing import MAXIMUM_PANELS, Drawing

NAME = "hosts"
TITLE = "Hosts: each against the rest"
HOW_TO_READ = (
    "A map of hosts has a row a host: its time per operation, its ratio to the rest with the interval, and the "
    "verdict, which a rank test gives whose p is corrected for the number of hosts. A host is orange if it is "
    "slower than the rest with certainty; `unknown` means too few processes to say. A matrix of hosts and "
    "targets has the bandwidth (else the rate) of each host's own part of a cell, by the medium that it used. "
    "Hosts of one cell ran at the same time if the title has a window, and each alone if it has none."
)
_MOST_HOSTS = 24
_COLUMNS = ["time per\noperation", "against\nthe rest", "p", "verdict"]


def _listed(value: object) -> list[dict]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def standings(data: Data) -> list[tuple[str, list[dict]]]:
    """(title, hosts) of each cell: of rows of several hosts, else of a document `fleet`."""
    found = []
    for cell in data.measured:
        hosts = _listed((cell.cluster or {}).get("hosts"))
        if len(hosts) > 1:
            window = units.duration(cell.cluster.get("window_ns"))
            found.append((f"{cell.cell}: all ran together for {window}", hosts))
    if not found:
        for each in _listed((data.fleet or {}).get("cells")):
            found.append((str(each.get("cell", "")), _listed(each.get("hosts"))))
    return [(title, hosts) for title, hosts in found if hosts]


def ratio_text(host: dict) -> str:
    ratio = estimate(host.get("ratio"))
    if ratio is None:
        return ""
    text = units.percent(ratio.value - 1, True)
    if ratio.low is None or ratio.high is None:
        return text
    return f"{text} [{units.percent(ratio.low - 1, True)}, {units.percent(ratio.high - 1, True)}]"


def _map(name: str, title: str, hosts: list[dict]):
    # The slowest first: what a reader looks for.
    order = sorted(hosts, key=lambda host: -(units.finite(host.get("ns_per_operation")) or 0))[:_MOST_HOSTS]
    fields = {}
    for row, host in enumerate(order):
        alarm = host.get("verdict") == "slower"
        ns = units.finite(host.get("ns_per_operation"))
        p_value = units.finite(host.get("p_value"))
        texts = (units.duration(ns), ratio_text(host).replace(" [", "\n[").replace(", ", ",\n"),
                 "" if p_value is None else f"{p_value:.2g}", str(host.get("verdict", "")))
        tip = f"{host.get('host', '')}: {texts[0]}, {ratio_text(host)} against the rest, p {texts[2]}, {texts[3]}"
        for column, text in enumerate(texts):
            fields[row, column] = Field(ns if column == 0 else None, text, tip, alarm=alarm)
    return matrix_panel(name, title, [str(host.get("host", "")) for host in order], _COLUMNS, fields, "host", "")


def _own_rows(data: Data) -> list[Cell]:
    return [cell for cell in data.with_numbers if cell.host]


def _targets(data: Data, place: int) -> list:
    """A matrix for each kind of cell that hosts measured on two media or more."""
    panels = []
    for one in group(_own_rows(data), ("media",)):
        media = list(dict.fromkeys(cell.media for cell in one.cells))
        if len(media) < 2:
            continue
        hosts = list(dict.fromkeys(cell.host for cell in one.cells))
        fields = {}
        for cell in one.cells:
            value, words = cell.bytes_per_s, units.bytes_rate
            if value is None:
                value, words = cell.operations_per_s, units.rate
            if value is None:
                continue
            fields[hosts.index(cell.host), media.index(cell.media)] = Field(
                value.value, words(value.value), f"{cell.host} to {cell.media}: {words(value.value)}",
                cell.emulated)
        panels.append(matrix_panel(f"{NAME}_{place + len(panels)}", f"Host by target: {one.label}", hosts[:_MOST_HOSTS],
                                   media, {at: one for at, one in fields.items() if at[0] < _MOST_HOSTS},
                                   "host", "medium"))
    return panels


def wanted(data: Data) -> bool:
    return bool(standings(data) or _own_rows(data))


def draw(data: Data) -> Drawing:
    found = standings(data)
    # Cells with a slower host first.
    found.sort(key=lambda one: not any(host.get("verdict") == "slower" for host in one[1]))
    panels = [_map(f"{NAME}_{place}", title, hosts)
              for place, (title, hosts) in enumerate(found[:MAXIMUM_PANELS], start=1)]
    targets = _targets(data, len(panels) + 1)
    left = max(0, len(found) - MAXIMUM_PANELS) + max(0, len(targets) - MAXIMUM_PANELS)
    note = f"{left} more are in the tables." if left else ""
    if any(len(hosts) > _MOST_HOSTS for _, hosts in found):
        note = f"The {_MOST_HOSTS} slowest hosts are drawn; the tables have all. {note}".strip()
    return Drawing(panels + targets[:MAXIMUM_PANELS], note)
