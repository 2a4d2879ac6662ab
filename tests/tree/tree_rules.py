"""The rules of the tree: each takes the root and returns its violations, one sentence each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from no_test_of_its_name import NO_TEST_OF_ITS_NAME

# ARCHITECTURE.md, the table: folder -> folders that it may include, besides itself.
EVERYTHING = None
MAY_INCLUDE: dict[str, set[str] | None] = {
    "backends": set(),
    "base": set(),
    "platform": {"base"},
    "measure": {"base"},
    "sim": {"base", "config"},
    "characterize": {"base", "measure", "sim"},
    "record": {"base", "platform", "measure"},
    "config": {"base"},
    "dax": {"base", "platform", "sim", "backends"},
    "block": {"base", "dax"},
    "fs": {"base", "dax", "block"},
    "crash": {"base", "dax", "block", "fs"},
    "audit": {"base", "platform", "dax", "crash", "backends"},
    "visibility": {"base", "measure", "record", "dax", "backends"},
    "datasheet": {"base", "platform", "measure", "sim", "characterize", "record", "config", "dax", "workloads",
                  "plan", "results"},
    "workloads": {"base", "sim", "dax", "block", "fs"},
    "plan": {"base", "platform", "record", "config", "dax", "workloads"},
    "run": {"base", "platform", "measure", "sim", "record", "plan", "workloads", "dax", "block", "fs"},
    "import": {"base", "measure", "record"},
    "translate": {"base", "config", "import"},
    "results": {"base", "platform", "measure", "record", "import", "config", "plan", "workloads"},
    "cluster": {"base", "platform", "measure", "record", "config", "dax", "visibility", "workloads", "plan",
                "run", "results"},
    "cli": EVERYTHING,
    "main.cpp": EVERYTHING,
    "mpi_main.cpp": EVERYTHING,
}

# Files that name a file of the kernel's in a sentence, and do not open it.
KERNEL_PATH_IN_A_SENTENCE = {"src/dax/media_dram.cpp"}

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
# A literal that is a path; a sentence that mentions one is no access.
KERNEL_PATH = re.compile(r"^(\{\})?/?(sys|proc)/\S*$")
THREAD_START = re.compile(r"\bstd::(jthread|thread|async)\b(?!::)|\bpthread_create\b")
PRINT = re.compile(
    r"\bstd::(cout|cerr|clog)\b|(?<![\w.>])(v?printf|puts|putchar|perror)\s*\("
    r"|\bv?fprintf\s*\(\s*std(out|err)\b|\b(fmt|std)::print(ln)?\s*\("
)
DUMP = re.compile(r"\.dump\s*\(")
EXIT = re.compile(r"(?<![\w.>])(_exit|_Exit|quick_exit|exit)\s*\(")
MERGE_MARK = re.compile(rb"^(<{7}|>{7}) \w", re.M)
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
        if folder_of(path) != "platform" and path not in KERNEL_PATH_IN_A_SENTENCE
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
    # The audit's second thread belongs to the traced child; base/at_once has ended when it returns.
    allowed = ("src/run/", "src/audit/audit_child.cpp", "src/base/at_once.hpp")
    return call_violations(root, THREAD_START, allowed, "only run starts threads")


def print_violations(root: Path) -> list[str]:
    """What is printed goes through cli/output, where a terminal is kept from other people's bytes."""
    return call_violations(
        root, PRINT, ("src/cli/output.cpp", "src/base/check.cpp"), "only cli/output prints"
    )


def dump_violations(root: Path) -> list[str]:
    """JSON becomes text where bytes that are not UTF-8 are replaced: dump() throws on them."""
    return call_violations(root, DUMP, ("src/record/", "src/results/export_gbench.cpp"), "use json_text()")


def exit_violations(root: Path) -> list[str]:
    """A forked child may leave by _exit; nobody but main ends the process."""
    forks = ("src/run/", "src/platform/prefetch_control.cpp", "src/dax/plugin_",
             "src/audit/tracee.cpp", "src/audit/lanes.cpp", "src/audit/program_audit.cpp")
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


def mpi_violations(root: Path) -> list[str]:
    return [
        f"{path}: only src/cluster sees MPI: <{match.group(1)}>"
        for path, text in sources(root)
        if folder_of(path) != "cluster"
        for match in SYSTEM_INCLUDE.finditer(without_comments(text))
        if match.group(1) == "mpi.h"
    ]


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


def merge_mark_violations(root: Path) -> list[str]:
    """What git writes where two changes of one line met, and nobody chose."""
    found = []
    for top in ("backends", "workloads", "src", "tests", "reports", "script", "docs", "configs"):
        for path in sorted((root / top).rglob("*")):
            if path.is_file() and MERGE_MARK.search(path.read_bytes()):
                found.append(f"{path.relative_to(root).as_posix()}: it has marks of a merge")
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


