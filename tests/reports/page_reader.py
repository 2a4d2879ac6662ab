"""A page as a test looks at it: its structure by the standard library's parser."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "br", "input", "link", "img", "hr"}


class Page(HTMLParser):
    """Collects ids, tables, texts; raises where an element is closed that is not open."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict]] = []
        self.ids: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.texts: dict[str, list[str]] = {}
        self.scripts: list[tuple[dict, str]] = []
        self._open: list[str] = []
        self._table = ""
        self.feed(text)
        self.close()
        assert self._open == [], self._open

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append((tag, values))
        if values.get("id"):
            self.ids.append(values["id"])
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self._table = values["id"]
            self.tables[self._table] = []
        if tag == "tr" and self._table:
            self.tables[self._table].append([])
        if tag in ("td", "th"):
            self.tables[self._table][-1].append("")
        if tag == "script":
            self.scripts.append((values, ""))

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if dict(attributes).get("id"):
            self.ids.append(dict(attributes)["id"])

    def handle_endtag(self, tag):
        assert self._open and self._open[-1] == tag, (tag, self._open[-3:])
        self._open.pop()
        if tag == "table":
            self._table = ""

    def handle_data(self, data):
        if not self._open:
            return
        if self._open[-1] == "script":
            values, text = self.scripts[-1]
            self.scripts[-1] = (values, text + data)
        self.texts.setdefault(self._open[-1], []).append(data)
        if self._table and self._open[-1] in ("td", "th"):
            self.tables[self._table][-1][-1] += data

    def row(self, table: str, first: str) -> dict[str, str]:
        """A row of a table by its first field, as {column: text}."""
        head, *rows = self.tables[table]
        (found,) = [row for row in rows if row[0] == first]
        return dict(zip(head, found))
