"""What disturbs a run while it measures: the number is marked, or there is none (docs/warnings.md)."""

import ctypes
import mmap
import os
import signal
import threading
from pathlib import Path

import pytest
from command import TINY, is_alive

# More than half a second: the disturbance meets most slices, also where it begins late.
CAMPAIGN = TINY.replace("slices: 2", "slices: 60").replace("slice: 100us", "slice: 10ms")
PTRACE_SEIZE = 0x4206


def start(pmembench, campaign=CAMPAIGN, *words):
    process = pmembench.start("run", pmembench.campaign(campaign), "--json", *words)
    return process, pmembench.worker_of(process)


def disturb(process, act):
    """Calls act() again and again until the command ends."""
    pause = threading.Event()

    def go_on():
        while process.poll() is None:
            try:
                act()
            except (OSError, ValueError):
                return
            pause.wait(0.001)

    thread = threading.Thread(target=go_on)
    thread.start()
    return thread


def finished(pmembench, process, thread=None):
    outcome = pmembench.finish(process)
    if thread is not None:
        thread.join()
    return outcome, outcome.row()


def warnings(row):
    return {warning["type"] for warning in row["warnings"]}


def test_a_worker_that_is_stopped_again_and_again_is_disturbed(pmembench):
    process, worker = start(pmembench)
    pause = threading.Event()

    def stop():
        os.kill(worker, signal.SIGSTOP)
        pause.wait(0.012)
        os.kill(worker, signal.SIGCONT)
        pause.wait(0.004)

    outcome, row = finished(pmembench, process, disturb(process, stop))
    assert (outcome.status, row["status"]) == (0, "ok"), outcome.err
    assert "disturbed" in warnings(row)
    assert row["disturbed_share"] > 0.1


def test_a_thread_that_is_moved_to_another_cpu_has_no_number(pmembench):
    # As the kernel does if its CPU is unplugged.
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        pytest.skip("there is one CPU")
    process, worker = start(pmembench, CAMPAIGN, "--set", f"placement=cpus={cpus[0]}")
    thread = disturb(process, lambda: os.sched_setaffinity(worker, {cpus[1]}))
    outcome, row = finished(pmembench, process, thread)
    assert (outcome.status, row["status"], row["ns_per_operation"]) == (4, "error", None)
    assert f"ran on CPU {cpus[1]}, not on CPU {cpus[0]} where it was put" in row["reason"]


def test_a_second_writer_of_the_same_file_leaves_no_number(pmembench, memory_folder):
    path = memory_folder / "medium"
    path.write_bytes(bytes(1 << 20))
    process, _ = start(pmembench, CAMPAIGN.replace("dram:1M", f"file:{path}"), "--destroy")
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        noise = b"\xa5" * len(memory)

        def write():
            memory[:] = noise

        outcome, row = finished(pmembench, process, disturb(process, write))
    assert (outcome.status, row["status"], row["ns_per_operation"]) == (4, "error", None)
    assert "wrong byte at device offset" in row["reason"]


def test_a_tracer_that_is_attached_is_a_warning(pmembench):
    process, worker = start(pmembench)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    if libc.ptrace(PTRACE_SEIZE, worker, None, None) != 0:
        pmembench.finish(process)
        pytest.skip(f"ptrace is not allowed here: {os.strerror(ctypes.get_errno())}")
    # Its parent sees the end of a traced process when its tracer has.
    collected = disturb(process, lambda: os.waitpid(worker, os.WNOHANG | 0x40000000))
    outcome, row = finished(pmembench, process, collected)
    assert (outcome.status, row["status"]) == (0, "ok"), outcome.err
    assert "traced" in warnings(row)
    assert not is_alive(worker)


@pytest.fixture
def quota():
    """A control group with a tenth of a CPU."""
    folder = Path(f"/sys/fs/cgroup/cpu/pmembench-{os.getpid()}")
    second = Path(f"/sys/fs/cgroup/pmembench-{os.getpid()}")
    for place, name, value in ((folder, "cpu.cfs_quota_us", "10000"), (second, "cpu.max", "10000 100000")):
        if not os.access(place.parent / "cgroup.procs", os.W_OK):
            continue
        try:
            place.mkdir()
        except OSError:
            continue
        try:
            (place / name).write_text(value)
        except OSError:
            place.rmdir()
            continue
        yield place
        place.rmdir()
        return
    pytest.skip("no control group with a quota can be made here")


def test_a_quota_of_cpu_time_is_seen(pmembench, quota):
    process, worker = start(pmembench)
    (quota / "cgroup.procs").write_text(str(worker))
    outcome, row = finished(pmembench, process)
    assert (outcome.status, row["status"]) == (0, "ok"), outcome.err
    assert "disturbed" in warnings(row)
