"""The GitHub action's step, run as a runner runs it; the container's steps, against the script."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STEP = ROOT / ".github/actions/gate/gate.sh"
BINARY = os.environ["PMEMBENCH"]

CAMPAIGN = """
name: small
slices: 3
slice: 100us
budget: 1s
media: dram:1M
cells:
  - workload: random
    backend: movnt
    access: write
    operation_size: 64
"""


@pytest.fixture
def step(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/pmembench").symlink_to(BINARY)
    (tmp_path / "small.yaml").write_text(CAMPAIGN)

    def run(**inputs):
        given = {"HEAD": BINARY, "BASE": BINARY, "CAMPAIGN": "small.yaml",
                 "ARGUMENTS": "--replicates 6", **inputs}
        environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
                       "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(tmp_path / "output"),
                       "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
                       **{f"GATE_{name}": value for name, value in given.items()}}
        (tmp_path / "summary").write_text("")
        return subprocess.run([STEP], cwd=tmp_path, env=environment, capture_output=True, text=True)
    return run


def test_the_step_gates_and_leaves_summary_junit_and_status(step, tmp_path):
    done = step()
    assert done.returncode in (0, 1), done.stderr  # equal builds on a busy machine
    output = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    assert output["status"] == str(done.returncode)
    assert "<testsuite" in Path(output["junit"]).read_text()
    assert (tmp_path / "summary").read_text().strip()


def test_the_status_of_the_gate_is_that_of_the_step(step, tmp_path):
    done = step(CAMPAIGN="nowhere.yaml")
    assert done.returncode == 2
    assert "status=2" in (tmp_path / "output").read_text()


def test_every_input_reaches_the_step():
    action = (STEP.parent / "action.yml").read_text()
    inputs = set(re.findall(r"^  (\w+):\n    description", action.split("outputs:")[0], re.MULTILINE))
    assert inputs == set(re.findall(r"\$\{\{ inputs\.(\w+) \}\}", action))
    step = STEP.read_text()
    for name in re.findall(r"^\s+(GATE_\w+):", action, re.MULTILINE):
        assert name in step


def test_the_container_is_made_by_the_script_that_packages():
    text = (ROOT / "Containerfile").read_text()
    assert "script/package" in text and os.access(ROOT / "script/package", os.X_OK)
    assert 'ENTRYPOINT ["pmembench"]' in text
