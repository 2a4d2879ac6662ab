"""Does a number hold its own? Two figures of the quick campaign's cells, measured on this host.

Usage: defence_bench.py PMEMBENCH [--quick-only | --hog-only]

1. configs/quick.yaml: how long it takes, how wide its throughput intervals are, and that it does not
   call converged what is not; then once more beside a busy loop on every CPU.
2. 64 B writes with and without a busy loop pinned to the measured CPU, in turn: by how much the
   loop moves the estimate.

Asked: under 60 s; every throughput interval at most 2 % half width (undecided on a host that is not
idle: where others took more than 5 % of the CPUs, or most rows say that their cores were shared); a
busy loop moves the estimate by at most 2 %. Status: as of figures.py.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import figures

ROOT = Path(__file__).resolve().parents[2]
QUICK = ROOT / "configs/quick.yaml"
PRECISION = 0.02
QUICK_SECONDS = 60.0
QUIET_SHARE = 0.05
HOG_LIMIT = 0.02
HOG_ROUNDS = 12

# 64 B writes at random, durable one by one, on one thread: the cell that the target is about.
WRITES = {
    "name": "hog", "budget": "20s", "precision": "1%", "minimum_replicates": 8,
    "maximum_replicates": 8, "slices": 50, "media": "dram:128M",
    "cells": [{"workload": "random", "backend": "movnt", "access": "write", "operation_size": 64}],
}


class Hog:
    """A busy loop pinned to one CPU, while it is entered."""

    def __init__(self, cpu: int):
        self.cpu = cpu

    def __enter__(self) -> Hog:
        loop = f"import os\nos.sched_setaffinity(0, {{{self.cpu}}})\nwhile True: pass"
        self.process = subprocess.Popen([sys.executable, "-c", loop])
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()


class Command:
    """The command in a folder of its own, with a results file of its own."""

    def __init__(self, program: Path, folder: Path):
        self.program, self.folder = program, folder

    def run(self, campaign: Path) -> tuple[list[dict], float]:
        """Rows and seconds of wall clock; a failure ends the benchmark."""
        begin = time.monotonic()
        done = subprocess.run([self.program, "run", campaign, "--json", "--destroy"],
                              cwd=self.folder, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - begin
        if done.returncode != 0:
            figures.fail(f"{campaign} failed:\n{done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()], seconds

    def document(self, kind: str) -> dict:
        """The newest run's."""
        connection = sqlite3.connect(self.folder / "pmembench.db")
        (text,) = connection.execute(
            "SELECT document FROM documents WHERE kind = ? ORDER BY id DESC LIMIT 1", (kind,)
        ).fetchone()
        connection.close()
        return json.loads(text)

    def others(self) -> float | None:
        """The share of the host's CPU time that others took during the newest run."""
        load = self.document("conditions")["other_load"]
        return load["share"] if load else None

    def comparisons(self) -> tuple[int, int]:
        """Of the newest run: backends compared with the reference, and those known within PRECISION."""
        shares = [each["over_reference"] for comparison in self.document("derived")["backends"]
                  for each in comparison["backends"] if each["cell"] != comparison["reference"]]
        widths = [(share["high"] - share["low"]) / 2 / (1 + share["estimate"])
                  for share in shares if share and share["has_interval"]]
        return len(shares), sum(width <= PRECISION for width in widths)


def half_width(estimate: dict) -> float | None:
    if not estimate["has_interval"]:
        return None
    return (estimate["high"] - estimate["low"]) / 2 / estimate["estimate"]


def throughput_rows(rows: list[dict]) -> list[dict]:
    """Measured in slices, and of a device that does something: null costs less than a clock step."""
    return [row for row in rows if "derived" not in row and row["status"] == "ok"
            and row["latency_ns"] is None and row["backend"] != "null"]


def dishonest(rows: list[dict]) -> list[str]:
    """Rows whose `converged` or whose warning is not what their interval says."""
    found = []
    for row in throughput_rows(rows):
        width = half_width(row["ns_per_operation"])
        narrow = width is not None and width <= PRECISION * 1.0001
        warned = any(warning["type"] == "not_converged" for warning in row["warnings"])
        if row["converged"] != narrow or warned == row["converged"]:
            found.append(row["cell"])
    return found


