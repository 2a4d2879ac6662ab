"""pmembench visibility: two processes on coherent memory, and on a model that is not; its self-test."""

from __future__ import annotations

import json
import subprocess

from command import BINARY, PLUGINS

MODEL = PLUGINS / "hosts/pmembench-private_lines.so"


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


def test_the_results_file_is_not_the_memory_under_test(tmp_path):
    (tmp_path / "a.db").write_bytes(bytes(1 << 20))
    done = subprocess.run([BINARY, "visibility", "--tries", "10", "--media", "file:a.db", "--db", "a.db"],
                          cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2 and "a.db" in done.stderr, done.stderr
    assert (tmp_path / "a.db").read_bytes() == bytes(1 << 20)
