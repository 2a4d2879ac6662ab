"""Stores of the built binary: every campaign that ships, at a tiny size."""

from __future__ import annotations

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("PMEMBENCH", ROOT / "build/test/pmembench"))
CAMPAIGNS = sorted(path.stem for path in (ROOT / "configs").glob("*.yaml"))
# Six processes make an interval; campaigns of hundreds of cells have no time for them.
MANY_CELLS = ("bandwidth", "characterize", "durability", "filesystem", "latency", "quick")
SMALLER = {"bandwidth": ["--media", "dram:2M", "--set", "operation_size=64", "--set", "threads=1"],
           "characterize": ["--media", "dram:8M", "--set", "range_size=0,4M"],
           "durability": ["--set", "range_size=16K"],
           "latency": ["--media", "dram:8M", "--set", "range_size=4M,8M"]}
# The budget ends a campaign of hundreds of cells, wherever it is; the others are measured whole.
BUDGETS = {name: "8s" for name in ("bandwidth", "characterize", "durability", "latency", "quick")}
UNFINISHED = 5
# Slots of 10 ms want a slice of several.
SLICES = {"stalls": "1ms", "banks": "5ms", "wear": "2ms", "tail": "60ms", "loaded": "2ms"}


@dataclass
class RealRun:
    """A store with one run, what the terminal shows of it, and its page."""

    store: Path
    shown: str
    page: str


def pmembench(*words: object, folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, *map(str, words)], cwd=folder, capture_output=True, text=True,
                          timeout=300)


def done(*words: object, folder: Path, statuses: tuple[int, ...] = (0,)) -> str:
    outcome = pmembench(*words, folder=folder)
    assert outcome.returncode in statuses, (words, outcome.stderr[-2000:])
    return outcome.stdout


def real_run(name: str, folder: Path) -> RealRun:
    replicates = 2 if name in MANY_CELLS else 6
    done("run", ROOT / f"configs/{name}.yaml", "--db", f"{name}.db", "--budget", BUDGETS.get(name, "2m"),
         "--set", f"minimum_replicates={replicates}", "--set", f"maximum_replicates={replicates}",
         "--set", "slices=2", "--set", f"slice={SLICES.get(name, '50us')}", *SMALLER.get(name, []),
         folder=folder, statuses=(0, UNFINISHED))
    shown = done("show", "--db", f"{name}.db", folder=folder)
    done("report", "--db", f"{name}.db", "--html", f"{name}.html", folder=folder)
    return RealRun(folder / f"{name}.db", shown,
                   (folder / f"{name}.html").read_text(encoding="utf-8"))


def make(folder: Path) -> dict[str, RealRun]:
    if not BINARY.exists():
        pytest.skip(f"{BINARY} is not built")
    begin, before = time.monotonic(), os.times()
    with ThreadPoolExecutor(2) as pool:
        runs = dict(zip(CAMPAIGNS, pool.map(lambda name: real_run(name, folder), CAMPAIGNS)))
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"{len(runs)} stores in {time.monotonic() - begin:.0f} s, {cpu:.0f} s of CPU time")
    return runs
