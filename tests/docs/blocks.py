"""The fenced code blocks of README and docs/, and what the word behind the fence says of each.

    sh             commands; blocks_test.py runs them, a page after the other in one scratch folder
    sh fragment    commands that need hardware, root, another program or minutes
    yaml           a campaign; it is planned
    yaml fragment  a part of a campaign, or another program's file
    sql, python    of docs/schema.md; tests/results runs them
    text           output, a tree, a layout
    c fragment     a part of a source
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KINDS = {"sh", "sh fragment", "yaml", "yaml fragment", "text", "c fragment"}
RUN_ELSEWHERE = {"docs/schema.md": {"sql", "python"}}


@dataclass
class Block:
    page: str
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: str, text: str) -> list[Block]:
    """Every block of a page. A fence that is not closed is a block up to the end."""
    blocks: list[Block] = []
    inside = False
    for number, line in enumerate(text.split("\n"), start=1):
        fence = re.match(r"\s*```(.*)", line)
        if fence:
            inside = not inside
            if inside:
                blocks.append(Block(page, number, fence.group(1).strip(), ""))
        elif inside:
            blocks[-1].text += line.strip("\r") + "\n"
    return blocks


def indented_blocks(page: str, text: str) -> list[str]:
    """Code by indentation, which says of itself neither what it is nor whether it runs."""
    found, inside, before = [], False, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if re.match(r"\s*```", line):
            inside = not inside
        elif not inside and re.match(r" {4,}\S", line) and not before.strip():
            found.append(f"{page}:{number}")
        before = line
    return found


def page_names(root: Path = ROOT) -> list[str]:
    return ["README.md", *(f"docs/{path.name}" for path in sorted((root / "docs").glob("*.md")))]


def blocks_of_tree(root: Path = ROOT) -> list[Block]:
    return [block for page in page_names(root)
            for block in blocks_of(page, (root / page).read_text(encoding="utf-8"))]


def unmarked(block: Block) -> bool:
    """Neither of a known kind nor run by another test."""
    return block.kind not in KINDS | RUN_ELSEWHERE.get(block.page, set())
