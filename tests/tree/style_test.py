"""The tree's absences and sizes; each rule is run on this tree and on one with a planted fault."""

from pathlib import Path

import pytest
import tree_rules
from include_table_test import plant

ROOT = Path(__file__).resolve().parents[2]
RULES = [
    tree_rules.kernel_path_violations,
    tree_rules.thread_violations,
    tree_rules.print_violations,
    tree_rules.dump_violations,
    tree_rules.exit_violations,
    tree_rules.clock_violations,
    tree_rules.mpi_violations,
    tree_rules.length_violations,
    tree_rules.first_line_violations,
    tree_rules.test_name_violations,
    tree_rules.backend_name_violations,
    tree_rules.heavy_header_violations,
    tree_rules.stale_exceptions,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_this_tree_keeps_to(rule):
    assert rule(ROOT) == []


FAULTS = [
    ("kernel_path", "src/dax/a.cpp", 'auto f = open("/proc/self/smaps");'),
    ("kernel_path", "src/cli/a.cpp", 'auto f = root + "sys/bus/dax";'),
    ("kernel_path", "backends/a.cpp", 'fmt::format("{}/sys/devices", root);'),
    ("thread", "src/dax/a.cpp", "std::thread worker(f);"),
    ("thread", "src/measure/a.cpp", "std::jthread worker(f);"),
    ("thread", "backends/a.cpp", "pthread_create(&t, nullptr, f, nullptr);"),
    ("print", "src/run/a.cpp", "std::cerr << 1;"),
    ("print", "src/cli/a.cpp", 'fmt::print("{}", text);'),
    ("dump", "src/cli/a.cpp", "print_data(value.dump(2));"),
    ("print", "src/dax/a.cpp", 'std::printf("x");'),
    ("print", "src/dax/a.cpp", 'fprintf(stderr, "x");'),
    ("print", "workloads/a.cpp", 'fmt::print("x");'),
    ("print", "src/dax/a.cpp", "auto n = 1'000; auto s = R\"(a \" // b)\"; puts(s);"),
    ("exit", "src/cli/a.cpp", "std::exit(1);"),
    ("exit", "src/run/a.cpp", "exit(1);"),
    ("exit", "src/dax/registry.cpp", "_exit(1);"),
    ("clock", "workloads/a.cpp", "#include <chrono>"),
    ("clock", "workloads/a.hpp", '#include "measure/timer.hpp"'),
    ("length", "src/dax/a.cpp", "\n" * 401),
    ("length", "tests/dax/a_test.cpp", "\n" * 401),
    ("first_line", "src/dax/a.hpp", "#pragma once"),
    ("first_line", "src/dax/a.cpp", '#include "dax/a.hpp"'),
    ("test_name", "src/dax/a.cpp", "// No test."),
    ("backend_name", "src/results/a.cpp", 'if (row.backend == "null") return;'),
    ("backend_name", "src/cli/a.cpp", 'const std::set<std::string> streaming{"movnt", "x"};'),
    ("backend_name", "workloads/a.cpp", 'return name == "clflushopt";'),
    ("backend_name", "src/plan/a.cpp", 'if (cell.backend != "block") return;'),
    ("backend_name", "src/run/a.cpp", 'if ("devdax" == cell.backend) return;'),
    ("backend_name", "src/run/a.cpp", 'if (entry.backend().name == "devdax") return;'),
    ("heavy_header", "src/results/a.hpp", "#include <nlohmann/json.hpp>"),
    ("heavy_header", "workloads/a.hpp", "#include <fmt/format.h>"),
    ("heavy_header", "src/cli/a.hpp", "  #  include <CLI/CLI.hpp>"),
    ("heavy_header", "src/config/a.hpp", "#include <yaml-cpp/yaml.h>"),
    ("heavy_header", "backends/a.h", "#include <sqlite3.h>"),
    ("heavy_header", "src/dax/a.hpp", "#include <gtest/gtest.h>"),
]


@pytest.mark.parametrize(("rule", "path", "text"), FAULTS)
def test_a_planted_fault_is_found(tmp_path, rule, path, text):
    root = plant(tmp_path, {path: text + "\n"})
    found = getattr(tree_rules, f"{rule}_violations")(root)
    assert len(found) == 1
    assert found[0].startswith(path)


HARMLESS = [
    ("kernel_path", "src/platform/a.cpp", 'open("/proc/self/smaps");'),
    ("kernel_path", "src/dax/a.cpp", '"raise it in /proc/sys/vm/nr_hugepages"; // "/proc/x"'),
    ("kernel_path", "src/dax/b.cpp", '"set " "/sys/kernel/mm/x to madvise, or leave it out"'),
    ("thread", "src/run/a.cpp", "std::jthread worker(f);"),
    ("thread", "src/dax/a.cpp", "std::thread::hardware_concurrency(); // std::thread worker"),
    ("print", "src/cli/output.cpp", "std::cout << 1;"),
    ("dump", "src/cli/a.cpp", "print_json(value, 2); dump(value);"),
    ("print", "src/dax/a.cpp", 'std::snprintf(text, 9, "printf(%d)", 1);'),
    ("exit", "src/main.cpp", "exit(1);"),
    ("exit", "src/cli/a.cpp", "app.exit(error); at_exit(f);"),
    ("exit", "src/dax/plugin_loader.cpp", "_exit(1);"),
    ("clock", "src/run/a.cpp", "#include <chrono>"),
    ("length", "src/dax/a.cpp", "\n" * 399),
    ("first_line", "src/dax/a.hpp", "// A: does it."),
    ("backend_name", "backends/a.cpp", 'table.name = "movnt";'),
    ("backend_name", "src/dax/a.cpp", 'if (facts.kind == "block") f("use movnt or clwb"); // "null"'),
    ("backend_name", "src/platform/cpu_features.cpp", 'NamedFeature{"clwb", &f};'),
    ("backend_name", "src/dax/b.cpp", 'const auto kind = backend + (x == "block" ? "a" : "b");'),
    ("heavy_header", "src/results/a.hpp", "#include <nlohmann/json_fwd.hpp>"),
    ("heavy_header", "src/results/a.hpp", "// #include <sqlite3.h>"),
    ("heavy_header", "src/results/a.cpp", "#include <nlohmann/json.hpp>"),
    ("heavy_header", "src/base/result.hpp", "#include <fmt/core.h>"),
]


@pytest.mark.parametrize(("rule", "path", "text"), HARMLESS)
def test_what_is_allowed_is_not_found(tmp_path, rule, path, text):
    root = plant(tmp_path, {path: text + "\n"})
    assert getattr(tree_rules, f"{rule}_violations")(root) == []


REPORT_FAULTS = ['c.backend != "null"', "x in ('movnt', 'clwb')", 'cell.backend == "block"']


@pytest.mark.parametrize("text", REPORT_FAULTS)
def test_a_planted_name_of_a_backend_is_found_in_python(tmp_path, monkeypatch, text):
    root = plant(tmp_path, {"reports/a.py": f"{text}  # x\n", "reports/b.py": 'kind == "block"\n'})
    found = tree_rules.backend_name_violations(root)
    assert found
    assert all(violation.startswith("reports/a.py:1") for violation in found)


def test_a_header_speaks_for_its_source(tmp_path):
    root = plant(tmp_path, {"src/dax/a.hpp": "// A.\n", "src/dax/a.cpp": '#include "dax/a.hpp"\n'})
    assert tree_rules.first_line_violations(root) == []


def test_a_part_of_a_file_may_have_the_test_of_the_whole(tmp_path):
    root = plant(tmp_path, {
        "src/results/store_cells.cpp": "",
        "src/results/row_json.cpp": "",
        "src/cli/text_table.cpp": "",
        "tests/results/store_test.cpp": "",
        "tests/results/json_test.cpp": "",
        "tests/cli_unit/text_table_test.cpp": "",
    })
    assert tree_rules.test_name_violations(root) == [
        "src/results/row_json.cpp: there is no tests/results/row_json_test.cpp"
    ]


def test_an_exception_for_a_file_that_went_is_found(tmp_path):
    exceptions = (len(tree_rules.NO_TEST_OF_ITS_NAME) + len(tree_rules.HEADERS_THAT_NEED_THEM)
                  + len(tree_rules.NAMES_THAT_ARE_NO_BACKENDS))
    assert len(tree_rules.stale_exceptions(tmp_path)) == exceptions
