"""NUMA matrices: from the node of the CPUs to the node of the memory."""

from __future__ import annotations

from ..matrix import Field, matrix_panel
from ..records import Data
from .drawing import MAXIMUM_PANELS, Drawing

NAME = "numa"
TITLE = "NUMA: from node to node"
HOW_TO_READ = (
    "Rows are where the threads ran, columns where the memory was (nodes without CPUs and dax devices "
    "too); the diagonal is local. Latencies are of dependent loads, bandwidths of all threads together. "
    "The line below a number is its ratio to what the firmware (HMAT) or hwloc rates; without such a "
    "line the pair is not rated. Darker is a larger number, which is worse for latency and better for "
    "bandwidth. A dash was not measured, and is not zero. A matrix that is not symmetrical, or a far field "
    "that equals a near one, is a reason to look at the placement column."
)


def wanted(data: Data) -> bool:
    return bool(data.derived.matrices)


def _fields(data: Data, matrix: dict, table: dict) -> dict[tuple[int, int], Field]:
    fields = {}
    for each in matrix["fields"]:
        row = matrix["initiators"].index(each["initiator_node"])
        column = matrix["targets"].index(each["target"])
        words = table["rows"][row]["cells"][column + 1]
        fields[row, column] = Field(
            each["measured"]["estimate"], words.replace(" ±", "\n±").replace(", ", "\n").replace(" of ", "\nof "),
            f"node {each['initiator_node']} to {each['target']}: {words}", data.emulated(each["cell"]))
    return fields


def draw(data: Data) -> Drawing:
    found = list(zip(data.derived.matrices, data.derived.tables_of("nodes"), strict=True))
    panels = [matrix_panel(f"{NAME}_{place}", table["title"],
                           [f"node {node}" for node in matrix["initiators"]], matrix["targets"],
                           _fields(data, matrix, table), "threads on", "memory on")
              for place, (matrix, table) in enumerate(found[:MAXIMUM_PANELS], start=1)]
    note = "" if len(found) <= MAXIMUM_PANELS else (
        f"{MAXIMUM_PANELS} of {len(found)} matrices are drawn; the tables have all.")
    return Drawing(panels, note)
