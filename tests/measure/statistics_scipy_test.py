"""Compares the tests and intervals of src/measure with scipy's, over random inputs with ties.

STATISTICS_TOOL in the environment names the program built from statistics_tool.cpp.
"""

import json
import os
import random
import subprocess

import pytest

numpy = pytest.importorskip("numpy", reason="python3-numpy is not installed")
stats = pytest.importorskip("scipy.stats", reason="python3-scipy is not installed")
special = pytest.importorskip("scipy.special", reason="python3-scipy is not installed")

SEED = 20261122
CONFIDENCES = (0.8, 0.9, 0.95, 0.99)


def ask(lines: list[tuple]) -> list:
    text = "".join(" ".join([what, *(repr(x) for x in numbers)]) + "\n" for what, *numbers in lines)
    done = subprocess.run([os.environ["STATISTICS_TOOL"]], input=text, capture_output=True,
                          text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(lines)
    return answers


def close(value, relative=1e-9):
    return pytest.approx(value, rel=relative, abs=1e-12)


def signed_rank_by_all_signs(values: list[float]) -> list[float]:
    """Two-sided, greater, less: from each of the 2^n sign patterns of the midranks."""
    kept = numpy.asarray([v for v in values if v != 0])
    if len(kept) == 0:
        return [1.0, 1.0, 1.0]
    ranks = stats.rankdata(abs(kept))
    seen = ranks[kept > 0].sum()
    patterns = (numpy.arange(2 ** len(kept))[:, None] >> numpy.arange(len(kept))) & 1
    sums = patterns @ ranks
    greater, less = (sums >= seen - 1e-9).mean(), (sums <= seen + 1e-9).mean()
    return [min(1.0, 2 * min(greater, less)), greater, less]


def test_signed_rank_without_ties_is_scipys():
    dice = random.Random(SEED)
    samples = [[dice.gauss(0.3, 1) for _ in range(n)] for n in [*range(1, 31), 45, 60]]
    for values, got in zip(samples, ask([("signed_rank", *values) for values in samples])):
        for p, alternative in zip(got, ("two-sided", "greater", "less")):
            # scipy caps mode="exact" at no n, and agrees with all signs.
            want = stats.wilcoxon(values, alternative=alternative, mode="exact").pvalue
            assert p == close(want), (SEED, values, alternative)


def test_signed_rank_with_ties_and_zeros_is_that_of_all_signs():
    dice = random.Random(SEED + 1)
    samples = [[float(dice.randint(-2, 3)) for _ in range(n)] for n in range(1, 13) for _ in range(6)]
    for values, got in zip(samples, ask([("signed_rank", *values) for values in samples])):
        assert got == [close(p) for p in signed_rank_by_all_signs(values)], (SEED, values)


def test_signed_rank_of_many_is_scipys_approximation():
    dice = random.Random(SEED + 2)
    samples = [[float(dice.randint(-9, 11)) for _ in range(n)] for n in (90, 150, 400)]
    samples += [[dice.gauss(0.1, 1) for _ in range(n)] for n in (61, 200)]
    for values, got in zip(samples, ask([("signed_rank", *values) for values in samples])):
        for p, alternative in zip(got, ("two-sided", "greater", "less")):
            want = stats.wilcoxon(values, alternative=alternative, mode="approx",
                                  correction=True).pvalue
            # scipy corrects toward the mean on the side of the statistic only.
            assert p == pytest.approx(want, rel=0.05, abs=1e-3), (SEED, alternative)


def two_samples(dice: random.Random, tied: bool) -> list[tuple[list[float], list[float]]]:
    draw = (lambda: float(dice.randint(1, 6))) if tied else (lambda: dice.lognormvariate(1, 0.4))
    sizes = [(1, 1), (1, 7), (2, 2), (2, 9), (3, 3), (3, 5), (4, 4), (5, 5), (6, 11), (8, 8)]
    sizes += [] if tied else [(10, 10), (20, 20), (13, 40), (40, 40)]
    return [([draw() for _ in range(m)], [1.2 * draw() for _ in range(n)]) for m, n in sizes]


def u_p_value(first, second, exact=True) -> float:
    return stats.mannwhitneyu(first, second, alternative="two-sided",
                              method="exact" if exact else "asymptotic").pvalue


def test_the_shift_interval_holds_exactly_what_scipy_does_not_refuse():
    pairs = two_samples(random.Random(SEED + 3), tied=False)
    cases = [(c, a, b) for a, b in pairs for c in CONFIDENCES]
    answers = ask([("shift", c, len(a), *a, *b) for c, a, b in cases])
    for (confidence, first, second), got in zip(cases, answers):
        alpha = 1 - confidence
        differences = numpy.sort(numpy.subtract.outer(second, first).ravel())
        assert got["estimate"] == close(numpy.median(differences))
        assert got["p"] == close(u_p_value(first, second))
        if not got["has_interval"]:
            beyond = [v - differences[-1] - 1 for v in second]
            assert u_p_value(first, beyond) > alpha, (SEED, first, second, confidence)
            assert got["low"] == got["estimate"] == got["high"]
            continue
        grid = numpy.concatenate([[differences[0] - 2], differences, [differences[-1] + 2]])
        between = (grid[1:] + grid[:-1]) / 2
        around = abs(between[:, None] - [got["low"], got["high"]]).min(axis=1).argsort()[:8]
        for theta in between if len(between) < 60 else between[around]:
            inside = got["low"] < theta < got["high"]
            moved = [v - theta for v in second]
            assert (u_p_value(first, moved) > alpha) == inside, (SEED, first, second, theta, got)


def u_by_all_orders(first: list[float], second: list[float]) -> float:
    from itertools import combinations
    ranks = stats.rankdata([*first, *second])
    seen = ranks[:len(first)].sum()
    sums = numpy.asarray([sum(c) for c in combinations(ranks, len(first))])
    return min(1.0, 2 * min((sums >= seen - 1e-9).mean(), (sums <= seen + 1e-9).mean()))


def test_ties_of_two_samples_are_counted_exactly():
    pairs = [(a, [round(v / 1.2) * 1.0 for v in b])
             for a, b in two_samples(random.Random(SEED + 4), tied=True)]
    for (first, second), got in zip(pairs, ask([("shift", 0.9, len(a), *a, *b) for a, b in pairs])):
        assert got["p"] == close(u_by_all_orders(first, second)), (SEED, first, second)
        differences = numpy.subtract.outer(second, first).ravel()
        assert got["estimate"] == close(numpy.median(differences))
        if got["has_interval"]:
            # Conservative: what lies outside is refused by the test with ties as well.
            for theta in (got["low"] - 0.25, got["high"] + 0.25):
                moved = [v - theta for v in second]
                assert u_by_all_orders(first, moved) <= 0.1 + 1e-9, (SEED, first, second, got)


def test_many_of_two_samples_are_scipys_approximation():
    dice = random.Random(SEED + 5)
    for spread in (None, 12):
        draw = (lambda: dice.gauss(5, 1)) if spread is None else (lambda: float(dice.randint(1, 12)))
        first, second = [draw() for _ in range(60)], [draw() for _ in range(70)]
        got, = ask([("shift", 0.95, 60, *first, *second)])
        assert got["p"] == close(u_p_value(first, second, exact=False), 1e-6), (SEED, spread)
        assert got["low"] <= got["estimate"] <= got["high"]
        for theta, inside in ((got["low"] - 0.05, False), (got["high"] + 0.05, False),
                              (got["estimate"] + 1e-3, True)):
            p = u_p_value(first, [v - theta for v in second], exact=False)
            assert (p > 0.05) == inside


def benjamini_hochberg(p_values: list[float]) -> list[float]:
    ordered = sorted(p_values)
    m = len(ordered)
    adjusted = {}
    for p in p_values:
        adjusted[p] = min(1.0, *(q * m / (i + 1) for i, q in enumerate(ordered) if q >= p and
                                 (i + 1 == m or ordered[i + 1] > q)), 1.0)
    return [adjusted[p] for p in p_values]


def test_benjamini_hochberg_is_scipys():
    dice = random.Random(SEED + 6)
    suites = [[dice.random() ** 3 for _ in range(m)] for m in (1, 2, 3, 8, 30, 200)]
    suites += [[dice.choice([0.001, 0.01, 0.04, 0.5, 1.0, 0.0]) for _ in range(m)] for m in (2, 5, 40)]
    for suite, got in zip(suites, ask([("bh", *suite) for suite in suites])):
        want = (stats.false_discovery_control(suite) if hasattr(stats, "false_discovery_control")
                else benjamini_hochberg(suite))
        assert got == [close(p) for p in want], (SEED, suite)


def test_quantile_ranks_are_the_binomials():
    dice = random.Random(SEED + 7)
    cases = [(n, q, c) for n in (1, 2, 5, 10, 37, 100, 1000, 99_999, 10_000_000)
             for q in (0.01, 0.5, 0.9, 0.99, 0.999, dice.random()) for c in CONFIDENCES]
    for (n, q, confidence), got in zip(cases, ask([("ranks", *case) for case in cases])):
        tail = (1 - confidence) / 2
        low, high = stats.binom.ppf([tail, 1 - tail], n, q) + [0, 1]
        assert got == ([low, high] if low >= 1 and high <= n else None), (n, q, confidence)
        if got:
            covered = stats.binom.cdf(high - 1, n, q) - stats.binom.cdf(low - 1, n, q)
            assert covered >= confidence - 1e-9


def test_rate_intervals_are_clopper_pearsons():
    cases = [(k, n, c) for n in (0, 1, 3, 20, 100, 5000) for k in {0, 1, n // 3, n} if k <= n
             for c in CONFIDENCES]
    for (k, n, confidence), got in zip(cases, ask([("rate", *case) for case in cases])):
        if n == 0:
            assert got == [0, 1]
            continue
        want = stats.binomtest(k, n).proportion_ci(confidence, "exact")
        assert got == [close(want.low), close(want.high)], (k, n, confidence)


def test_beta_student_and_normal_are_scipys():
    dice = random.Random(SEED + 8)
    betas = [(10 ** dice.uniform(-1, 5), 10 ** dice.uniform(-1, 5), dice.random())
             for _ in range(300)]
    betas += [(a, b, a / (a + b)) for a, b, _ in betas]
    for case, got in zip(betas, ask([("beta", *case) for case in betas])):
        assert got == pytest.approx(special.betainc(*case), rel=1e-7, abs=1e-9), case
    levels = (1e-6, 0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.999)
    students = [(p, float(n)) for p in levels for n in (1, 2, 5, 7, 29, 1000)]
    for case, got in zip(students, ask([("student", *case) for case in students])):
        assert got == pytest.approx(stats.t.ppf(*case), rel=1e-6, abs=1e-9), case
    for p, got in zip(levels, ask([("normal", p) for p in levels])):
        assert got == pytest.approx(stats.norm.ppf(p), rel=1e-9, abs=1e-9)


def test_deviations_are_scipys():
    dice = random.Random(SEED + 9)
    samples = [[dice.gauss(3, 2) for _ in range(n)] for n in (1, 2, 3, 10, 31)]
    for values, got in zip(samples, ask([("deviation", *values) for values in samples])):
        want = 1.4826 * stats.median_abs_deviation(values)
        assert got[0] == close(want)
        assert got[1] == close(numpy.std(values, ddof=1) if len(values) > 1 else 0)
