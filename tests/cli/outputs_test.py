"""No output of any command destroys what it is pointed at, and none costs a verdict."""

import json
import os
import signal
import subprocess

import pytest
from command import BINARY, LONG, TINY, children_of, is_alive, wait_until

GATE = TINY.replace("budget: 60s", "budget: 1s")
QUICK_GATE = ["--replicates", "2"]


def measured(pmembench):
    outcome = pmembench.run()
    assert outcome.status == 0, outcome.err
    return pmembench.folder / "pmembench.db"


def test_a_report_replaces_reports_and_nothing_else(pmembench):
    database = measured(pmembench)
    before = database.read_bytes()
    thesis = pmembench.folder / "thesis.html"
    thesis.write_text("<!doctype html><p>mine")
    for words in (["--html", "pmembench.db"], ["--html", "pmembench.db", "--force"],
                  ["--html", "pmembench.db-wal", "--force"], ["--html", "thesis.html"]):
        outcome = pmembench("report", *words)
        assert outcome.status == 2, (words, outcome.err)
        assert "overwritten" in outcome.err or "is not a report" in outcome.err
    assert database.read_bytes() == before
    assert thesis.read_text() == "<!doctype html><p>mine"
    for _ in range(2):
        assert pmembench("report", "--html", "own.html").status == 0, "an earlier report is replaced"
    assert pmembench("report", "--html", "thesis.html", "--force").status == 0
    assert "pmembench" in thesis.read_text()


def test_figures_replace_figures_and_nothing_else(pmembench):
    measured(pmembench)
    assert pmembench("report", "--png", "figures").status == 0
    assert pmembench("report", "--png", "figures").status == 0
    (figure,) = sorted((pmembench.folder / "figures").iterdir())[:1]
    figure.write_bytes(b"\x89PNG\r\n\x1a\n of the user's")
    outcome = pmembench("report", "--png", "figures")
    assert outcome.status == 2
    assert figure.read_bytes() == b"\x89PNG\r\n\x1a\n of the user's"


def test_no_output_is_written_onto_a_device(pmembench, loop_device):
    measured(pmembench)
    pmembench.run()
    subprocess.run(["mkfs.ext4", "-q", loop_device], check=True)
    with open(loop_device, "rb") as device:
        before = device.read()
    for words in (["report", "--html", loop_device], ["report", "--html", loop_device, "--force"],
                  ["export", "--out", loop_device], ["export", "--out", loop_device, "--force"],
                  ["compare", "1", "2", "--markdown", loop_device],
                  ["compare", "1", "2", "--junit", loop_device, "--force"]):
        outcome = pmembench(*words)
        assert outcome.status == 2, (words, outcome.err)
        assert "is a device" in outcome.error()
    with open(loop_device, "rb") as device:
        assert device.read() == before


def test_a_results_file_is_no_medium_and_no_campaign(pmembench):
    measured(pmembench)
    before = (pmembench.folder / "pmembench.db").read_bytes()
    os.link(pmembench.folder / "pmembench.db", pmembench.folder / "link")
    for medium in ("file:pmembench.db", "file:link", "block:pmembench.db"):
        outcome = pmembench.run("--media", medium, "--destroy")
        assert outcome.status == 2
        assert "are the same" in outcome.error()
    assert (pmembench.folder / "pmembench.db").read_bytes() == before
    campaign = pmembench.campaign()
    assert pmembench("run", campaign, "--db", campaign).status == 2
    assert campaign.read_text() == TINY


def test_outputs_are_files_of_their_own(pmembench):
    measured(pmembench)
    pmembench.run()
    for words in (["--markdown", "a", "--junit", "./a"], ["--markdown", "pmembench.db", "--force"]):
        outcome = pmembench("compare", "1", "2", *words)
        assert outcome.status == 2
        assert "are the same" in outcome.error()


def test_every_output_is_checked_before_the_first_measurement(pmembench):
    pmembench.campaign(GATE)
    for words in (["--db", "no/x.db"], ["--db", "tiny.yaml"], ["--markdown", "no/s.md"], ["--junit", "."]):
        outcome = pmembench("gate", "tiny.yaml", "--head", BINARY, *QUICK_GATE, *words)
        assert (outcome.status, outcome.out) == (2, ""), outcome.err
        assert "replicate" not in outcome.err, "nothing was measured"
    outcome = pmembench("crash", "--target", "raw", "--crashes", "5", "--db", "no/x.db")
    assert (outcome.status, outcome.out) == (2, "")
    assert "crashes" not in outcome.err


