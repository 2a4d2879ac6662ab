"""ARCHITECTURE.md says in how many files a thing is added: an example of each is in no more."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# What is added, folders of the product, a pattern that only this example has, files at most.
EXAMPLES = [
    ("a backend", ["backends", "src", "workloads"], r"\bkEadrOperations\b|X\(Eadr\)", 2),
    ("a subcommand", ["src"], r"\bmake_probe_command\b|X\(probe\)", 2),
    ("a warning", ["src"], r'"shared_core"', 2),
    ("a figure", ["reports"], r"\bstaircase\b", 2),
    # Its declaration, its words, how it is opened, its own file; the number is in the ABI.
    ("a medium", ["src"], r"\bopen_posix\b|\"posix\", DAX_MEDIA_POSIX", 4),
]


def files_with(folders: list[str], pattern: str) -> list[str]:
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in (".cpp", ".hpp", ".h", ".py"):
                continue
            if re.search(pattern, path.read_text(encoding="utf-8")):
                found.append(str(path.relative_to(ROOT)))
    return found


@pytest.mark.parametrize(("what", "folders", "pattern", "most"), EXAMPLES)
def test_is_added_in_few_files(what, folders, pattern, most):
    found = files_with(folders, pattern)
    assert found, f"the example of {what} is gone; choose another"
    assert len(found) <= most, f"{what} is in {len(found)} files: {', '.join(found)}"
