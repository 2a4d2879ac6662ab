"""What the pmembench command costs: its workers' memory, a cell's fixed cost, large results files,
and fio beside it.

Usage: command_bench.py PMEMBENCH. Needs fio for the last part. Writes into a folder of its own and
one file of its own in /dev/shm, and removes both.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import figures
from large_store import enlarge

MIB = 1 << 20
FILE_BYTES = 64 * MIB
ROUNDS = 5
MEMORY_GROWTH_MIB = 1


@dataclass
class Outcome:
    rows: list[dict]
    wall_s: float
    cpu_s: float  # of all processes
    peak_rss_bytes: int  # of the largest process, the workers included


def run_campaign(pmembench: Path, folder: Path, campaign: dict) -> Outcome:
    """Runs one campaign with a fresh store; a failure ends the benchmark."""
    # JSON is YAML.
    file = folder / "campaign.yaml"
    file.write_text(json.dumps(campaign), encoding="utf-8")
    database = folder / "bench.db"
    for old in folder.glob("bench.db*"):
        old.unlink()
    command = [pmembench, "run", file, "--db", database, "--json", "--destroy"]
    with open(folder / "out.json", "wb") as out, open(folder / "err.txt", "wb") as err:
        begin = time.monotonic()
        process = subprocess.Popen(command, stdout=out, stderr=err)
        # The usage of a waited child covers those that it waited for in turn.
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - begin
    if os.waitstatus_to_exitcode(status) != 0:
        figures.fail(f"{command} failed:\n{(folder / 'err.txt').read_text(encoding='utf-8')}")
    lines = (folder / "out.json").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if "derived" not in row]
    for row in rows:
        if row["status"] != "ok":
            figures.fail(f"{row['cell']} is {row['status']}: {row['reason']}")
    return Outcome(rows, wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def once(cells: list[dict], **settings) -> dict:
    """A campaign of one replicate."""
    return {
        "name": "bench", "minimum_replicates": 1, "maximum_replicates": 1, "budget": "10m",
        **settings, "cells": cells,
    }


READ_CELL = {"path": "direct", "workload": "random", "access": "read"}
MAPPING_BYTES = 64 * MIB


def memory(pmembench: Path, folder: Path) -> list[str]:
    """The peak of a worker with little and with much work: it should not grow."""
    print("\nmemory: peak resident size of the largest process")
    words = []
    # The null backend maps nothing, and does 10^9 operations in a moment.
    for backend, mapped_bytes, slice_time in (("null", 0, "5ms"), ("movnt", MAPPING_BYTES, "20ms")):
        cell = {**READ_CELL, "media": f"dram:{MAPPING_BYTES}", "backend": backend,
                "operation_size": 64}
        peaks = []
        for slices in (1, 20):
            outcome = run_campaign(pmembench, folder, once([cell], slices=slices, slice=slice_time))
            peaks.append(outcome.peak_rss_bytes)
            print(f"  {backend:<6}{outcome.rows[0]['operations']:>16,} operations: "
                  f"{(peaks[-1] - mapped_bytes) / MIB:.1f} MiB"
                  + (f" beyond the mapping of {mapped_bytes // MIB} MiB" if mapped_bytes else ""))
        words.append(figures.at_most(f"{backend}: growth of a worker with 20 x the work",
                                     (peaks[1] - peaks[0]) / MIB, MEMORY_GROWTH_MIB, " MiB"))
    return words


def fixed_cost(pmembench: Path, folder: Path) -> list[str]:
    """CPU time, which other processes lengthen less than the wall clock's."""
    print("\nfixed cost of a cell (null backend, replicates of 1 slice of 100 us), of CPU")
    cell = {**READ_CELL, "media": "dram:16M", "backend": "null"}
    matrix = {"operation_size": [64 << i for i in range(10)], "batch": "1:+1:100"}
    words, costs = [], {}
    for replicates, cells, limit_ms in ((6, 1000, 10), (12, 1000, 20), (6, 100, None)):
        settings = {"slices": 1, "slice": "100us", "minimum_replicates": replicates,
                    "maximum_replicates": replicates}
        one = run_campaign(pmembench, folder, once([cell], **settings))
        part = {**matrix, "batch": f"1:+1:{cells // 10}"}
        many = run_campaign(pmembench, folder, once([{**cell, "matrix": part}], **settings))
        cost_ms = (many.cpu_s - one.cpu_s) / (len(many.rows) - 1) * 1e3
        wall_ms = (many.wall_s - one.wall_s) / (len(many.rows) - 1) * 1e3
        costs[replicates, cells] = cost_ms
        print(f"  {len(many.rows)} cells, {replicates} replicates: a cell more takes {cost_ms:.2f} ms of "
              f"CPU, {wall_ms:.2f} ms by the clock")
        if limit_ms:
            words.append(figures.at_most(f"a cell of {replicates} replicates", cost_ms, limit_ms, " ms"))
    words.append(figures.at_most("a cell of 1,000 / a cell of 100", costs[6, 1000] / costs[6, 100], 1.25))
    return words


