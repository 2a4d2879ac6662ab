"""What the harness costs beside fio's: operations of 64 B that do nothing, counted and timed.

Usage: harness_bench.py PMEMBENCH. Without fio only pmembench's own costs are printed.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import figures

ROUNDS = 5

# The timings of both, and how each is told so: fio's flag, pmembench's key.
TIMINGS = {
    "throughput": (["--gtod_reduce=1"], "slice"),
    "every operation timed": ([], "operation"),
}


def fio_ns(flags: list[str]) -> float:
    """CPU nanoseconds an operation of fio's null engine: by the wall clock a fio that must share its
    CPU would look slower than it is."""
    command = ["fio", "--name=harness", "--ioengine=null", "--rw=randread", "--bs=64", "--size=1M",
               "--time_based", "--runtime=1", "--thread", "--numjobs=1", "--norandommap",
               "--random_generator=tausworthe", "--output-format=json", *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        figures.fail(f"fio failed: {done.stderr.strip()}")
    job = json.loads(done.stdout)["jobs"][0]
    share = (job["usr_cpu"] + job["sys_cpu"]) / 100
    return share * 1e9 / job["read"]["iops"]


def pmembench_ns(pmembench: Path, folder: Path, timing: str) -> float:
    campaign = {
        "name": "harness", "minimum_replicates": 1, "maximum_replicates": 1, "slices": 400,
        "cells": [{"media": "dram:1M", "backend": "null", "path": "direct", "workload": "random",
                   "access": "read", "operation_size": 64, "timing": timing}],
    }
    file = folder / "campaign.yaml"
    file.write_text(json.dumps(campaign), encoding="utf-8")
    done = subprocess.run([pmembench, "run", file, "--db", folder / "bench.db", "--json"],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        figures.fail(f"pmembench failed: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[0])["ns_per_operation"]["estimate"]


def main(program: str) -> int:
    pmembench = Path(program).resolve()
    has_fio = shutil.which("fio") is not None
    print(f"nanoseconds an operation that does nothing (null), 64 B, {ROUNDS} rounds in turn: "
          "medians [lowest, highest]")
    print(f"  {'':<24}{'pmembench':>24}{'fio (CPU time)':>26}")
    with tempfile.TemporaryDirectory(prefix="pmembench-bench-") as name:
        for title, (flags, timing) in TIMINGS.items():
            ours, theirs = [], []
            for _ in range(ROUNDS):
                ours.append(pmembench_ns(pmembench, Path(name), timing))
                if has_fio:
                    theirs.append(fio_ns(flags))
            texts = [f"{statistics.median(all_ns):.1f} [{min(all_ns):.1f}, {max(all_ns):.1f}]"
                     if all_ns else "fio is not here" for all_ns in (ours, theirs)]
            print(f"  {title:<24}{texts[0]:>24}{texts[1]:>26}", flush=True)
    return 0


if __name__ == "__main__":
    figures.run(main, sys.argv[1:])
