"""pmembench translate: its words and refusals; what it writes is in foreign_campaign_test."""

import json

JOB = "[j]\nrw=read\nbs=4k\nsize=1m\n"


def test_the_campaign_goes_to_standard_output_and_the_summary_beside_it(pmembench, tmp_path):
    path = tmp_path / "j.fio"
    path.write_text(JOB)
    outcome = pmembench("translate", path)
    assert outcome.status == 0
    assert outcome.out.startswith("# Made by `pmembench translate` from ")
    assert "of its 1 part 1 has an equivalent (j)" in outcome.err


def test_inputs_are_listed(pmembench):
    listed = [json.loads(line)["input"] for line in
              pmembench("translate", "--formats", "--json").out.splitlines()]
    assert listed == ["pmdk", "fio", "perma", "mlc"]


def test_what_it_does_not_know_is_refused_with_what_it_knows(pmembench, tmp_path):
    path = tmp_path / "x"
    path.write_text("hello\n")
    outcome = pmembench("translate", path)
    assert outcome.status == 2 and "a job file of fio" in outcome.error()
    assert pmembench("translate", "/nosuch").status == 2
    assert "takes one INPUT" in pmembench("translate").error()


def test_the_input_is_never_overwritten(pmembench, tmp_path):
    path = tmp_path / "j.fio"
    path.write_text(JOB)
    assert pmembench("translate", path, "--out", path, "--force").status == 2
    assert path.read_text() == JOB
    assert pmembench("translate", path, "--out", "a.yaml").status == 0
    assert pmembench("translate", path, "--out", "a.yaml").status == 2, "it is there already"
