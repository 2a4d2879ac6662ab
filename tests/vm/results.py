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


def read(lines: list[str]) -> Results:
    results = Results()
    for line in lines:
        # The kernel may have written into the same line before.
        found = LINE.search(line)
        if not found:
            continue
        verb, name, reason = found.groups()
        if verb == "begin":
            results.running = name
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
