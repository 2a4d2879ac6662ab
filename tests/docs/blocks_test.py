"""README and docs/ work as they are written: every block of commands runs, every campaign plans."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from blocks import ROOT, Block, blocks_of, blocks_of_tree, indented_blocks, page_names, unmarked
from short_pmembench import shortened, subcommand

BINARY = Path(os.environ.get("PMEMBENCH", ROOT / "build/dev/pmembench")).resolve()
PATIENCE_S = 120
BLOCKS = blocks_of_tree()
# What a reader in a clone has; results and plugins that the commands make are the scratch folder's.
CLONE = ("backends", "configs", "docs", "reports", "tests", "src", "workloads")


@pytest.fixture
def clone(tmp_path):
    """A folder like a clone of the tree, with pmembench on PATH, its budgets a second."""
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is not there: build pmembench first", returncode=3)
    folder = tmp_path / "clone"
    tools = tmp_path / "bin"
    folder.mkdir()
    tools.mkdir()
    for name in CLONE:
        (folder / name).symlink_to(ROOT / name)
    short = Path(__file__).with_name("short_pmembench.py")
    (tools / "pmembench").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{short}" "{BINARY}" "$@"\n')
    (tools / "pmembench").chmod(0o755)
    (tools / "python3").symlink_to(sys.executable)  # that of Debian, with the packages of the report
    return folder


def run_block(block: Block, folder: Path) -> None:
    environment = {**os.environ, "PATH": f"{folder.parent / 'bin'}:{os.environ['PATH']}"}
    environment.pop("PMEMBENCH_PLUGIN_PATH", None)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", block.text], cwd=folder,
                          env=environment, capture_output=True, text=True, timeout=PATIENCE_S,
                          stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, f"{block}: status {done.returncode}\n{block.text}\n{done.stderr[-2000:]}"


def plan_block(block: Block, folder: Path) -> None:
    campaign = folder / "block.yaml"
    campaign.write_text(block.text, encoding="utf-8")
    run_block(Block(block.page, block.line, "sh", f"pmembench run {campaign.name} --dry-run"), folder)


@pytest.mark.parametrize("page", page_names())
def test_every_block_says_what_it_is(page):
    assert [str(block) for block in BLOCKS if block.page == page and unmarked(block)] == []
    assert indented_blocks(page, (ROOT / page).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", sorted({block.page for block in BLOCKS if block.kind == "sh"}))
def test_the_commands_of_a_page_run(page, clone):
    """In one folder and in their order, as a reader types them."""
    for block in BLOCKS:
        if block.page == page and block.kind == "sh":
            run_block(block, clone)


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.kind == "yaml"], ids=str)
def test_a_campaign_of_a_page_plans(block, clone):
    plan_block(block, clone)


def test_a_wrong_option_in_a_block_is_found(clone):
    with pytest.raises(AssertionError, match="docs/a.md:3"):
        run_block(Block("docs/a.md", 3, "sh", "pmembench list --no-such-option\npmembench list\n"), clone)


def test_a_wrong_key_in_a_campaign_is_found(clone):
    with pytest.raises(AssertionError, match="thread"):
        plan_block(Block("docs/a.md", 3, "yaml", "name: x\nthread: 1\ncells: []\n"), clone)


def test_a_block_without_a_kind_is_found():
    text = "```\nls\n```\n\n```sh\nls\n```\n  ```sql\n  x\n  ```\n"
    found = blocks_of("docs/a.md", text)
    assert [(block.line, block.kind, unmarked(block)) for block in found] == [
        (1, "", True), (5, "sh", False), (8, "sql", True)]
    assert not unmarked(Block("docs/schema.md", 1, "sql", ""))


def test_a_block_by_indentation_is_found():
    text = "A:\n\n    pmembench list\n\n- a\n    b\n\n```text\n\n    c\n```\n"
    assert indented_blocks("docs/a.md", text) == ["docs/a.md:3"]


def test_only_how_long_a_command_works_is_changed():
    assert subcommand(["--plugin", "./x.so", "run", "a.yaml"]) == "run"
    assert shortened(["list", "backends"]) == ["list", "backends"]
    run = shortened(["run", "a.yaml", "--backend", "movnt", "--set", "threads=1", "--dry-run"])
    assert run[:6] == ["run", "a.yaml", "--backend", "movnt", "--set", "threads=1"]
    assert shortened(["audit", "clwb", "--cases", "1000"]) == [
        "audit", "clwb", "--cases", "8", "--cpu", "sse2+clflush"]
    assert "--points=9" not in shortened(["curve", "--points=9", "--media", "dram:64M"])
