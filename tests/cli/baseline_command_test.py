"""pmembench baseline: what it refuses; history_command_test.py has the rest."""

from history_command_test import gate, record  # noqa: F401


def test_a_baseline_needs_a_reason_a_file_and_a_point(pmembench, record):  # noqa: F811
    outcome = pmembench("baseline", "accept", "--reason", "why")
    assert outcome.status == 2
    assert outcome.error().startswith("pmembench.db does not exist: ")
    assert not (pmembench.folder / "pmembench.db").exists()
    record(gate())
    outcome = pmembench("baseline", "accept", "--reason", " ")
    assert outcome.status == 2
    assert outcome.error() == ("a baseline is accepted for a reason: say with --reason why the new "
                               "level is right")
    assert "--reason is required" in pmembench("baseline", "accept").error()
    outcome = pmembench("baseline", "accept", "--reason", "why", "--cell", "b")
    assert outcome.error() == (
        "pmembench.db has no point of b in its history: record one with `pmembench history --add "
        "DOCUMENT.json`, or see `pmembench baseline show`")
    assert pmembench("baseline").status == 2


def test_without_a_history_there_is_no_baseline(pmembench):
    pmembench.run()
    assert pmembench("baseline", "show").out == (
        "there is no baseline: record a gate with `pmembench history --add DOCUMENT.json`\n")
    assert pmembench("history").out == (
        "the history is empty: record a gate with --add DOCUMENT.json\n")
