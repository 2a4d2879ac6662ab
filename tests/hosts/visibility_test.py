"""pmembench-mpi visibility: coherent memory, and a model that is not."""

from __future__ import annotations

import json

from ranks import PLUGINS

MODEL = PLUGINS / "hosts/pmembench-private_lines.so"


def test_on_coherent_memory_hosts_cannot_tell(two_hosts, pool):
    two_hosts.count = 2
    outcome = two_hosts.run("visibility", "--media", f"file:{pool}", "--destroy", "--tries", 200, "--store", "none,clwb",
                            "--load", "plain", "--pairs", "ring", "--json")
    assert outcome.status == 0, outcome.err
    document = json.loads(outcome.out)
    assert [pair["verdict"] for pair in document["pairs"]] == ["coherent", "coherent"]
    assert {pair["writer"] for pair in document["pairs"]} == set(two_hosts.hosts)
    assert document["pairs"][0]["cells"][0]["sight_ns"]["clock_error"] > 0


def test_the_model_shows_which_sequences_are_safe(ranks, pool, tmp_path):
    outcome = ranks(2).run("visibility", "--media", f"file:{pool}", "--destroy", "--tries", 300, "--store", "none,clwb",
                           "--load", "plain,clflush", "--pairs", "ring", "--host-memory", MODEL, "--json",
                           "--db", tmp_path / "v.db")
    assert outcome.status == 0, outcome.err
    for pair in json.loads(outcome.out)["pairs"]:
        assert pair["verdict"] == "safe"
        assert pair["safe_sequence"] == {"store": "clwb", "load": "clflush"}


def test_the_whole_run_works_on_the_model(ranks, pool, campaign):
    path = campaign(f"file:{pool}")
    path.write_text(path.read_text().replace("backend: clwb", "backend: private_lines"))
    outcome = ranks(2).run("--plugin", MODEL, "run", path, "--ranges", "disjoint", "--destroy", "--json")
    assert outcome.status == 0, outcome.err
    assert [row["status"] for row in outcome.json_lines()] == ["ok"] * 3
