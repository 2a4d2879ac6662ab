"""The jobs of .github/workflows/ci.yml are the parts of .ci/run, each once."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_each_part_of_ci_has_one_job():
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    labels = re.findall(r"^    ([a-z |]+)\) ", script, re.MULTILINE)
    parts = [part for label in labels for part in label.split(" | ")]
    assert len(parts) >= 6
    jobs = re.search(r"^ *parts: \[(.*)\]$", workflow, re.MULTILINE).group(1).split(", ")
    assert sorted(" ".join(jobs).split()) == sorted(parts)
    alone = re.search(r"parts=\(([a-z ]+)\)$", script, re.MULTILINE).group(1)
    assert alone == jobs[0], "what .ci/run does without arguments is one job"
