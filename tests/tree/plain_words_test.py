"""The word list: README, docs/ and configs/ keep to it, and each of its patterns finds its fault."""

from pathlib import Path

import plain_words
import pytest
from include_table_test import plant

ROOT = Path(__file__).resolve().parents[2]


def test_this_tree_keeps_to_the_list():
    assert plain_words.word_violations(ROOT) == []


def test_the_tree_was_really_read():
    pages = dict(plain_words.pages(ROOT))
    assert len(pages) > 20
    assert "intervals" in pages["docs/methodology.md"]
    assert "stand in for" in pages["configs/quick.yaml"]


# One sentence for each pattern of the list, in its order.
FAULTS = [
    "Mend the call.", "How far it bends.", "This spoils the run.", "A clock that is too dear.",
    "The cheapest backend.", "What cannot be had here.", "The result is no proof.", "Nobody knows.",
    "It is drawn anew.", "Whence it came.", "The number beside it.", "All but for null.",
    "Bound it, lest it grow.", "It waits, for it is slow.", "It deals out pages.",
    "It hands over the map.", "It takes along the rest.", "Whoever calls it.", "Whatever it costs.",
    "In so many bytes.", "Others than these.", "Each has media of its own.", "A view of yours stays.",
    "The kernel tells none.", "The row says which.", "Each cell had its turn.",
    "The slice found its place.", "The median bears them.", "It stands below the table.",
    "Bytes lie elsewhere.", "It comes to 3 ns.", "It fails without a word.", "The seat of a thread.",
    "A trio of arms.", "The planted 3 %.", "A timed stretch.", "The marks of a row.",
    "The one who calls waits.", "Lines that it moves besides.",
]


def test_every_pattern_has_a_fault():
    assert len(FAULTS) == len(plain_words.PATTERNS)


@pytest.mark.parametrize("number", range(len(FAULTS)))
@pytest.mark.parametrize(("path", "start"), [("docs/a.md", ""), ("configs/a.yaml", "# ")])
def test_a_fault_is_found(tmp_path, number, path, start):
    root = plant(tmp_path, {path: f"{start}First line.\n{start}{FAULTS[number]}\n"})
    pattern, instead = plain_words.PATTERNS[number]
    found = plain_words.word_violations(root)
    assert any(sentence.startswith(f"{path}:2: ") and sentence.endswith(instead) for sentence in found)
    assert pattern.search(FAULTS[number])


def test_a_fault_over_two_lines_is_found(tmp_path):
    root = plant(tmp_path, {"README.md": "Each has a list of\ntheir own.\n"})
    assert len(plain_words.word_violations(root)) == 1


HARMLESS = [
    ("docs/a.md", "DRAM stands in for a device, as a stand-in; `usable` stands for each backend."),
    ("docs/a.md", "There is no interval, and the run is no longer quick; it comes together."),
    ("docs/a.md", "The option `--plant`, the file `beside.md` and [a link](beside.md)."),
    ("docs/a.md", "The end of its own `lfence`; for each cell, for the memory."),
    ("docs/a.md", "```text\nthe row says nobody, beside the mark\n```"),
    ("docs/a.md", "```sh\npmembench gate --self-test --plant 3%\n```"),
    ("docs/a.md", "A benchmark, a clipboard, a bookmark: markedly lied-about words."),
    ("docs/warnings.md", "| `clock` | row | nobody vouches for what lay there | mend it |"),
    ("docs/schema.md", "| `claim` |  | what nobody says |"),
    ("configs/a.yaml", "name: beside\nmedia: dram:1G"),
]


@pytest.mark.parametrize(("path", "text"), HARMLESS)
def test_what_is_allowed_is_not_found(tmp_path, path, text):
    assert plain_words.word_violations(plant(tmp_path, {path: text + "\n"})) == []


def test_a_comment_in_a_block_of_commands_is_read(tmp_path):
    root = plant(tmp_path, {"docs/a.md": "```sh\npmembench list   # what stands here\n```\n"})
    assert len(plain_words.word_violations(root)) == 1
