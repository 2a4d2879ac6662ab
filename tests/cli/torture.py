"""Kills and stops pmembench at random moments and looks at what is left: script/torture.

Each turn starts a command on a medium, sends a signal to the coordinator, to a worker or to both at
a random moment, and then asks four things: did it end; is a process left; are all rows still there
that were there before; does the next command go on, and what files are left after it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE_S = 60
CAMPAIGN = """
name: torture
budget: 60s
minimum_replicates: 2
maximum_replicates: 2
slices: 4
slice: 2ms
media: {media}
cells:
  - workload: random
    backend: {backend}
    access: write
    matrix: {{operation_size: [64, 256]}}
"""
MEDIA = {"dram": ("dram:1M", "movnt"), "file": ("file:medium,size=1M", "movnt"),
         "sim": ("dram:2M", "clwb"), "stripe": ("stripe:2,4K:dram:1M+dram:1M", "movnt"),
         "linear": ("linear:dram:1M+dram:1M", "movnt")}
SIGNALS = {"KILL": signal.SIGKILL, "STOP": signal.SIGSTOP, "TERM": signal.SIGTERM,
           "HUP": signal.SIGHUP, "INT": signal.SIGINT}


@dataclass
class Counts:
    kills: int = 0
    ended_before: int = 0
    lost: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    hangs: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    by: dict[str, int] = field(default_factory=dict)

    def faults(self) -> list[str]:
        return [f"{name}: {each}" for name in ("lost", "orphans", "hangs", "left", "wrong")
                for each in getattr(self, name)]


class Torture:
    def __init__(self, binary: Path, folder: Path, seed: int, verbose: bool):
        self.binary, self.folder, self.verbose = binary, folder, verbose
        self.random = random.Random(seed)
        self.mark = f"PMEMBENCH_TORTURE={os.getpid()}-{seed}"
        name, value = self.mark.split("=")
        self.environment = {**os.environ, name: value, "PMEMBENCH_AUDITS": str(folder / "audits")}
        self.counts = Counts()
        (folder / "dir").mkdir()
        self.own = {"dir", "audits"}
        self.times: dict[str, float] = {}

    def campaign(self, medium: str) -> str:
        media, backend = MEDIA[medium]
        name = f"{medium}.yaml"
        (self.folder / name).write_text(CAMPAIGN.format(media=media, backend=backend))
        self.own.add(name)
        return name

    def commands(self) -> dict[str, list[str]]:
        medium = self.random.choice(sorted(MEDIA))
        yaml = self.campaign(medium)
        return {
            f"run {medium}": ["run", yaml, "--resume"] if self.random.random() < 0.5 else ["run", yaml],
            "gate": ["gate", self.campaign("dram"), "--head-env", "A=1", "--replicates", "1", "--db", "pmembench.db"],
            "curve": ["curve", "--media", "dram:1M", "--backend", "movnt", "--points", "2",
                      "--replicates", "1", "--budget", "1s", "--slice", "1ms"],
            "slo": ["slo", self.campaign("dram"), "--slo", "p99=1ms", "--replicates", "1",
                    "--budget", "2s"],
            "crash": ["crash", "--target", "btt,fs-dax,log", "--crashes", "60", "--db", "pmembench.db"],
            "mkfs": ["mkfs", "file:made,size=8M", "--destroy"],
        }

    def start(self, words: list[str]) -> subprocess.Popen:
        return subprocess.Popen([self.binary, *words], cwd=self.folder, env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True)

    def run(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run([self.binary, *words], cwd=self.folder, env=self.environment,
                              capture_output=True, text=True, timeout=PATIENCE_S)

    def ours(self) -> list[int]:
        """Processes that this began, by a word of their environment."""
        found = []
        for path in Path("/proc").iterdir():
            if not path.name.isdigit() or int(path.name) == os.getpid():
                continue
            try:
                state = (path / "stat").read_text().rsplit(")", 1)[1].split()[0]
                if state != "Z" and self.mark.encode() in (path / "environ").read_bytes():
                    found.append(int(path.name))
            except OSError:
                continue
        return found

    def stored(self) -> dict[tuple, int] | None:
        """Replicates by run and cell, as a reader gets them; None where there is no file yet."""
        if not (self.folder / "pmembench.db").exists():
            return None
        runs = self.run("show", "--runs", "--json")
        if runs.returncode == 2 and "holds no" in runs.stderr:
            return {}
        if runs.returncode != 0:
            self.counts.wrong.append(f"show --runs: {runs.returncode} {runs.stderr.strip()}")
            return None
        found = {}
        for run in map(json.loads, runs.stdout.splitlines()):
            rows = self.run("show", str(run["run"]), "--json")
            if rows.returncode != 0:
                self.counts.lost.append(f"run {run['run']}: {rows.stderr.strip()}")
                continue
            for row in map(json.loads, rows.stdout.splitlines()):
                if "cell" in row:
                    found[run["run"], row["cell"]] = row["replicates"]
        return found

    def victims(self, process: subprocess.Popen, whom: str) -> list[int]:
        workers = [pid for pid in self.ours() if pid != process.pid]
        if whom == "worker":
            return workers[:1]
        return [process.pid] if whom == "coordinator" else [process.pid, *workers]

    def turn(self) -> None:
        commands = self.commands()
        name = self.random.choice([*commands, next(iter(commands))])  # runs twice as often
        how = self.random.choice(list(SIGNALS))
        whom = self.random.choice(["coordinator", "worker", "both"])
        what = f"{name}, SIG{how} to {whom}"
        before = self.stored()
        began = time.monotonic()
        process = self.start(commands[name])
        moment = self.random.random() * self.times.get(name, 0.5)
        while time.monotonic() - began < moment and process.poll() is None:
            time.sleep(0.001)
        victims = self.victims(process, whom)
        if process.poll() is not None or not victims:
            self.counts.ended_before += 1
        else:
            self.counts.kills += 1
            self.counts.by[what.replace(name, name.split()[0])] = self.counts.by.get(
                what.replace(name, name.split()[0]), 0) + 1
            self.strike(victims, how)
        self.look(process, what, how, began, name)
        self.check(before, what)

    @staticmethod
    def strike(victims: list[int], how: str) -> None:
        for pid in victims:
            try:
                os.kill(pid, SIGNALS[how])
            except ProcessLookupError:
                pass
        if how == "STOP":
            time.sleep(0.05)
            for pid in victims:
                try:
                    os.kill(pid, signal.SIGCONT)
                except ProcessLookupError:
                    pass

    def look(self, process: subprocess.Popen, what: str, how: str, began: float, name: str) -> None:
        try:
            _, errors = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.counts.hangs.append(what)
            for pid in self.ours():
                os.kill(pid, signal.SIGKILL)
            process.communicate()
            return
        if process.returncode in (0, 1, 5):
            self.times[name] = min(3.0, time.monotonic() - began)
        known = {0, 1, 3, 4, 5, 130, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP, -signal.SIGINT}
        if process.returncode not in known:
            self.counts.wrong.append(f"{what}: status {process.returncode} {errors[-300:].strip()}")
        if self.verbose:
            print(f"{what}: {process.returncode}", file=sys.stderr)
        deadline = time.monotonic() + 10
        while self.ours() and time.monotonic() < deadline:
            time.sleep(0.01)
        for pid in self.ours():
            self.counts.orphans.append(f"{what}: {pid}")
            os.kill(pid, signal.SIGKILL)

    def check(self, before: dict | None, what: str) -> None:
        after = self.stored()
        for key, replicates in (before or {}).items():
            if after is None or after.get(key, -1) < replicates:
                self.counts.lost.append(f"{what}: {key}")
        # The next of the same kind goes on, whatever is left.
        for command in (["run", self.campaign("dram"), "--resume"], ["run", self.campaign("file")]):
            again = self.run(*command)
            if again.returncode != 0:
                self.counts.wrong.append(f"after {what}: {' '.join(command)}: {again.returncode} "
                                         f"{again.stderr.strip()[-300:]}")
        made = self.run("mkfs", "file:made,size=8M", "--destroy")
        if made.returncode != 0:
            self.counts.wrong.append(f"after {what}: mkfs: {made.stderr.strip()[-300:]}")
        for path in sorted(self.folder.iterdir()):
            if path.name not in self.own and not path.name.startswith(("pmembench.db", "made")):
                self.counts.left.append(f"{what}: {path.name}")
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in (self.folder / "dir").iterdir():
            self.counts.left.append(f"{what}: dir/{path.name}")
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        # A file that only grows makes each look at it longer.
        if after is not None and len(after) > 60:
            for suffix in ("", "-wal", "-shm"):
                (self.folder / f"pmembench.db{suffix}").unlink(missing_ok=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/torture", description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--kills", type=int, default=50, help="signals that meet a running command")
    parser.add_argument("--seed", type=int, default=None, help="without it: a new one")
    parser.add_argument("--verbose", action="store_true")
    words = parser.parse_args()
    seed = words.seed if words.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="pmembench-torture-") as folder:
        torture = Torture(words.binary.resolve(), Path(folder), seed, words.verbose)
        began = time.monotonic()
        while torture.counts.kills < words.kills and len(torture.counts.faults()) < 20:
            torture.turn()
        counts = torture.counts
        for fault in counts.faults():
            print(fault)
        print(f"{counts.kills} signals in {time.monotonic() - began:.0f} s ({counts.ended_before} came "
              f"after the end): {len(counts.lost)} lost cells, {len(counts.orphans)} orphans, "
              f"{len(counts.hangs)} hangs, {len(counts.left)} files left, {len(counts.wrong)} wrong "
              "exit statuses or next commands that failed")
        if words.verbose:
            for what, number in sorted(counts.by.items()):
                print(f"  {number:4d} {what}")
        return 1 if counts.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
