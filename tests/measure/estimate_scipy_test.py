"""Compares hodges_lehmann with scipy's exact signed-rank test, which it inverts.

ESTIMATE_TOOL in the environment names the program built from estimate_tool.cpp.
"""

import json
import os
import random
import subprocess

import pytest

numpy = pytest.importorskip("numpy", reason="python3-numpy is not installed")
stats = pytest.importorskip("scipy.stats", reason="python3-scipy is not installed")

SEED = 20240607
Case = tuple[float, list[float]]  # confidence and values


def run_tool(cases: list[Case]) -> list[dict]:
    lines = [" ".join(repr(x) for x in (confidence, *values)) for confidence, values in cases]
    done = subprocess.run([os.environ["ESTIMATE_TOOL"]], input="\n".join(lines) + "\n",
                          capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(cases)
    return answers


def untied_cases() -> list[Case]:
    dice = random.Random(SEED)
    return [(confidence, [dice.lognormvariate(3, 0.5) for _ in range(n)])
            for n in [*range(1, 26), 30, 40, 50] for confidence in (0.8, 0.9, 0.95, 0.99)]


def walsh(values: list[float]) -> "numpy.ndarray":
    x = numpy.asarray(values)
    i, j = numpy.triu_indices(len(x))
    return numpy.sort((x[i] + x[j]) / 2)


def p_value(values: list[float], theta: float) -> float:
    return float(stats.wilcoxon(numpy.asarray(values) - theta, mode="exact").pvalue)


def test_the_interval_holds_exactly_what_scipy_does_not_refuse():
    cases = untied_cases()
    for (confidence, values), got in zip(cases, run_tool(cases)):
        alpha = 1 - confidence
        averages = walsh(values)
        if not got["has_interval"]:
            # Then not even a theta beyond all values is refused.
            assert p_value(values, max(values) + 1) > alpha, (SEED, values, got)
            assert got["low"] == got["estimate"] == got["high"]
            continue
        grid = numpy.concatenate([[averages[0] - 2], averages, [averages[-1] + 2]])
        between = (grid[1:] + grid[:-1]) / 2
        # All of few; of many, those around the two bounds and a sprinkling of the rest.
        around = (abs(between[:, None] - [got["low"], got["high"]])).min(axis=1).argsort()[:8]
        chosen = between if len(values) <= 10 else [*between[around], *between[::37]]
        for theta in chosen:
            inside = got["low"] < theta < got["high"]
            assert (p_value(values, theta) > alpha) == inside, (SEED, values, theta, got)


def test_the_estimate_is_the_median_of_the_walsh_averages():
    cases = untied_cases()
    for (_, values), got in zip(cases, run_tool(cases)):
        assert got["estimate"] == pytest.approx(numpy.median(walsh(values)), rel=1e-12)
        assert got["median"] == pytest.approx(numpy.median(values), rel=1e-12)


def test_95_percent_needs_six_values():
    answers = run_tool([(0.95, [float(i * i) for i in range(n)]) for n in range(1, 8)])
    assert [got["has_interval"] for got in answers] == [False] * 5 + [True] * 2


def test_ties_take_the_order_statistics_of_the_same_rank():
    dice = random.Random(SEED + 1)
    cases = untied_cases()
    tied = [(confidence, [float(dice.randint(1, 4)) for _ in values])
            for confidence, values in cases]
    for (_, ranked), untied, (_, values), got in zip(cases, run_tool(cases), tied, run_tool(tied)):
        assert got["has_interval"] == untied["has_interval"]
        if not got["has_interval"]:
            continue
        rank = int(numpy.argmin(abs(walsh(ranked) - untied["low"])))
        averages = walsh(values)
        assert got["low"] == pytest.approx(averages[rank], rel=1e-12), (SEED, values)
        assert got["high"] == pytest.approx(averages[-1 - rank], rel=1e-12), (SEED, values)
