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
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

# Only a hang takes that long: searching a rate takes a minute where ten others compute.
PATIENCE_S = 300
CAMPAIGN = """
name: torture
budget: 10m
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


def state_of(task: Path) -> str:
    return (task / "stat").read_text().rsplit(")", 1)[1].split()[0]


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
    def __init__(self, binary: Path, folder: Path, seed: int, verbose: bool, at_hang: list[str]):
        self.binary, self.folder, self.verbose, self.at_hang = binary, folder, verbose, at_hang
        self.random = random.Random(seed)
        self.mark = f"PMEMBENCH_TORTURE={os.getpid()}-{seed}"
        name, value = self.mark.split("=")
        self.environment = {**os.environ, name: value, "PMEMBENCH_AUDITS": str(folder / "audits"),
                            "TMPDIR": str(folder / "tmp")}
        self.counts = Counts()
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.own = {"tmp", "audits"}
        self.times: dict[str, float] = {}

    def fault(self, kind: str, text: str) -> None:
        getattr(self.counts, kind).append(text)
        print(f"{kind}: {text}", flush=True)

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
            "slo": ["slo", self.campaign("dram"), "--set", "operation_size=64", "--slo", "p99=1ms", "--replicates", "1",
                    "--budget", "2s"],
            "crash": ["crash", "--target", "btt,fs-dax,log", "--crashes", "60", "--db", "pmembench.db"],
            "mkfs": ["mkfs", "file:made,size=8M", "--destroy"],
        }

    def start(self, words: list[str]) -> subprocess.Popen:
        return subprocess.Popen([self.binary, *words], cwd=self.folder, env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True)

    def run(self, *words: str) -> subprocess.CompletedProcess:
        """A command that nothing disturbs; one that does not end is a hang with status -9."""
        process = subprocess.Popen([self.binary, *words], cwd=self.folder, env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        try:
            out, errors = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.fault("hangs", f"{' '.join(words)}, undisturbed: {self.end_all()}")
            out, errors = process.communicate()
        return subprocess.CompletedProcess(words, process.returncode, out, errors)

    def end_all(self) -> str:
        """Kills what is left of ours, and says what each process was doing."""
        seen = []
        for pid in self.ours():
            folder = Path(f"/proc/{pid}")
            try:
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                tasks = [f"{task.name} {state_of(task)} {(task / 'wchan').read_text()}"
                         for task in (folder / "task").iterdir()]
                seen.append(f"[{words.split('/')[-1].strip()}: {', '.join(tasks)}]")
            except OSError:
                continue
            if self.at_hang:
                seen.append(subprocess.run([*self.at_hang, str(pid)], capture_output=True,
                                           text=True).stdout)
        for pid in self.ours():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return " ".join(seen)

    def ours(self) -> list[int]:
        """Processes that this began, by a word of their environment."""
        found = []
        for path in Path("/proc").iterdir():
            if not path.name.isdigit() or int(path.name) == os.getpid():
                continue
            try:
                if state_of(path) != "Z" and self.mark.encode() in (path / "environ").read_bytes():
                    found.append(int(path.name))
            except OSError:
                continue
        return found

    def stored(self) -> dict[tuple, int] | None:
        """Replicates by run and cell; None where there is no file yet, or no table in it."""
        file = self.folder / "pmembench.db"
        if not file.exists():
            return None
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)
        try:
            return {(run, cell): count for run, cell, count in connection.execute(
                "SELECT run_id, cell, count(replicate) FROM cells LEFT JOIN replicates "
                "ON cell_id = cells.id GROUP BY run_id, cell UNION ALL "
                "SELECT kind, id, 1 FROM documents UNION ALL "
                "SELECT 'point', id, 1 FROM history_points")}
        except sqlite3.OperationalError:
            return None
        finally:
            connection.close()

    def read(self, what: str, run: int | None = None) -> None:
        """The reader, which compares every checksum, takes what is there."""
        shown = self.run("show", *([] if run is None else [str(run)]), "--json")
        if shown.returncode not in ((0, 2) if run is None else (0,)):
            self.fault("lost", f"{what}: show {run or ''}: {shown.returncode} {shown.stderr.strip()}")

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
        if how == "KILL" and whom != "worker" and process.returncode >= 0:
            self.counts.kills -= 1  # it had ended, and was not yet collected
        self.check(before, what, commands[name])

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
            self.fault("hangs", f"{what}: {self.end_all()}")
            process.communicate()
            return
        if process.returncode in (0, 1, 5):
            self.times[name] = min(3.0, time.monotonic() - began)
        known = {0, 1, 3, 4, 5, 130, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP, -signal.SIGINT}
        if process.returncode not in known:
            self.fault("wrong", f"{what}: status {process.returncode} {errors[-300:].strip()}")
        if self.verbose:
            print(f"{self.counts.kills}. {what}: {process.returncode}", flush=True)
        deadline = time.monotonic() + 10
        while self.ours() and time.monotonic() < deadline:
            time.sleep(0.01)
        for pid in self.ours():
            self.fault("orphans", f"{what}: {pid}")
            os.kill(pid, signal.SIGKILL)

    def check(self, before: dict | None, what: str, words: list[str]) -> None:
        after = self.stored()
        for key, replicates in (before or {}).items():
            if (after or {}).get(key, -1) < replicates:
                self.fault("lost", f"{what}: {key}")
        if after is not None:
            self.read(what)
        # The next of the same kind goes on, whatever is left.
        again = {"run": ["run", words[1], "--resume"], "mkfs": words}.get(words[0])
        if again:
            next_one = self.run(*again)
            if next_one.returncode == 4:  # a loaded machine may fail a cell, and not the next time
                next_one = self.run(*again)
            if next_one.returncode != 0:
                self.fault("wrong", f"after {what}: {' '.join(again)}: {next_one.returncode} "
                                    f"{next_one.stderr.strip()[-300:]}")
        self.look_for_files(what)
        # A file that only grows makes each look at it longer.
        runs = sorted({run for run, _ in after or {} if isinstance(run, int)})
        if len(runs) > 40:
            for run in runs:
                self.read("at the end of a file", run)
            for suffix in ("", "-wal", "-shm"):
                (self.folder / f"pmembench.db{suffix}").unlink(missing_ok=True)

    def look_for_files(self, what: str) -> None:
        for path in sorted([*self.folder.iterdir(), *self.temporary.iterdir()]):
            if path.name not in self.own and not path.name.startswith(("pmembench.db", "made")):
                self.fault("left", f"{what}: {path.relative_to(self.folder)}")
                shutil.rmtree(path) if path.is_dir() else path.unlink()

def main() -> int:
    parser = argparse.ArgumentParser(prog="script/torture", description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--kills", type=int, default=50, help="signals that meet a running command")
    parser.add_argument("--seed", type=int, default=None, help="without it: a new one")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--at-hang", default="", help="a command that is given the id of each "
                        "process that hangs, as in --at-hang 'gdb -batch -ex bt -p'")
    words = parser.parse_args()
    seed = words.seed if words.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="pmembench-torture-", dir=memory) as folder:
        torture = Torture(words.binary.resolve(), Path(folder), seed, words.verbose, words.at_hang.split())
        began = time.monotonic()
        while torture.counts.kills < words.kills and len(torture.counts.faults()) < 20:
            torture.turn()
        counts = torture.counts
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
