"""pip install ./reports: the report without the binary."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable


def run(*words, **more):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pip")
    tried = run(PYTHON, "-c", "import setuptools, wheel, pip, venv, ensurepip")
    if tried.returncode != 0:
        pytest.skip(f"no network is used, and Python lacks what builds: {tried.stderr.splitlines()[-1]}")
    # Built in a copy: pip leaves its files next to the source.
    shutil.copytree(ROOT / "reports", folder / "reports",
                    ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    assert run(PYTHON, "-m", "venv", "--system-site-packages", folder / "venv").returncode == 0
    done = run(folder / "venv/bin/pip", "install", "--no-build-isolation", "--no-deps", "--no-index",
               folder / "reports")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "venv"


def test_it_draws_a_results_file(installed, tmp_path):
    binary = os.environ["PMEMBENCH"]
    measured = run(binary, "run", "quick", "--media", "dram:1M", "--backend", "movnt", "--replicates",
                   "1", "--set", "slices=2", "--set", "threads=1", "--budget", "30s", cwd=tmp_path)
    assert measured.returncode == 0, measured.stderr
    drawn = run(installed / "bin/pmembench-report", "pmembench.db", "--html", "page.html", cwd=tmp_path)
    if drawn.returncode == 3:
        pytest.skip(drawn.stderr.strip())
    assert drawn.returncode == 0, drawn.stderr
    assert (tmp_path / "page.html").read_text().startswith("<!doctype html>")


def test_every_file_of_the_package_is_installed(installed):
    (package,) = installed.glob("lib/python3*/site-packages/pmembench_report")
    source = ROOT / "reports/pmembench_report"
    wanted = {path.relative_to(source) for path in source.rglob("*")
              if path.is_file() and "__pycache__" not in path.parts}
    assert wanted - {path.relative_to(package) for path in package.rglob("*")} == set()


def test_its_version_is_that_of_pmembench():
    project = re.search(r"project\(pmembench VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())
    package = re.search(r'^version = "([\d.]+)"', (ROOT / "reports/pyproject.toml").read_text(), re.M)
    assert project[1] == package[1]