class Quick:
    """One run of quick.yaml, measured and printed."""

    def __init__(self, command: Command, words: str):
        rows, self.seconds = command.run(QUICK)
        timed = throughput_rows(rows)
        widths = sorted((half_width(row["ns_per_operation"]) or float("inf"), row["cell"]) for row in timed)
        wide = [each for each in widths if each[0] > PRECISION]
        self.rows, self.wide, self.liars = len(timed), len(wide), dishonest(rows)
        self.shared = sum(any(warning["type"] == "shared_core" for warning in row["warnings"]) for row in timed)
        self.others = command.others()
        self.pairs, self.narrow_pairs = command.comparisons()
        taken = "unknown" if self.others is None else f"{self.others:.1%}"
        print(f"  {words}: {self.seconds:.1f} s, {self.rows} throughput rows, {self.rows - self.wide} within "
              f"±{PRECISION:.0%}, median ±{statistics.median(w for w, _ in widths):.2%}; others took "
              f"{taken} of the CPUs, {self.shared} rows say that their cores were shared", flush=True)
        for width, cell in wide[-5:]:
            print(f"    ±{width:.1%} {cell}")

    def quiet(self) -> bool:
        """Was the host quiet, as far as the run can tell?"""
        return (self.others is None or self.others <= QUIET_SHARE) and 2 * self.shared <= self.rows


def check_quick(command: Command) -> list[str]:
    print(f"\nconfigs/quick.yaml: every throughput interval within ±{PRECISION:.0%} in {QUICK_SECONDS:.0f} s")
    alone = Quick(command, "as the host is")
    words = [figures.at_most("quick.yaml", alone.seconds, QUICK_SECONDS, " s")]
    word = figures.MET if not alone.wide else figures.MISSED if alone.quiet() else figures.UNDECIDED
    words.append(figures.add(
        f"quick.yaml: intervals within ±{PRECISION:.0%}", f"{alone.rows - alone.wide} of {alone.rows}",
        f"{alone.rows} of {alone.rows}", word,
        "others took much of the host meanwhile" if word == figures.UNDECIDED else
        "the spread between processes of this host; see docs/methodology.md"))
    pairs, narrow = alone.pairs, alone.narrow_pairs
    word = figures.MET if narrow == pairs else figures.MISSED if alone.quiet() else figures.UNDECIDED
    words.append(figures.add(
        f"quick.yaml: comparisons of backends within ±{PRECISION:.0%}", f"{narrow} of {pairs}",
        f"{pairs} of {pairs}", word, "the spread between pairs of processes of this host"))
    with ExitStack() as hogs:
        for cpu in sorted(os.sched_getaffinity(0)):
            hogs.enter_context(Hog(cpu))
        loaded = Quick(command, "beside a busy loop on every CPU")
    words.append(figures.at_most("quick.yaml next to busy loops", loaded.seconds, QUICK_SECONDS, " s"))
    liars = alone.liars + loaded.liars
    words.append(figures.at_most("rows whose `converged` is not what the interval says", len(liars), 0,
                                 reason=", ".join(liars)))
    return words


def check_hog(command: Command) -> list[str]:
    campaign = command.folder / "hog.yaml"
    cpu = min(os.sched_getaffinity(0))
    campaign.write_text(json.dumps({**WRITES, "placement": f"cpus={cpu}"}), encoding="utf-8")
    print(f"\n64 B writes on CPU {cpu}, without and with a busy loop on it, {HOG_ROUNDS} rounds in turn")
    pairs, disturbed = [], []
    for round_ in range(HOG_ROUNDS):
        times = {}
        for hogged in (False, True) if round_ % 2 == 0 else (True, False):
            with ExitStack() as stack:
                if hogged:
                    stack.enter_context(Hog(cpu))
                    time.sleep(0.2)
                (row,) = command.run(campaign)[0]
            times[hogged] = row["ns_per_operation"]["estimate"]
            if hogged:
                disturbed.append(row["disturbed_share"])
        pairs.append((times[False], times[True]))
    moves = sorted(hogged / alone - 1 for alone, hogged in pairs)
    moved = statistics.median(moves)
    print(f"  alone {statistics.median(a for a, _ in pairs):.1f} ns, beside the loop "
          f"{statistics.median(b for _, b in pairs):.1f} ns an operation; moved by {moved:+.2%} "
          f"(rounds {moves[0]:+.2%} to {moves[-1]:+.2%}); {statistics.median(disturbed):.0%} of the "
          "slices beside the loop were disturbed")
    return [figures.at_most("a busy loop moves 64 B writes by", abs(moved) * 100, HOG_LIMIT * 100, " %")]


def main(program: str, only: str = "") -> int:
    parts = {"--quick-only": [check_quick], "--hog-only": [check_hog]}.get(only, [check_hog, check_quick])
    with tempfile.TemporaryDirectory(prefix="pmembench-defence-") as name:
        command = Command(Path(program).resolve(), Path(name))
        return figures.status([word for part in parts for word in part(command)])


if __name__ == "__main__":
    figures.run(main, sys.argv[1:])