# What is done with a results file of 10,000 cells of 25 replicates: seconds and MiB at most.
LARGE_CELLS, LARGE_REPLICATES, LARGE_MIB = 10_000, 25, 200
ON_LARGE = [
    ("show", ["show"], 2),
    ("compare", ["compare", "1", "1"], 2),
    ("export --format jsonl", ["export", "--format", "jsonl"], 2),
    ("export --format csv", ["export", "--format", "csv"], 2),
    ("export --format gbench", ["export", "--format", "gbench"], 10),
    ("report", ["report", "--html", "large.html", "--force"], 10),
]


def large_store(pmembench: Path, folder: Path) -> list[str]:
    print(f"\na results file of {LARGE_CELLS:,} cells of {LARGE_REPLICATES} replicates")
    cells = [{"path": "direct", "workload": "random", "media": "dram:16M",
              "matrix": {"backend": ["movnt", "clflush", "eadr", "null"], "access": ["read", "write"],
                         "operation_size": [64, 256, 4096], "timing": ["slice", "operation"]}}]
    run_campaign(pmembench, folder, {**once(cells, slices=200, slice="10us"),
                                     "minimum_replicates": 2, "maximum_replicates": 2})
    large = folder / "large.db"
    enlarge(str(folder / "bench.db"), str(large), LARGE_CELLS, LARGE_REPLICATES)
    words = []
    for name, arguments, limit_s in ON_LARGE:
        command = [pmembench, *arguments, "--db", large]
        with open(folder / "out.txt", "wb") as out:
            begin = time.monotonic()
            process = subprocess.Popen(command, stdout=out, cwd=folder)
            _, status, usage = os.wait4(process.pid, 0)
            wall_s = time.monotonic() - begin
        if os.waitstatus_to_exitcode(status) not in (0, 4):
            figures.fail(f"{command} failed")
        words.append(figures.at_most(f"{name} of {large.stat().st_size / 1e6:.0f} MB", wall_s, limit_s, " s"))
        words.append(figures.at_most(f"{name}: peak memory", usage.ru_maxrss / 1024, LARGE_MIB, " MiB"))
    return words


@dataclass
class Rival:
    """One piece of work, in fio's words and in pmembench's."""

    engine: str
    rw: str
    size_bytes: int
    cell: dict

    @property
    def name(self) -> str:
        return f"{self.engine} {self.rw} {self.size_bytes} B"


def rivals() -> list[Rival]:
    read = {"backend": "movnt", "access": "read"}
    cached = {"backend": "clwb", "access": "write", "durability": "none"}
    durable = {"backend": "movnt", "access": "write", "durability": "each"}
    kinds = [("mmap", "randread", read), ("mmap", "randwrite", cached),
             ("libpmem", "randwrite", durable)]
    return [Rival(engine, rw, size, {**cell, "path": "direct", "workload": "random",
                                     "operation_size": size})
            for engine, rw, cell in kinds for size in (64, 4096)]


