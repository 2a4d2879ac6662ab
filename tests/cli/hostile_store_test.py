"""A results file from a stranger: whatever its texts hold, the reader's terminal, spreadsheet, Markdown
and browser get text. docs/security.md is the page."""

import csv
import io
import json
import re
import sqlite3
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest
from command import TINY

ESCAPE = "\x1b]0;owned\x07\x1b[31m\x9b2J\x08"
HOSTILE = {
    "terminal": f"a{ESCAPE}b",
    "formula": "=cmd|'/c calc'!A1",
    "formula_plus": "+1+cmd|' /c calc'!A0",
    "formula_at": "@SUM(1+1)*cmd|' /c calc'!A0",
    "markdown": "x | y `z` <img src=x onerror=alert(1)> [a](javascript:alert(1)) ](http://evil)",
    "html": "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'",
    "lines": "one\r\ntwo\n::error::three",
}
# Words that the reader of a row knows, and numbers that are kept as text.
KEPT = {"status", "type", "mode", "seed", "claim"}
TEXTS = {"runs": ("campaign", "version", "command_line", "machine_fingerprint", "started_utc"),
         "documents": ("verdict",)}


def replaced(value, text, key=""):
    if isinstance(value, dict):
        return {name: replaced(each, text, name) for name, each in value.items()}
    if isinstance(value, list):
        return [replaced(each, text, key) for each in value]
    return text if isinstance(value, str) and key not in KEPT else value


def poison(path, text):
    """Every text of the file becomes `text`, in columns and within JSON."""
    connection = sqlite3.connect(path)
    for table, columns in TEXTS.items():
        for column in columns:
            connection.execute(f"UPDATE {table} SET {column} = ?", (text,))
    cells = connection.execute("SELECT id, row FROM cells").fetchall()
    for number, (identity, row) in enumerate(cells):
        given = replaced(json.loads(row), text)
        given["cell"] = f"{text}{number}"
        given["warnings"] = [{"type": "page_size", "sentence": text}]
        connection.execute("UPDATE cells SET cell = ?, row = ? WHERE id = ?",
                           (given["cell"], json.dumps(given), identity))
    for table, column in (("runs", "environment"), ("runs", "plan"), ("replicates", "medium")):
        for identity, document in connection.execute(f"SELECT id, {column} FROM {table}").fetchall():
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?",
                               (json.dumps(replaced(json.loads(document), text)), identity))
    connection.execute("DELETE FROM documents")
    for number in range(3):
        connection.execute(
            "INSERT INTO history_points (recorded_utc, cell, metric, machine_fingerprint, reference, label, "
            "ratio, low, high, replicates, accepted, reason) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            (text, text, text, text, text, text, 1.0 + number, 0.9, 1.1, 5, 1, text))
    connection.execute("DELETE FROM checksums")
    connection.commit()
    connection.close()


@pytest.fixture(params=HOSTILE)
def poisoned(request, pmembench):
    for _ in range(2):
        assert pmembench.run(campaign=TINY).status == 0
    poison(pmembench.folder / "pmembench.db", HOSTILE[request.param])
    return pmembench


def printable(text):
    return all(char >= " " and not "\x7f" <= char < "\xa0" for char in text.replace("\n", ""))


def test_a_terminal_gets_no_control_character(poisoned):
    for words in (["show"], ["show", "--runs"], ["show", "--warnings"], ["compare", 1, 2], ["explain", 1],
                  ["history"], ["baseline", "show"], ["show", 9], ["export", "--filter", "none"]):
        outcome = poisoned(*words, env={"COLUMNS": "200"})
        assert outcome.status in (0, 1, 2, 3, 4), (words, outcome)
        assert printable(outcome.out) and printable(outcome.err), (words, outcome)


def test_a_spreadsheet_gets_no_formula(poisoned):
    outcome = poisoned("export", "--format", "csv")
    assert outcome.status == 0, outcome.err
    table = list(csv.reader(io.StringIO(outcome.out, newline="")))
    assert len(table) == 2 and len(table[0]) == len(table[1])
    for field in table[1]:
        if field[:1] in ("=", "+", "-", "@", "\t", "\r"):
            float(field)


def test_markdown_and_junit_get_text(poisoned):
    outcome = poisoned("compare", 1, 2, "--markdown", "out.md", "--junit", "out.xml")
    assert outcome.status in (0, 1, 3, 4), outcome
    summary = (poisoned.folder / "out.md").read_text(encoding="utf-8")
    for what in ("<img", "<script", "\x1b", "\n::error::"):
        assert what not in summary, what
    assert re.search(r"(?<!\\)\]\(", summary) is None, "a link"
    ElementTree.parse(poisoned.folder / "out.xml")


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_a_report_gets_text(poisoned):
    pytest.importorskip("matplotlib")
    outcome = poisoned("report", "--html", "out.html")
    assert outcome.status in (0, 2, 4), outcome.err
    assert printable(outcome.err)
    if outcome.status != 0:
        return
    tags = Tags()
    tags.feed((poisoned.folder / "out.html").read_text(encoding="utf-8"))
    assert not any("onerror" in attributes or attributes.get("src") == "x" for _, attributes in tags.found)


def test_machine_formats_stay_what_they_are(poisoned):
    for line in poisoned("export", "--format", "jsonl").out.splitlines():
        json.loads(line)
    outcome = poisoned("export", "--format", "gbench")
    if outcome.status == 0:
        json.loads(outcome.out)
