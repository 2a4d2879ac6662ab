"""pmembench gate: verdicts, documents, and that nothing passes which did not run."""

import json
import os
import xml.etree.ElementTree as ElementTree

import pytest
from command import BINARY, PLUGINS, ROOT, TINY
from simulated import SIM, simulate

# Two cells, seven short processes of each arm: over at once. What they say of time is not asserted.
GATE = """
name: gate-tiny
budget: 1ms
slices: 3
slice: 100us
media: dram:1M
cells:
  - workload: random
    backend: movnt
    access: write
    operation_size: 64
  - workload: chase
    path: mapped
    backend: movnt
"""
CELLS = ["dram:1M/movnt/direct/random/operation_size=64B,access=write/t1",
         "dram:1M/movnt/mapped/chase/t1"]
LEGAL = {0: {"PASS", "IMPROVED", "INCONCLUSIVE"}, 1: {"REGRESSION"}, 4: {"UNTRUSTED"}}


def gate(pmembench, *words, campaign=GATE, **more):
    return pmembench("gate", pmembench.campaign(campaign), "--replicates", "7", *words, **more)


def document(outcome):
    assert outcome.out, outcome.err
    return json.loads(outcome.out)


def test_the_binary_against_itself_gives_a_whole_document(pmembench):
    outcome = gate(pmembench, "--head", BINARY, "--json", "--head-label", "new")
    comparison = document(outcome)
    assert comparison["schema"] == "pmembench-comparison"
    assert (comparison["version"], comparison["kind"]) == (1, "gate")
    assert comparison["verdict"] in LEGAL[outcome.status]
    assert comparison["exit"] == outcome.status
    assert [cell["cell"] for cell in comparison["cells"]] == CELLS
    for cell in comparison["cells"]:
        assert cell["verdict"] not in ("MISSING", "SUSPECT")
        assert cell["replicates"] >= 7
        assert cell["slices"] == 3
        assert cell["base_ns"] > 0 and cell["head_ns"] > 0
        assert cell["effect"]["low"] <= cell["effect"]["estimate"] <= cell["effect"]["high"]
        assert cell["control_effect"] is not None
        assert cell["reason"]
    assert comparison["base"]["machine_fingerprint"] == comparison["head"]["machine_fingerprint"]
    assert comparison["head"]["label"] == "new"
    environment = comparison["environment"]
    assert set(environment["arms"]) == {"base", "control", "head"}
    assert {"governor", "load_1min_before", "largest_steal_share"} <= set(environment)


def test_it_writes_markdown_junit_and_a_store(pmembench):
    outcome = gate(pmembench, "--head", BINARY, "--markdown", "s.md", "--junit", "j.xml", "--db",
                   "g.db", "--base-label", "v1", "--explain")
    assert outcome.status in LEGAL
    markdown = (pmembench.folder / "s.md").read_text(encoding="utf-8")
    verdict = outcome.out.splitlines()[-1].split(":")[0]
    assert verdict in markdown.splitlines()[0]
    cases = ElementTree.parse(pmembench.folder / "j.xml").getroot().iter("testcase")
    assert len(list(cases)) == 2
    os.rename(pmembench.folder / "g.db", pmembench.folder / "pmembench.db")
    assert pmembench.sql("SELECT kind FROM documents") == [("gate",)]
    if outcome.status != 4:
        assert len(pmembench.sql("SELECT * FROM history_points")) >= 1


def test_environments_and_media_are_named_as_differences(pmembench):
    outcome = gate(pmembench, "--head-env", "PMEMBENCH_GATE=1", "--head-media", "dram:2M", "--json")
    differences = {each["name"]: each["head"]
                   for each in document(outcome)["environment_differences"]}
    assert differences == {"PMEMBENCH_GATE": "1", "media": "dram:2M"}
    assert all(cell["verdict"] != "MISSING" for cell in document(outcome)["cells"])


def test_two_builds_of_a_backend_are_gated(pmembench):
    example = PLUGINS / "good/pmembench-example.so"
    outcome = gate(pmembench, "--base", example, "--head", example, "--json",
                   campaign=GATE.replace("movnt", "example"))
    assert outcome.status in LEGAL, outcome.err
    cells = document(outcome)["cells"]
    assert [cell["cell"].split("/")[1] for cell in cells] == ["example", "example"]
    assert all(cell["verdict"] != "MISSING" for cell in cells)


