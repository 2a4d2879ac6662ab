"""pmembench as the pages call it, with budgets of a second: the same options, less work.

    short_pmembench.py BINARY WORDS...

Options that only decide how long a command works are replaced; all others are passed as they are
written. Status 5 (the budget ended early) is what so small a budget leads to, and counts as 0.
"""

from __future__ import annotations

import subprocess
import sys

# Subcommand -> options that bound its work; {} marks those that may be given several times.
CAMPAIGN = ["--set budget=1s", "--set minimum_replicates=1", "--set maximum_replicates=1",
            "--set slices=2", "--set slice=100us"]
SHORTER = {
    "run": CAMPAIGN,
    "gate": ["--replicates 2", "--budget 1s", "--set slices=4", "--set slice=100us", "--suites 1"],
    "curve": ["--budget 1s", "--points 3", "--rounds 1", "--slice 2ms"],
    "slo": ["--budget 1s", "--processes 1", "--set slices=2", "--set slice=1ms"],
    "audit": ["--cases 8"],
    "crash": ["--crashes 40"],
    "micro": ["--benchmark_min_time=0.001"],
}
# Budget and suites have one value: what the page gives is taken out.
SINGLE = ("--budget", "--replicates", "--points", "--rounds", "--slice", "--processes", "--cases",
          "--crashes", "--suites", "--benchmark_min_time")
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
    replaced = {option.split("=")[0].split()[0] for option in options} & set(SINGLE)
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in replaced:
            skip = True
        elif word.split("=")[0] not in replaced:
            kept.append(word)
    return kept + [part for option in options for part in option.split()]


def main(binary: str, *words: str) -> int:
    status = subprocess.run([binary, *shortened(list(words))], check=False).returncode
    return 0 if status == 5 else status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
