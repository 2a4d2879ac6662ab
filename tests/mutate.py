"""Puts one fault at a time into a folder's sources, builds and runs its unit tests: script/mutate.

The score is the share of faults that the tests of that folder find (they fail, crash or hang). Tests of
the command, which find some of the rest, are not run.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

# What is changed: a name, where it applies, and what becomes of it.
OPERATORS: list[tuple[str, re.Pattern[str], str]] = [
    ("negated condition", re.compile(r"\b(if|while) \((?!const |auto )([^;]*)\)( \{$| return.*;$| continue;$| break;$)"),
     r"\1 (!(\2))\3"),
    ("other bound", re.compile(r"(?<=[\w)\]]) < (?=[\w(])"), " <= "),
    ("other bound", re.compile(r"(?<=[\w)\]]) > (?=[\w(])"), " >= "),
    ("other bound", re.compile(r"(?<=[\w)\]]) <= (?=[\w(])"), " < "),
    ("other bound", re.compile(r"(?<=[\w)\]]) >= (?=[\w(])"), " > "),
    ("other equality", re.compile(r" == "), " != "),
    ("other equality", re.compile(r" != "), " == "),
    ("other junction", re.compile(r" && (?!\w+\))"), " || "),
    ("other junction", re.compile(r" \|\| "), " && "),
    ("off by one", re.compile(r" \+ 1\b(?!\.)"), " + 2"),
    ("off by one", re.compile(r" - 1\b(?!\.)"), ""),
    ("other sign", re.compile(r"(?<=[\w)\]]) \+ (?=[\w(])"), " - "),
    ("other sign", re.compile(r"(?<=[\w)\]]) - (?=[\w(])"), " + "),
    ("other factor", re.compile(r"(?<=[\w)\]]) / (?=[\w(])"), " * "),
    ("dropped call", re.compile(r"^(\s+)(?!return|throw|delete|using|const|auto|static|case|default|break|continue|\w+ \w+[ ({=;])"
                                r"[\w:.\->\[\]]+\(.*\);$"), r"\1;"),
    ("dropped step", re.compile(r"^(\s+)(\+\+|--)[\w.\->]+;$"), r"\1;"),
    ("exchanged arguments", re.compile(r"(\w)\((\w+), (\w+)\)(?=[;, )])"), r"\1(\3, \2)"),
    ("other answer", re.compile(r"\breturn (true|false);"), None),  # type: ignore[list-item]
]


@dataclass(frozen=True)
class Fault:
    path: Path  # in the tree
    line: int   # from 1
    name: str
    before: str
    after: str


def faults_of(tree: Path, folder: str) -> list[Fault]:
    found = []
    for path in sorted((tree / folder).glob("*.cpp")):
        in_code = False
        for number, line in enumerate(path.read_text().splitlines(), 1):
            in_code = in_code or line.startswith("namespace")
            code = line.split("//")[0].rstrip()
            if not in_code or not code.startswith(" ") or '"' in code or "template" in code:
                continue
            for name, pattern, to in OPERATORS:
                match = pattern.search(code)
                if not match:
                    continue
                if to is None:
                    other = "false" if match.group(1) == "true" else "true"
                    after = code[:match.start()] + f"return {other};" + code[match.end():]
                else:
                    after = code[:match.start()] + match.expand(to) + code[match.end():]
                if after != code:
                    found.append(Fault(path.relative_to(tree), number, name, code, after))
    return found


class Tree:
    """A copy of the sources with a build of one folder's tests."""

    def __init__(self, root: Path, folder: str):
        self.folder = folder
        self.target = f"test_{'cli_unit' if folder == 'src/cli' else Path(folder).name}"
        self.copy, self.build = root / "build/mutate/tree", root / "build/mutate/build"
        self.refresh(root)
        subprocess.run(
            ["cmake", "-S", self.copy, "-B", self.build, "-G", "Ninja", "-DPMEMBENCH_TESTS=ON",
             "-DCMAKE_UNITY_BUILD=OFF", "-DPMEMBENCH_WERROR=OFF", "-DCMAKE_BUILD_TYPE=None",
             "-DCMAKE_CXX_FLAGS=-O0", "-DCMAKE_C_FLAGS=-O0"], check=True, stdout=subprocess.DEVNULL)
        if not self.compile():
            raise SystemExit(f"{self.target} does not build; see build/mutate/build.log")
        began = time.monotonic()
        if not self.passes(600):
            raise SystemExit(f"{self.target} fails without a fault; its output is in build/mutate/test.log")
        self.limit_s = 30 + 4 * (time.monotonic() - began)

    def refresh(self, root: Path) -> None:
        """Files that are as they were keep their time, so that they are not compiled again."""
        listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "-co", "--exclude-standard"],
                                check=True, capture_output=True, text=True).stdout
        names = {name for name in listed.split("\0") if name and (root / name).is_file()}
        for name in names:
            to, content = self.copy / name, (root / name).read_bytes()
            if to.exists() and to.read_bytes() == content:
                continue
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(content)
            shutil.copymode(root / name, to)
        for path in self.copy.rglob("*"):
            if path.is_file() and str(path.relative_to(self.copy)) not in names:
                path.unlink()

    def compile(self) -> bool:
        with (self.build.parent / "build.log").open("w") as log:
            return subprocess.run(["ninja", "-C", self.build, self.target], stdout=log,
                                  stderr=log).returncode == 0

    def passes(self, limit_s: float) -> bool:
        program = self.build / "tests" / self.target
        with (self.build.parent / "test.log").open("w") as log:
            try:
                return subprocess.run([program, "--gtest_brief=1"], stdout=log, stderr=log,
                                      cwd=self.build / "tests", timeout=limit_s).returncode == 0
            except subprocess.TimeoutExpired:
                return False

    def finds(self, fault: Fault) -> bool | None:
        """None where the fault does not compile."""
        path = self.copy / fault.path
        whole = path.read_text()
        lines = whole.splitlines()
        lines[fault.line - 1] = fault.after
        try:
            path.write_text("\n".join(lines) + "\n")
            if not self.compile():
                return None
            return not self.passes(self.limit_s)
        finally:
            path.write_text(whole)


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/mutate")
    parser.add_argument("folder")
    parser.add_argument("--root", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--sample", type=int, default=40)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    words = parser.parse_args()
    folder = words.folder.rstrip("/")
    if not (words.root / folder).is_dir():
        print(f"script/mutate: there is no folder {folder}; name one such as src/measure", file=sys.stderr)
        return 2
    print(f"seed {words.seed}", flush=True)
    tree = Tree(words.root, folder)
    faults = faults_of(tree.copy, folder)
    random.Random(words.seed).shuffle(faults)
    found, survivors = 0, []
    for fault in faults:
        if found + len(survivors) == words.sample:
            break
        finds = tree.finds(fault)
        if finds is None:
            continue
        found += finds
        if not finds:
            survivors.append(fault)
            print(f"{fault.path}:{fault.line}: {fault.name} is not found\n"
                  f"  - {fault.before.strip()}\n  + {fault.after.strip()}", flush=True)
    total = found + len(survivors)
    print(f"{folder}: {found} of {total} faults found ({100 * found / max(1, total):.0f} %), "
          f"of {len(faults)} places")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
