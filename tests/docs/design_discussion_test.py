"""Every row of docs/design-discussion.md has a command, and each of them shows what it promises."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from blocks import ROOT
from short_pmembench import shortened

BINARY = Path(os.environ.get("PMEMBENCH", ROOT / "build/dev/pmembench")).resolve()
PAGE = (ROOT / "docs/design-discussion.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| `([^`]+)`(?: \((\d)\))? \|$", re.MULTILINE)
ROWS = [(int(number), where, command, int(status or 0))
        for number, _, where, command, status in ROW.findall(PAGE)]
PATIENCE_S = 240


def words_of(command: str) -> list[str]:
    words = shlex.split(command)
    if words[0] == "pmembench":
        return [str(BINARY), *shortened(words[1:])]
    return [str(BINARY.parent / "tests" / words[0]), *words[1:]]


def test_every_row_of_the_specification_is_there_once():
    assert [row[0] for row in ROWS] == list(range(1, 39))


@pytest.mark.parametrize(("number", "command", "status"), [(row[0], row[2], row[3]) for row in ROWS])
def test_the_command_of_a_row_shows_it(number, command, status, tmp_path):
    words = words_of(command)
    if not Path(words[0]).exists():
        pytest.skip(f"{words[0]} is not built")
    for name in ("configs", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S,
                          stdin=subprocess.DEVNULL, check=False)
    allowed = {status, 5} if " run " in command else {status}
    assert done.returncode in allowed, f"row {number}: {command}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
    if words[0].startswith(str(BINARY.parent / "tests")):
        assert not re.search(r"\[  PASSED  \] 0 tests", done.stdout), f"row {number}: no test has this name"


def test_files_are_on_a_dax_mount_unless_a_path_is_named():
    """Row 9: what its command prints."""
    planned = subprocess.run([str(BINARY), "run", str(ROOT / "configs/peers/pmdk.yaml"), "--dry-run"],
                             capture_output=True, text=True, timeout=PATIENCE_S, check=False).stdout
    assert re.search(r"/fs-dax/msync/", planned)


@pytest.mark.parametrize("where", [row[1] for row in ROWS])
def test_the_places_of_the_code_exist(where):
    for name in re.findall(r"`((?:src|backends|workloads|docs)/[\w./-]*)`", where):
        assert (ROOT / name.rstrip("/")).exists(), name


def test_a_row_without_its_command_is_found():
    assert ROW.findall("| 1 | a | b | none |\n") == []
