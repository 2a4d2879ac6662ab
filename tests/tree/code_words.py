"""The comments and the strings of the sources, each at its place in the text: code becomes `|`."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tree_rules import COMMENT_OR_LITERAL, sources

# Names that a comment may use: `code`, call(), qualified::name, member.of, file.hpp.
NAME = re.compile(r"`[^`\n]*`|\w+\(|[\w/]+(?:(?:::|->|\.)\w+)+")
INCLUDE = re.compile(r"^[ \t]*#\s*include.*", re.MULTILINE)
ESCAPE_OR_FIELD = re.compile(r"\\.|\{[^{}\n]*\}")
COMMENT_SIGN = re.compile(r"/[/*]+|\*+/|^#+|^\w*\"{3}|\"{3}$")
QUOTES = re.compile(r"^\w*[\"']+|[\"']+$")


def blank(match: re.Match[str]) -> str:
    return "_" * len(match.group(0))


def space(match: re.Match[str]) -> str:
    return " " * len(match.group(0))


def hidden(code: str) -> str:
    """No word of it is found, and no sentence goes on behind it."""
    return re.sub(r"\S", "|", code)


def squeezed(text: str) -> str:
    """The same lines with less of nothing in them, which is read in a third of the time."""
    return re.sub(r" *\|[| ]*", "|", re.sub(r" +", " ", text))


def spaces(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def words_of_comment(comment: str) -> str:
    return NAME.sub(blank, COMMENT_SIGN.sub(space, comment))


def words_of_literal(literal: str) -> str:
    """Literals side by side are one sentence, so the quotes are left out."""
    return ESCAPE_OR_FIELD.sub(space, QUOTES.sub(space, literal))


def cpp_words(text: str) -> tuple[str, str]:
    """(comments, strings) of a C++ source"""
    text = INCLUDE.sub(lambda match: hidden(match.group(0)), text)
    comments, strings, position = "", "", 0
    for match in COMMENT_OR_LITERAL.finditer(text):
        code, token = hidden(text[position : match.start()]), match.group(0)
        is_comment = token.startswith("/")
        comments += code + (words_of_comment(token) if is_comment else hidden(token))
        strings += code + (spaces(token) if is_comment else words_of_literal(token))
        position = match.end()
    rest = hidden(text[position:])
    return squeezed(comments + rest), squeezed(strings + rest)


def python_words(text: str) -> tuple[str, str]:
    """(comments with docstrings, strings) of a Python source"""
    comments, strings = ([list(line) for line in hidden(text).split("\n")] for _ in range(2))

    def put(lines: list[list[str]], start: tuple[int, int], words: str) -> None:
        for offset, line in enumerate(words.split("\n")):
            column = start[1] if offset == 0 else 0
            lines[start[0] - 1 + offset][column : column + len(line)] = line

    before = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        begins = before in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and begins):
            put(comments, token.start, words_of_comment(token.string))
            put(strings, token.start, spaces(token.string))
        elif token.type == tokenize.STRING:
            put(strings, token.start, words_of_literal(token.string))
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            before = token.type
    return squeezed("\n".join(map("".join, comments))), squeezed("\n".join(map("".join, strings)))


def words_of_code(root: Path) -> Iterator[tuple[str, str, str]]:
    """(path, comments, strings). All of a shell or CMake script counts as strings."""
    for path, text in sources(root):
        yield path, *cpp_words(text)
    for top in ("reports", "script", "cmake"):
        for path in sorted((root / top).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.suffix == ".py":
                yield name, *python_words(path.read_text(encoding="utf-8"))
            elif path.is_file() and top != "reports":
                yield name, "", path.read_text(encoding="utf-8")