@pytest.mark.parametrize("full", ["--markdown", "--junit"])
def test_an_output_that_cannot_be_written_costs_no_verdict(pmembench, full):
    pmembench.campaign(GATE)
    outcome = pmembench("gate", "tiny.yaml", "--head", BINARY, *QUICK_GATE, "--json", full, "/dev/full")
    document = json.loads(outcome.out)
    assert outcome.status == document["exit"]
    assert "/dev/full cannot be written: No space left on device" in outcome.err


def test_arms_overwrite_no_file_that_nobody_named(pmembench):
    pmembench.campaign(GATE)
    (pmembench.folder / "x.head").write_text("mine")
    outcome = pmembench("gate", "tiny.yaml", "--head", BINARY, *QUICK_GATE, "--media", "file:x,size=4M",
                        "--destroy")
    assert outcome.status == 2
    assert "x.head exists already and is not overwritten" in outcome.error()
    assert (pmembench.folder / "x.head").read_text() == "mine"


def test_standard_output_that_is_closed_is_no_file(pmembench):
    """The first file that is opened would be standard output, and rows would be printed into it."""
    campaign = pmembench.campaign()
    done = subprocess.run(["sh", "-c", f"exec {BINARY} run {campaign} --json >&-"],
                          cwd=pmembench.folder, capture_output=True, text=True)
    assert done.returncode == 4
    assert "standard output cannot be written" in done.stderr
    assert pmembench("show", "--json").row()["status"] == "ok", "results are kept"


def test_a_results_file_that_is_removed_is_no_success(pmembench):
    process = pmembench.start("run", pmembench.campaign(LONG), "--json")
    wait_until(lambda: pmembench.replicates() >= 1 or process.poll() is not None, "the first results")
    for suffix in ("", "-wal", "-shm"):
        (pmembench.folder / f"pmembench.db{suffix}").unlink(missing_ok=True)
    outcome = pmembench.finish(process)
    assert outcome.status == 4
    assert "pmembench.db was removed or replaced while it was written to" in outcome.error()


def test_bytes_that_are_no_text_end_in_no_exception(pmembench):
    folder = os.fsencode(pmembench.folder) + b"/\xff\x9b"
    os.mkdir(folder)
    medium = b"file:" + folder + b"/medium,size=1M"
    campaign = pmembench.campaign()
    for words in ([b"run", b"--json"], [b"run"], [b"run", b"--dry-run", b"--json"]):
        done = subprocess.run([os.fsencode(BINARY), words[0], os.fsencode(campaign), *words[1:],
                               b"--media", medium], cwd=pmembench.folder, capture_output=True)
        # No result could name such a medium.
        assert done.returncode == 2 and b"it is not UTF-8" in done.stderr, done.stderr
        assert b"terminate" not in done.stderr
        assert b"\xff" not in done.stdout + done.stderr
        done.stdout.decode("utf-8")
    done = subprocess.run([BINARY, "run", campaign, "--media", "file:\x1b[2J"], cwd=pmembench.folder,
                          capture_output=True)
    assert done.returncode == 2 and b"\x1b" not in done.stderr
    done = subprocess.run([BINARY, "gate", campaign, "--head", BINARY, *QUICK_GATE, "--json",
                           b"--base-label", b"\xff\xfe"], cwd=pmembench.folder, capture_output=True)
    assert json.loads(done.stdout)["exit"] == done.returncode, done.stderr
    done = subprocess.run([BINARY, "check", "movnt", "--json", b"--media", medium],
                          cwd=pmembench.folder, capture_output=True)
    assert done.returncode == 2 and b"it is not UTF-8" in done.stderr, done.stderr


@pytest.mark.parametrize("blocks", [1, 60, 160])
def test_a_limit_on_the_size_of_files_is_named(pmembench, blocks):
    campaign = pmembench.campaign()
    pmembench.run()
    done = subprocess.run(["sh", "-c", f"ulimit -f {blocks}; exec {BINARY} run {campaign} --json"],
                          cwd=pmembench.folder, capture_output=True, text=True)
    assert done.returncode in (3, 4), done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("pmembench: ") and "(ulimit -f)" in last


def test_a_document_that_never_ends_is_refused(pmembench):
    measured(pmembench)
    outcome = pmembench("history", "--add", "/dev/zero")
    assert outcome.status == 2
    assert "/dev/zero cannot be read (a device)" in outcome.error()


def test_a_worker_that_is_killed_is_named_though_the_parent_ignores_children(pmembench):
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        process = pmembench.start("run", pmembench.campaign(LONG), "--json")
    finally:
        signal.signal(signal.SIGCHLD, before)
    wait_until(lambda: pmembench.replicates() >= 1 or process.poll() is not None, "the first results")
    os.kill(pmembench.worker_of(process), signal.SIGKILL)
    process.send_signal(signal.SIGINT)
    outcome = pmembench.finish(process)
    reasons = {row["reason"] for row in outcome.rows() if row["status"] == "error"}
    assert reasons <= {"the worker died of SIGKILL (Killed)"}


