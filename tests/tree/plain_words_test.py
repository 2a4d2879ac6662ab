"""The word list: pages, messages and comments keep to it, and each of its patterns finds its fault."""

from pathlib import Path

import code_words
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
    ("docs/a.md", "The option `--slowdown`, the file `beside.md` and [a link](beside.md)."),
    ("docs/a.md", "The end of its own `lfence`; for each cell, for the memory."),
    ("docs/a.md", "```text\nthe row says nobody, beside the mark\n```"),
    ("docs/a.md", "```sh\npmembench gate --self-test --slowdown 3%\n```"),
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


def test_no_message_has_a_word_of_the_list():
    assert plain_words.string_violations(ROOT) == []


def test_hardly_a_comment_has_a_word_of_the_list():
    found = plain_words.comment_violations(ROOT)
    assert len(found) <= plain_words.MOST_IN_COMMENTS, "\n".join(found)


def test_no_name_has_a_word_of_the_list():
    assert plain_words.name_violations(ROOT) == []


@pytest.mark.parametrize("code", ["int seat_;", "struct ThreadSeat {};", "f(seat_region);", "run_planted(2);", "int trios_done;"])
def test_a_name_with_a_word_of_the_list_is_found(tmp_path, code):
    assert len(plain_words.name_violations(plant(tmp_path, {"src/a.cpp": code + "\n"}))) == 1
    assert plain_words.name_violations(plant(tmp_path / "b", {"src/a.cpp": "int restretched; f(triode);  // seat\n"})) == []


def test_each_exception_is_needed():
    assert plain_words.stale_exceptions(ROOT) == []


def test_the_code_was_really_read():
    words = {path: (comments, strings) for path, comments, strings in code_words.words_of_code(ROOT)}
    assert len(words) > 700
    assert "A row warns beyond these" in words["src/record/limits.hpp"][0]
    assert "wear levelling" in words["src/record/warning_types.cpp"][1]
    assert "hatched" not in words["reports/pmembench_report/axes.py"][0]
    assert "hatched" in words["reports/pmembench_report/axes.py"][1]
    assert "usage: script/gate" in words["script/gate"][1]


def lines_with(number: int, text: str) -> set[int]:
    pattern = plain_words.PATTERNS[number][0]
    return {text.count("\n", 0, match.start()) + 1 for match in pattern.finditer(text)}


LANGUAGES = [
    (code_words.cpp_words, '// First line.\n// FAULT\nint a;  // FAULT\nauto b = "FAULT";\n', {2, 3}, {4}),
    (code_words.cpp_words, "/* First line.\n * FAULT */\nint a;\n", {2}, set()),
    (code_words.python_words, '"""First line.\n\nFAULT\n"""\n# FAULT\nA = f"FAULT"\n', {3, 5}, {6}),
]


@pytest.mark.parametrize("number", range(len(FAULTS)))
@pytest.mark.parametrize(("words_of", "source", "in_comments", "in_strings"), LANGUAGES)
def test_a_fault_in_code_is_found_at_its_place(words_of, source, in_comments, in_strings, number):
    comments, strings = words_of(source.replace("FAULT", FAULTS[number]))
    assert lines_with(number, comments) == in_comments
    assert lines_with(number, strings) == in_strings


OVER_TWO_LINES = [
    ("src/a.cpp", "// Each has a list of\n// their own.\n"),
    ("src/a.cpp", "int a;  // each has a list of\n        // their own\n"),
    ("src/a.cpp", 'say("each has a list of "\n    "their own");\n'),
    ("reports/a.py", "# Each has a list of\n# their own.\n"),
    ("reports/a.py", 'SAY = ("each has a list of "\n       "their own")\n'),
]


@pytest.mark.parametrize(("path", "text"), OVER_TWO_LINES)
def test_a_sentence_over_two_lines_of_code_is_one(tmp_path, path, text):
    root = plant(tmp_path, {path: text})
    assert len(plain_words.comment_violations(root) + plain_words.string_violations(root)) == 1


HARMLESS_CODE = [
    ("src/a.cpp", '#include "run/plant.hpp"\nint seat = tell(mark);\n'),
    ("src/a.cpp", "// `plant`, job(seat), CellRequest::plant, plant.chunk and run/plant.hpp\n"),
    ("src/a.cpp", 'say("what it is", "no number");\nsay("{mark}\\nmarked");\n'),
    ("src/a.cpp", "// Each of\nint its;\n// own\n"),
    ("reports/a.py", 'mark = lies.stretch("stand-in", f"{mark}")  # `mark` of lies.stretch()\n'),
]


@pytest.mark.parametrize(("path", "text"), HARMLESS_CODE)
def test_code_is_not_read_as_sentences(tmp_path, path, text):
    root = plant(tmp_path, {path: text})
    assert plain_words.comment_violations(root) + plain_words.string_violations(root) == []
