"""The figures of script/bench: what each benchmark found beside what was asked, in one word.

As a program, `figures.py FILE`, it prints the table of all figures that FILE has, as Markdown, with
the machine and how idle it was. Status 0: all are met; 1: one is missed; 3: none is missed, and one
is undecided.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

VARIABLE = "PMEMBENCH_FIGURES"
IDLE_SHARE = 0.05  # of the CPUs that others may take on an idle host
MET, MISSED, UNDECIDED = "met", "missed", "undecided"


def add(figure: str, measured: str, asked: str, word: str, reason: str = "") -> str:
    """Prints one figure and adds it to the file that PMEMBENCH_FIGURES names; returns its word."""
    print(f"{figure:<50} {measured:<26} {asked:<14} {word}")
    if word != MET and reason:
        print(f"  {reason}")
    sys.stdout.flush()
    if name := os.environ.get(VARIABLE):
        line = {"figure": figure, "asked": asked, "measured": measured, "word": word,
                "reason": "" if word == MET else reason}
        with open(name, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    return word


def at_most(figure: str, measured: float, limit: float, unit: str = "", reason: str = "") -> str:
    """A figure that is one number, without an interval."""
    return add(figure, f"{measured:.4g}{unit}", f"<= {limit:g}{unit}",
               MET if measured <= limit else MISSED, reason)


def fail(sentence: str) -> NoReturn:
    """Ends a benchmark that cannot go on: no figure is missed, a part is not measured."""
    print(sentence, file=sys.stderr)
    sys.exit(4)


def run(benchmark: Callable[..., int], arguments: list[str]) -> NoReturn:
    """Ends with the benchmark's status; an error of its own is a failure, and no missed figure."""
    try:
        code = benchmark(*arguments)
    except Exception:  # noqa: BLE001
        traceback.print_exc()
        code = 4
    sys.exit(code)


def status(words: list[str]) -> int:
    return 1 if MISSED in words else 3 if UNDECIDED in words else 0


def busy_share(seconds: float = 2.0) -> float:
    """The share of the CPUs that something takes, this process aside, which sleeps."""
    def times() -> tuple[int, int]:
        fields = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return sum(fields), fields[3] + fields[4]

    all_before, idle_before = times()
    time.sleep(seconds)
    all_after, idle_after = times()
    return 1 - (idle_after - idle_before) / max(1, all_after - all_before)


def note_idleness() -> None:
    """Adds how busy the host is now, before anything of ours runs."""
    if name := os.environ.get(VARIABLE):
        with open(name, "a", encoding="utf-8") as file:
            file.write(json.dumps({"busy": busy_share()}) + "\n")


def cpu_name() -> str:
    fields = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    return (f"{fields.get('model name', 'unknown CPU')} (family {fields.get('cpu family', '?')}, "
            f"model {fields.get('model', '?')}), {os.cpu_count()} CPUs")


def table(lines: list[dict]) -> str:
    busy = [line["busy"] for line in lines if "busy" in line]
    figures = [line for line in lines if "figure" in line]
    counts = {word: sum(line["word"] == word for line in figures)
              for word in (MET, MISSED, UNDECIDED)}
    text = f"{cpu_name()}; "
    if busy:
        text += (f"before each part others took at most {max(busy):.0%} of the CPUs: "
                 f"{'idle' if max(busy) <= IDLE_SHARE else 'not idle'}; ")
    text += ", ".join(f"{count} {word}" for word, count in counts.items()) + ".\n\n"
    text += "| figure | asked | measured | | reason |\n| --- | --- | --- | --- | --- |\n"
    for line in figures:
        word = line["word"] if line["word"] == MET else f"**{line['word']}**"
        text += f"| {line['figure']} | {line['asked']} | {line['measured']} | {word} | {line['reason']} |\n"
    return text


def main(arguments: list[str]) -> int:
    if arguments == ["--idle"]:
        note_idleness()
        return 0
    lines = [json.loads(line) for line in Path(arguments[0]).read_text(encoding="utf-8").splitlines()]
    print(table(lines))
    return status([line["word"] for line in lines if "word" in line])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
