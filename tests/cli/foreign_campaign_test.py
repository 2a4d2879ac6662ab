"""Another tool's input where a campaign is expected: recognised, answered, and translated part by part."""

from __future__ import annotations

import json

import foreign_files as files
import foreign_inputs as inputs
import pytest

KINDS = {"pmdk": (inputs.PMDK, "PMDK's pmembench"), "fio": (inputs.FIO, "a job file of fio"),
         "perma": (inputs.PERMA, "PerMA-Bench"), "mlc": (inputs.MLC, "Intel MLC")}
CASES = [(kind, name) for kind, (cases, _) in KINDS.items() for name in cases]


def written(folder, kind: str, name: str):
    path = folder / f"{kind}-{name.replace(' ', '-')}.input"
    path.write_text(KINDS[kind][0][name][0])
    return path


def test_there_are_as_many_shapes_as_promised():
    assert len(inputs.PMDK) >= 13 and len(inputs.FIO) >= 20


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_run_says_what_it_is_and_what_has_an_equivalent(pmembench, tmp_path, kind, name):
    outcome = pmembench("run", written(tmp_path, kind, name), "--dry-run")
    assert outcome.status == 2
    sentence = outcome.error()
    assert KINDS[kind][1] in sentence and "not a campaign" in sentence
    assert "`pmembench translate " in sentence
    parts, having = sentence.split("of its ")[1].split(" ha")[0].split(" part")
    assert int(having.lstrip("s").strip()) == KINDS[kind][0][name][1], sentence
    assert int(parts) >= KINDS[kind][0][name][1]


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_translation_plans_and_names_what_is_missing(pmembench, tmp_path, kind, name):
    path = written(tmp_path, kind, name)
    outcome = pmembench("translate", path, "--out", "out.yaml", "--json")
    document = json.loads(outcome.out)
    having = KINDS[kind][0][name][1]
    assert outcome.status == (0 if having else 1), outcome.err
    assert sum(1 for part in document["parts"] if part["groups"]) == having
    campaign = (pmembench.folder / "out.yaml").read_text()
    for part in document["parts"]:
        assert part["groups"] or part["missing"], "no part is dropped silently"
        for missing in part["missing"]:
            assert f"# no: {missing}" in campaign
    planned = pmembench("run", "out.yaml", "--dry-run", "--json")
    if having:
        assert planned.status == 0, planned.err + campaign
        assert json.loads(planned.out)["cells"]
    else:
        assert planned.status == 2 and "no 'cells'" in planned.error()


def test_a_command_line_of_mlc_is_taken_as_one_argument(pmembench):
    outcome = pmembench("run", "mlc --loaded_latency -W3")
    assert outcome.status == 2
    assert "translate 'mlc --loaded_latency -W3'" in outcome.error()
    assert "read_share: 75" in pmembench("translate", "mlc --loaded_latency -W3").out


def test_a_result_of_another_tool_is_no_campaign(pmembench, tmp_path):
    path = files.hyperfine_file(tmp_path, [0.1, 0.2])
    outcome = pmembench("run", path)
    assert outcome.status == 2
    assert f"a result and not a campaign: `pmembench import {path}` stores it" in outcome.error()


@pytest.mark.parametrize("text", ["", "\x00\x01", "[section\nbench = x\n", "hello: [1, 2\n"])
def test_what_is_neither_keeps_the_answer_of_the_campaign_reader(pmembench, tmp_path, text):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    outcome = pmembench("run", path)
    assert outcome.status == 2 and "translate" not in outcome.error()


def test_a_translated_campaign_runs(pmembench, tmp_path):
    path = tmp_path / "j.fio"
    path.write_text("[j]\nioengine=null\nrw=randread\nbs=4k\nsize=16m\n")
    assert pmembench("translate", path, "--out", "j.yaml").status == 0
    outcome = pmembench("run", "j.yaml", "--budget", "3s", "--set", "media=dram:1M", "--set",
                        "maximum_replicates=1", "--set", "minimum_replicates=1", "--set", "slices=2")
    assert outcome.status in (0, 5), outcome.err
