"""pmembench mlc: MLC's modes, measured by ours, in MLC's tables."""

from __future__ import annotations

import os
import re

import pytest

SHORT = ("--set", "minimum_replicates=1", "--set", "maximum_replicates=1", "--set", "slices=2",
         "--set", "slice=1ms", "--set", "budget=20s", "--set", "media=dram:4M")
needs_two_cpus = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one CPU")


def taken(outcome) -> str:
    assert outcome.status in (0, 5), outcome.err
    return outcome.out


@needs_two_cpus
def test_loaded_latency_is_mlcs_table_with_intervals(pmembench):
    out = taken(pmembench("mlc", "--loaded_latency", "-d0", *SHORT, "--set", "pause=0,300"))
    lines = out.splitlines()
    assert "Inject\tLatency\tBandwidth" in lines and "Delay\t(ns)\tMB/sec" in lines
    rows = [line.split("\t") for line in lines if re.match(r" \d{5}\t", line)]
    assert [row[0].strip() for row in rows] == ["00000", "00300"]
    for row in rows:
        assert float(row[1]) > 0 and float(row[2]) > 0
        assert row[3].startswith("[") and row[4].startswith("[")
    path = pmembench.folder / "mlc.txt"
    path.write_text(out)
    assert pmembench("import", path).status == 0, "our importer reads our table"


def test_idle_latency_is_in_parentheses_as_mlc_prints_it(pmembench):
    out = taken(pmembench("mlc", "--idle_latency", *SHORT))
    assert re.search(r"Each iteration took [\d.]+ ns\t\([\d.]+ ns\)", out)


def test_matrices_have_a_row_for_each_node(pmembench):
    for mode, head in (("--latency_matrix", "(in ns)"), ("--bandwidth_matrix", "MB/sec")):
        out = taken(pmembench("mlc", mode, *SHORT, "--set", "media=dram:4M,node=each"))
        assert head in out and "\t\tNuma node\n" in out
        assert re.search(r"node \d+ to node \d+: [\d.]+ ", out)


def test_peaks_have_mlcs_names(pmembench):
    out = taken(pmembench("mlc", "--peak_injection_bandwidth", *SHORT))
    names = [line.split(":\t")[0].strip() for line in out.splitlines() if ":\t" in line]
    assert names == ["ALL Reads", "3:1 Reads-Writes", "2:1 Reads-Writes", "1:1 Reads-Writes",
                     "Stream-triad like"]


@needs_two_cpus
def test_transfers_are_those_of_a_clean_and_of_a_dirty_line(pmembench):
    out = taken(pmembench("mlc", "--c2c_latency", *SHORT))
    assert re.search(r"^Local Socket L2->L2 HIT  latency\t[\d.]+\t\[", out, re.MULTILINE)
    assert re.search(r"^Local Socket L2->L2 HITM latency\t[\d.]+\t\[", out, re.MULTILINE)
    assert re.search(r"^CPU \d+ to CPU \d+, HITM: [\d.]+ ns ", out, re.MULTILINE)
    path = pmembench.folder / "c2c.txt"
    path.write_text(out)
    assert pmembench("import", path).status == 0


def test_a_scan_has_a_line_for_each_region(pmembench):
    out = taken(pmembench("mlc", "--memory_bandwidth_scan", "-b16m", *SHORT[:-2]))
    assert re.findall(r"^from +(\S+) :\t[\d.]+\t\[", out, re.MULTILINE) == [
        "0B", "2M", "4M", "6M", "8M", "10M", "12M", "14M"]


def test_options_that_have_no_key_are_named(pmembench):
    outcome = pmembench("mlc", "--idle_latency", "-e", "-x2", *SHORT)
    assert "passed over: -e" in outcome.err and "passed over: -x2" in outcome.err


def test_the_campaign_can_be_looked_at(pmembench):
    out = pmembench("mlc", "--loaded_latency", "-W5", "--dry-run").out
    assert "workload: loaded" in out and "read_share: 50" in out
    (pmembench.folder / "m.yaml").write_text(out)
    assert pmembench("run", "m.yaml", "--dry-run").status == 0


@pytest.mark.parametrize(("words", "fact"), [
    ((), "needs a mode"), (("--nosuch",), "no mode --nosuch"),
    (("--loaded_latency", "-Wx"), "-Wx")])
def test_wrong_words_are_refused(pmembench, words, fact):
    outcome = pmembench("mlc", *words)
    assert outcome.status == 2 and fact in outcome.error()
    assert not (pmembench.folder / "pmembench.db").exists()
