"""What the tests of the report share: the package's folder, stores made once, the command."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
PACKAGE_FOLDER = HERE.parents[1] / "reports"
sys.path[:0] = [str(PACKAGE_FOLDER), str(HERE)]

for needed in ("numpy", "matplotlib", "jinja2"):
    pytest.importorskip(needed, reason=f"python3-{needed} is not installed")

import everything  # noqa: E402
import real_stores  # noqa: E402


@dataclass
class Outcome:
    status: int
    out: str
    err: str


def run_report(folder: Path, *words: object) -> Outcome:
    """python3 -m pmembench_report as a user starts it, in `folder`."""
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pmembench_report", *map(str, words)], cwd=folder,
        capture_output=True, text=True, timeout=120,
        env={"PYTHONPATH": str(PACKAGE_FOLDER), "PATH": "/usr/bin:/bin", "HOME": str(folder)})
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def report(tmp_path):
    return lambda *words: run_report(tmp_path, *words)


@pytest.fixture(scope="session")
def every_store(tmp_path_factory) -> Path:
    return everything.make(tmp_path_factory.mktemp("every"))


@pytest.fixture(scope="session")
def every_page(every_store) -> str:
    """The report of the store that has a row for every figure."""
    folder = every_store.parent
    outcome = real_stores.pmembench("report", "1", "--db", every_store.name, "--html", "every.html",
                                    "--png", "png", folder=folder)
    assert (outcome.returncode, outcome.stderr) == (0, "")
    return (folder / "every.html").read_text(encoding="utf-8")
