"""docs/interop.md: each command of its tables runs, on a file of the kind that the row is about."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys

import foreign_files as files
import foreign_inputs as inputs
import pytest
from command import BINARY, ROOT, TINY

PAGE = (ROOT / "docs/interop.md").read_text(encoding="utf-8")
ROWS = [[field.strip() for field in line.strip("|").split(" | ")] for line in PAGE.splitlines()
        if line.startswith("| ") and not line.startswith("| ---")]
COMMANDS = [match.group(1) for row in ROWS if len(row) == 3
            for match in [re.fullmatch(r"`((?:pmembench|sqlite3|python3) .*)`", row[1])] if match]

TIMED = TINY + "  - workload: random\n    backend: movnt\n    operation_size: 64\n    timing: operation\n"
PLACED = TINY.replace("media: dram:1M", "media: dram:1M,node=0\nplacement: cpu_node=0")
LOADED = TINY.split("cells:")[0] + ("cells:\n  - workload: loaded\n    backend: movnt\n    threads: 2\n"
                                    "    media: dram:4M\n    matrix: {pause: [0, 1000]}\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Runs 1 to 3 of a store, and a file of each kind under the name that the page gives it."""
    made = tmp_path_factory.mktemp("interop")
    for name, text in (("placed", PLACED), ("loaded", LOADED), ("timed", TIMED)):
        (made / f"{name}.yaml").write_text(text)
    for name in ("timed", "placed", "loaded", "timed"):
        subprocess.run([BINARY, "run", f"{name}.yaml"], cwd=made, capture_output=True, timeout=120, check=False)
    (made / "fio.json").write_text(
        '{"fio version": "fio-3.33", "jobs": [{"jobname": "a", "read": {"total_ios": 10, "iops": 5.0, '
        '"bw_bytes": 40960, "bw": 40, "io_bytes": 81920}}]}')
    (made / "gbench.json").write_text(
        '{"context": {}, "benchmarks": [{"name": "a", "real_time": 1.5, "time_unit": "ns", "x": NaN}]}')
    os.rename(files.mlc_loaded(made, "x", "\t", 1)[0], made / "mlc.txt")
    files.mess_curve(made, 100, 1)
    (made / "mess-folder").mkdir()
    files.mess_curve(made / "mess-folder", 50, 1)
    os.rename(files.pmdk_csv(made, 1, 1)[0], made / "pmdk.csv")
    files.perf_file(made, {"cache-misses": (1.0, "")})
    files.hyperfine_file(made, [0.1, 0.2])
    (made / "job.fio").write_text(inputs.FIO["randread"][0])
    (made / "pmembench_memcpy.cfg").write_text(inputs.PMDK["memcpy"][0])
    (made / "workload.yaml").write_text(inputs.PERMA["writes"][0])
    return made


def test_every_format_has_a_row():
    listed = subprocess.run([BINARY, "import", "--formats"], capture_output=True, text=True, check=True)
    assert len([line for line in COMMANDS if line.startswith("pmembench import")]) > len(
        listed.stdout.splitlines()) - 2  # one more for folders of Mess
    help_text = subprocess.run([BINARY, "export", "--help"], capture_output=True, text=True, check=True).stdout
    for form in ("jsonl", "csv", "gbench", "bencher", "prometheus", "github", "hwloc", "hgrm", "bwlat"):
        assert form in help_text and any(f"--format {form}" in line for line in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_works(folder, command):
    words = shlex.split(command)
    if words[0] == "sqlite3" and shutil.which("sqlite3") is None:
        pytest.skip("sqlite3 is not installed")
    program = {"pmembench": str(BINARY), "python3": sys.executable}.get(words[0], words[0])
    done = subprocess.run([program, *words[1:]], cwd=folder, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "PYTHONPATH": str(ROOT / "reports")}, check=False)
    if "placed by nodes" in done.stderr or "no curve of latency" in done.stderr:
        pytest.skip(f"this host cannot measure it: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert done.stdout or "--out" in words or "--junit" in words
