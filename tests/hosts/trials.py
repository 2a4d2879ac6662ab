"""Trials by hand: how often a slower rank is named, and how a run ends whose rank is lost.

usage: trials.py slower|equal|lost COUNT [RANKS]     (PMEMBENCH, PMEMBENCH_MPI: the built commands)

Prints a line a trial and the counts. Samples are real: they take a quiet machine and minutes. docs/hosts.md has the
counts of one machine; the tests of this folder try a few of each kind.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
from pathlib import Path

from conftest import CAMPAIGN
from ranks import Ranks

REPLICATES, MOST = 10, 40
PHASES = ("hello", "open", "begin", "clocks", "slices", "end", "close")
LIMIT_S = 3
# Inside the cache of one core: hosts of a fleet share no memory, ranks of one machine would share what is beyond it.
MEDIUM = "dram:256K"


def campaign(folder: Path, replicates: int, most: int) -> Path:
    path = folder / "hosts.yaml"
    text = CAMPAIGN.format(media=MEDIUM, replicates=replicates, access="write")
    path.write_text(text.replace(f"maximum_replicates: {replicates}", f"maximum_replicates: {most}"))
    return path


def straggler(ranks: int, slow: int | None) -> list[str]:
    """The hosts that a run names as slower."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        words = [] if slow is None else ["--slow", f"{slow}=10%"]
        outcome = Ranks(ranks, folder).run("run", campaign(folder, REPLICATES, MOST), "--json", *words)
        assert outcome.status == 0, outcome.err
        (total,) = [row for row in outcome.json_lines() if "host" not in row]
        return [host["host"].rsplit(":", 1)[1] for host in total["cluster"]["hosts"] if host["verdict"] == "slower"]


def slower(count: int, ranks: int) -> None:
    named = others = 0
    for trial in range(count):
        slow = trial % ranks
        found = straggler(ranks, slow)
        named += str(slow) in found
        others += any(host != str(slow) for host in found)
        print(f"trial {trial}: rank {slow} slowed, named {found}: {named} of {trial + 1}, others in {others}", flush=True)


def equal(count: int, ranks: int) -> None:
    named = 0
    for trial in range(count):
        found = straggler(ranks, None)
        named += bool(found)
        print(f"trial {trial}: named {found}: {named} of {trial + 1}", flush=True)


def stored(path: Path) -> int:
    if not path.exists():
        return 0
    with sqlite3.connect(path) as store:
        try:
            return store.execute("SELECT count(*) FROM replicates").fetchone()[0]
        except sqlite3.OperationalError:
            return 0


def lost(count: int, ranks: int) -> None:
    """A rank is killed or stopped in a phase of the second replicate: bounded, named, kept, resumed."""
    draw = random.Random(7)
    good = 0
    for trial in range(count):
        phase, how, rank = PHASES[trial % len(PHASES)], draw.choice(("kill", "stop")), draw.randrange(ranks)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            path = campaign(folder, 3, 3)
            limits = ["--limit", f"{LIMIT_S}s", "--open-limit", "2s"]
            # Of the second replicate: a run says hello once, and compares clocks before and after each replicate.
            skip = {"hello": 0, "clocks": 2}.get(phase, 1)
            bad = Ranks(ranks, folder).run("run", path, "--drill", f"{phase}:{rank}:{how}:{skip}", *limits)
            kept = stored(folder / "pmembench.db")
            again = Ranks(ranks, folder).run("run", path, "--resume", "--json")
            total = [row for row in again.json_lines() if "host" not in row]
            checks = {"ended": bad.status != 0, "named": f"rank {rank}" in bad.err or "rank 0" in bad.err,
                      "in time": bad.seconds < 2 * LIMIT_S + 10 + 5, "kept": kept >= (0 if phase == "hello" else ranks + 1),
                      "resumed": again.status == 0 and total and total[0]["replicates"] == 3}
            good += all(checks.values())
            wrong = [name for name, holds in checks.items() if not holds]
            print(f"trial {trial}: rank {rank}, {phase}, {how}: {bad.seconds:.1f} s, kept {kept}: {wrong or 'good'}; "
                  f"{good} of {trial + 1}", flush=True)
            if wrong:
                print(bad.err, again.err, file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ("slower", "equal", "lost"):
        sys.exit(__doc__)
    {"slower": slower, "equal": equal, "lost": lost}[sys.argv[1]](int(sys.argv[2]), int((sys.argv + ["4"])[3]))
