"""The made stores have the schema of the stores that pmembench makes, and its report reads both."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from conftest import run_report
from fixture_store import Maker
from real_stores import BINARY

TINY = """
name: tiny
budget: 60s
minimum_replicates: 1
maximum_replicates: 1
slices: 2
slice: 100us
media: dram:1M
cells:
  - workload: random
    matrix: {backend: [movnt, "null"]}
    access: write
    operation_size: 64
  - workload: persist
    backend: movnt
    operation_size: 64
    timing: operation
"""


def columns(path: Path) -> dict[str, list[tuple]]:
    """(name, type, not null, primary key) of each column of each table."""
    with sqlite3.connect(path) as connection:
        tables = [name for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return {table: [(name, kind, null, key) for _, name, kind, null, _, key in
                        connection.execute(f"PRAGMA table_info({table})")] for table in tables}


@pytest.fixture(scope="module")
def real_store(tmp_path_factory) -> Path:
    if not BINARY.exists():
        pytest.skip(f"{BINARY} is not built")
    import subprocess

    folder = tmp_path_factory.mktemp("real")
    (folder / "tiny.yaml").write_text(TINY)
    done = subprocess.run([BINARY, "run", "tiny.yaml"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "pmembench.db"


def test_the_made_store_has_the_real_schema(real_store, tmp_path):
    with sqlite3.connect(real_store) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    made = columns(Maker(tmp_path / "made.db", version=version).close())
    real = columns(real_store)
    assert made == {table: real.get(table) for table in made}


def test_a_real_store_is_drawn(real_store):
    outcome = run_report(real_store.parent, real_store, "--html", "real.html")
    assert (outcome.status, outcome.err) == (0, "")
    page = (real_store.parent / "real.html").read_text(encoding="utf-8")
    for text in ["dram:1M/movnt/direct/random", "figure-throughput_by_size", "figure-persist_cost",
                 "harness floor, never subtracted", "timer step", "machine fingerprint"]:
        assert text in page, text
