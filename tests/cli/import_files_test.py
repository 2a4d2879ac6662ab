"""Files of other tools, as the tools make them: every number of a row is that of the file, exactly."""

from __future__ import annotations

import json
import subprocess

import foreign_files as files
import pytest

needs_fio = pytest.mark.skipif(files.FIO is None, reason="fio is not installed")
needs_gbench = pytest.mark.skipif(not files.GBENCH.exists(),
                                  reason="built without Google Benchmark")


@pytest.fixture
def imported(pmembench):
    def call(path):
        outcome = pmembench("import", path, "--json")
        assert outcome.status == 0, outcome.err
        rows = {row["cell"]: row for row in outcome.rows()}
        assert len(rows) == len(outcome.rows()), "names are unique"
        assert all(row["claim"] == "imported" and row["source"] for row in rows.values())
        return rows

    return call


def without_interval(estimate: dict) -> float:
    assert estimate["has_interval"] is False
    assert estimate["low"] is None and estimate["high"] is None
    return estimate["estimate"]


def check_fio_direction(row: dict, part: dict, kind: str) -> None:
    assert without_interval(row["operations_per_s"]) == part["iops"]
    assert without_interval(row["bytes_per_s"]) == part["bw_bytes"]
    assert without_interval(row["ns_per_operation"]) == 1e9 / part["iops"]
    assert (row["operations"], row["bytes"]) == (part["total_ios"], part["io_bytes"])
    latency, given = row["latency_ns"], part[f"{kind}_ns"]
    assert latency["mode"] == kind
    assert (latency["n"], latency["mean"], latency["min"], latency["max"]) == tuple(
        given[name] for name in ("N", "mean", "min", "max"))
    assert row["figures"][f"{kind}_ns_stddev"] == given["stddev"]
    for key, value in given.get("percentile", {}).items():
        name = f"p{float(key):g}"
        found = latency[name] if name in latency else row["figures"][f"{kind}_ns_{name}"]
        assert found == value, key
    for other in {"slat", "clat", "lat"} - {kind}:
        for name in ("min", "max", "mean", "stddev"):
            if f"{other}_ns" in part:
                assert row["figures"][f"{other}_ns_{name}"] == part[f"{other}_ns"][name]


@needs_fio
@pytest.mark.parametrize("form", ["json", "json+"])
@pytest.mark.parametrize("name", files.FIO_JOBS)
def test_fio(imported, pmembench, tmp_path, name, form):
    path = files.fio_file(tmp_path, name, form)
    document = json.loads(path.read_text()[path.read_text().index("{"):])
    rows = imported(path)
    expected = [(job, direction) for job in document["jobs"] for direction in ("read", "write", "trim")
                if job[direction]["total_ios"] > 0]
    assert len(rows) == len(expected)
    for (job, direction), row in zip(expected, rows.values()):
        part = job[direction]
        assert row["cell"].split(" #")[0] == f"{name}/{direction}"
        assert row["source"] == document["fio version"]
        kind = "clat" if "percentile" in part["clat_ns"] else "lat"
        check_fio_direction(row, part, kind)
        (found,) = pmembench.sql("SELECT coalesce(sum(n), 0) FROM histograms JOIN replicates ON "
                                 "replicates.id = replicate_id JOIN cells ON cells.id = cell_id "
                                 f"WHERE cell = '{row['cell']}'")
        bins = part[f"{kind}_ns"].get("bins", {})
        assert found[0] == sum(bins.values())
        assert bool(bins) == (form == "json+")


GBENCH_FLAGS = {
    "plain": [],
    "repeated": ["--benchmark_repetitions=3"],
    "aggregates": ["--benchmark_repetitions=3", "--benchmark_report_aggregates_only=true"],
    "six": ["--benchmark_repetitions=6"],
}


@needs_gbench
@pytest.mark.parametrize("name", GBENCH_FLAGS)
def test_google_benchmark(imported, tmp_path, name):
    path = files.gbench_file(tmp_path, name, *GBENCH_FLAGS[name])
    entries = json.loads(path.read_text().replace("NaN", "null").replace("Infinity", "null"))["benchmarks"]
    factor = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
    rows = imported(path)
    measured: dict[tuple, list[dict]] = {}
    for entry in entries:
        if entry["run_type"] == "iteration" and not entry.get("error_occurred"):
            key = entry.get("family_index"), entry.get("per_family_instance_index"), entry["run_name"]
            measured.setdefault(key, []).append(entry)
    found = [row for row in rows.values() if row["status"] == "ok" and row["slices"]]
    assert len(found) == len(measured)
    for row, repetitions in zip(found, measured.values()):
        times = sorted(each["real_time"] * factor[each["time_unit"]] for each in repetitions)
        assert row["replicates"] == len(times)
        assert row["ns_per_operation"]["has_interval"] == (len(times) >= 6)
        if len(times) == 1:
            assert row["ns_per_operation"]["estimate"] == times[0]
        assert row["operations"] == sum(each["iterations"] for each in repetitions)
    if name == "aggregates":
        means = [entry for entry in entries if entry.get("aggregate_name") == "mean"]
        assert means and len(means) == len([row for row in rows.values() if row["status"] == "ok"])
        for mean in means:
            row = rows[mean["run_name"]]
            assert without_interval(row["ns_per_operation"]) == mean["real_time"] * factor[mean["time_unit"]]


