"""The include table: every #include "..." goes the way that ARCHITECTURE.md allows."""

from pathlib import Path

from tree_rules import include_violations

ROOT = Path(__file__).resolve().parents[2]


def plant(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def test_this_tree_keeps_to_the_table():
    assert include_violations(ROOT) == []


def test_the_tree_was_really_read():
    backend_headers = (ROOT / "src/dax/dax_device.hpp").read_text(encoding="utf-8")
    assert '"backends/dax_operations.h"' in backend_headers


def test_an_arrow_upward_is_found(tmp_path):
    root = plant(tmp_path, {
        "src/base/units.hpp": '// Units.\n#include "dax/device.hpp"\n',
        "src/dax/device.hpp": '// Device.\n#include "base/units.hpp"\n',
    })
    assert include_violations(root) == [
        'src/base/units.hpp:2: base may not include "dax/device.hpp"'
    ]


def test_a_backend_includes_nothing_outside_itself(tmp_path):
    root = plant(tmp_path, {
        "backends/clwb.cpp": '#include "backends/kernels.h"\n  #  include "base/units.hpp"\n',
        "backends/kernels.h": "",
        "src/base/units.hpp": "",
    })
    assert include_violations(root) == [
        'backends/clwb.cpp:2: backends may not include "base/units.hpp"'
    ]


def test_an_include_in_a_comment_is_none(tmp_path):
    root = plant(tmp_path, {
        "src/base/units.hpp": '// #include "dax/device.hpp"\n/*\n#include "dax/device.hpp"\n*/\n',
        "src/dax/device.hpp": "",
    })
    assert include_violations(root) == []


def test_an_include_by_a_bare_name_is_refused(tmp_path):
    root = plant(tmp_path, {"src/dax/a.cpp": '#include "b.hpp"\n', "src/dax/b.hpp": ""})
    assert include_violations(root) == [
        'src/dax/a.cpp:1: "b.hpp" is found neither from src/ nor from the root'
    ]


def test_a_folder_outside_the_table_is_refused(tmp_path):
    root = plant(tmp_path, {"src/utils/a.cpp": ""})
    assert include_violations(root) == [
        "src/utils/a.cpp: the folder utils is not in the include table"
    ]


def test_cli_may_include_anything(tmp_path):
    root = plant(tmp_path, {"src/cli/a.cpp": '#include "run/b.hpp"\n', "src/run/b.hpp": ""})
    assert include_violations(root) == []
