"""One store with a row for every figure: a run of the built binary, then what this host cannot have
(several nodes, a row that failed) by changing copies of its rows, and documents of other commands."""

from __future__ import annotations

import copy
import json
import sqlite3
from pathlib import Path

import real_stores
from fixture_store import comparison, crash, datasheet, history, visibility

CAMPAIGN = """
name: everything
budget: 5m
minimum_replicates: 6
maximum_replicates: 6
slices: 3
slice: 300us
media: dram:4M
backend: movnt
cells:
  - workload: random
    access: write
    matrix: {backend: [movnt, clflush, "null"], operation_size: [64, 256, 4K], threads: [1, 2]}
  - workload: persist
    timing: operation
    matrix: {backend: [movnt, clflush], operation_size: [64, 256], latency_mode: [issue, durable]}
  - workload: durability
    matrix: {backend: [movnt, clflush], operation_size: [64, 4K], step: [store, store_flush, store_flush_fence]}
  - workload: chase
    path: mapped
    matrix: {range_size: [16K, 256K, 4M], stride: [64, 4K]}
  - workload: loaded
    threads: 2
    matrix: {read_share: [100, 50], load_share: [0, 50, 100]}
  - workload: random
    access: write
    operation_size: 4K
    durability: each
    range_size: 1M
    media: dram:16M
    matrix: {path: [mapped, direct, fs-dax, block-raw, block-btt, block-rmw, fs-mixed, fs-block]}
  - workload: random
    access: write
    operation_size: 4K
    durability: each
    range_size: 1M
    media: posix:/dev/shm,size=16M
    backend: block
    path: posix
  - media: dram:96M
    matrix: {workload: [varmail, oltp], path: [fs-dax, fs-block]}
  - workload: persist
    path: guarded
    operation_size: 4K
    timing: operation
    matrix: {error_policy: [fail, recovery], bad_blocks: [0, 16]}
  - workload: persist
    operation_size: 64
    timing: operation
    slots: 10us
  - workload: random
    operation_size: 100
    media: block:/dev/shm/pmembench-everything.block,size=4M
    backend: block
  - workload: lifetime
    backend: clflush
    timing: operation
    threads: 2
    media: dram:16M
    matrix: {path: [direct, block-raw]}
  - workload: handover
    path: mapped
    threads: 2
    placement: cpus=0,1
    matrix: {state: [dirty, clean]}
  - workload: sequential
    operation_size: 16K
    access: read
    placement: cpu_node=0
    media: dram:4M,node=0
"""


def _add(connection: sqlite3.Connection, row: dict, like: str | None = None) -> None:
    """A row more, with the replicates of the cell `like`."""
    (place,) = connection.execute("SELECT max(position) + 1 FROM cells").fetchone()
    cell = connection.execute("INSERT INTO cells (run_id, position, cell, row) VALUES (1, ?, ?, ?)",
                              (place, row["cell"], json.dumps(row))).lastrowid
    connection.execute("INSERT INTO plan_cells VALUES (1, ?, ?)", (row["cell"], place))
    names = [name for _, name, *_ in connection.execute("PRAGMA table_info(replicates)")
             if name not in ("id", "cell_id")]
    if like is not None:
        connection.execute(
            f"INSERT INTO replicates (cell_id, {', '.join(names)}) SELECT ?, "
            f"{', '.join('replicates.' + name for name in names)} FROM replicates "
            "JOIN cells ON cells.id = cell_id WHERE cells.cell = ?", (cell, like))


def _times(estimate: dict, factor: float) -> dict:
    return {key: value * factor if isinstance(value, float) else value for key, value in estimate.items()}


def _nodes(connection: sqlite3.Connection) -> None:
    """From two nodes to three memories and a dax device, rated in part; and pages distributed."""
    (text,) = connection.execute(
        "SELECT row FROM cells WHERE json_extract(row, '$.numa') IS NOT NULL").fetchone()
    given = json.loads(text)
    given["bytes_per_s"] = {"estimate": 2.0**30, "low": 2.0**29, "high": 1.5 * 2**30, "has_interval": True}

    def add(cell: str, factor: float, **numa) -> None:
        row = copy.deepcopy(given)
        row["cell"], row["media"] = cell, f"dram:4M,{cell}"
        row["bytes_per_s"] = _times(given["bytes_per_s"], factor)
        row["numa"].update(numa)
        _add(connection, row, given["cell"])

    for start in (0, 1):
        for target, node, factor in (("node 0", 0, 8.0 - 3 * start), ("node 1", 1, 5.0 + 3 * start),
                                     ("node 2", 2, 2.0), ("dax1.0", None, 1.75)):
            if (start, target) == (0, "node 0"):
                continue
            rated = {"rated": 2.0**30, "rated_by": "HMAT",
                     "ratio": {"estimate": factor, "low": factor, "high": factor, "has_interval": True}}
            add(f"pair/{start}/{target}", factor, initiator_node=start, target=target, target_node=node,
                **(rated if target == "node 2" else {}))
    for first, second in ((7, 1), (3, 1), (1, 1)):
        add(f"shared/{first}/{second}", 1 / max(first / 8, second / 2) * (first + second) / 2,
            target=f"interleave 0:{first}+2:{second}", target_node=None,
            interleave=[[0, first], [2, second]])


