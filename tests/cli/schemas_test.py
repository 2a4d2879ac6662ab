"""Every document that --json prints keeps to its schema in docs/schemas/."""

from __future__ import annotations

import copy
import json
import os
import sqlite3

import pytest
from command import BINARY, ROOT, TINY
from history_command_test import gate as trusted_gate
from fleet_stores import store_of

jsonschema = pytest.importorskip("jsonschema")

SCHEMAS = ROOT / "docs/schemas"
NAMES = sorted(path.name.removesuffix(".schema.json") for path in SCHEMAS.glob("*.json"))
needs_two_cpus = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one CPU")

# A cell of each kind of row: whole slices, timed, at a rate with time slots, not possible here.
KINDS = TINY + """
  - workload: random
    backend: movnt
    operation_size: 64
    timing: operation
  - workload: random
    matrix: {backend: [movnt, "null"]}
    timing: operation
    arrival: fixed
    rate: 20k
    slots: 1ms
  - workload: chase
    backend: movnt
    path: mapped
  - workload: random
    backend: movnt
    threads: 200
"""


def schema_of(name: str) -> dict:
    return json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))


def validator(name: str):
    schema = schema_of(name)
    resolver = jsonschema.RefResolver(f"{SCHEMAS.as_uri()}/", schema)
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def keeps_to(name: str, document) -> None:
    errors = [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(document)]
    assert errors == [], f"{name}: {errors[:5]}"


def printed(outcome, *statuses: int):
    assert outcome.status in (statuses or (0,)), outcome.err
    return json.loads(outcome.out)


def stored(path, query: str) -> list[tuple]:
    with sqlite3.connect(path) as store:
        return store.execute(query).fetchall()


