"""A results file made by hand, with numbers that a test knows. Its schema is docs/schema.md's."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

APPLICATION_ID = 0x706D6231

SCHEMA = """
CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT, started_utc TEXT NOT NULL, finished_utc TEXT,
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'interrupted', 'failed')),
  campaign TEXT NOT NULL, plan_fingerprint TEXT NOT NULL, machine_fingerprint TEXT NOT NULL,
  version TEXT NOT NULL, command_line TEXT NOT NULL, seed TEXT NOT NULL,
  environment TEXT NOT NULL, plan TEXT NOT NULL
) STRICT;
CREATE TABLE plan_cells (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE, cell TEXT NOT NULL,
  position INTEGER NOT NULL, PRIMARY KEY (run_id, cell)
) STRICT, WITHOUT ROWID;
CREATE TABLE cells (
  id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  position INTEGER, cell TEXT NOT NULL, row TEXT NOT NULL,
  media TEXT GENERATED ALWAYS AS (json_extract(row, '$.media')) VIRTUAL, UNIQUE (run_id, cell)
) STRICT;
CREATE TABLE replicates (
  id INTEGER PRIMARY KEY, cell_id INTEGER NOT NULL REFERENCES cells (id) ON DELETE CASCADE,
  replicate INTEGER NOT NULL, seed TEXT NOT NULL, operations INTEGER NOT NULL,
  bytes INTEGER NOT NULL, median_ns_per_operation REAL, floor_ns REAL, lag1 REAL,
  disturbed INTEGER NOT NULL, involuntary_switches INTEGER NOT NULL, steal_share REAL,
  ns_per_tick REAL, slice_ns_per_operation TEXT NOT NULL, slice_disturbed TEXT NOT NULL,
  medium TEXT NOT NULL, details TEXT NOT NULL, UNIQUE (cell_id, replicate)
) STRICT;
CREATE TABLE histograms (
  replicate_id INTEGER PRIMARY KEY REFERENCES replicates (id) ON DELETE CASCADE,
  n INTEGER NOT NULL, buckets BLOB NOT NULL
) STRICT;
"""
DOCUMENTS = """
CREATE TABLE documents (
  id INTEGER PRIMARY KEY, created_utc TEXT NOT NULL, kind TEXT NOT NULL, run_id INTEGER REFERENCES runs (id) ON DELETE CASCADE,
  verdict TEXT NOT NULL, document TEXT NOT NULL
) STRICT;
"""

ENVIRONMENT = {
    "caches": [{"level": 1, "size_bytes": 32768, "type": "Data"},
               {"level": 2, "size_bytes": 524288, "type": "Unified"}],
    "cpu": {"model_name": "Example 9000", "microcode": "0xabc", "family": 25, "model": 1,
            "stepping": 2, "cpus_online": 4},
    "host": {"kernel": "6.1.0-example", "distribution": "Debian GNU/Linux 12 (bookworm)",
             "virtualisation": "none", "load_1min": 0.25},
    "nodes": [{"id": 0, "cpus": [0, 1], "memory_bytes": 1 << 33},
              {"id": 1, "cpus": [], "memory_bytes": 1 << 32}],
    "settings": {"governor": "performance", "thp_enabled": "madvise", "turbo": "unknown"},
}
MEDIUM = {"claim": "emulated", "created": False, "file_system": "", "huge_share": 1.0, "kind": "dram",
          "map_sync": False, "node_share": {"0": 1.0}, "page_bytes": 2097152,
          "persistence_domain": "none", "size_bytes": 134217728}


def estimate(value: float, half: float = 0.02) -> dict:
    return {"estimate": value, "low": value * (1 - half), "high": value * (1 + half),
            "has_interval": True}


def row(cell: str, ns: float | None = 100.0, **more) -> dict:
    """A row by hand, for what no binary makes: 64 B random writes by movnt unless `more` says otherwise."""
    parameters = more.pop("parameters", {"operation_size": "64", "access": "write"})
    size = int(parameters.get("operation_size", 0) or 0)
    made = {
        "cell": cell, "media": "dram:128M", "backend": "movnt", "path": "direct",
        "workload": "random", "parameters": parameters, "threads": 1,
        "placement": {"asked": "near", "verified": "cpus 0; node 0: 100 %"}, "status": "ok",
        "reason": "", "claim": "emulated", "operations": 123456, "bytes": 123456 * size,
        "operations_per_s": None, "bytes_per_s": None, "ns_per_operation": None,
        "latency_ns": None, "floor_ns": 0.02, "replicates": 7, "slices": 70, "converged": True,
        "disturbed_share": 0.0, "amplification": {}, "warnings": [], "seed": 42, "medium": MEDIUM,
    }
    if ns is not None:
        made["ns_per_operation"] = estimate(ns)
        made["operations_per_s"] = estimate(1e9 / ns)
        made["bytes_per_s"] = estimate(size * 1e9 / ns) if size else None
    made.update(more)
    return made


def derived(**more) -> dict:
    """The document of a run of which nothing is to be said as a whole."""
    return {"schema": "pmembench-derived", "version": 3, "headline": [], "quotable": [], "backends": [],
            "ladders": [], "durability": [], "crossovers": [],
            "matrices": [], "interleave": [], "loaded": [], "rows": [], "tables": [], "harness_floor": "",
            "noise": {"processes": 7, "slices": 70, "disturbed": 7, "disturbed_share": 0.1,
                      "involuntary_switches": 3, "steal_share_max": 0.001},
            "parameter_kinds": {"operation_size": "size", "access": "choice", "alpha": "count"},
            "path_parameters": [], "limits": {"disturbed_share": 0.1, "steal_share": 0.05}, **more}


def leb128(numbers: list[int]) -> bytes:
    packed = bytearray()
    for number in numbers:
        while number >= 0x80:
            packed.append(number & 0x7F | 0x80)
            number >>= 7
        packed.append(number)
    return bytes(packed)


class Maker:
    """Writes a store: rows by add(), then close()."""

    def __init__(self, path: Path, version: int = 3, **run):
        self.path = path
        self.version = version
        self.connection = sqlite3.connect(path)
        self.connection.executescript(
            f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version};"
            + SCHEMA + (DOCUMENTS if version >= 2 else ""))
        self.run = self.add_run(**run)

    def add_run(self, campaign: str = "example", status: str = "done", environment=None,
                command_line: str = "pmembench run example.yaml --budget 20s") -> int:
        return self.connection.execute(
            "INSERT INTO runs (started_utc, finished_utc, status, campaign, plan_fingerprint, "
            "machine_fingerprint, version, command_line, seed, environment, plan) "
            "VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            ("2026-01-02T03:04:05Z", "2026-01-02T03:05:05Z" if status == "done" else None, status,
             campaign, "planplan", "machine1", "0.1.0", command_line, "18446744073709551615",
             json.dumps(environment if environment is not None else ENVIRONMENT), "{}")).lastrowid

    def add(self, given: dict, slices: list[list[float]] | None = None,
            histograms: list[dict[int, int]] | None = None, details: dict | None = None) -> int:
        """`slices`: a list for each replicate; `histograms`: bucket -> count for each replicate."""
        number = self.connection.execute("SELECT coalesce(max(id), 0) FROM cells").fetchone()[0]
        self.connection.execute("INSERT OR IGNORE INTO plan_cells VALUES (?,?,?)",
                                (self.run, given["cell"], number))
        cell = self.connection.execute(
            "INSERT INTO cells (run_id, position, cell, row) VALUES (?,?,?,?)",
            (self.run, number, given["cell"], json.dumps(given))).lastrowid
        for place in range(max(len(slices or []), len(histograms or []))):
            self._replicate(cell, place, slices, histograms, details)
        return cell

    def _replicate(self, cell: int, place: int, slices, histograms, details) -> None:
        ns = slices[place] if slices else [100.0]
        replicate = self.connection.execute(
            "INSERT INTO replicates (cell_id, replicate, seed, operations, bytes, disturbed, "
            "involuntary_switches, steal_share, ns_per_tick, slice_ns_per_operation, "
            "slice_disturbed, medium, details) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (cell, place, "7", 1000, 64000, 1, 3, 0.001, 0.5, json.dumps(ns),
             json.dumps([int(index == 1) for index in range(len(ns))]), json.dumps(MEDIUM),
             json.dumps(details or {"timer": {"step_ns": 10.0, "floor_issue_ns": 29.9,
                                              "floor_durable_ns": 40.1}}))).lastrowid
        if histograms:
            flat, before = [], 0
            for bucket, count in sorted(histograms[place].items()):
                flat += [bucket - before, count]
                before = bucket
            self.connection.execute("INSERT INTO histograms VALUES (?,?,?)",
                                    (replicate, sum(histograms[place].values()), leb128(flat)))

    def document(self, kind: str, document: dict, run: int | None = None) -> None:
        self.connection.execute("INSERT INTO documents VALUES (NULL,?,?,?,?,?)", (
            "2026-01-02T03:06:00Z", kind, run, document.get("verdict", ""), json.dumps(document)))

    def close(self) -> Path:
        """Each run gets a document `derived` without a finding, unless it has one."""
        if self.version >= 2:
            for (run,) in self.connection.execute(
                    "SELECT id FROM runs WHERE id NOT IN (SELECT run_id FROM documents WHERE kind = "
                    "'derived' AND run_id IS NOT NULL)").fetchall():
                self.document("derived", derived(), run)
        self.connection.commit()
        self.connection.close()
        return self.path


def comparison(cells: int = 3, verdict: str = "REGRESSION") -> dict:
    """A comparison of run 2 (head) with run 1 (base): one regression, one pass, one improvement."""
    effects = [("REGRESSION", 0.0512), ("PASS", 0.0013), ("IMPROVED", -0.0414)]
    return {
        "schema": "pmembench-comparison", "version": 1, "kind": "compare",
        "created_utc": "2026-01-02T03:06:00Z", "command_line": "pmembench compare 1 2", "seed": "9",
        "verdict": verdict, "exit": 1, "sentence": "One cell of three is slower by 5.12 %.",
        "base": {"label": "run one", "version": "0.1.0", "machine_fingerprint": "machine1", "run": 1},
        "head": {"label": "run two", "version": "0.1.1", "machine_fingerprint": "machine1", "run": 2},
        "environment_differences": [{"name": "kernel", "base": "6.1.0", "head": "6.1.7"}],
        "minimal_effect": 0.02, "confidence": 0.95, "expected_false_alarms": 0.03,
        "replicates": 20, "slices": 50, "base_only": ["gone/cell"], "head_only": [],
        "cells": [{
            "cell": f"dram:128M/movnt/direct/random/t{place}", "metric": "ns_per_operation",
            "verdict": effects[place % 3][0], "reason": "its whole interval lies beyond the band",
            "paired": True, "effect": {"estimate": effects[place % 3][1],
                                       "low": effects[place % 3][1] - 0.006,
                                       "high": effects[place % 3][1] + 0.006},
            "control_effect": {"estimate": 0.001, "low": -0.002, "high": 0.004},
            "confirmation": None, "p_value": 0.0021, "mde": 0.0045, "minimal_effect": 0.02,
            "base_ns": 112.3, "head_ns": 118.05, "replicates": 20, "slices": 50, "warnings": [],
        } for place in range(cells)],
    }


def history() -> dict:
    points = [{"recorded_utc": f"2026-01-{day:02}T00:00:00Z", "label": f"build{day}",
               "ratio": 1 + 0.004 * day, "low": 0.99 + 0.004 * day, "high": 1.01 + 0.004 * day,
               "accepted": day == 6, "reason": "a deliberate trade" if day == 6 else "",
               "alarm": {7: "point", 9: "creep"}.get(day, ""), "cusum": 0.1 * day, "limit": 1.03}
              for day in range(1, 11)]
    return {"schema": "pmembench-history", "version": 1, "series": [{
        "cell": "dram:128M/movnt/direct/random/t1", "metric": "ns_per_operation",
        "machine_fingerprint": "machine1", "reference": "v1.0", "points": points,
        "change_points": [{"index": 6, "effect": 0.03, "p_value": 0.0004}]}]}


def datasheet() -> dict:
    line = {"name": "read line", "property": "read_line", "determined": True, "none": False, "unit": "B",
            "value": 256, "low": 256, "high": 256, "p": 1e-13, "reason": "", "firmware": "", "added_ns": None,
            "self_test": {"property": "read_line", "right": 97, "wrong": 0, "not_determined": 3}}
    unknown = line | {"name": "bank classes", "property": "banks", "determined": False, "self_test": None,
                      "reason": "the two kinds are nearer than four deviations"}
    none = line | {"name": "refresh period", "property": "refresh", "none": True, "firmware": "sysfs: nothing"}
    figure = {"name": "latency, idle", "unit": "ns", "cell": "", "of": "", "firmware": "",
              "estimate": {"value": 311.0, "low": 305.0, "high": 318.0, "has_interval": True}}
    ratio = {"name": "latency, idle", "ratio": {"value": 3.1, "low": 3.0, "high": 3.2, "has_interval": True}}
    return {"schema": "pmembench-datasheet", "version": 1, "against": [ratio],
            "media": [{"media": "/dev/dax0.0", "figures": [figure], "structure": [line, unknown, none]},
                      {"media": "dram:1G", "figures": [], "structure": []}]}


def visibility() -> dict:
    def cell(store: str, load: str, wrong: int) -> dict:
        return {"store": store, "load": load, "tries": 4000, "stale": wrong, "torn": 0, "reordered": wrong // 2,
                "wrong_share_at_most": 0.5 if wrong else 0.00075, "publish_ns": 61.5, "load_ns": 20.25,
                "sight_ns": {"n": 4000, "p50": 812.0, "p90": 900.0, "p99": 1234.0, "max": 9000.0, "clock_error": 15.0}}
    return {"schema": "pmembench-visibility", "version": 1, "media": "file:/mnt/pool", "host_memory": "",
            "payload_lines": 4, "pairs": [
                {"writer": "n01", "reader": "n02", "verdict": "safe", "sentence": "clwb with clflush",
                 "safe_sequence": {"store": "clwb", "load": "clflush"},
                 "cells": [cell("none", "plain", 321), cell("clwb", "clflush", 0),
                           {"store": "movdir64b", "load": "plain", "skipped": "this CPU has no movdir64b"}]}]}


def crash() -> dict:
    return {"schema": "pmembench-crash", "version": 1, "seed": "77", "outcomes": [
        {"target": "btt", "crashes": 4000, "torn": 0, "acknowledged_lost": 0,
         "neighbours_damaged": 0, "broken_invariants": 0,
         "expected": "no sector is torn and no acknowledged write is lost", "holds": True},
        {"target": "rmw", "crashes": 3999, "torn": 17, "acknowledged_lost": 23,
         "neighbours_damaged": 311, "broken_invariants": 0,
         "expected": "acknowledged neighbours may be damaged", "holds": True},
        {"target": "fs-dax", "crashes": 1234, "torn": 0, "acknowledged_lost": 2,
         "neighbours_damaged": 0, "broken_invariants": 1,
         "expected": "every fsynced byte is there", "holds": False}]}
