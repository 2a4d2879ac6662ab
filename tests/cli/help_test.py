"""What --help and `pmembench help` print: the same, in 80 columns, with defaults."""

import re

import pytest
from command_line_test import COMMANDS


@pytest.mark.parametrize("words", [[], *[[command] for command in COMMANDS], ["baseline", "accept"]])
def test_help_of_a_command_is_its_own_help_and_fits_80_columns(pmembench, words):
    by_command = pmembench("help", *words)
    by_option = pmembench(*words, "--help")
    assert by_command.status == by_option.status == 0
    assert by_command.out == by_option.out
    text, _, _ = by_command.out.partition("\nExamples:")
    assert max(len(line) for line in text.splitlines()) <= 80


def test_each_option_is_described_by_sentences(pmembench):
    for command in COMMANDS:
        text = pmembench("help", command).out
        block = text.split("\nOptions:\n", 1)[1].split("\n\n", 1)[0]
        for entry in re.split(r"\n(?=  -)", block):
            sentences = re.sub(r"\s+", " ", entry).strip()
            assert sentences.endswith("."), f"{command}: {sentences}"


@pytest.mark.parametrize(("words", "facts"), [
    (["run"], ["--db FILE", "Default: pmembench.db.", "[OPTIONS] CAMPAIGN"]),
    (["slo"], ["One of: poisson, fixed.", "--replicates COUNT", "From 1 to 100.", "Default: 6."]),
    (["report"], ["Not together with --gate.", "[RUN]"]),
    (["gate"], ["Needs --self-test.", "May be given several times."]),
    (["baseline"], ["accept", "show", "COMMAND"]),
])
def test_help_has_the_facts_of_the_options(pmembench, words, facts):
    text = re.sub(r"\s+", " ", pmembench("help", *words).out)
    for fact in facts:
        assert fact in text


def test_hidden_spellings_work_and_are_not_shown(pmembench):
    assert "--rounds" not in pmembench("help", "curve").out
    assert "--processes" not in pmembench("help", "slo").out
    refused = pmembench("curve", "--media", "dram:1M", "--rounds", "0")
    assert refused.status == 2
    assert refused.error().startswith("Value 0 not in range")


def test_help_of_what_is_no_command_names_the_nearest(pmembench):
    outcome = pmembench("help", "shwo")
    assert (outcome.status, outcome.out) == (2, "")
    assert "'shwo'" in outcome.error() and "did you mean 'show'" in outcome.error()
    assert "'acept'" in pmembench("help", "baseline", "acept").error()


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_both_spellings_print_the_version(pmembench, option):
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", pmembench(option).out)
