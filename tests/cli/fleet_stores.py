"""Results files of several hosts, made of one real run: a copy with another host's name and other times."""

from __future__ import annotations

import shutil
import sqlite3

from command import TINY

PROCESSES = 12
SIX = TINY.replace("minimum_replicates: 1", f"minimum_replicates: {PROCESSES}").replace(
    "maximum_replicates: 1", f"maximum_replicates: {PROCESSES}")


def store_of(pmembench, host: str, shift: int = 0, factor: float = 1.0, campaign: str = SIX, version: str = "") -> str:
    """`host`.db: times are 100 ns and a pattern of some percent that `shift` turns, times `factor`."""
    made = pmembench.folder / f"made{abs(hash(campaign))}.db"
    if not made.exists():
        outcome = pmembench.run("--db", made, campaign=campaign)
        assert outcome.status == 0, outcome.err
    path = pmembench.folder / f"{host}.db"
    shutil.copy(made, path)
    with sqlite3.connect(path) as store:
        store.execute("DELETE FROM checksums")  # what is changed below is meant
        store.execute("UPDATE runs SET environment = json_set(environment, '$.host.name', ?)", (host,))
        if version:
            store.execute("UPDATE runs SET version = ?", (version,))
        for (place,) in store.execute("SELECT replicate FROM replicates").fetchall():
            time = factor * (100 + 3.0 * ((place + 5 * shift) % PROCESSES) / PROCESSES)
            store.execute("UPDATE replicates SET median_ns_per_operation = ? WHERE replicate = ?", (time, place))
    store.close()
    return path.name
