"""Files of other tools: made by the tool where it is installed, else written in the form it prints."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

from command import BINARY

FIO = shutil.which("fio")
PERF = shutil.which("perf")
GBENCH = BINARY.parent / "tests/results/gbench_sample"

# name, options beside size, file and output
FIO_JOBS = {
    "read": ["--rw=read", "--bs=4k"],
    "write": ["--rw=write", "--bs=64k", "--ioengine=psync"],
    "randread": ["--rw=randread", "--bs=4k", "--ioengine=mmap"],
    "randwrite": ["--rw=randwrite", "--bs=512", "--ioengine=sync"],
    "randrw": ["--rw=randrw", "--rwmixread=70", "--bs=4k"],
    "null": ["--rw=randread", "--bs=4k", "--ioengine=null"],
    "jobs": ["--rw=read", "--bs=4k", "--numjobs=2"],
    "grouped": ["--rw=write", "--bs=4k", "--numjobs=2", "--group_reporting", "--thread"],
    "latencies": ["--rw=randread", "--bs=4k", "--lat_percentiles=1", "--percentile_list=50:99:99.9"],
    "fsync": ["--rw=write", "--bs=4k", "--fsync=8"],
}


def fio_file(folder: Path, name: str, form: str) -> Path:
    path = folder / f"fio-{name}-{form.replace('+', 'plus')}.json"
    with path.open("w") as out:
        subprocess.run([FIO, f"--name={name}", "--size=1m", f"--filename={folder}/data",
                        f"--output-format={form}", *FIO_JOBS[name]], stdout=out, check=True,
                       stderr=subprocess.DEVNULL, timeout=60)
    return path


def gbench_file(folder: Path, name: str, *flags: str) -> Path:
    path = folder / f"gbench-{name}.json"
    subprocess.run([GBENCH, "--benchmark_min_time=0.001", f"--benchmark_out={path}",
                    "--benchmark_out_format=json", *flags], check=True, timeout=60,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return path


MLC_HEAD = "Intel(R) Memory Latency Checker - {version}\nCommand line parameters: {words}\n\n"
DELAYS = (0, 2, 8, 15, 50, 100, 200, 300, 400, 500, 700, 1000, 1300, 1700, 2500, 3500, 5000, 9000, 20000)


def mlc_loaded(folder: Path, name: str, separator: str, seed: int) -> tuple[Path, list[tuple]]:
    draw = random.Random(seed)
    rows = [(delay, round(draw.uniform(70, 300), 2), round(draw.uniform(1000, 250000), 1))
            for delay in DELAYS]
    text = MLC_HEAD.format(version="v3.11b", words="--loaded_latency")
    text += "Measuring Loaded Latencies for the system\nUsing Read-only traffic type\n"
    text += separator.join(("Inject", "Latency", "Bandwidth")) + "\n"
    text += separator.join(("Delay", "(ns)", "MB/sec")) + "\n" + "=" * 26 + "\n"
    text += "".join(f" {delay:05}{separator}{latency:.2f}{separator}{bandwidth:9.1f}\n"
                    for delay, latency, bandwidth in rows)
    path = folder / f"mlc-{name}.txt"
    path.write_text(text)
    return path, rows


def mlc_matrix(folder: Path, name: str, latency: bool, nodes: int, seed: int) -> tuple[Path, dict]:
    draw = random.Random(seed)
    values = {(a, b): round(draw.uniform(70, 300), 1) for a in range(nodes) for b in range(nodes)}
    text = MLC_HEAD.format(version="v3.9", words="--latency_matrix" if latency else "--bandwidth_matrix")
    text += ("Measuring idle latencies (in ns)...\n" if latency else
             "Measuring Memory Bandwidths between nodes within system\n"
             "Bandwidths are in MB/sec (1 MB/sec = 1,000,000 Bytes/sec)\nUsing Read-only traffic type\n")
    text += "\t\tNuma node\nNuma node" + "".join(f"\t{b:6}" for b in range(nodes)) + "\n"
    for a in range(nodes):
        text += f"{a:8}" + "".join(f"\t{values[a, b]:6.1f}" for b in range(nodes)) + "\n"
    path = folder / f"mlc-{name}.txt"
    path.write_text(text)
    return path, values


def mlc_peaks(folder: Path, seed: int) -> tuple[Path, dict[str, float]]:
    draw = random.Random(seed)
    names = ("ALL Reads", "3:1 Reads-Writes", "2:1 Reads-Writes", "1:1 Reads-Writes", "Stream-triad like")
    values = {name: round(draw.uniform(1e4, 3e5), 1) for name in names}
    text = MLC_HEAD.format(version="v3.7", words="--max_bandwidth")
    text += "Bandwidths are in MB/sec (1 MB/sec = 1,000,000 Bytes/sec)\n"
    text += "".join(f"{name:<17}:\t{value}\n" for name, value in values.items())
    path = folder / "mlc-peaks.txt"
    path.write_text(text)
    return path, values


def mess_curve(folder: Path, share: int, seed: int) -> tuple[Path, list[tuple[float, float]]]:
    draw = random.Random(seed)
    points = [(round(draw.uniform(300, 30000), 2), round(draw.uniform(90, 600), 2)) for _ in range(12)]
    points.sort(reverse=True)
    path = folder / f"bwlat_{share}.txt"
    path.write_text("".join(f"{bandwidth}\t{latency}\n" for bandwidth, latency in points))
    return path, points


PMDK_COLUMNS = (
    "total-avg[sec]", "ops-per-second[1/sec]", "total-max[sec]", "total-min[sec]",
    "total-median[sec]", "total-std-dev[sec]", "latency-avg[nsec]", "latency-min[nsec]",
    "latency-max[nsec]", "latency-std-dev[nsec]", "latency-pctl-50.0%[nsec]",
    "latency-pctl-99.0%[nsec]", "latency-pctl-99.9%[nsec]", "threads", "ops-per-thread", "data-size",
    "seed", "repeats")


def pmdk_csv(folder: Path, scenarios: int, seed: int) -> tuple[Path, list[dict[str, str]]]:
    draw = random.Random(seed)
    text, rows = "", []
    for scenario in range(scenarios):
        text += f"scenario_{scenario}: pmem_memcpy [4] [group: pmem]\n" + ";".join(PMDK_COLUMNS) + "\n"
        for size in (64, 128, 256, 512):
            total = draw.uniform(0.01, 2)
            low = draw.randrange(100, 900)
            values = [f"{total:.6f}", f"{100000 / round(total, 6):.6f}", f"{total * 1.1:.6f}",
                      f"{total * 0.9:.6f}", f"{total:.6f}", "0.000100", f"{low * 2}", f"{low}",
                      f"{low * 90}", "12.500000", f"{low * 2}", f"{low * 4}", f"{low * 9}", "1",
                      "100000", str(size), "0", "3"]
            rows.append(dict(zip(PMDK_COLUMNS, values)) | {"scenario": f"scenario_{scenario}"})
            text += ";".join(values) + "\n"
        text += "\n"
    path = folder / f"pmdk-{scenarios}.csv"
    path.write_text(text)
    return path, rows


def perf_file(folder: Path, counters: dict[str, tuple[float, str]]) -> Path:
    path = folder / "perf.json"
    path.write_text("".join(json.dumps({
        "counter-value": f"{value:.6f}", "unit": unit, "event": event, "event-runtime": 1000,
        "pcnt-running": 100.0}) + "\n" for event, (value, unit) in counters.items()))
    return path


def hyperfine_file(folder: Path, times: list[float]) -> Path:
    path = folder / "hyperfine.json"
    path.write_text(json.dumps({"results": [{
        "command": "true", "mean": sum(times) / len(times), "stddev": 0.001, "median": times[0],
        "user": 0.0, "system": 0.0, "min": min(times), "max": max(times), "times": times,
        "exit_codes": [0] * len(times)}]}))
    return path