def test_a_worker_in_a_long_slice_dies_with_its_coordinator(pmembench):
    campaign = LONG.replace("slice: 50ms", "slice: 50s")
    process = pmembench.start("run", pmembench.campaign(campaign))
    worker = pmembench.worker_of(process)
    process.kill()
    pmembench.finish(process)
    wait_until(lambda: not is_alive(worker), "the worker to end")


@pytest.mark.parametrize("processes", [1, 2])
def test_threads_that_cannot_be_made_are_named(nobody, processes):
    """root has no such limit. With 2 the worker is made, and its second thread is not."""
    limited = [*nobody.prefix, "prlimit", f"--nproc={processes}:{processes}", "--"]
    campaign = nobody.campaign(TINY.replace("workload: random", "workload: random\n    threads: 2"))
    done = subprocess.run([*limited, nobody.binary, "run", campaign, "--json"], cwd=nobody.folder,
                          capture_output=True, text=True)
    assert done.returncode in (3, 4), done.stdout
    said = done.stdout + done.stderr
    assert "standard output" not in said and "SIGABRT" not in said
    assert "no process for" in said or "thread 2 of 2 cannot be made" in said


def test_a_medium_is_measured_once_at_a_time(pmembench, memory_folder):
    medium = memory_folder / "medium"
    medium.write_bytes(bytes(1 << 20))
    os.link(medium, memory_folder / "link")
    process = pmembench.start("run", pmembench.campaign(LONG), "--media", f"file:{medium}")
    wait_until(lambda: pmembench.replicates() >= 1 or process.poll() is not None, "the first results")
    worker = pmembench.worker_of(process)
    try:
        os.kill(worker, signal.SIGSTOP)
        for words in (["mkfs", f"file:{memory_folder}/link", "--destroy"], ["fsck", f"file:{medium}"],
                      ["run", pmembench.campaign(), "--db", "other.db", "--media",
                       f"file:{memory_folder}/link", "--destroy"]):
            outcome = pmembench(*words)
            assert outcome.status == 3, (words, outcome.err)
            named = (f"is in use by process {pid} (pmembench)" for pid in (process.pid, worker))
            assert any(words in outcome.error() for words in named)
    finally:
        os.kill(worker, signal.SIGCONT)
        process.send_signal(signal.SIGINT)
        outcome = pmembench.finish(process)
    assert "--resume --destroy goes on" in outcome.err, "the medium holds the run's bytes now"
    assert children_of(process.pid) == []


def test_a_probe_and_its_load_are_two_media(pmembench):
    (pmembench.folder / "a").write_bytes(bytes(4 << 20))
    os.link(pmembench.folder / "a", pmembench.folder / "b")
    outcome = pmembench("curve", "--probe", "file:a", "--load", "file:b", "--budget", "1s", "--threads", "2")
    assert "died" not in outcome.out + outcome.err
    assert "is in use already by this command" in outcome.out + outcome.err


def test_another_file_under_the_name_of_a_medium_is_left_alone(pmembench, memory_folder):
    medium = memory_folder / "medium"
    medium.write_bytes(bytes(1 << 20))
    process = pmembench.start("run", pmembench.campaign(LONG), "--media", f"file:{medium}", "--json")
    wait_until(lambda: pmembench.replicates() >= 1 or process.poll() is not None, "the first results")
    precious = b"precious" * (1 << 17)
    (memory_folder / "new").write_bytes(precious)
    (memory_folder / "new").rename(medium)
    outcome = pmembench.finish(process)
    assert medium.read_bytes() == precious
    assert outcome.status == 4
    assert any("is another than when this began" in row["reason"] for row in outcome.rows())


def test_what_mkfs_made_is_there_for_fsck(pmembench):
    assert pmembench("mkfs", "file:x,size=32M").status == 0
    assert (pmembench.folder / "x").stat().st_size == 32 << 20
    assert pmembench("fsck", "file:x").status == 0
    for command in ("mkfs", "fsck"):
        outcome = pmembench(command, "dram:64M")
        assert outcome.status == 2
        assert "is gone after it" in outcome.error()


def test_fsck_changes_nothing_of_a_sparse_file(pmembench):
    path = pmembench.folder / "sparse"
    with path.open("wb") as file:
        file.truncate(64 << 20)
    before = path.stat()
    for kind in ("file", "block"):
        assert pmembench("fsck", f"{kind}:sparse").status == 2
        after = path.stat()
        assert (before.st_blocks, before.st_mtime_ns) == (after.st_blocks, after.st_mtime_ns)