def fio_rate(rival: Rival, file: Path) -> tuple[float, float]:
    """Operations per second of CPU time of fio, told to keep as little account as it can, and the
    share of a CPU that it got. By the wall clock a fio that must share its CPU would look slower
    than it is; pmembench's short slices are hardly interrupted."""
    command = [
        "fio", "--name=bench", f"--ioengine={rival.engine}", f"--rw={rival.rw}",
        f"--bs={rival.size_bytes}", f"--filename={file}", f"--size={FILE_BYTES}", "--time_based",
        "--runtime=1", "--thread", "--numjobs=1", "--iodepth=1", "--norandommap",
        "--random_generator=tausworthe", "--gtod_reduce=1", "--output-format=json",
    ]
    if rival.engine == "libpmem":
        command += ["--direct=1", "--sync=1"]  # non-temporal stores, a drain after each
    # tmpfs is no persistent memory; libpmem would refuse it.
    environment = {**os.environ, "PMEM_IS_PMEM_FORCE": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        figures.fail(f"fio failed: {done.stderr.strip()}")
    job = json.loads(done.stdout)["jobs"][0]
    rate = job["read" if rival.rw == "randread" else "write"]["iops"]
    share = (job["usr_cpu"] + job["sys_cpu"]) / 100
    return rate / share, share


def pmembench_rate(pmembench: Path, folder: Path, rival: Rival, file: Path) -> float:
    cell = {**rival.cell, "media": f"file:{file}"}
    outcome = run_campaign(pmembench, folder, once([cell], slices=400))
    return outcome.rows[0]["operations_per_s"]["estimate"]


def beside_fio(pmembench: Path, folder: Path) -> list[str]:
    if shutil.which("fio") is None:
        return [figures.add("operations / fio's", "not measured", ">= 1", figures.UNDECIDED,
                            "fio is not here")]
    words = []
    descriptor, name = tempfile.mkstemp(prefix="pmembench-", dir="/dev/shm")
    file = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(b"\1" * FILE_BYTES)
        print(f"\nbeside fio: one job, one file of {FILE_BYTES // MIB} MiB in /dev/shm, {ROUNDS} "
              "rounds in turn; operations per second (fio: of CPU time), medians; ratio: round by round")
        print(f"  {'work':<28}{'fio':>12}{'its CPU':>9}{'pmembench':>14}{'ratio':>8}"
              "  [lowest, highest]")
        for rival in rivals():
            fio, shares, ours = [], [], []
            for _ in range(ROUNDS):
                rate, share = fio_rate(rival, file)
                fio.append(rate)
                shares.append(share)
                ours.append(pmembench_rate(pmembench, folder, rival, file))
            ratios = sorted(mine / theirs for mine, theirs in zip(ours, fio))
            print(f"  {rival.name:<28}{statistics.median(fio):>12,.0f}"
                  f"{statistics.median(shares):>9.0%}{statistics.median(ours):>14,.0f}"
                  f"{statistics.median(ratios):>8.2f}  [{ratios[0]:.2f}, {ratios[-1]:.2f}]",
                  flush=True)
            word = (figures.MET if ratios[0] >= 1 else
                    figures.MISSED if ratios[-1] < 1 else figures.UNDECIDED)
            words.append(figures.add(f"operations / fio's, {rival.name}",
                                     f"{statistics.median(ratios):.2f} [{ratios[0]:.2f}, {ratios[-1]:.2f}]",
                                     ">= 1", word, "rounds lie on both sides"))
    finally:
        file.unlink()
    return words


def main(program: str) -> int:
    pmembench = Path(program).resolve()
    words = []
    with tempfile.TemporaryDirectory(prefix="pmembench-bench-") as name:
        for section in (memory, fixed_cost, beside_fio, large_store):
            words += section(pmembench, Path(name))
            sys.stdout.flush()
    return figures.status(words)


if __name__ == "__main__":
    figures.run(main, sys.argv[1:])
