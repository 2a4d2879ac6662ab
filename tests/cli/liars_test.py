"""Plugins that claim what they do not do: `check`, the loader or the run finds each (docs/plugins.md)."""

import json
import time

import pytest
from command import PLUGINS, TINY, children_of

LYING = PLUGINS / "lying"
OWN_MEMORY = PLUGINS / "good/pmembench-own_memory.so"
STATE = "it leaves registers, signals, threads and processes as it found them"
LATER = TINY.replace("slices: 2", "slices: 4")


def plugin(name):
    return LYING / f"pmembench-{name}.so"


def run(pmembench, name, campaign=LATER):
    outcome = pmembench.run("--plugin", plugin(name), "--backend", name, campaign=campaign)
    return outcome, outcome.row()


def failed_checks(pmembench, *words):
    outcome = pmembench("check", *words, "--json")
    assert outcome.status == 1, outcome.out + outcome.err
    report = json.loads(outcome.out)
    assert report["conforms"] is False
    return {entry["check"]: entry["detail"] for entry in report["checks"]
            if entry["verdict"] == "fail"}, report["audit"]


@pytest.mark.parametrize(("lie", "detail"), [
    ("handles_a_signal", "it changed the handling of SIGUSR1"),
    ("blocks_a_signal", "it changed whether SIGUSR1 is blocked"),
    ("rounds_up", "copy_from_iter leaves MXCSR changed"),
    ("starts_a_thread", "it started 1 thread"),
    ("forks", "it left 1 child process"),
])
def test_what_an_operation_leaves_behind_is_found_by_check_and_by_the_run(pmembench, lie, detail):
    checks, _ = failed_checks(pmembench, plugin(lie))
    assert detail in checks[STATE], checks
    outcome, row = run(pmembench, lie)
    assert (outcome.status, row["status"], row["ns_per_operation"]) == (4, "error", None)
    assert detail.removeprefix("it ").removeprefix("copy_from_iter ") in row["reason"]


def test_vector_registers_that_are_left_in_use_are_found_by_check(pmembench):
    if "xgetbv1" not in open("/proc/cpuinfo", encoding="utf-8").read():
        pytest.skip("this CPU does not say which of its registers are in use")
    checks, _ = failed_checks(pmembench, plugin("leaves_upper_halves"))
    assert "copy_from_iter leaves the upper halves" in checks[STATE]


def test_a_child_of_a_plugin_ends_with_its_worker(pmembench):
    process = pmembench.start("run", pmembench.campaign(LATER), "--plugin", plugin("forks"),
                              "--backend", "forks")
    assert pmembench.finish(process).status == 4
    mark = str(plugin("forks")).encode()
    deadline = time.monotonic() + 10
    while any(mark in maps for maps in all_maps()):
        assert time.monotonic() < deadline, "a process of the plugin goes on"
    assert children_of(process.pid) == []


def all_maps():
    from pathlib import Path
    for path in Path("/proc").glob("[0-9]*/maps"):
        try:
            yield path.read_bytes()
        except OSError:
            continue


@pytest.mark.parametrize(("lie", "reason"), [
    ("handles_a_signal_on_load", "it changed the handling of SIGINT while it was loaded"),
    ("has_two_tables", "its table was another when it was loaded before"),
])
def test_what_is_wrong_at_loading_is_refused(pmembench, lie, reason):
    outcome = pmembench("--plugin", plugin(lie), "list", "backends")
    assert (outcome.status, outcome.out) == (3, "")
    assert reason in outcome.error()


@pytest.mark.parametrize(("lie", "checked", "ran"), [
    ("exits", "it ended the process with exit status 0 while it was checked",
     "the worker ended by itself with status 0"),
    ("throws", "it died of SIGABRT while it was checked", "it gave up"),
    ("throws_a_number", "it died of SIGABRT while it was checked", "another type than std::exception"),
])
def test_a_backend_that_leaves_an_operation_otherwise_than_by_return(pmembench, lie, checked, ran):
    checks, _ = failed_checks(pmembench, plugin(lie))
    assert checked in " ".join(checks.values())
    outcome, row = run(pmembench, lie)
    assert (outcome.status, row["status"]) == (4, "error")
    assert ran in row["reason"]


def test_an_exception_on_another_thread_fails_the_cell_alone(pmembench):
    outcome = pmembench.run("--plugin", plugin("throws"), "--set", "backend=throws,movnt", "--set",
                            "threads=2", campaign=LATER)
    rows = {row["backend"]: row for row in outcome.rows()}
    if rows["movnt"]["status"] == "skipped":
        pytest.skip(rows["movnt"]["reason"])
    assert (rows["movnt"]["status"], rows["throws"]["status"]) == ("ok", "error")


@pytest.mark.parametrize(("lie", "checked", "ran"), [
    ("counts_below_zero", "returned -", "writing failed"),
    ("flushes_below_zero", "flush returned -64", "writing failed"),
    ("flushes_far_too_much", "flush of 4096 bytes counts", "writing failed"),
])
def test_counts_that_cannot_be(pmembench, lie, checked, ran):
    checks, _ = failed_checks(pmembench, plugin(lie))
    assert checked in " ".join(checks.values()), checks
    outcome, row = run(pmembench, lie)
    assert (outcome.status, row["status"]) == (4, "error"), row
    assert ran in row["reason"]


def test_a_table_that_changes_after_loading_has_no_effect(pmembench):
    outcome, row = run(pmembench, "changes_its_table")
    assert (outcome.status, row["status"], row["backend"]) == (0, "ok", "changes_its_table")
    assert row["amplification"]["lines_flushed"] == 1
    assert pmembench("check", plugin("changes_its_table"), "--json").status == 0


@pytest.mark.parametrize(("option", "reason"), [
    ("unaligned", "where no page begins"),
    ("generous", "pages from page 0 on, of which the medium has"),
])
def test_addresses_that_cannot_be_are_refused_when_a_medium_is_opened(pmembench, option, reason):
    outcome = pmembench("check", OWN_MEMORY, "--options", option)
    assert outcome.status == 3
    assert reason in outcome.error()
