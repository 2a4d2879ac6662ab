"""A large results file made of a small one: its cells again and again under other names.

Usage: large_store.py SMALL.db LARGE.db CELLS REPLICATES. The newest run of SMALL.db, with as many
cells and replicates of each as asked; replicates are repeated with medians that differ a little.
What was derived from the small run is left out: a reader derives it from the large one.
The next command that writes to it makes its checksums.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]


def enlarge(small: str, large: str, cells: int, replicates: int) -> None:
    shutil.copy(small, large)
    connection = sqlite3.connect(large)
    connection.execute("PRAGMA foreign_keys = OFF")
    run, plan_text = connection.execute("SELECT id, plan FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    plan = json.loads(plan_text)
    planned = {cell["name"]: cell for cell in plan["cells"]}
    measured = [
        (cell_id, json.loads(row)) for cell_id, row in connection.execute(
            "SELECT id, row FROM cells WHERE run_id = ? ORDER BY position", (run,))
        if json.loads(row)["status"] == "ok"
    ]
    names = columns(connection, "replicates")
    own_id, cell_column, index, median = (
        names.index(name) for name in ("id", "cell_id", "replicate", "median_ns_per_operation"))
    samples = {cell_id: connection.execute("SELECT * FROM replicates WHERE cell_id = ?",
                                           (cell_id,)).fetchall() for cell_id, _ in measured}
    histograms = {row[0]: row for row in connection.execute("SELECT * FROM histograms")}
    for table in ("cells", "replicates", "histograms", "plan_cells"):
        connection.execute(f"DELETE FROM {table}")
    plan["cells"] = []
    replicate_id = 0
    for number in range(cells):
        sample_id, sample = measured[number % len(measured)]
        copy, row = number // len(measured), dict(sample)
        if copy > 0:
            row["media"] = f"dram:{300 + copy}M"
            row["cell"] = f"{row['media']}/{sample['cell'].split('/', 1)[1]}#{number}"
        row["replicates"] = replicates
        plan["cells"].append({**planned[sample["cell"]], "name": row["cell"], "media": row["media"]})
        connection.execute("INSERT INTO plan_cells VALUES (?, ?, ?)", (run, row["cell"], number))
        connection.execute(
            "INSERT INTO cells (id, run_id, cell, row, position) VALUES (?, ?, ?, ?, ?)",
            (number + 1, run, row["cell"], json.dumps(row), number))
        for count in range(replicates):
            values = list(samples[sample_id][count % len(samples[sample_id])])
            histogram = histograms.get(values[own_id])
            replicate_id += 1
            values[own_id], values[cell_column], values[index] = replicate_id, number + 1, count
            values[median] *= 1 + 0.001 * (count * 7919 % 13 - 6)
            connection.execute(f"INSERT INTO replicates VALUES ({','.join('?' * len(values))})", values)
            if histogram:
                connection.execute("INSERT INTO histograms VALUES (?, ?, ?)",
                                   (replicate_id, *histogram[1:]))
    connection.execute("DELETE FROM documents WHERE kind = 'derived'")
    connection.execute("UPDATE runs SET plan = ? WHERE id = ?", (json.dumps(plan), run))
    connection.execute("DELETE FROM checksums")
    connection.commit()
    connection.execute("VACUUM")
    connection.close()


if __name__ == "__main__":
    enlarge(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
