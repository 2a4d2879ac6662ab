"""The built binary as the tests call it, and what they wait for."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("PMEMBENCH", ROOT / "build/dev/pmembench")).resolve()
PLUGINS = Path(os.environ.get("PMEMBENCH_PLUGINS", ROOT / "build/dev/plugins")).resolve()

# No test takes nearly so long; it is there for what hangs.
PATIENCE_S = 120
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]

# What every row has, in --json, in JSON lines and in the store.
ROW_FIELDS = set(json.loads((ROOT / "docs/schemas/row.schema.json").read_text())["required"])

# One small cell, one process, two short slices: over as soon as it is measured.
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
    backend: movnt
    access: write
    operation_size: 64
"""

# Three cells of a second or so on one device, for as long as anybody lets it.
LONG = """
name: long
budget: 1h
precision: 0.0001%
minimum_replicates: 1
maximum_replicates: 3
slices: 6
slice: 50ms
media: dram:1M
cells:
  - workload: random
    backend: movnt
    matrix:
      access: [write, read]
      operation_size: [64, 256]
"""


@dataclass
class Outcome:
    status: int
    out: str
    err: str

    def rows(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]

    def row(self) -> dict:
        (row,) = self.rows()
        return row

    def error(self) -> str:
        """The one sentence that a failed command ends with."""
        last = self.err.splitlines()[-1]
        assert last.startswith("pmembench: "), self.err
        return last.removeprefix("pmembench: ")


def wait_until(condition: Callable[[], object], what: str):
    """What `condition` gives as soon as it is true: other processes are waited for, never a time."""
    deadline = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        pause.wait(0.005)


def children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


class Command:
    """pmembench in a folder of its own, with no plugins but those a test names."""

    def __init__(self, folder: Path, binary: Path = BINARY):
        self.folder = folder
        self.binary = binary
        self.prefix: list[str] = []
        self.environment = {k: v for k, v in os.environ.items() if k != "PMEMBENCH_PLUGIN_PATH"}
        self.environment["PMEMBENCH_AUDITS"] = str(folder / "audits")
        self.running: list[subprocess.Popen] = []

    def start(self, *words, **more) -> subprocess.Popen:
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("stderr", subprocess.PIPE)
        process = subprocess.Popen(
            [*self.prefix, self.binary, *map(str, words)], cwd=self.folder, text=True,
            env={**self.environment, **more.pop("env", {})}, stdin=subprocess.DEVNULL, **more)
        self.running.append(process)
        return process

    def finish(self, process: subprocess.Popen) -> Outcome:
        out, err = process.communicate(timeout=PATIENCE_S)
        return Outcome(process.returncode, out or "", err or "")

    def __call__(self, *words, **more) -> Outcome:
        return self.finish(self.start(*words, **more))

    def campaign(self, text: str = TINY, name: str = "tiny.yaml") -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *words, campaign: str = TINY, **more) -> Outcome:
        """Runs a campaign; rows are printed as JSON lines."""
        return self("run", self.campaign(campaign), "--json", *words, **more)

    def end(self):
        """Kills what a failed test left running."""
        for process in self.running:
            if process.poll() is None:
                process.kill()
                process.wait()
            for stream in (process.stdout, process.stderr):
                if stream:
                    stream.close()

    def replicates(self, database: Path | None = None) -> int:
        """How many the store has so far; 0 while there is none."""
        path = database or self.folder / "pmembench.db"
        if not path.exists():
            return 0
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute("SELECT count(*) FROM replicates").fetchone()[0]
        except sqlite3.OperationalError:
            return 0  # the schema is still being made
        finally:
            connection.close()

    def sql(self, query: str) -> list[tuple]:
        connection = sqlite3.connect(self.folder / "pmembench.db")
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def worker_of(self, process: subprocess.Popen) -> int:
        return wait_until(lambda: children_of(process.pid), "a worker")[0]


def as_nobody(folder: Path) -> Command:
    """The same as a user without rights; the folder must be reachable for it."""
    binary = folder / "pmembench"
    shutil.copy2(BINARY, binary)
    binary.chmod(0o755)
    own = folder / "own"
    own.mkdir()
    own.chmod(0o777)
    command = Command(own, binary)
    command.prefix = NOBODY if os.geteuid() == 0 else []
    return command
