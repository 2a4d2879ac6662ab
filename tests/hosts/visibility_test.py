"""pmembench-mpi visibility and pmembench visibility: coherent memory, and a model that is not."""

from __future__ import annotations

import json
import subprocess

from ranks import BINARY, PLUGINS

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


def test_two_processes_of_one_host_are_coherent(tmp_path):
    done = subprocess.run([BINARY, "visibility", "--tries", "300", "--json"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pair = json.loads(done.stdout)["pairs"][0]
    assert pair["verdict"] == "coherent"
    assert "cannot tell" in pair["sentence"]
    assert sum(cell.get("tries", 0) for cell in pair["cells"]) > 0


def test_two_processes_on_the_model_need_both_instructions(tmp_path):
    done = subprocess.run([BINARY, "visibility", "--tries", "300", "--host-memory", MODEL, "--store", "none,movdir64b",
                           "--json", "--db", "v.db"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pair = json.loads(done.stdout)["pairs"][0]
    assert pair["verdict"] == "safe"
    assert pair["safe_sequence"] == {"store": "movdir64b", "load": "clflush"}
    unsafe = subprocess.run([BINARY, "visibility", "--tries", "300", "--host-memory", MODEL, "--store", "none"],
                            cwd=tmp_path, capture_output=True, text=True)
    assert unsafe.returncode == 1
    assert "no sequence that was tried is safe" in unsafe.stdout


def test_the_self_test_catches_every_wrong_program(tmp_path):
    done = subprocess.run([BINARY, "visibility", "--self-test", "--json"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    programs = json.loads(done.stdout)["programs"]
    assert sum(program["must_be_wrong"] for program in programs) >= 7
    assert all(program["as_expected"] for program in programs)


def test_wrong_words_are_refused_with_those_that_there_are(tmp_path):
    for words, part in ((["--store", "clwbb"], "clwb"), (["--load", "fast"], "nontemporal"), (["--limit", "5"], "--limit"),
                        (["--media", "block:/x"], "dram, file or devdax"), (["--host-memory-options", "a=1"], "--host-memory"),
                        (["--host-memory", "/nowhere.so"], "/nowhere.so")):
        done = subprocess.run([BINARY, "visibility", *words], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode in (2, 3) and part in done.stderr, (words, done.stderr)
