"""Commands, options and exit statuses, before anything is measured."""

import re
import shlex
import subprocess

import pytest
from command import ROOT, TINY

COMMANDS = ["help", "list", "probe", "layers", "lookup", "rules", "run", "micro", "curve", "slo", "show", "explain", "export",
            "import", "translate", "mlc", "compare", "gate",
            "fleet", "merge", "history", "baseline", "report", "check", "audit", "characterize", "crash", "visibility",
            "fsck", "mkfs", "replay"]


def test_help_names_each_command_and_each_exit_status(pmembench):
    outcome = pmembench("--help")
    assert (outcome.status, outcome.err) == (0, "")
    for command in COMMANDS:
        assert re.search(rf"^  {command} +\S", outcome.out, re.MULTILINE)
    assert "worker" not in outcome.out
    for status in ["0 done", "1 a check", "2 wrong", "3 this host", "4 failed", "130 interrupted"]:
        assert status in " ".join(outcome.out.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_an_example_that_parses(pmembench, command):
    outcome = pmembench(command, "--help")
    assert outcome.status == 0
    examples = re.findall(rf"pmembench {command}(.*)", outcome.out.split("Example", 1)[1])
    assert examples
    for example in examples:
        # What the example names need not be here; that the words are known is what counts.
        words = shlex.split(example)
        # A plan is soon made; a gate would measure, so it does not find its campaign.
        extra = {"run": ["--dry-run"], "mlc": ["--dry-run"], "micro": ["--benchmark_list_tests"],
                 "curve": ["--budget", "1ms"], "characterize": ["--only", "nothing"]}.get(command, [])
        if command == "run":
            words = [str(ROOT / word) if word.startswith("configs/") else word for word in words]
        tried = pmembench(command, *words, *extra, env={"TMPDIR": str(pmembench.folder)})
        assert "has no option" not in tried.err, example
        assert "no further argument" not in tried.err, example
        assert "--help" not in tried.err, example


def test_version_is_a_version(pmembench):
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", pmembench("--version").out)


def test_no_command_is_wrong_usage_and_prints_the_help(pmembench):
    outcome = pmembench()
    assert (outcome.status, outcome.out) == (2, "")
    assert "Usage: pmembench" in outcome.err


@pytest.mark.parametrize(("words", "sentence"), [
    (["lst"], f"there is no command 'lst' (did you mean 'list'?); there are: {', '.join(COMMANDS)}"),
    (["polish"], f"there is no command 'polish'; there are: {', '.join(COMMANDS)}"),
    (["list", "backend"], "there is no list of 'backend' (did you mean 'backends'?); there are: "
                          "campaigns, backends, workloads, media, paths, commands, all"),
    (["run"], "campaign is required; see pmembench run --help"),
    (["show", "--bugdet"], "pmembench show has no option '--bugdet' (did you mean '--budget'?); see "
                           "pmembench show --help"),
    (["check", "null", "--seed", "many"],
     "Could not convert: --seed = many; see pmembench check --help"),
    (["--without-cpu", "clwbb", "list"],
     "CPU feature 'clwbb' cannot be taken away: it is unknown; use one of sse2, avx2, avx512f, "
     "clflush, clflushopt, clwb, movdir64b, invariant_tsc"),
    (["--plugin", "nowhere.so", "list"],
     "there is no plugin nowhere.so: name a shared object that is there"),
    (["show", "many"],
     "'many' is not a run: give its number (see pmembench show --runs) or latest"),
])
def test_wrong_usage_is_one_sentence_and_status_2(pmembench, words, sentence):
    pmembench.run()  # so that there is a store to show
    outcome = pmembench(*words)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err == f"pmembench: {sentence}\n"


def test_an_option_that_repeats_takes_one_value_each_time(pmembench):
    campaign = pmembench.campaign()
    outcome = pmembench("run", "--set", "seed=5", campaign, "--set", "slices=3", "--dry-run", "--json")
    assert outcome.status == 0, outcome.err
    assert '"seed": 5' in outcome.out and '"slices": 3' in outcome.out


def test_options_of_all_commands_may_stand_behind_the_command(pmembench):
    outcome = pmembench("list", "backends", "--without-cpu", "clwb")
    assert outcome.status == 0
    assert re.search(r"^clwb +no ", outcome.out, re.MULTILINE)


@pytest.mark.parametrize("words", [["list"], ["probe"], ["run", "tiny.yaml", "--json"],
                                   ["check", "movnt", "--json"]])
def test_output_that_did_not_arrive_is_a_failure(pmembench, words):
    pmembench.campaign(TINY)
    with open("/dev/full", "w", encoding="utf-8") as full:
        outcome = pmembench(*words, stdout=full)
    assert outcome.status == 4
    assert outcome.error() == "standard output cannot be written: No space left on device"


def test_a_run_does_not_need_its_standard_error(pmembench):
    pmembench.campaign(TINY)
    with open("/dev/full", "w", encoding="utf-8") as full:
        outcome = pmembench("run", "tiny.yaml", "--json", stderr=full)
    assert (outcome.status, outcome.row()["status"]) == (0, "ok")


def test_a_run_whose_reader_has_left_still_stores_its_results(pmembench):
    campaign = pmembench.campaign(TINY)
    process = pmembench.start("run", campaign, "--json")
    process.stdout.close()
    process.stdout = None
    outcome = pmembench.finish(process)
    assert outcome.status == 0
    assert "Broken pipe" not in outcome.err
    assert pmembench.replicates() == 1
    assert subprocess.run([pmembench.binary, "show", "--json"], cwd=pmembench.folder,
                          capture_output=True, check=True).stdout


@pytest.mark.parametrize("words", [["list"], ["probe"], ["show"], ["explain", "1"], ["show", "--json"]])
def test_a_reader_that_has_enough_is_no_failure(pmembench, words):
    pmembench.run()
    line = f"{pmembench.binary} {' '.join(words)} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=pmembench.folder, text=True, capture_output=True,
                          env=pmembench.environment)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_a_worker_by_hand_ends_when_nobody_speaks_to_it(pmembench):
    outcome = pmembench("worker")
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")