def test_objects_whose_backend_no_cell_uses_are_measured_all_the_same(pmembench):
    """Else both sides would run the campaign's movnt, and any head would pass."""
    example = PLUGINS / "good/pmembench-example.so"
    outcome = gate(pmembench, "--base", example, "--head", PLUGINS / "lying/pmembench-crashes.so",
                   "--json")
    assert {name.split("/")[1] for name in missing_cells(outcome)} == {"example"}
    assert ("no cell of gate-tiny uses backend example, which the objects hold: all cells use it "
            "instead of movnt\n") in outcome.err
    whole = gate(pmembench, "--base", example, "--head", example, "--json")
    assert [cell["cell"].split("/")[1] for cell in document(whole)["cells"]] == ["example"] * 2


@pytest.mark.parametrize("words", [["--backend", "movnt"], ["--set", "backend=movnt"]])
def test_objects_that_the_command_line_leaves_no_cell_are_refused(pmembench, words):
    example = PLUGINS / "good/pmembench-example.so"
    outcome = gate(pmembench, "--base", example, "--head", example, *words)
    assert outcome.status == 2
    assert "all cells use backend movnt, as the command line asks" in outcome.error()
    assert "name example" in outcome.error()


def test_objects_are_not_judged_on_a_model_that_does_not_run_them(pmembench):
    simulate(pmembench)
    example = PLUGINS / "good/pmembench-example.so"
    outcome = gate(pmembench, "--base", example, "--head", example, "--media", SIM)
    assert outcome.status == 2
    assert "does not run the code of" in outcome.error()


def missing_cells(outcome):
    comparison = document(outcome)
    assert outcome.status == 4
    assert comparison["verdict"] == "UNTRUSTED"
    assert comparison["exit"] == 4
    return {cell["cell"]: cell["reason"] for cell in comparison["cells"]
            if cell["verdict"] == "MISSING"}


def test_a_backend_that_crashes_at_work_is_missing(pmembench):
    outcome = gate(pmembench, "--base", PLUGINS / "good/pmembench-example.so", "--head",
                   PLUGINS / "lying/pmembench-crashes.so", "--json",
                   campaign=GATE.replace("movnt", "example"))
    reasons = missing_cells(outcome)
    # Reading does not crash it; its writes do.
    assert any("SIGSEGV" in reason for reason in reasons.values()), reasons


@pytest.mark.parametrize("fault", ["no_symbol", "crash_on_load", "other_abi", "probe_says_no",
                                   "hang_in_probe"])
def test_a_head_that_cannot_be_loaded_is_missing(pmembench, fault):
    outcome = gate(pmembench, "--base", PLUGINS / "good/pmembench-example.so", "--head",
                   PLUGINS / f"broken/pmembench-{fault}.so", "--json",
                   campaign=GATE.replace("movnt", "example"))
    assert len(missing_cells(outcome)) == 2


def test_a_head_whose_bytes_are_wrong_is_missing(pmembench):
    campaign = GATE.replace("movnt", "example").replace("operation_size: 64", "operation_size: 100")
    outcome = gate(pmembench, "--base", PLUGINS / "good/pmembench-example.so", "--head",
                   PLUGINS / "lying/pmembench-drops_last_byte.so", "--json", campaign=campaign)
    reasons = missing_cells(outcome)
    assert len(reasons) >= 1


def test_a_cell_that_this_host_skips_is_missing(pmembench):
    outcome = pmembench("--without-cpu", "clwb", "gate", pmembench.campaign(
        GATE.replace("backend: movnt\n    access", "backend: clwb\n    access")), "--replicates",
        "7", "--head", BINARY, "--json")
    (reason,) = missing_cells(outcome).values()
    assert "which this CPU does not have" in reason


# A pmembench of another version, which refuses what its script says and hands on the rest.
OTHER = """#!/usr/bin/python3
import json, subprocess, sys
worker = subprocess.Popen([{binary!r}, "worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
for line in sys.stdin.buffer:
    message = json.loads(line)
    {fault}
    worker.stdin.write(line)
    worker.stdin.flush()
    if message["do"] == "quit":
        break
    answer = worker.stdout.readline()
    {lie}
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
worker.stdin.close()
worker.wait()
"""
REFUSES = ('if {condition}:\n        print(json.dumps({{"is": "failed", "message": "{message}"}}), '
           'flush=True); continue')


def other_version(pmembench, fault, lie="pass"):
    path = pmembench.folder / "other"
    path.write_text(OTHER.format(binary=str(BINARY), fault=fault, lie=lie), encoding="utf-8")
    path.chmod(0o755)
    return path


def refusal(condition, message):
    return REFUSES.format(condition=condition, message=message)


