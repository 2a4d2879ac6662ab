"""From node to node on this host, whatever it has: the campaign that ships, made small."""

from __future__ import annotations

import json
from pathlib import Path

from command import ROOT, TINY

NODES = [int(path.name[4:]) for path in sorted(Path("/sys/devices/system/node").glob("node[0-9]*"))]
SMALL = ["--set", "minimum_replicates=1", "--set", "maximum_replicates=1", "--set", "slices=2",
         "--set", "slice=100us", "--set", "range_size=1M"]
PLACED = TINY + "    placement: cpu_node=each\n"


def test_the_campaign_that_ships_measures_every_pair_of_this_host(pmembench):
    outcome = pmembench("run", ROOT / "configs/numa.yaml", *SMALL)
    assert outcome.status == 0, outcome.err
    assert outcome.out.count("\nnodes: latency of movnt/mapped/chase/") == 1
    assert outcome.out.count("\nnodes: bandwidth of movnt/direct/sequential/") == 2
    for node in NODES:
        assert f"to node {node}" in outcome.out
    if NODES == [0]:
        assert "one node with CPUs, and one memory that it reaches: nothing is far" in outcome.out
        assert "skipped: interleave needs two NUMA nodes with memory, and this host has one" in outcome.out
    shown = pmembench("show", "--numa")
    assert shown.status == 0
    assert shown.out in outcome.out
    document = json.loads(pmembench("show", "--numa", "--json").out)
    assert document["schema"] == "pmembench-numa"
    assert [matrix["measure"] for matrix in document["matrices"]] == [
        "latency_ns", "bytes_per_s", "bytes_per_s"]
    (stored,) = pmembench.sql("SELECT document FROM documents WHERE kind = 'numa' AND run_id = 1")
    assert json.loads(stored[0]) == document


def test_a_row_says_its_pair_and_that_each_page_was_asked_for(pmembench):
    outcome = pmembench.run("--media", "dram:4M,node=each,pages=4k", campaign=PLACED)
    assert outcome.status == 0, outcome.err
    for row in outcome.rows():
        assert row["numa"]["group"] == "movnt/direct/random/operation_size=64B,access=write/t1"
        assert row["numa"]["measure"] == "bytes_per_s"
        node = row["numa"]["target_node"]
        assert row["numa"]["target"] == f"node {node}"
        assert row["medium"]["node_share"] == {str(node): 1.0}
        assert row["medium"]["pages_asked"] == 1024


def test_pages_are_dealt_out_as_they_were_asked_for(pmembench):
    outcome = pmembench.run("--media", "dram:4M,interleave=0:3,pages=4k", campaign=PLACED)
    assert outcome.status == 0, outcome.err
    row = outcome.rows()[0]
    assert row["status"] == "ok", row["reason"]
    assert row["medium"]["node_share"] == {"0": 1.0}
    assert row["numa"]["interleave"] == [[0, 3]]
    outcome = pmembench.run("--media", "dram:4M,interleave=0:3+999:1,pages=4k", campaign=PLACED)
    assert outcome.status == 3
    assert "this host has no node 999: it has 0" in outcome.rows()[0]["reason"]


def test_each_is_refused_where_one_medium_is_meant(pmembench):
    outcome = pmembench.run("--media", "dram:4M,interleave=0:1,node=each", campaign=PLACED)
    assert outcome.status == 2
    assert "node= and interleave= both name the nodes of the pages; write one of them" in outcome.err


def test_a_run_without_pairs_has_no_matrix(pmembench):
    assert pmembench.run().status == 0
    outcome = pmembench("show", "--numa")
    assert outcome.status == 2
    assert outcome.err == ("pmembench: no row of this run was placed by nodes: measure "
                           "configs/numa.yaml, or give placement cpu_node=N\n")
