"""pmembench as the pages call it, with budgets of a second: the same options, less work.

    short_pmembench.py BINARY WORDS...

Options that only decide how long a command works are replaced; all others are passed as they are
written. Status 5 (the budget ended early) is what so small a budget leads to, and counts as 0.
"""

from __future__ import annotations

import re
import subprocess
import sys

# Subcommand -> options that bound its work.
CAMPAIGN = ["--budget 1s", "--set minimum_replicates=1", "--set maximum_replicates=1",
            "--set slices=2", "--set slice=100us"]
SHORTER = {
    "run": CAMPAIGN,
    "gate": ["--replicates 1", "--budget 1s", "--set slices=4", "--set slice=100us", "--suites 1"],
    "curve": ["--budget 300ms", "--points 3", "--replicates 1", "--slice 2ms"],
    "slo": ["--budget 1s", "--replicates 1", "--set slices=2", "--set slice=1ms"],
    "audit": ["--cases 8", "--cpu sse2+clflush"],
    "crash": ["--crashes 40"],
    "micro": ["--benchmark_min_time=0.001"],
}
# Those that may be given once: the value of the page is replaced.
SINGLE = ("--budget", "--replicates", "--points", "--slice", "--cases", "--cpu", "--crashes", "--suites",
          "--benchmark_min_time")
WITH_VALUE_BEFORE_SUBCOMMAND = ("--plugin", "--without-cpu")


def subcommand(words: list[str]) -> str:
    skip = False
    for word in words:
        if skip or word in WITH_VALUE_BEFORE_SUBCOMMAND:
            skip = not skip
        elif not word.startswith("-"):
            return word
    return ""


def shortened(words: list[str]) -> list[str]:
    """The same command with less work. Help stays as it is; a suite is only of a self-test."""
    options = SHORTER.get(subcommand(words), [])
    if not options or "--help" in words:
        return words
    if "--self-test" not in words:
        options = [option for option in options if not option.startswith("--suites")]
    short = {name: value for name, _, value in (re.split(r"([ =])", o, maxsplit=1) for o in options)
             if name in SINGLE}
    kept, value_of = [], ""
    for word in words:
        name = word.split("=")[0]
        if value_of:
            word, value_of = short[value_of], ""
        elif word in short:
            value_of = word
        elif name in short:
            word = f"{name}={short[name]}"
        kept.append(word)
    given = {word.split("=")[0] for word in words}
    return kept + [part for option in options for part in option.split()
                   if re.split(r"[ =]", option)[0] not in given & set(SINGLE)]


def main(binary: str, *words: str) -> int:
    status = subprocess.run([binary, *shortened(list(words))], check=False).returncode
    return 0 if status == 5 else status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
