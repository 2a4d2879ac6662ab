"""pmembench history and pmembench baseline: recording, alarms, and levels accepted by word."""

import json

import pytest


def gate(label="head", effect=0.0, **more):
    """The document of a gate of one cell."""
    cell = {"cell": "a", "metric": "ns_per_operation", "verdict": "PASS", "reason": "", "paired": True,
            "effect": {"estimate": effect, "low": effect - 0.001, "high": effect + 0.001},
            "control_effect": None, "confirmation": None, "p_value": 0.5, "mde": 0.004,
            "minimal_effect": 0.02, "base_ns": 100, "head_ns": 100 * (1 + effect), "replicates": 20,
            "slices": 50, "warnings": []}
    return {"schema": "pmembench-comparison", "version": 1, "kind": "gate",
            "created_utc": "2026-01-01T00:00:00Z", "command_line": "", "seed": "1", "verdict": "PASS",
            "exit": 0, "sentence": "none got slower",
            "base": {"label": "v1", "version": "", "machine_fingerprint": "m", "run": None},
            "head": {"label": label, "version": "", "machine_fingerprint": "m", "run": None},
            "environment_differences": [], "minimal_effect": 0.02, "confidence": 0.95,
            "expected_false_alarms": 0.001, "replicates": 20, "slices": 50, "base_only": [],
            "head_only": [], "cells": [cell]} | more


@pytest.fixture
def record(pmembench):
    def add(document, *words):
        (pmembench.folder / "gate.json").write_text(json.dumps(document))
        return pmembench("history", "--add", "gate.json", *words)
    return add


def test_a_step_alarms_until_it_is_accepted(pmembench, record):
    for i in range(10):
        outcome = record(gate(f"c{i}", 0.001 * (i % 3)))
        assert (outcome.status, outcome.err) == (0, "")
    outcome = record(gate("slow", 0.05))
    assert outcome.status == 1
    lines = outcome.out.splitlines()
    assert lines[0] == "a, ns_per_operation"
    assert lines[1].startswith("  against v1 on machine m: 11 points  ")
    assert lines[1].endswith("█")
    assert any("slow" in line and line.endswith("point alarm") for line in lines)
    assert lines[-1] == ("the last point of a series alarms; if its level is right, say so with "
                         "`pmembench baseline accept --reason TEXT`")
    accepted = pmembench("baseline", "accept", "--reason", "checksums", "--cell", "a")
    assert (accepted.status, accepted.out) == (0, "accepted the newest point of 1 series: checksums\n")
    assert pmembench("history", "a").status == 0
    shown = pmembench("baseline", "show").out.splitlines()
    assert shown[0].split() == ["cell", "metric", "machine", "reference", "points", "since", "reason"]
    assert shown[1].split()[-1] == "checksums"
    assert pmembench.sql("SELECT accepted, reason FROM history_points WHERE label = 'slow'") == [
        (1, "checksums")]


def test_the_document_is_kept_and_the_history_is_one_too(pmembench, record):
    record(gate("c0", 0.01))
    document = json.loads(pmembench("history", "--json").out)
    assert (document["schema"], document["version"]) == ("pmembench-history", 1)
    series, = document["series"]
    assert (series["cell"], series["reference"], series["machine_fingerprint"]) == ("a", "v1", "m")
    point, = series["points"]
    assert point["ratio"] == pytest.approx(1.01)
    assert (point["label"], point["alarm"], point["accepted"], point["limit"]) == ("c0", "", False, None)
    assert pmembench.sql("SELECT kind, verdict FROM documents") == [("gate", "PASS")]


def test_nothing_recorded_is_said(pmembench, record):
    record(gate())
    pmembench.sql("SELECT 1")
    outcome = pmembench("history", "b")
    assert outcome.status == 2
    assert outcome.error() == ("pmembench.db has no point of b in its history: `pmembench history` "
                               "lists the cells")


@pytest.mark.parametrize(("document", "sentence"), [
    (gate(kind="compare"), "gate.json is of the kind 'compare', and only a gate measures head and base "
                           "in one session: give what `pmembench gate --json` wrote"),
    (gate(cells=[]), "gate.json holds no trusted effect (none got slower): nothing is recorded; run the "
                     "gate again"),
    (gate(version=2), "gate.json: this comparison document is of version 2 and this pmembench knows "
                      "version 1: read it with the pmembench that wrote it"),
    ([], "gate.json: this is not a comparison document: its \"schema\" is not \"pmembench-comparison\"; "
         "give what `pmembench gate --json` or `pmembench compare --json` wrote"),
])
def test_what_is_no_gate_is_not_recorded(pmembench, record, document, sentence):
    outcome = record(document)
    assert outcome.status == 2
    assert outcome.error() == sentence
    assert not (pmembench.folder / "pmembench.db").exists()