def test_files(path: str) -> Iterator[str]:
    """What the test of `path` may be called: by its own name, or by that of what it is a part of.

    tests/results/store_test.cpp may test src/results/store_cells.cpp too.
    """
    words = Path(path).stem.split("_")
    for folder in (folder_of(path), f"{folder_of(path)}_unit"):
        for count in range(len(words), 0, -1):
            for suffix in (".cpp", ".py"):
                yield f"tests/{folder}/{'_'.join(words[:count])}_test{suffix}"


def test_name_violations(root: Path) -> list[str]:
    found = []
    for path, _ in sources(root):
        excepted = path.rsplit(".", 1)[0] in NO_TEST_OF_ITS_NAME
        if not excepted and not any((root / file).is_file() for file in test_files(path)):
            found.append(f"{path}: there is no {next(test_files(path))}")
    return found


# Nothing above backends/ chooses by a backend's name: it asks what the backend declares.
BACKEND_NAME = re.compile(
    r"""(?<!\\)(["'])(movnt|movdir64b|clwb|clflushopt|clflush|eadr|libpmem2|null)\1"""
)
# These two are also kinds of media: only a comparison of a backend with them is a choice.
BACKEND_COMPARED = re.compile(
    r"""\bbackend\w*(?:\(\)|\.\w+|\[["']\w+["']\])*\s*[=!]=\s*["'](block|devdax)["']"""
    r"""|["'](block|devdax)["']\s*[=!]=\s*(?:\w+(?:\.|->))*backend\b"""
)
NAMES_THAT_ARE_NO_BACKENDS = {
    "src/platform/cpu.cpp": "flags of /proc/cpuinfo",
    "src/platform/cpu_features.cpp": "CPU features",
    "src/cli/probe_report.cpp": "CPU features, as keys of the document of probe",
    "src/config/yaml_tree.cpp": "YAML's word for no value",
    "src/record/schema_maker.hpp": "JSON's type of no value",
    "src/record/older_rows.cpp": "what the backends declared before rows recorded it",
    "src/translate/campaign_words.hpp": "words of campaigns that are written for another tool's",
    "src/visibility/sequence.cpp": "instructions of a writer and a reader, not of a backend",
    "src/visibility/mapped_host_memory.cpp": "features of the CPU that a function is compiled for",
    "workloads/line_flush.cpp": "features of the CPU that a function is compiled for",
}

# Headers of libraries that cost seconds in every file that includes them.
HEAVY_INCLUDE = re.compile(
    r"^(nlohmann/json\.hpp|fmt/format\.h|CLI/CLI\.hpp|yaml-cpp/.*|sqlite3\.h|gtest/.*)$"
)
HEADERS_THAT_NEED_THEM = {
    "src/record/describe.hpp": "templates over JSON; for .cpp files only, as it says",
    "src/cli/audit_program.hpp": "only the file of the subcommand includes it, and it uses CLI11",
    "src/cli/commands.hpp": "only the files of the subcommands include it, and each uses CLI11",
    "src/cli/campaign_options.hpp": "only files of subcommands include it, and each uses CLI11",
    "src/config/yaml_tree.hpp": "only the campaign's readers include it, and each uses yaml-cpp",
    "src/results/database.hpp": "the handle of SQLite; only the store's own files include it",
    "src/run/channel.hpp": "one end of the pipe: its messages are JSON",
    "src/run/worker_process.hpp": "one end of the pipe: its messages are JSON",
}


def backend_name_violations(root: Path) -> list[str]:
    texts = {path: without_comments(text) for path, text in sources(root)
             if folder_of(path) != "backends" and path not in NAMES_THAT_ARE_NO_BACKENDS}
    texts |= {path.relative_to(root).as_posix(): re.sub(r"#[^\n]*", "", path.read_text())
              for path in sorted((root / "reports").rglob("*.py"))}
    return [
        f"{path}:{line_of(code, match.start())}: a backend is known by its name: {match.group(0)}"
        for path, code in texts.items()
        for pattern in (BACKEND_NAME, BACKEND_COMPARED)
        for match in pattern.finditer(code)
    ]


def heavy_header_violations(root: Path) -> list[str]:
    return [
        f"{path}:{line_of(code, match.start())}: a header includes <{match.group(1)}>"
        for path, text in sources(root)
        if Path(path).suffix in {".h", ".hpp"} and path not in HEADERS_THAT_NEED_THEM
        for code in [without_comments(text)]
        for match in SYSTEM_INCLUDE.finditer(code)
        if HEAVY_INCLUDE.match(match.group(1))
    ]


def stale_exceptions(root: Path) -> list[str]:
    gone = [
        f"{path} is excepted from having a test, and is not there"
        for path in NO_TEST_OF_ITS_NAME
        if not any((root / f"{path}{suffix}").exists() for suffix in SOURCE_SUFFIXES)
    ]
    for path in sorted(NAMES_THAT_ARE_NO_BACKENDS.keys() | HEADERS_THAT_NEED_THEM.keys()):
        if not (root / path).exists():
            gone.append(f"{path} is excepted from a rule, and is not there")
    return gone
