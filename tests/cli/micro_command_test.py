"""pmembench micro: the kernels under Google Benchmark, and the same kernels under run."""

import json
import math
import signal

import pytest
from command import ROOT, wait_until

CELL = "dram:auto/{0}/direct/random/operation_size=4K,access=write/t1"
SHORT = "--benchmark_min_time=0.01"


@pytest.fixture
def micro(pmembench):
    def call(*words):
        outcome = pmembench("micro", *words)
        if "was built without Google Benchmark" in outcome.err:
            assert outcome.status == 3
            pytest.skip("built without Google Benchmark")
        return outcome

    return call


def only(backend, **keys):
    """Words that leave one kernel: writes in random order, each durable."""
    return [f"--benchmark_filter=^dram:auto/{backend}/direct/random/.*access=write/t1",
            "--backend", backend, "--set", f"operation_size={keys.get('size', '4K')}", SHORT]


def test_every_backend_has_every_kernel_at_every_size(micro):
    outcome = micro("--benchmark_list_tests")
    assert outcome.status == 0, outcome.err
    # The library adds that it goes by the wall clock.
    names = [line.removesuffix("/real_time") for line in outcome.out.splitlines()]
    for backend in ("movnt", "eadr", "null"):
        mine = [name for name in names if f"/{backend}/" in name]
        loads = 0 if backend == "null" else 1  # null has no addresses
        assert len(mine) == 6 * 2 * (1 + loads + 3), "sizes x orders x (reads + loads + kinds of writes)"
    assert CELL.format("movnt") in names
    assert len(names) == len(set(names))


def test_kernels_have_the_names_of_run(micro, pmembench):
    planned = pmembench("run", ROOT / "configs/quick.yaml", "--dry-run", "--json")
    cells = {cell["name"] for cell in json.loads(planned.out)["cells"]
             if cell["name"].startswith("dram:auto/") and "/direct/random/" in cell["name"]
             and cell["name"].endswith("/t1") and not cell["skip_reason"]}
    listed = micro("--benchmark_list_tests").out.splitlines()
    assert cells
    assert cells <= {line.removesuffix("/real_time") for line in listed}


def test_the_library_names_the_command_that_it_runs_in(micro):
    outcome = micro(*only("movnt", size="64"))
    assert outcome.status == 0, outcome.err
    assert "Running pmembench micro\n" in outcome.out + outcome.err


def test_results_are_rows_of_a_run_in_the_store(micro, pmembench):
    outcome = micro(*only("movnt"), "--benchmark_repetitions=3", "--json")
    assert outcome.status == 0, outcome.err
    row = outcome.row()
    assert row["cell"] == CELL.format("movnt")
    assert row["status"] == "ok"
    assert row["bytes"] == 4096 * row["operations"] > 0
    assert (row["replicates"], row["slices"]) == (1, 3), "a process, however often repeated"
    assert row["ns_per_operation"]["has_interval"] is False
    assert row["claim"] == "emulated"
    shown = pmembench("show", "--json")
    assert json.loads(shown.out.splitlines()[0]) == row
    assert pmembench.sql("SELECT status FROM runs") == [("done",)]


def test_the_librarys_own_output_has_bytes_and_items_per_second(micro):
    outcome = micro(*only("movnt"), "--benchmark_format=json")
    assert outcome.status == 0, outcome.err
    (kernel,) = json.loads(outcome.out)["benchmarks"]  # nothing before or behind the document
    assert "run 1 is in pmembench.db" in outcome.err
    assert kernel["name"].startswith(CELL.format("movnt"))
    assert kernel["bytes_per_second"] == pytest.approx(4096 * kernel["items_per_second"])


def test_null_moves_no_bytes(micro):
    row = micro(*only("null"), "--json").row()
    assert row["bytes"] == 0 and row["bytes_per_s"] is None
    assert row["operations"] > 0


@pytest.mark.parametrize("backend", ["movnt", "clflush"])
def test_the_same_kernel_by_micro_and_by_run_agrees(micro, pmembench, backend):
    campaign = f"""
budget: 60s
minimum_replicates: 3
maximum_replicates: 3
slices: 10
media: dram:auto
cells:
  - workload: random
    backend: {backend}
    access: write
    operation_size: 4K
"""
    by_run = pmembench.run(campaign=campaign).row()
    # Short repetitions, many of them: on a machine that is shared the fastest is an undisturbed one.
    words = [*only(backend), "--benchmark_min_time=0.0005", "--benchmark_repetitions=31"]
    assert micro(*words, "--json").row()["cell"] == by_run["cell"]
    fastest = math.inf
    for _ in range(5):
        repetitions = json.loads(micro(*words, "--benchmark_format=json").out)["benchmarks"]
        fastest = min([fastest, *(each["real_time"] for each in repetitions if each["run_type"] == "iteration")])
        if fastest < 5 * by_run["ns_per_operation"]["estimate"]:
            break
    assert 1 / 5 < fastest / by_run["ns_per_operation"]["estimate"] < 5


@pytest.mark.parametrize(("words", "status", "sentence"), [
    (["--benchmark_filter=nothing_is_called_so"], 2,
     "no kernel was selected: see --benchmark_list_tests for their names, and --benchmark_filter"),
    (["--benchmark_fliter=x"], 2,
     "Google Benchmark does not know '--benchmark_fliter=x'; its flags begin with --benchmark_"),
    (["--what"], 2, "micro does not know '--what'; see pmembench micro --help"),
    (["--set", "threads=2"], 2,
     "micro measures kernels of one thread on the paths direct, mapped and kernel, in slices; for "
     "anything else use pmembench run"),
    (["--set", "operation_sise=64"], 2,
     "--set: unknown key 'operation_sise'; did you mean 'operation_size'?"),
])
def test_wrong_words_are_one_sentence(micro, words, status, sentence):
    outcome = micro(*words)
    assert outcome.status == status, outcome.err
    assert outcome.error() == sentence


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_micro_leaves_no_file_and_keeps_its_results(pmembench, micro, memory_folder, number):
    micro("--benchmark_list_tests")  # skips where there is no library
    process = pmembench.start("micro", "--media", f"file:{memory_folder}/medium,size=16M", "--backend",
                              "movnt", "--benchmark_min_time=0.05")
    wait_until(lambda: pmembench.replicates() >= 1 or process.poll() is not None, "the first results")
    process.send_signal(number)
    outcome = pmembench.finish(process)
    assert outcome.status == 130, outcome.err
    assert "kept in pmembench.db" in outcome.err
    assert pmembench.sql("SELECT status FROM runs") == [("interrupted",)]
    assert pmembench.sql("SELECT count(*) FROM cells WHERE row LIKE '%\"status\":\"error\"%'") == [(0,)]
    assert list(memory_folder.iterdir()) == []


def test_a_file_of_zeroes_serves_every_backend(pmembench, micro, memory_folder):
    """The first fills it; what the others find is ours."""
    medium = memory_folder / "zeroes"
    medium.write_bytes(bytes(4 << 20))
    outcome = micro("--media", f"file:{medium}", "--set", "operation_size=4K", SHORT, "--json",
                    "--benchmark_filter=/(movnt|clflush)/direct/random/.*access=write/")
    assert outcome.status == 0, outcome.err
    assert {row["status"] for row in outcome.rows()} == {"ok"}