@pytest.fixture
def measured(pmembench):
    """A store with a run that has a row of each kind; its rows."""
    outcome = pmembench.run(campaign=KINDS)
    assert outcome.out, outcome.err
    return outcome.rows()


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one(name):
    jsonschema.Draft202012Validator.check_schema(schema_of(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_refuses_what_is_not_its_document(name):
    assert list(validator(name).iter_errors({"no": "document"})) != []
    assert list(validator(name).iter_errors([])) != []


def test_rows(pmembench, measured):
    assert {row["status"] for row in measured} == {"ok", "skipped"}
    assert any(row.get("service_ns") for row in measured)
    for row in measured:
        keeps_to("row", row)
    exported = pmembench("export", "--format", "jsonl").rows()
    for row in pmembench("show", "--json").rows() + exported:
        keeps_to("row", row)


def test_a_row_that_lost_or_gained_a_key_is_refused(measured):
    whole = measured[0]
    for key in whole:
        damaged = {name: value for name, value in whole.items() if name != key}
        assert not validator("row").is_valid(damaged), key
    assert not validator("row").is_valid(whole | {"new": 1})
    wrong = copy.deepcopy(whole)
    wrong["ns_per_operation"]["estimate"] = "fast"
    assert not validator("row").is_valid(wrong)


def test_what_the_store_keeps_of_a_run(pmembench, measured):
    assert measured
    for medium, details in pmembench.sql("SELECT medium, details FROM replicates"):
        keeps_to("medium", json.loads(medium))
        keeps_to("details", json.loads(details))
    ((environment, plan),) = pmembench.sql("SELECT environment, plan FROM runs")
    keeps_to("probe", json.loads(environment))
    keeps_to("plan", json.loads(plan))
    for kind, document in pmembench.sql("SELECT kind, document FROM documents"):
        keeps_to(kind, json.loads(document))


def test_runs_and_plans(pmembench, measured):
    assert measured
    (run,) = pmembench("show", "--runs", "--json").rows()
    keeps_to("runs", run)
    keeps_to("plan", printed(pmembench("run", "tiny.yaml", "--dry-run", "--json")))


@pytest.mark.parametrize("what", [(), ("backends",), ("media",), ("paths",), ("workloads",), ("campaigns",),
                                  ("commands",)])
def test_lists(pmembench, what):
    keeps_to("list", printed(pmembench("list", *what, "--json")))


def test_probe(pmembench):
    keeps_to("probe", printed(pmembench("probe", "--json")))
    (pmembench.folder / "empty").mkdir()
    keeps_to("probe", printed(pmembench("probe", "--root", "empty", "--json")))


def test_check(pmembench):
    keeps_to("check", printed(pmembench("check", "movnt", "--json")))


def test_crash(pmembench):
    keeps_to("crash", printed(pmembench("crash", "--crashes", "50", "--json")))


def test_fsck(pmembench):
    medium = pmembench.folder / "medium"
    medium.write_bytes(bytes(4 << 20))
    assert pmembench("mkfs", f"file:{medium}").status == 0
    clean = printed(pmembench("fsck", f"file:{medium}", "--json"))
    whole = medium.read_bytes()
    medium.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    broken = printed(pmembench("fsck", f"file:{medium}", "--json"), 1)
    for document in (broken, clean):
        keeps_to("fsck", document)


def test_layers(pmembench):
    for media in ("dram:1M", "stripe:2,4K:dram:1M+dram:1M"):
        keeps_to("layers", printed(pmembench("layers", media, "--find", "#1", "--find", "/none", "--json"), 1))
    keeps_to("lookup", printed(pmembench("lookup", "dram:1M", "--json")))
    keeps_to("lookup", printed(pmembench("lookup", "dram:1M", "--layer", "block-rmw", "--json"), 1))


def test_visibility(pmembench):
    words = ("visibility", "--tries", "50", "--store", "none,clwb,movdir64b", "--load", "plain", "--json", "--db", "v.db")
    document = printed(pmembench(*words))
    keeps_to("visibility", document)
    ((kept,),) = stored(pmembench.folder / "v.db", "SELECT document FROM documents WHERE kind = 'visibility'")
    assert json.loads(kept) == document


def test_fleet(pmembench):
    parts = [store_of(pmembench, "n01"), store_of(pmembench, "n02", shift=1)]
    document = printed(pmembench("fleet", *parts, "--json"))
    keeps_to("fleet", document)
    merged = pmembench("merge", *parts, "--db", "fleet.db", "--json")
    assert merged.status == 0, merged.err
    for row in merged.rows():
        keeps_to("row", row)
    for kind, kept in stored(pmembench.folder / "fleet.db", "SELECT kind, document FROM documents"):
        keeps_to(kind, json.loads(kept))
    ((plan,),) = stored(pmembench.folder / "fleet.db", "SELECT plan FROM runs")
    keeps_to("plan", json.loads(plan))


def test_rules(pmembench):
    keeps_to("rules", printed(pmembench("rules", "--json")))


def test_characterize(pmembench):
    keeps_to("characterize",
             printed(pmembench("characterize", "--self-test", "1", "--only", "fence", "--json")))


def test_datasheet(pmembench):
    outcome = pmembench("characterize", "--media", "dram:1M", "--only", "fence,figures", "--budget", "1ms",
                        "--self-test", "1", "--json")
    keeps_to("datasheet", printed(outcome, 0, 5))
    for kind, document in pmembench.sql("SELECT kind, document FROM documents WHERE kind = 'datasheet'"):
        keeps_to(kind, json.loads(document))


def test_replay(pmembench):
    log = pmembench.folder / "log"
    log.write_bytes(bytes(64 << 20))
    pmembench.run("--media", f"logwrites:dram:1M,log=file:{log}", "--destroy", campaign=TINY)
    keeps_to("replay", printed(pmembench("replay", f"file:{log}", "--fsck", "--json")))


def test_derived_lines(pmembench):
    campaign = TINY.replace("  - workload: random", "  - workload: durability").replace(
        "    access: write\n    operation_size: 64", "    matrix: {step: [store, store_flush]}")
    lines = pmembench.run(campaign=campaign.replace("movnt", "eadr")).rows()
    assert lines
    for line in lines:
        keeps_to("derived_line" if "derived" in line else "row", line)


def test_numa(pmembench):
    campaign = TINY + "    placement: cpu_node=each\n"
    assert pmembench.run("--media", "dram:4M,node=each", campaign=campaign).out
    keeps_to("numa", printed(pmembench("show", "--numa", "--json")))


@needs_two_cpus
def test_curve(pmembench):
    outcome = pmembench("curve", "--media", "dram:2M", "--rounds", "1", "--points", "4", "--budget",
                        "100s", "--slice", "1ms", "--threads", "2", "--json")
    keeps_to("curve", printed(outcome))
    for medium, details in pmembench.sql("SELECT medium, details FROM replicates"):
        keeps_to("medium", json.loads(medium))
        keeps_to("details", json.loads(details))


def test_slo(pmembench):
    words = ("slo", pmembench.campaign(TINY), "--processes", "1", "--budget", "1s", "--slo",
             "p50=10s", "--json")
    keeps_to("slo", printed(pmembench(*words), 0, 1))


def test_micro(pmembench):
    outcome = pmembench("micro", "--benchmark_filter=^dram:auto/null/direct/random/.*access=write/t1",
                        "--backend", "null", "--set", "operation_size=4K",
                        "--benchmark_min_time=0.01", "--json")
    if "was built without Google Benchmark" in outcome.err:
        pytest.skip("built without Google Benchmark")
    keeps_to("row", outcome.row())
    ((details,),) = pmembench.sql("SELECT details FROM replicates")
    keeps_to("details", json.loads(details))


GATE = TINY.replace("budget: 60s", "budget: 1ms")


def test_gate_compare_and_history(pmembench):
    gate = printed(pmembench("gate", pmembench.campaign(GATE), "--replicates", "7", "--head", BINARY,
                             "--head-label", "new", "--base-label", "v1", "--json"), 0, 1, 4)
    keeps_to("comparison", gate)
    (pmembench.folder / "gate.json").write_text(json.dumps(gate))
    added = pmembench("history", "--add", "gate.json")
    if added.status != 0:
        # On a busy host a gate may trust no effect, and then there is no point to add: one that does stands for it.
        assert "holds no trusted effect" in added.err, added.err
        (pmembench.folder / "gate.json").write_text(json.dumps(trusted_gate()))
        assert pmembench("history", "--add", "gate.json").status == 0
    history = printed(pmembench("history", "--json"), 0, 1)
    assert history["series"]
    keeps_to("history", history)
    for _ in range(2):
        pmembench.run(campaign=TINY)
    compared = pmembench("compare", 1, "pmembench.db:2", "--json")
    keeps_to("comparison", json.loads(compared.out))


def test_self_test(pmembench):
    document = printed(pmembench("gate", pmembench.campaign(GATE), "--self-test", "--slowdown", "50%",
                                 "--suites", "1", "--replicates", "6", "--json"), 0, 1, 3, 4)
    assert document["self_test"]
    keeps_to("comparison", document)
