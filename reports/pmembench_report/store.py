"""The results file, read only: docs/schema.md is its contract, versions 1 to 4. `pmembench report` compares
the checksums before it starts this package."""

from __future__ import annotations

import json
import os
import sqlite3
import urllib.parse
from pathlib import Path

from .derived import Derived
from .errors import ReportError
from .histogram import decode
from .records import Cell, Histogram, Run, Slices
from .rows import cell_from
from .units import finite

APPLICATION_ID = 0x706D6231
SCHEMA_VERSIONS = (1, 2, 3, 4)


class NoStore:
    """In place of a results file, where a document is drawn alone: it has no run and no document."""

    path = ""

    def close(self) -> None:
        pass

    def run(self, _number: int | None) -> Run:
        return no_run(SCHEMA_VERSIONS[-1])

    def cells(self, *_: object) -> list:
        return []

    timers = slices = histograms = details = documents = raw_rows = cells


def no_run(schema_version: int) -> Run:
    """Stands for the run of what has none."""
    return Run(0, *[""] * 9, environment={}, schema_version=schema_version, unmeasured=[],
               confidence=0.95)


class Store:
    """One open results file. Every error of SQLite becomes one sentence that names the file."""

    def __init__(self, path: str):
        self.path = path
        self._connection = _connect(path)
        self.version = self._identify()

    def close(self) -> None:
        self._connection.close()

    def _identify(self) -> int:
        application = self._query("PRAGMA application_id")[0][0]
        version = self._query("PRAGMA user_version")[0][0]
        if application != APPLICATION_ID:
            raise ReportError(
                f"{self.path} is not a results file of pmembench: name one that `pmembench run` made"
            )
        if version not in SCHEMA_VERSIONS:
            raise ReportError(
                f"{self.path} has schema version {version} and this report knows version "
                f"{SCHEMA_VERSIONS[0]} to {SCHEMA_VERSIONS[-1]}: use the report of the pmembench that "
                "wrote it"
            )
        return version

    def _query(self, sql: str, *values: object) -> list[tuple]:
        return list(self._rows(sql, *values))

    def _rows(self, sql: str, *values: object):
        try:
            yield from self._connection.execute(sql, values)
        except (sqlite3.Error, OverflowError) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> ReportError:
        return ReportError(
            f"{self.path} cannot be read ({_one_line(error)}): restore a copy, or save what can be "
            f"read with `sqlite3 {self.path} .recover`"
        )

    def run(self, number: int | None) -> Run:
        """The run of that number, or the newest that has a cell."""
        columns = (
            "id, started_utc, coalesce(finished_utc, ''), status, campaign, machine_fingerprint, "
            "plan_fingerprint, version, command_line, seed, environment"
        )
        if number is None:
            found = self._query(f"SELECT {columns} FROM runs ORDER BY id DESC LIMIT 1")
        else:
            found = self._query(f"SELECT {columns} FROM runs WHERE id = ?", number)
        if not found and number is None and self._has_documents():
            return no_run(self.version)
        if not found and number is None:
            raise ReportError(f"{self.path} holds no run yet: measure with `pmembench run`")
        if not found:
            have = ", ".join(str(row[0]) for row in self._query("SELECT id FROM runs ORDER BY id"))
            raise ReportError(
                f"{self.path} has no run {number}: it has {have or 'none'}; see `pmembench show --runs`"
            )
        row = found[0]
        return Run(*row[:10], environment=self._json(row[10]), schema_version=self.version,
                   unmeasured=self._unmeasured(row[0]), confidence=self._confidence(row[0]))

    def run_numbers(self) -> list[int]:
        return [row[0] for row in self._query("SELECT id FROM runs ORDER BY id")]

    def _json(self, text: object):
        try:
            return json.loads(text)
        except (TypeError, ValueError, RecursionError) as error:
            raise self._damaged(error) from error

    def _has_documents(self) -> bool:
        return self.version >= 2 and bool(self._query("SELECT 1 FROM documents LIMIT 1"))

    def _unmeasured(self, run: int) -> list[str]:
        return [row[0] for row in self._query(
            "SELECT plan_cells.cell FROM plan_cells LEFT JOIN cells USING (run_id, cell) "
            "WHERE plan_cells.run_id = ? AND cells.id IS NULL ORDER BY plan_cells.position", run)]

    def _confidence(self, run: int) -> float:
        found = self._query("SELECT json_extract(plan, '$.settings.confidence') FROM runs "
                            "WHERE id = ? AND json_valid(plan)", run)
        value = found[0][0] if found else None
        return value if isinstance(value, float) and 0 < value < 1 else 0.95

    def cells(self, run: int, derived: Derived) -> list[Cell]:
        options = self._options(run)
        cells, cache = [], {}
        for identity, text in self._rows(
            "SELECT id, row FROM cells WHERE run_id = ? ORDER BY position, id", run
        ):
            row = self._json(text)
            if not isinstance(row, dict):
                raise self._damaged(ValueError("a row is not a JSON object"))
            cells.append(cell_from(identity, row, derived, cache))
            cells[-1].options = options.get(cells[-1].cell, "")
        return cells

    def _options(self, run: int) -> dict[str, str]:
        return dict(self._query(
            "SELECT json_extract(value, '$.name'), json_extract(value, '$.backend_options') "
            "FROM runs, json_each(runs.plan, '$.cells') WHERE runs.id = ? AND json_valid(runs.plan) "
            "AND json_extract(value, '$.backend_options') <> ''", run))

    def timers(self, run: int) -> list[dict]:
        """The facts of the clock, as each worker process found them (the same in all its cells):
        so of the cell of each medium that most processes measured."""
        rows = self._query(
            "SELECT json_extract(details, '$.timer') FROM replicates WHERE json_valid(details) "
            "AND cell_id IN (SELECT id FROM (SELECT id, max(processes) FROM ("
            "SELECT cells.id, media, count(*) AS processes FROM cells "
            "JOIN replicates ON cell_id = cells.id WHERE run_id = ? GROUP BY cells.id"
            ") GROUP BY media))", run)
        return [timer for row in rows if isinstance(row[0], str) for timer in [self._json(row[0])]
                if isinstance(timer, dict)]

    def slices(self, cell: Cell) -> list[Slices]:
        return [
            Slices(replicate, [_plain(value) for value in _listed(self._json(ns))],
                   [bool(flag) for flag in _listed(self._json(disturbed))], median)
            for replicate, ns, disturbed, median in self._rows(
                "SELECT replicate, slice_ns_per_operation, slice_disturbed, "
                "median_ns_per_operation FROM replicates "
                "WHERE cell_id = ? ORDER BY replicate", cell.id)
        ]

    def histograms(self, cell: Cell) -> list[Histogram]:
        return [
            decode(blob, ns_per_tick)
            for blob, ns_per_tick in self._rows(
                "SELECT buckets, ns_per_tick FROM histograms "
                "JOIN replicates ON replicates.id = replicate_id "
                "WHERE cell_id = ? AND ns_per_tick > 0 ORDER BY replicate", cell.id)
            if isinstance(blob, bytes)
        ]

    def details(self, cell: Cell) -> list[dict]:
        return [self._json(row[0]) for row in self._rows(
            "SELECT details FROM replicates WHERE cell_id = ? ORDER BY replicate", cell.id)]

    def documents(self, kind: str, run: int | None = None) -> list[dict]:
        """Documents of a kind, the newest first; those of one run, or of any."""
        if self.version < 2:
            return []
        rows = self._query(
            "SELECT document FROM documents WHERE kind = ?1 AND (?2 IS NULL OR run_id = ?2) "
            "ORDER BY id DESC LIMIT 20", kind, run)
        return [document for row in rows for document in [self._json(row[0])]
                if isinstance(document, dict)]

    def raw_rows(self, run: int):
        """The rows as they are stored, one JSON text each, in order."""
        for (text,) in self._rows(
            "SELECT row FROM cells WHERE run_id = ? ORDER BY position, id", run
        ):
            yield text


def _plain(value: object) -> float:
    number = finite(value)
    return float("nan") if number is None else number


def _listed(value: object) -> list:
    return value if isinstance(value, list) else []


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _connect(path: str) -> sqlite3.Connection:
    if not Path(path).exists():
        raise ReportError(f"{path} does not exist: measure first with `pmembench run`, or name the "
                          "results file")
    if not Path(path).is_file():
        raise ReportError(f"{path} is not a regular file: name the results file")
    if not os.access(path, os.R_OK):
        raise ReportError(f"{path} may not be read by this user: change its permissions", 3)
    folder = os.path.dirname(os.path.abspath(path))
    # A closed file in a read-only folder has no place for the -shm file that WAL wants.
    closed = not os.access(folder, os.W_OK) and not os.path.exists(f"{path}-wal")
    uri = f"file:{urllib.parse.quote(os.path.abspath(path))}?{'immutable=1' if closed else 'mode=ro'}"
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=10)
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        return connection
    except sqlite3.Error as error:
        raise ReportError(
            f"{path} is not a results file of pmembench, or is damaged ({_one_line(error)}): name "
            "one that `pmembench run` made, or restore a copy"
        ) from error
