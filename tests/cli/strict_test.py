"""run --strict, and what a run notes about the host."""

from __future__ import annotations

import json


def test_a_warning_is_a_failure_when_strict_is_asked_for(pmembench):
    # One replicate has no interval: it cannot have converged.
    outcome = pmembench.run("--strict")
    assert outcome.status == 4
    assert "\npmembench: --strict: 1 row with warnings: " in outcome.err
    assert "not_converged in 1 row (dram:1M/movnt/direct/random/operation_size=64B,access=write/t1)" \
        in outcome.err
    (row,) = outcome.rows()
    assert row["status"] == "ok", "what was measured is printed and kept all the same"
    for warning in row["warnings"]:
        assert set(warning) == {"type", "sentence", "cause", "remedy"}
        assert all(warning.values())
    assert pmembench.run().status == 0


def test_the_table_names_each_type_of_warning_with_cause_and_remedy(pmembench):
    pmembench.run()
    outcome = pmembench("show")
    assert ("warning not_converged (all rows): the interval is missing or wider than asked: processes "
            "differ, the machine is noisy, or the budget ended; give a larger --budget, or ask for "
            "less precision.\n") in outcome.out


def test_a_run_keeps_what_stood_around_it(pmembench):
    assert pmembench.run().status == 0
    ((text,),) = pmembench.sql("SELECT document FROM documents WHERE kind = 'conditions'")
    conditions = json.loads(text)
    assert {"prefetchers", "thp_enabled", "governor", "turbo", "smt", "numa_balancing", "nodes",
            "other_load"} <= set(conditions)
    assert conditions["nodes"] >= 1


def test_the_command_line_of_a_run_is_kept_with_all_its_options(pmembench):
    words = ["--budget", "30s", "--set", "slices=2", "--db", "pmembench.db", "--media", "dram:2M",
             "--backend", "movnt"]
    assert pmembench.run(*words).status == 0
    stored = pmembench.sql("SELECT command_line FROM runs")
    assert stored == [(f"pmembench run {pmembench.folder}/tiny.yaml --json " + " ".join(words),)]
