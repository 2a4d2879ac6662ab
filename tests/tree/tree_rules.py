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
    "record": {"base", "platform", "measure"},
    "config": {"base"},
    "dax": {"base", "platform", "backends"},
    "block": {"base", "dax"},
    "fs": {"base", "dax", "block"},
    "crash": {"base", "dax", "block", "fs"},
    "workloads": {"base", "dax", "block", "fs"},
    "plan": {"base", "platform", "record", "config", "dax", "workloads"},
    "run": {"base", "platform", "measure", "record", "plan", "workloads", "dax", "block", "fs"},
    "results": {"base", "platform", "measure", "record", "plan", "workloads"},
    "cli": EVERYTHING,
    "main.cpp": EVERYTHING,
}

# Files (without suffix) that have no test of their name, each with what covers them instead.
NO_TEST_OF_ITS_NAME: dict[str, str] = {
    "backends/builtin_tables": "declares what builtin_backends lists",
    "backends/clflush": "one table of the mapped family: mapped_test, disassembly_test",
    "backends/clflushopt": "one table of the mapped family: mapped_test, disassembly_test",
    "backends/clwb": "one table of the mapped family: mapped_test, disassembly_test",
    "backends/eadr": "one table of the mapped family: mapped_test, disassembly_test",
    "backends/movnt": "one table of the mapped family: mapped_test, disassembly_test",
    "backends/io_engine": "an interface; block_test runs both of its engines",
    "backends/io_engine_pread": "block_test runs it",
    "backends/io_engine_uring": "block_test runs it",
    "backends/reason": "each refusal's sentence is asserted where it is made",
    "src/base/check": "it ends the process; result_test sees it do so",
    "src/base/clock": "one call of the kernel; whatever waits is tested with a fake",
    "src/base/value_kind": "an enum; the campaign reader and every workload's parameters use it",
    "src/base/unique_fd": "every user of a descriptor runs it under the sanitizers",
    "src/block/block_device": "an interface; the tests of each block device run it",
    "src/block/btt_arena": "a part of btt: btt_test",
    "src/block/btt_recovery": "a part of btt: btt_test opens what was interrupted or damaged",
    "src/block/btt_session": "a part of btt: btt_test",
    "src/block/dax_window": "the reads and writes of btt and rmw: their tests assert each errno",
    "src/block/raw_session": "the requests of raw and kernel: raw_block_test",
    "src/block/requests": "checks of every block device: raw_block_test, btt_test, rmw_test",
    "src/block/session_counts": "counters of every block device, asserted in each one's test",
    "src/block/slice": "raw_block_test asserts its refusals",
    "src/block/spin_lock": "btt_test shares lanes among more threads than there are",
    "src/cli/campaign_options": "run_command_test and gate_command_test use every option",
    "src/cli/generate_command": "completion_test has it make each script and the manual",
    "src/cli/commands": "an interface; each command has a test of its own",
    "src/cli/output": "run_command_test and export_command_test print into a full device",
    "src/cli/comparison_files": "gate_command_test and compare_command_test write both files",
    "src/cli/probe_parts": "a part of the report: probe_report_test",
    "src/cli/probe_tables": "a part of the report: probe_report_test",
    "src/cli/probe_text": "a part of the report: probe_report_test",
    "src/cli/micro_benchmarks": "micro_command_test runs kernels under the library",
    "src/cli/micro_kernel": "micro_command_test runs its kernels and reads their rows",
    "src/cli/gate_sides": "gate_command_test names every kind of side, good and wrong",
    "src/cli/utc_time": "one call of the kernel; the store's tests read what it wrote",
    "src/cli/version": "one constant, set by CMake",
    "src/cli/worker_command": "every test that runs a campaign starts it; worker_test serves it",
    "src/config/campaign": "plain data, tested through campaign_reader",
    "src/crash/block_targets": "block_trial_test asserts what each of them promises",
    "src/crash/crash_outcome": "plain data",
    "src/crash/fs_rig": "fs_trial_test and log_trial_test mount on it",
    "src/crash/window_device": "fs_trial_test mounts metadata and data on parts of one memory",
    "src/dax/addressing_backend": "curve_command_test probes media that the load's backend serves",
    "src/dax/crash_memory": "the memory of a crash device: crash_device_test",
    "src/dax/file_system_name": "names for statfs' numbers; media_file_test reads one",
    "src/dax/media": "opens by kind: media_dram_test, media_file_test, media_block_test, ...",
    "src/dax/media_in_use": "media_block_test claims and mounts loop devices",
    "src/dax/persistence_domain": "words for the values of an enum, asserted through open_device",
    "src/fs/core": "what threads share: file_system_test, mounts_test, thread_test",
    "src/fs/journal": "fs_trial_test cuts its power, fsck_test replays and damages it",
    "src/fs/layout": "fsck_test damages every structure, mounts_test asserts the refusals",
    "src/dax/system_error": "a sentence for an errno, asserted where it is used",
    "src/main": "the tests of the command run it",
    "src/dax/one_piece": "char_view_test maps pieces, mounts_test files; the errors of both",
    "src/dax/one_range": "five fields of a batch; every test of a block device uses it",
    "src/dax/poison": "dax_device_poison_test poisons pages of a device with it",
    "src/measure/arm_samples": "plain data",
    "src/platform/devices": "plain data of dax_devices, cxl_devices and block_devices",
    "src/platform/page_scan": "page_backing_test scans real mappings with it",
    "src/run/run_observer": "an interface; the runners' tests implement it",
    "src/run/worker_link": "an interface; scripted and real workers implement it",
    "src/record/members": "the lists of members: codec_test writes and reads all of them",
    "src/record/percentiles": "five names: row_columns_test and row_latency_test use them",
    "src/record/replicate": "plain data",
    "src/record/row": "plain data",
    "src/results/row_parts": "the steps of make_row: row_latency_test, row_pair_test, ...",
    "src/run/disturbance": "one call of the kernel; every disturbed slice of slice_loop_test",
    "src/run/fault_report": "interrupt_test truncates a file under a worker",
    "src/results/derived_members": "what derive_test writes as JSON and reads back",
    "src/results/printed_table": "plain data",
    "src/results/printed_words": "the words of every printed table, asserted in each one's test",
    "src/results/database": "the store's own handle of SQLite, tested through store_test",
    "workloads/copy": "workload_list_test runs every workload on every path",
    "workloads/ageing": "file_workloads_test runs every workload on files",
    "workloads/append_fsync": "file_workloads_test runs every workload on files",
    "workloads/create_unlink": "file_workloads_test runs every workload on files",
    "workloads/first_touch": "file_workloads_test runs every workload on files",
    "workloads/fxmark": "file_workloads_test runs every workload on files",
    "workloads/fxmark_data": "file_workloads_test runs every workload on files",
    "workloads/fxmark_names": "file_workloads_test runs every workload on files",
    "workloads/fxmark_pool": "file_workloads_test runs every workload on files",
    "workloads/log_append": "file_workloads_test runs every workload on files",
    "workloads/mmap_store": "file_workloads_test runs every workload on files",
    "workloads/oltp": "file_workloads_test runs every workload on files",
    "workloads/overwrite": "file_workloads_test runs every workload on files",
    "workloads/personality": "file_workloads_test runs every workload on files",
    "workloads/personality_types": "file_workloads_test runs every workload on files",
    "workloads/rename": "file_workloads_test runs every workload on files",
    "workloads/file_interface": "an interface; posix_files_test holds both implementations to it",
    "workloads/file_name": "a name in an array: every workload on names",
    "workloads/file_set": "faulty_files_test: every lie about a file of a set is found out",
    "workloads/file_slots": "faulty_files_test: every lie about a slot is found out",
    "workloads/file_workload": "the base of every workload on files: file_workloads_test",
    "workloads/fs_files": "posix_files_test holds both implementations to the interface",
    "workloads/fs_ground": "path_posix_test and file_workloads_test mount it in every way",
    "workloads/line_flush": "posix_files_test flushes a mapping",
    "workloads/name_pool": "faulty_files_test: a name that stays or goes missing is found out",
    "workloads/path_fs": "path_posix_test leads ranges, file_workloads_test files",
    "workloads/mix": "workload_list_test runs every workload on every path",
    "workloads/file_interface": "an interface; the file-system workloads run on each of its kinds",
    "workloads/parameter_spec": "plain data",
    "workloads/path": "an interface and a list: workload_list_test runs all of them",
    "workloads/path_direct": "workload_list_test runs every workload on it",
    "workloads/path_list": "workload_list_test runs all of them",
    "workloads/range_types": "workload_list_test runs every workload on every path",
    "workloads/range_workload": "workload_list_test runs it, with backends that lie too",
    "workloads/workload": "an interface; workload_list_test runs all of them",
    "workloads/types": "declares what workload_list lists",
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
    return call_violations(root, THREAD_START, ("src/run/",), "only run starts threads")


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
    forks = ("src/run/", "src/dax/plugin_")
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
    r"""(?<!\\)(["'])(movnt|clwb|clflushopt|clflush|eadr|libpmem2|null)\1"""
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
    "src/record/schema.cpp": "JSON's type of no value",
    "src/record/older_rows.cpp": "what the backends declared before rows recorded it",
    "workloads/line_flush.cpp": "features of the CPU that a function is compiled for",
}

# Headers of libraries that cost seconds in every file that includes them.
HEAVY_INCLUDE = re.compile(
    r"^(nlohmann/json\.hpp|fmt/format\.h|CLI/CLI\.hpp|yaml-cpp/.*|sqlite3\.h|gtest/.*)$"
)
HEADERS_THAT_NEED_THEM = {
    "src/record/describe.hpp": "templates over JSON; for .cpp files only, as it says",
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