@pytest.mark.parametrize(("name", "separator", "seed"), [("tabs", "\t", 1), ("blanks", "   ", 2)])
def test_mlc_loaded_latency(imported, tmp_path, name, separator, seed):
    path, expected = files.mlc_loaded(tmp_path, name, separator, seed)
    rows = imported(path)
    assert len(rows) == len(expected)
    for delay, latency, bandwidth in expected:
        row = rows[f"mlc/loaded_latency/Read-only/delay={delay:05}"]
        assert row["latency_ns"]["mean"] == latency
        assert without_interval(row["ns_per_operation"]) == latency
        assert without_interval(row["bytes_per_s"]) == bandwidth * 1e6


@pytest.mark.parametrize("latency", [True, False])
@pytest.mark.parametrize("nodes", [1, 4])
def test_mlc_matrices(imported, tmp_path, latency, nodes):
    path, expected = files.mlc_matrix(tmp_path, "matrix", latency, nodes, nodes)
    rows = imported(path)
    assert len(rows) == nodes * nodes
    for (initiator, target), value in expected.items():
        kind = "latency" if latency else "bandwidth"
        row = rows[f"mlc/{kind}_matrix/node {initiator} to node {target}"]
        assert (row["numa"]["initiator_node"], row["numa"]["target_node"]) == (initiator, target)
        found = row["latency_ns"]["mean"] if latency else without_interval(row["bytes_per_s"])
        assert found == (value if latency else value * 1e6)


def test_mlc_peaks(imported, tmp_path):
    path, expected = files.mlc_peaks(tmp_path, 5)
    rows = imported(path)
    assert {cell: without_interval(row["bytes_per_s"]) for cell, row in rows.items()} == {
        f"mlc/peak_injection_bandwidth/{name}": value * 1e6 for name, value in expected.items()}


@pytest.mark.parametrize("share", [0, 50, 100])
def test_mess_curves(imported, tmp_path, share):
    path, expected = files.mess_curve(tmp_path, share, share)
    rows = list(imported(path).values())
    assert [(without_interval(row["bytes_per_s"]), row["latency_ns"]["mean"]) for row in rows] == [
        (bandwidth * 1e6, latency) for bandwidth, latency in expected]
    assert {row["parameters"]["read_share"] for row in rows} == {str(share)}


def test_a_mess_folder(imported, tmp_path):
    folder = tmp_path / "mess"
    folder.mkdir()
    expected = [point for share in (0, 100) for point in files.mess_curve(folder, share, 7)[1]]
    rows = list(imported(folder).values())
    assert [row["latency_ns"]["mean"] for row in rows] == [latency for _, latency in expected]


@pytest.mark.parametrize("scenarios", [1, 3])
def test_pmdk(imported, tmp_path, scenarios):
    path, expected = files.pmdk_csv(tmp_path, scenarios, scenarios)
    rows = imported(path)
    assert len(rows) == len(expected)
    for given in expected:
        row = rows[f"{given['scenario']}/threads=1/data-size={given['data-size']}"]
        assert without_interval(row["operations_per_s"]) == float(given["ops-per-second[1/sec]"])
        latency = row["latency_ns"]
        for name, column in (("mean", "latency-avg[nsec]"), ("min", "latency-min[nsec]"),
                             ("max", "latency-max[nsec]"), ("p50", "latency-pctl-50.0%[nsec]"),
                             ("p99", "latency-pctl-99.0%[nsec]"), ("p99.9", "latency-pctl-99.9%[nsec]")):
            assert latency[name] == float(given[column]), column
        assert row["figures"]["total-max_s"] == float(given["total-max[sec]"])


def test_perf_stat_as_it_is_written(imported, tmp_path):
    counters = {"task-clock": (1234.5, "msec"), "cache-misses": (99.0, "")}
    rows = imported(files.perf_file(tmp_path, counters))
    assert rows["perf stat"]["figures"] == {"task-clock [msec]": 1234.5, "cache-misses": 99.0}


def test_perf_stat_of_perf(imported, tmp_path):
    path = tmp_path / "perf.json"
    if files.PERF is None:
        pytest.skip("perf is not installed")
    done = subprocess.run([files.PERF, "stat", "-j", "-e", "task-clock,page-faults", "-o", path, "true"],
                          capture_output=True, text=True, timeout=60)
    if done.returncode != 0 or not path.exists() or "counter-value" not in path.read_text():
        pytest.skip(f"perf cannot count here: {done.stderr.strip()[:80]}")
    figures = imported(path)["perf stat"]["figures"]
    for line in path.read_text().splitlines():
        if not line.startswith("{"):
            continue
        counter = json.loads(line)
        if "event" not in counter or counter["counter-value"].startswith("<"):
            continue
        name = counter["event"] + (f" [{counter['unit']}]" if counter["unit"] else "")
        assert figures[name] == float(counter["counter-value"])


def test_hyperfine(imported, tmp_path):
    times = [0.101, 0.102, 0.103, 0.104, 0.105, 0.107]
    row = imported(files.hyperfine_file(tmp_path, times))["true"]
    assert (row["replicates"], row["ns_per_operation"]["has_interval"]) == (6, True)
    assert row["figures"]["mean_s"] == sum(times) / 6
