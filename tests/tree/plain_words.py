"""Words that pages, comments and messages do not use, each with what is written instead.

The list is that of plain English: a native systems engineer should never read a sentence twice.
Only patterns that have no good use are here; `where` in the sense of "if" cannot be found so.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path

from code_words import blank, words_of_code
from tree_rules import COMMENT_OR_LITERAL, sources

WORDS: list[tuple[str, str]] = [
    (r"mend(s|ed|ing)?", "fix"),
    (r"bend(s|ing)?", "change"),
    (r"spoil(s|ed|t|ing)?", "break"),
    (r"dear(er|est|ly)?", "expensive, or the number"),
    (r"cheap(er|est|ly)?", "costs less, or the number"),
    (r"(to|can|cannot|could|may) be had", "is available"),
    (r"(?<!there\s)(is|are|was|were) no (?!longer|more|less|worse|better|higher|lower)\w+", "is not"),
    (r"nobody|no one", "name who, or say what does not happen"),
    (r"anew", "again"),
    (r"whence", "from where"),
    (r"beside", "next to, or compared with"),
    (r"but for", "except"),
    (r"lest", "so that ... not"),
    (r"for (it|they|then|only) (is|are|was|were|has|have|does|do|can|may|had)", "because"),
    (r"deal(s|t|ing)? out", "distributes"),
    (r"hands? (on|over)", "passes"),
    (r"t(akes?|ook|aken|aking) along", "copies"),
    (r"whoever|whosoever", "the caller"),
    (r"whatever|whatsoever", "any"),
    (r"so many", "N"),
    (r"others than", "other than"),
    (r"of (its|their|his|her|our|your) own(?=\W*$|\s*[.,;:)|]| (?:and|or|in|on|at|with|to|by|from)\b)",
     "its own, or separate"),
    (r"of (theirs|yours|ours)", "the users', or your"),
    (r"(?<!cannot.)tells?|told", "reports, records, shows"),
    (r"(row|column|file|field|document|table|sheet|key|cell)s? says?", "records, contains"),
    (r"(has|have|had) (its|their) turns?", "was measured"),
    (r"f(ound|inds?) (its|their) places?", "is inserted"),
    (r"bears?|borne", "tolerates"),
    (r"stands?(?!-|\s+(?:for|in)\b)|stood", "is"),
    (r"lies?|lay", "is"),
    (r"comes? to", "is, equals"),
    (r"without a word|in silence", "silently"),
    (r"seats?", "thread context"),
    (r"trios?", "three-arm block"),
    (r"plant(s|ed|ing)?", "injected slowdown"),
    (r"stretch(es)?", "interval"),
    (r"marks?", "flag"),
    (r"who calls|nobody waits", "caller, avoids deadlock"),
    (r"besides", "also, or in addition to"),
]

PATTERNS = [
    (re.compile(rf"(?<![\w'-])(?:{words})(?![\w'])".replace(" ", r"\s+"), re.IGNORECASE | re.MULTILINE), instead)
    for words, instead in WORDS
]

# Made from the code's own sentences, which have a rule of their own.
GENERATED = {
    "docs/warnings.md": re.compile(r"^\| `[a-z_]+` \| (row|run|comparison) \|"),
    "docs/schema.md": re.compile(r"^\| `\w+` \| [\w/]* ?\| .* \|$"),
}


def prose_of_page(path: str, text: str) -> str:
    """A page without inline code, fenced output, addresses of links and generated tables."""
    lines, fence = [], ""
    for line in text.split("\n"):
        opening = re.match(r"\s*```(.*)", line)
        if opening:
            fence = "" if fence else (opening.group(1) or "text")
            lines.append("")
        elif fence:
            comment = re.search(r"(?:^|\s)#\s.*", line) if fence.startswith(("sh", "yaml")) else None
            lines.append(comment.group(0) if comment else "")
        elif path in GENERATED and GENERATED[path].match(line):
            lines.append("")
        else:
            lines.append(line)
    page = re.sub(r"`[^`\n]*`", blank, "\n".join(lines))
    return re.sub(r"\]\([^)\s]*\)", blank, page)


def prose_of_campaign(text: str) -> str:
    """Comments and the description of a campaign."""
    kept = [re.search(r"(?:^|\s)#.*|^description:.*", line) for line in text.split("\n")]
    return "\n".join(found.group(0) if found else "" for found in kept)


def pages(root: Path) -> Iterator[tuple[str, str]]:
    for path in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        if path.exists():
            name = path.relative_to(root).as_posix()
            yield name, prose_of_page(name, path.read_text(encoding="utf-8"))
    for path in sorted((root / "configs").rglob("*.yaml")):
        yield path.relative_to(root).as_posix(), prose_of_campaign(path.read_text(encoding="utf-8"))


def violations(path: str, text: str) -> Iterator[tuple[str, str]]:
    """(words, sentence about them)"""
    for pattern, instead in PATTERNS:
        for match in pattern.finditer(text):
            words, line = " ".join(match.group(0).split()), text.count("\n", 0, match.start()) + 1
            yield words, f'{path}:{line}: "{words}": write {instead}'


def word_violations(root: Path) -> list[str]:
    """Words of the list in what users read."""
    return [sentence for path, text in pages(root) for _, sentence in violations(path, text)]


# Strings that are no sentences: keys of documents and messages, the head of a column in a file.
LITERAL_USES = {
    ("reports/pmembench_report/output.py", "mark"),
    ("reports/pmembench_report/paper.py", "mark"),
    ("src/cli/gate_self_test_report.cpp", "plant"),
    ("src/results/derived_members.hpp", "marks"),
    ("src/run/protocol.cpp", "plant"),
}
# Terms of a format: dm-log-writes has marks in its log, and text may begin with a byte order mark.
TERMS = re.compile(r"src/(cli/replay_command|crash/(replay_trial|crash_targets)|dax/logwrites\w*|import/foreign_text)\.")
# The few that are names or mean what they say.
MOST_IN_COMMENTS = 20
# Parts of names in C++ that are words of the list, and no term of the field.
NAME = re.compile(r"[A-Za-z_]\w*")
PART = re.compile(r"[A-Z]?[a-z]+")
PARTS = {"seat", "seats", "trio", "trios", "stretch", "stretches", "planted"}


@functools.cache
def words_found_in_code(root: Path) -> list[tuple[str, str, str, str]]:
    """(path, "comments" or "strings", words, sentence about them)"""
    return [
        (path, kind, words, sentence)
        for path, *texts in words_of_code(root)
        for kind, text in zip(("comments", "strings"), texts)
        for words, sentence in violations(path, text)
    ]


def string_violations(root: Path) -> list[str]:
    """Words of the list in messages, help, tables, figures and scripts."""
    return [
        sentence
        for path, kind, words, sentence in words_found_in_code(root)
        if kind == "strings" and (path, words) not in LITERAL_USES
        and not is_term(path, words)
    ]


def is_term(path: str, words: str) -> bool:
    return words.lower() in ("mark", "marks") and TERMS.match(path) is not None


def comment_violations(root: Path) -> list[str]:
    """Words of the list in comments and docstrings."""
    return [
        sentence
        for path, kind, words, sentence in words_found_in_code(root)
        if kind == "comments" and not is_term(path, words)
    ]


def stale_exceptions(root: Path) -> list[str]:
    """Exceptions of which there is no need any more."""
    found = words_found_in_code(root)
    uses = {(path, words) for path, kind, words, _ in found if kind == "strings"}
    return [f'{path} does not have "{words}"' for path, words in sorted(LITERAL_USES - uses)]


def name_violations(root: Path) -> list[str]:
    """Names of files, and in the code of C++, with a part that is a word of the list."""
    return [
        f"{path}: the name {name} has a word of the list"
        for path, text in sources(root)
        for name in sorted(set(NAME.findall(f"{Path(path).stem} {COMMENT_OR_LITERAL.sub('', text)}")))
        if PARTS & {part.lower() for part in PART.findall(name)}
    ]
