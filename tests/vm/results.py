"""What the guest's scripts say on the console, in lines that begin with `vm: `.

    vm: begin NAME          a script has begun
    vm: pass NAME           it ended well
    vm: fail NAME REASON    it did not; its output stands between the two lines
    vm: stored              the results of a run are on their file system
    vm: kept NUMBER         so many steps are durable: what a power cut must leave
    vm: end                 the last line before power-off
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LINE = re.compile(r"vm: (begin|pass|fail|kept|stored|end)\b ?(\S*) ?(.*)")


@dataclass
class Results:
    passed: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)  # the reason
    kept: int = 0
    complete: bool = False  # the guest came to its end
    running: str = ""  # the script that had begun and not ended
    ready_s: float | None = None  # until the first script began: the boot
    seconds: dict[str, float] = field(default_factory=dict)  # that each script took


def read(lines: list[str], times_s: list[float]) -> Results:
    """What the lines say, and how long it took by the times at which they came."""
    results = Results()
    begin_s = 0.0
    for line, time_s in zip(lines, times_s, strict=True):
        # The kernel may have written into the same line before.
        found = LINE.search(line)
        if not found:
            continue
        verb, name, reason = found.groups()
        if name == results.running and verb in ("pass", "fail"):
            results.seconds[name] = time_s - begin_s
        if verb == "begin":
            results.running, begin_s = name, time_s
            results.ready_s = time_s if results.ready_s is None else results.ready_s
        elif verb == "kept" and name.isdigit():
            results.kept = max(results.kept, int(name))
        elif verb == "end":
            results.complete = True
        elif verb == "pass" and name == results.running:
            results.passed.append(name)
            results.running = ""
        elif verb == "fail":
            results.failed[name] = reason
            results.running = ""
    return results


def settle(results: Results, ended: str, scripts: list[str]) -> Results:
    """Each of `scripts` has passed or failed; one without a word failed by how the boot ended."""
    for name in scripts:
        if name in results.passed or name in results.failed:
            continue
        where = "within it" if name == results.running else "before it"
        results.failed[name] = f"the guest was {ended} {where}"
    if not results.complete and not results.failed:
        results.failed["power-off"] = f"the guest was {ended} before its last line"
    return results


def closing_line(passed: int, failed: int, seconds: float, skipped: str = "") -> str:
    """In the form of script/test_summary.py."""
    line = f"vm: {passed} passed, {failed} failed, {1 if skipped else 0} skipped"
    return line + (f" (1 x {skipped})" if skipped else "") + f", {seconds:.0f} s"
