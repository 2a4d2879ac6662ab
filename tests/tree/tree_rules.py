"""The rules of the tree: each takes the root and returns its violations, one sentence each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

# ARCHITECTURE.md, the table: folder -> folders that it may include, besides itself.
EVERYTHING = None
MAY_INCLUDE: dict[str, set[str] | None] = {
    "backends": set(),
    "base": set(),
    "platform": {"base"},
    "measure": {"base"},
    "config": {"base"},
    "dax": {"base", "platform", "backends"},
    "block": {"base", "dax"},
    "fs": {"base", "dax", "block"},
    "workloads": {"base", "dax", "block", "fs"},
    "plan": {"base", "platform", "config", "dax", "workloads"},
    "run": {"base", "platform", "measure", "plan", "workloads", "dax", "block", "fs"},
    "results": {"base", "platform", "measure", "plan"},
    "cli": EVERYTHING,
    "main.cpp": EVERYTHING,
}

# Files without a test of their own name, each with what covers them instead.
NO_TEST_OF_ITS_NAME: dict[str, str] = {
    "src/main.cpp": "the tests of the command run it",
    "src/base/check.cpp": "it ends the process",
    "src/base/unique_fd.hpp": "every user of a descriptor runs it under the sanitizers",
    "src/config/campaign.hpp": "plain data, tested through campaign_reader",
    "src/measure/replicate.hpp": "plain data",
    "src/results/row.hpp": "plain data, tested through store and export",
    "backends/dax_operations.h": "the ABI's struct; the registry's and the backends' tests read it",
}

SOURCE_SUFFIXES = {".h", ".hpp", ".inc", ".cpp", ".c"}
MAXIMUM_LINES = 400

INCLUDE = re.compile(r'^[ \t]*#\s*include\s*"([^"]+)"', re.MULTILINE)
SYSTEM_INCLUDE = re.compile(r"^[ \t]*#\s*include\s*<([^>]+)>", re.MULTILINE)
# Comments, and the literals that may look like one: raw, plain, and one character (no 1'000).
COMMENT_OR_LITERAL = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*\""""
    r"""|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])*'""",
    re.DOTALL,
)
LITERAL = re.compile(r"\"((?:\\.|[^\"\\\n])*)\"")
# A literal that begins as a path; a sentence that mentions one is no access.
KERNEL_PATH = re.compile(r"^(\{\})?/?(sys|proc)/")
THREAD_START = re.compile(r"\bstd::(jthread|thread|async)\b(?!::)|\bpthread_create\b")
PRINT = re.compile(
    r"\bstd::(cout|cerr|clog)\b|(?<![\w.>])(v?printf|puts|putchar|perror)\s*\("
    r"|\bv?fprintf\s*\(\s*std(out|err)\b|\b(fmt|std)::print(ln)?\s*\("
)
EXIT = re.compile(r"(?<![\w.>])(_exit|_Exit|quick_exit|exit)\s*\(")
CLOCK_INCLUDE = re.compile(r"^(chrono|ctime|time\.h|sys/time\.h|x86intrin\.h)$")


def without_comments(text: str) -> str:
    """Blanks comments, keeps lines and literals."""

    def blank(match: re.Match[str]) -> str:
        token = match.group(0)
        return "\n" * token.count("\n") + " " if token.startswith("/") else token

    return COMMENT_OR_LITERAL.sub(blank, text)


def without_literals(code: str) -> str:
    return COMMENT_OR_LITERAL.sub(lambda match: '""' + "\n" * match.group(0).count("\n"), code)


