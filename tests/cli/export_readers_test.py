"""What export writes, read by the programs that it is for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from command import TINY
from junit_rules import junit_faults

TIMED = TINY + "  - workload: random\n    backend: movnt\n    operation_size: 64\n    timing: operation\n"


def needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


@pytest.fixture
def exported(pmembench):
    assert pmembench.run(campaign=TIMED).status == 0

    def call(*words):
        outcome = pmembench("export", *words)
        assert outcome.status == 0, outcome.err
        return outcome.out

    return call


def test_promtool_finds_no_fault(exported):
    text = exported("--format", "prometheus")
    done = subprocess.run([needs("promtool"), "check", "metrics"], input=text, text=True,
                          capture_output=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert not re.search(r"^[a-z_]+\{[^}]*\} \S+ \d+$", text, re.MULTILINE), "no time stamps"


def test_a_prometheus_file_is_replaced_whole(exported, pmembench):
    path = pmembench.folder / "p.prom"
    exported("--format", "prometheus", "--out", path)
    before = path.stat().st_ino
    exported("--format", "prometheus", "--out", path, "--force")
    assert path.stat().st_ino != before, "renamed over, not written into"
    assert sorted(each.name for each in pmembench.folder.glob("*.prom*")) == ["p.prom"]


@pytest.mark.parametrize("form", ["gbench", "bencher", "github", "jsonl"])
def test_jq_reads_the_json_formats(exported, form):
    done = subprocess.run([needs("jq"), "-e", "."], input=exported("--format", form), text=True,
                          capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_context_of_google_benchmark_has_the_hosts_name(exported):
    with open("/proc/sys/kernel/hostname", encoding="utf-8") as name:
        assert json.loads(exported("--format", "gbench"))["context"]["host_name"] == name.read().strip()


def test_compare_py_of_google_benchmark_reads_two_runs(exported, pmembench):
    script = Path("/usr/share/benchmark/compare.py")
    if not script.exists():
        pytest.skip("libbenchmark-tools is not installed")
    exported("--format", "gbench", "--out", "a.json")
    done = subprocess.run([sys.executable, script, "-a", "benchmarks", pmembench.folder / "a.json",
                           pmembench.folder / "a.json"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "+0.0000" in re.sub(r"\x1b\[[0-9;]*m", "", done.stdout), done.stdout


def test_a_histogram_is_one_cells(exported):
    text = exported("--format", "hgrm")
    rows = [line.split() for line in text.splitlines()[2:] if not line.startswith("#")]
    values = [float(row[0]) for row in rows]
    counts = [int(row[2]) for row in rows]
    assert values == sorted(values) and counts == sorted(counts)
    assert float(rows[-1][1]) == 1


def test_hwloc_info_reads_the_attributes(pmembench):
    campaign = TINY.replace("media: dram:1M", "media: dram:1M,node=0\nplacement: cpu_node=0")
    if pmembench.run(campaign=campaign).status != 0:
        pytest.skip("memory cannot be placed on a node here")
    outcome = pmembench("export", "--format", "hwloc", "--out", "host.xml")
    assert outcome.status == 0, outcome.err
    path = pmembench.folder / "host.xml"
    assert ElementTree.parse(path).getroot().tag == "topology"
    done = subprocess.run([needs("hwloc-info"), "--input", path, "support"], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    lstopo = shutil.which("lstopo-no-graphics") or shutil.which("lstopo")
    if lstopo:
        shown = subprocess.run([lstopo, "--input", path, "--memattrs"], capture_output=True, text=True,
                               timeout=60)
        assert re.search(r"WriteBandwidth|Bandwidth", shown.stdout), shown.stdout


def test_a_run_without_nodes_has_no_attributes(exported, pmembench):
    outcome = pmembench("export", "--format", "hwloc")
    assert outcome.status == 2 and "was placed by nodes" in outcome.error()


def test_junit_is_what_both_schemas_take(pmembench):
    for _ in range(2):
        assert pmembench.run().status == 0
    pmembench("compare", 1, 2, "--junit", "j.xml")
    root = ElementTree.parse(pmembench.folder / "j.xml").getroot()
    assert junit_faults(root) == []
    junitparser = pytest.importorskip("junitparser")
    suite = junitparser.JUnitXml.fromfile(str(pmembench.folder / "j.xml"))
    assert suite.tests == 1


def test_curves_for_simulators(pmembench):
    outcome = pmembench.run(campaign=TINY.split("cells:")[0] + (
        "cells:\n  - workload: loaded\n    backend: movnt\n    threads: 2\n    media: dram:4M\n"
        "    matrix: {pause: [0, 1000], read_share: [100, 50]}\n"))
    if outcome.status != 0 or any(row["status"] != "ok" for row in outcome.rows() if "status" in row):
        pytest.skip("no load can be measured here")
    alone = pmembench("export", "--format", "bwlat")
    assert alone.status == 2 and "name a folder" in alone.error()
    assert pmembench("export", "--format", "bwlat", "--out", "curves").status == 0
    for share in (50, 100):
        rows = [[float(word) for word in line.split("\t")] for line in
                (pmembench.folder / f"curves/bwlat_{share}.txt").read_text().splitlines()]
        assert rows == sorted(rows, reverse=True) and len(rows) == 2
    assert pmembench("import", "curves").status == 0, "our importer reads our curves"


def test_one_select_is_a_flat_table(exported, pmembench):
    del exported
    columns = ("cell", "workload", "operation_size", "access", "ns_per_operation", "latency_p999_ns", "claim")
    rows = pmembench.sql(f"SELECT {', '.join(columns)} FROM v_rows ORDER BY cell")
    assert len(rows) == 2
    assert {row[2] for row in rows} == {"64"}