FAULTS = {
    "workload": (refusal('message.get("cell", {}).get("workload") == "chase"',
                         "knows no workload chase"), "knows no workload chase", 1),
    "backend": (refusal('message["do"] == "open"', "there is no backend movnt"),
                "there is no backend movnt", 2),
    "bytes": (refusal('message["do"] == "end"', "wrong byte at 7"), "wrong byte at 7", 2),
    "dies": ('if message["do"] == "cell": sys.exit(9)',
             "the worker ended by itself with status 9", 2),
    "dies later": ('if message.get("first"): sys.exit(9)',
                   "the worker ended by itself with status 9", 2),
    "nonsense": ('if message["do"] == "slice": print("{}", flush=True); continue',
                 "worker protocol: expected 'slice'", 2),
    "no work": (refusal('message["do"] == "slice"', "only 0 of 9 operations were done"),
                "only 0 of 9 operations were done", 2),
}


@pytest.mark.parametrize("side", ["--base", "--head"])
@pytest.mark.parametrize("fault", FAULTS)
def test_what_one_side_cannot_do_is_missing(pmembench, side, fault):
    script, reason, count = FAULTS[fault]
    words = [side, other_version(pmembench, script)]
    if side == "--base":
        words += ["--head", BINARY]
    reasons = missing_cells(gate(pmembench, *words, "--json"))
    assert len(reasons) == count
    assert all(reason in each for each in reasons.values()), reasons


