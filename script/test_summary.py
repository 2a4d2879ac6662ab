"""Closes a test run with one line: what passed, what failed, what was skipped and why.

Reads the JUnit file of ctest. A pytest file is one test to ctest, and is counted here by what its
own last line says.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

GTEST_SKIP = re.compile(r"^\S+:\d+: Skipped\n(.*)\n", re.MULTILINE)
PYTEST_SKIP = re.compile(r"^SKIPPED \[(\d+)\] [^ ]+ (.*)$", re.MULTILINE)
PYTEST_LAST = re.compile(r"^=*\s*((?:\d+ \w+, )*\d+ \w+) in [\d.]+s", re.MULTILINE)


def count_case(case: ElementTree.Element) -> tuple[Counter[str], Counter[str]]:
    """Counts of one ctest test by outcome, and its reasons for skipping."""
    output = case.findtext("system-out") or ""
    pytest = PYTEST_LAST.search(output)
    if pytest:
        outcomes: Counter[str] = Counter()
        for part in pytest.group(1).split(", "):
            number, outcome = part.split()
            outcomes["failed" if outcome.startswith("error") else outcome] += int(number)
        reasons = Counter({why: int(n) for n, why in PYTEST_SKIP.findall(output)})
        return outcomes, reasons
    if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
        why = GTEST_SKIP.search(output)
        return Counter(skipped=1), Counter([why.group(1).strip() if why else "no reason given"])
    failed = case.find("failure") is not None or case.get("status") == "fail"
    return Counter({"failed" if failed else "passed": 1}), Counter()


def summarize(junit: str) -> tuple[Counter[str], Counter[str], float]:
    """Outcomes and reasons of a JUnit document, and the seconds that its tests took."""
    suite = ElementTree.fromstring(junit)
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for case in suite.iter("testcase"):
        case_outcomes, case_reasons = count_case(case)
        outcomes += case_outcomes
        reasons += case_reasons
    return outcomes, reasons, float(suite.get("time") or 0)


def closing_line(name: str, outcomes: Counter[str], reasons: Counter[str], seconds: float) -> str:
    line = f"{name}: {outcomes['passed']} passed, {outcomes['failed']} failed"
    line += f", {outcomes['skipped']} skipped"
    if reasons:
        line += " (" + "; ".join(f"{n} x {why}" for why, n in reasons.most_common()) + ")"
    return f"{line}, {seconds:.0f} s"


def main(name: str, path: str) -> int:
    if not Path(path).exists():
        print(f"{name}: no test ran, ctest wrote no {path}")
        return 1
    outcomes, reasons, seconds = summarize(Path(path).read_text(encoding="utf-8"))
    print(closing_line(name, outcomes, reasons, seconds))
    return 0 if outcomes["passed"] and not outcomes["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