def _hosts(connection: sqlite3.Connection) -> None:
    """A cell that two hosts measured together, of which the second is slower, on two media."""
    (text,) = connection.execute("SELECT row FROM cells WHERE json_extract(row, '$.workload') = 'sequential' AND "
                                 "json_extract(row, '$.status') = 'ok'").fetchone()
    given = {**json.loads(text), "workload": "copy", "warnings": []}
    given.pop("numa", None)
    ratio = {"estimate": 1.125, "low": 1.0625, "high": 1.1875, "has_interval": True}
    standings = [{"host": host, "ns_per_operation": ns, "ratio": {**ratio, "estimate": 1 / 1.125, "low": 0.84, "high": 0.94}
                  if host == "n01" else ratio, "p_value": 0.0009765625, "verdict": verdict, "late_ns": 1500.0, "busy_share": 0.75}
                 for host, ns, verdict in (("n01", 100.0, "equal"), ("n02", 112.5, "slower"))]
    parts = [{"host": host, "rank": rank, "ns_per_operation": 100.0, "operations": 10, "bytes": 640, "slices": 10,
              "slices_outside": 2, "busy_share": 0.75, "late_ns": 1500.0 * rank, "done_ns": 41e6 + 1e6 * rank,
              "offset_ns": 0.0, "bound_ns": 512.0, "drift_ppm": 0.0} for rank, host in enumerate(("n01", "n02"))]
    for place, media in enumerate(("file:/mnt/a", "file:/mnt/b")):
        total = {**given, "cell": f"together/{place}", "media": media,
                 "cluster": {"window_ns": 40e6, "late_ns": 1500.0, "clock_bound_ns": 512.0, "hosts": standings}}
        _add(connection, total, given["cell"])
        connection.execute(
            "UPDATE replicates SET details = json_set(details, '$.cluster', json(?)) WHERE cell_id = "
            "(SELECT id FROM cells WHERE cell = ?)",
            (json.dumps({"begin_ns": 1e6, "window_ns": 40e6, "hosts": parts}), total["cell"]))
        for host in ("n01", "n02"):
            own = {**given, "cell": f"{total['cell']}@{host}", "media": media, "host": host,
                   "bytes_per_s": {"estimate": 2.0**30 * (1 + place + 2 * (host == "n02")), "low": 2.0**29, "high": 2.0**33,
                                   "has_interval": True}}
            _add(connection, own, given["cell"])


def _no_numbers(connection: sqlite3.Connection) -> None:
    (text,) = connection.execute("SELECT row FROM cells WHERE json_extract(row, '$.workload') = 'random' AND "
                                 "json_extract(row, '$.status') = 'ok'").fetchone()
    failed = {**json.loads(text), "cell": "failed/cell", "status": "error", "replicates": 0,
              "reason": "the worker died of signal 11", "ns_per_operation": None, "medium": None}
    _add(connection, failed)
    noisy = {**json.loads(text), "cell": "noisy/cell", "workload": "copy", "converged": False,
             "disturbed_share": 0.31, "parameters": {},
             "warnings": [{"type": "page_size", "sentence": "4 KiB pages back the range"}]}
    _add(connection, noisy)
    connection.execute("INSERT INTO plan_cells VALUES (1, 'never/measured', 999)")


def make(folder: Path) -> Path:
    """Run 1 has everything but what is derived, which the report derives."""
    (folder / "everything.yaml").write_text(CAMPAIGN)
    real_stores.done("run", "everything.yaml", "--db", "every.db", folder=folder)
    path = folder / "every.db"
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM documents")
        connection.execute("DELETE FROM checksums")  # what is added below is meant
        _nodes(connection)
        _hosts(connection)
        _no_numbers(connection)
        verdict = comparison()
        verdict["head"]["run"], verdict["base"]["run"] = 1, 2
        for kind, document, run in (("compare", verdict, 1), ("history", history(), None),
                                    ("visibility", visibility(), None), ("crash", crash(), 1),
                                    ("datasheet", datasheet(), 1)):
            connection.execute("INSERT INTO documents VALUES (NULL, '2026-01-02T03:06:00Z', ?, ?, ?, ?)",
                               (kind, run, document.get("verdict", ""), json.dumps(document)))
    connection.close()
    # Opened for writing, it gets its checksums again; there is no history to accept.
    real_stores.pmembench("baseline", "accept", "--reason", "none", "--db", "every.db", folder=folder)
    return path