def sources(root: Path) -> Iterator[tuple[str, str]]:
    """(path relative to root, text) of the program's own sources, tests left out."""
    for top in ("backends", "workloads", "src"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in SOURCE_SUFFIXES:
                yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def folder_of(path: str) -> str:
    """The folder that the include table knows: "src/dax/x.hpp" -> "dax"."""
    parts = path.split("/")
    return parts[1] if parts[0] == "src" else parts[0]


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def include_violations(root: Path) -> list[str]:
    found = []
    for path, text in sources(root):
        folder = folder_of(path)
        if folder not in MAY_INCLUDE:
            found.append(f"{path}: the folder {folder} is not in the include table")
            continue
        code = without_comments(text)
        for match in INCLUDE.finditer(code):
            at, included = f"{path}:{line_of(code, match.start())}", match.group(1)
            if not ((root / "src" / included).is_file() or (root / included).is_file()):
                found.append(f'{at}: "{included}" is found neither from src/ nor from the root')
                continue
            target, allowed = included.split("/")[0], MAY_INCLUDE[folder]
            if target != folder and allowed is not EVERYTHING and target not in allowed:
                found.append(f'{at}: {folder} may not include "{included}"')
    return found


def kernel_path_violations(root: Path) -> list[str]:
    return [
        f'{path}:{line_of(code, match.start())}: only platform reads "{match.group(1)}"'
        for path, text in sources(root)
        if folder_of(path) != "platform"
        for code in [without_comments(text)]
        for match in LITERAL.finditer(code)
        if KERNEL_PATH.match(match.group(1))
    ]


def call_violations(root: Path, pattern: re.Pattern[str], allowed: tuple[str, ...],
                    rule: str) -> list[str]:
    """Where `pattern` stands in code outside of the `allowed` path prefixes."""
    found = []
    for path, text in sources(root):
        if path.startswith(allowed):
            continue
        code = without_literals(without_comments(text))
        for match in pattern.finditer(code):
            found.append(f"{path}:{line_of(code, match.start())}: {rule}: {match.group(0)}")
    return found


def thread_violations(root: Path) -> list[str]:
    return call_violations(root, THREAD_START, ("src/run/",), "only run starts threads")


def print_violations(root: Path) -> list[str]:
    return call_violations(
        root, PRINT, ("src/cli/", "src/main.cpp", "src/base/check.cpp"), "only cli prints"
    )


def exit_violations(root: Path) -> list[str]:
    """A forked child may leave by _exit; nobody but main ends the process."""
    forks = ("src/run/", "src/dax/plugin_loader.cpp")
    return [
        violation
        for violation in call_violations(root, EXIT, ("src/main.cpp",), "only main exits")
        if not (violation.startswith(forks) and re.search(r": _(exit|Exit)\s*\($", violation))
    ]


def clock_violations(root: Path) -> list[str]:
    found = []
    for path, text in sources(root):
        if folder_of(path) != "workloads":
            continue
        code = without_comments(text)
        for match in SYSTEM_INCLUDE.finditer(code):
            if CLOCK_INCLUDE.match(match.group(1)):
                found.append(f"{path}: a workload sees no clock: <{match.group(1)}>")
        for match in INCLUDE.finditer(code):
            if match.group(1).startswith("measure/"):
                found.append(f'{path}: a workload measures nothing: "{match.group(1)}"')
    return found


def length_violations(root: Path) -> list[str]:
    found = []
    for top in ("backends", "workloads", "src", "tests", "reports", "script"):
        for path in sorted((root / top).rglob("*")):
            if not path.is_file() or path.suffix not in SOURCE_SUFFIXES | {".py", ""}:
                continue
            lines = path.read_bytes().count(b"\n")
            if lines > MAXIMUM_LINES:
                name = path.relative_to(root).as_posix()
                found.append(f"{name}: {lines} lines, at most {MAXIMUM_LINES} are allowed")
    return found


def first_line_violations(root: Path) -> list[str]:
    """The first line says the file's job; the header may say it for its .cpp."""
    texts = dict(sources(root))
    found = []
    for path, text in texts.items():
        stem = path.rsplit(".", 1)[0]
        header = texts.get(f"{stem}.hpp", texts.get(f"{stem}.h", ""))
        if not any(re.match(r"//\s*\w|/\*\s*\w", start) for start in (text, header)):
            found.append(f"{path}: its first line does not say what it is for")
    return found


def test_name_violations(root: Path) -> list[str]:
    found = []
    for path, _ in sources(root):
        if path in NO_TEST_OF_ITS_NAME:
            continue
        stem = Path(path).stem
        folder = root / "tests" / folder_of(path)
        if not any((folder / f"{stem}_test{suffix}").is_file() for suffix in (".cpp", ".py")):
            found.append(f"{path}: there is no tests/{folder_of(path)}/{stem}_test.cpp")
    return found


def stale_exceptions(root: Path) -> list[str]:
    return [
        f"{path} is excepted from having a test, and is not there"
        for path in NO_TEST_OF_ITS_NAME
        if not (root / path).exists()
    ]