# What the answer to one request says instead of the truth, and what becomes of it.
LIES = {
    "no time": ("slice", '"ns_per_operation": 1e-300', "an operation that takes 1e-300 ns"),
    "no work": ("slice", '"operations": 0', "a slice without an operation"),
    "many bytes": ("slice", '"bytes": 10**15', "is above the physical ceiling"),
    "negative tick": ("open", '"timer": {**told["timer"], "ns_per_tick": -0.4}',
                      "a tick of its clock of -0.4 ns"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_head_that_reports_what_cannot_be_is_missing(pmembench, lie):
    """It would be called the fastest of all."""
    request, told, reason = LIES[lie]
    script = (f'told = json.loads(answer)\n    if message["do"] == "{request}": '
              f'answer = json.dumps({{**told, {told}}}).encode() + b"\\n"')
    head = other_version(pmembench, "pass", script)
    reasons = missing_cells(gate(pmembench, "--head", head, "--json"))
    assert reasons and all(reason in each for each in reasons.values()), reasons


def test_an_older_binary_that_knows_no_greeting_is_driven(pmembench):
    script = refusal('message["do"] == "hello"', "worker protocol: unknown request")
    outcome = gate(pmembench, "--base", other_version(pmembench, script), "--head", BINARY, "--json")
    assert outcome.status in LEGAL, outcome.err
    assert all(cell["verdict"] != "MISSING" for cell in document(outcome)["cells"])


def test_a_binary_of_another_protocol_is_refused(pmembench):
    other = other_version(pmembench, 'print(json.dumps({"is": "hello", "version": 2, "pmembench": '
                                     '"9.9"}), flush=True); continue')
    outcome = gate(pmembench, "--base", other, "--head", BINARY)
    assert outcome.status == 2
    assert outcome.error() == (
        f"base {other} (pmembench 9.9) speaks worker protocol 2 and this pmembench speaks 1: run "
        "the gate with a pmembench that speaks as both sides do, or rebuild that side")


def test_an_interrupt_ends_it_and_leaves_no_worker(pmembench):
    campaign = GATE.replace("slices: 3", "slices: 100000")
    process = pmembench.start("gate", pmembench.campaign(campaign), "--head", BINARY)
    worker = pmembench.worker_of(process)
    process.send_signal(2)
    outcome = pmembench.finish(process)
    assert outcome.status == 130
    assert outcome.err.endswith("interrupted: a gate that did not end has no verdict\n")
    assert not os.path.exists(f"/proc/{worker}")


def test_files_are_made_for_each_arm_and_removed(pmembench, memory_folder):
    campaign = GATE.replace("dram:1M", f"file:{memory_folder}/medium,size=1M")
    outcome = gate(pmembench, "--head", BINARY, "--json", campaign=campaign)
    assert all(cell["verdict"] != "MISSING" for cell in document(outcome)["cells"]), outcome.out
    assert list(memory_folder.iterdir()) == []


def test_a_file_that_exists_is_dealt_out_to_the_arms(pmembench, memory_folder):
    medium = memory_folder / "medium"
    medium.write_bytes(b"x" * (12 << 20))
    campaign = GATE.replace("dram:1M", f"file:{medium}")
    refused = gate(pmembench, "--head", BINARY, campaign=campaign)
    assert refused.status == 2
    assert "holds data" in refused.error()
    assert medium.read_bytes() == b"x" * (12 << 20)
    outcome = gate(pmembench, "--head", BINARY, "--json", "--destroy", campaign=campaign)
    assert all(cell["verdict"] != "MISSING" for cell in document(outcome)["cells"]), outcome.out
    assert medium.stat().st_size == 12 << 20, "never grown or cut, and it stays"
    assert list(memory_folder.iterdir()) == [medium]


def test_each_arm_makes_a_directory_in_a_mounted_file_system(pmembench, memory_folder):
    campaign = GATE[:GATE.index("cells:")].replace("dram:1M", f"posix:{memory_folder}") + """
cells:
  - workload: append_fsync
    file_size: 64K
    backend: block
    path: posix
"""
    outcome = gate(pmembench, "--head", BINARY, "--json", campaign=campaign)
    cells = document(outcome)["cells"]
    assert len(cells) == 1 and cells[0]["verdict"] != "MISSING", outcome.out
    assert list(memory_folder.iterdir()) == []


def test_the_self_test_prints_rates_of_real_and_resampled_suites(pmembench):
    words = ["--self-test", "--slowdown", "3%,50%", "--suites", "2", "--replicates", "6"]
    outcome = pmembench("gate", pmembench.campaign(GATE), *words, "--json")
    assert outcome.status == 0, outcome.err
    found = document(outcome)
    assert found["kind"] == "self-test"
    levels = found["self_test"]
    assert [level["plant"] for level in levels] == [0, 0.03, 0.5]
    for level in levels:
        assert level["replicates"] == 12
        assert level["suites"]["of"] == 2
        assert level["resampled_suites"]["of"] == 1000
        assert [cell["cell"] for cell in level["cells"]] == CELLS
        for cell in level["cells"]:
            assert cell["confirmed"]["hits"] <= cell["flagged"]["hits"] <= cell["flagged"]["of"] == 2
            assert 0 <= cell["flagged"]["low"] <= cell["flagged"]["high"] <= 1
    assert len(found["cells"]) == 6


def test_the_campaign_that_ships_has_eight_kernels_and_more(pmembench):
    outcome = pmembench("run", ROOT / "configs/gate.yaml", "--dry-run", "--json")
    cells = json.loads(outcome.out)["cells"]
    assert len(cells) >= 8
    assert {cell["backend"] for cell in cells} == {"movnt", "clwb"}


@pytest.mark.parametrize(("words", "sentence"), [
    ([], "gate has nothing to judge: name a --head (a pmembench binary or a pmembench-NAME.so), a "
         "--head-env or a --head-media, or ask for --self-test"),
    (["--head", "nothere"],
     "there is no file nothere: name a pmembench binary or a pmembench-NAME.so"),
    (["--head", "tiny.yaml"],
     "tiny.yaml cannot be executed: name a pmembench binary or a pmembench-NAME.so"),
    (["--head", "/bin/true"],
     "head /bin/true cannot be driven as a pmembench: the worker ended by itself with status 0; "
     "name a pmembench binary"),
    (["--head-env", "PATH"],
     "--head-env 'PATH' is not KEY=VALUE, as in MALLOC_ARENA_MAX=1"),
    (["--head-media", "drum:1M"],
     "--head-media: medium 'drum:1M': 'drum' is not a kind of medium (did you mean dram?); write "),
    (["--head", BINARY, "--minimal-effect", "0"],
     "--minimal-effect '0' is not a share above 0 % and below 100 %, such as 2% or 0.02"),
    (["--self-test", "--slowdown", "many"],
     "--slowdown 'many' is not a share above 0 % and below 100 %, such as 2% or 0.02"),
    (["--self-test", "--head", BINARY],
     "--self-test compares one pmembench with itself: leave out --head, --head-env and "
     "--head-media"),
    (["--slowdown", "5%", "--head", BINARY], "--slowdown requires --self-test; see pmembench gate --help"),
    (["--head", BINARY, "--base", PLUGINS / "good/pmembench-example.so"],
     "--base and --head must be of one kind, and only one of "),
    (["--head", BINARY, "--markdown", "tiny.yaml"],
     "--markdown and the campaign are the same (tiny.yaml): each output has its own file"),
])
def test_wrong_usage_is_one_sentence_and_status_2(pmembench, words, sentence):
    pmembench.campaign(GATE)
    outcome = pmembench("gate", "tiny.yaml", *words)
    assert outcome.status == 2, outcome.err
    assert outcome.error().startswith(sentence), outcome.err
    assert outcome.out == ""


def test_what_the_host_cannot_do_is_no_undecided_gate(pmembench):
    """3 would read as INCONCLUSIVE to a script that runs it with --strict."""
    campaign = TINY.replace("dram:1M", "dram:900T")
    outcome = pmembench("gate", pmembench.campaign(campaign), "--head", BINARY)
    assert outcome.status == 4
    assert "ask for less" in outcome.error()
