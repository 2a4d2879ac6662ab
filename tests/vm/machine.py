"""The virtual machine: qemu by software emulation, two nodes, NVDIMMs in files, a serial console."""

from __future__ import annotations

import queue
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

QEMU = "qemu-system-x86_64"
LABEL_BYTES = 2 << 20
# Node 1 has memory and no CPUs, as a CXL expander has; node 2 has not even memory, until a dax
# device becomes its memory. What the firmware's table (HMAT) says of them is made up.
NODES = (
    "-m 1280M,slots=4,maxmem=8G -smp 2 "
    "-object memory-backend-ram,id=ram0,size=1G -object memory-backend-ram,id=ram1,size=256M "
    "-numa node,nodeid=0,memdev=ram0,cpus=0-1 -numa node,nodeid=1,memdev=ram1,initiator=0 "
    "-numa node,nodeid=2,initiator=0 -numa dist,src=0,dst=1,val=20 -numa dist,src=0,dst=2,val=30 "
    "-numa dist,src=1,dst=2,val=40"
).split()
LATENCY_NS = {0: 100, 1: 300, 2: 500}
BANDWIDTH_MIB = {0: 20480, 1: 10240, 2: 5120}


@dataclass(frozen=True)
class Nvdimm:
    file: Path
    size_bytes: int
    node: int


@dataclass
class Boot:
    """What a boot left: every line of the console, when each came, and why it ended."""

    lines: list[str]
    times_s: list[float]  # since the machine was started, one a line
    ended: str  # "powered off", "cut", or a sentence about the time limit


def hmat() -> list[str]:
    words: list[str] = []
    for node, latency in LATENCY_NS.items():
        common = f"hmat-lb,initiator=0,target={node},hierarchy=memory"
        words += ["-numa", f"{common},data-type=access-latency,latency={latency}"]
        words += ["-numa", f"{common},data-type=access-bandwidth,bandwidth={BANDWIDTH_MIB[node]}M"]
    return words


def nvdimm_words(number: int, nvdimm: Nvdimm) -> list[str]:
    return [
        "-object",
        f"memory-backend-file,id=nv{number},share=on,mem-path={nvdimm.file},"
        f"size={nvdimm.size_bytes}",
        "-device",
        f"nvdimm,id=nvdimm{number},memdev=nv{number},label-size={LABEL_BYTES},node={nvdimm.node}",
    ]


def command(kernel: Path, initrd: Path, append: str, nvdimms: list[Nvdimm]) -> list[str]:
    # It ends with the driver, however that ends.
    words = ["setpriv", "--pdeathsig", "KILL", QEMU, "-accel", "tcg,thread=multi", "-cpu", "max"]
    words += ["-machine", "q35,nvdimm=on,hmat=on,nvdimm-persistence=mem-ctrl"]
    words += [*NODES, *hmat(), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
    words += ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"]
    for number, nvdimm in enumerate(nvdimms):
        words += nvdimm_words(number, nvdimm)
    words += ["-kernel", str(kernel), "-initrd", str(initrd)]
    # On a busy host the emulated timer can tick too late for the kernel's check of it, which hangs.
    return [*words, "-append", f"console=ttyS0 quiet panic=-1 no_timer_check {append}"]


def make_file(nvdimm: Nvdimm) -> None:
    """An NVDIMM as it comes from the factory: zeros, in a file that holds no disk space yet."""
    with nvdimm.file.open("wb") as file:
        file.truncate(nvdimm.size_bytes)


def boot(words: list[str], log: Path, silence_s: float, limit_s: float,
         cut: Callable[[str], bool] = lambda line: False) -> Boot:
    """Runs a machine until it powers off, hangs, or `cut` is true of a line of its console.

    A cut is SIGKILL: what the guest had in its memory is gone, what it stored to an NVDIMM is in
    the file.
    """
    lines: queue.SimpleQueue[tuple[float, str] | None] = queue.SimpleQueue()
    begin = time.monotonic()
    with log.open("w", encoding="utf-8", buffering=1) as out, subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace") as machine:

        def read() -> None:
            for line in machine.stdout:
                out.write(line)
                lines.put((time.monotonic() - begin, line.rstrip()))
            lines.put(None)

        reader = threading.Thread(target=read)
        reader.start()
        try:
            ended = watch(lines, silence_s, limit_s, cut)
        finally:
            machine.kill()
            reader.join()
    # What it had said before the end, and nobody had read yet, counts as well.
    while (said := lines.get()) is not None:
        keep(ended, said)
    return ended


def keep(boot: Boot, said: tuple[float, str]) -> None:
    time_s, line = said
    boot.times_s.append(time_s)
    boot.lines.append(line)


def watch(lines: queue.SimpleQueue, silence_s: float, limit_s: float,
          cut: Callable[[str], bool]) -> Boot:
    boot = Boot([], [], "powered off")
    end = time.monotonic() + limit_s
    while True:
        left = min(silence_s, end - time.monotonic())
        try:
            said = lines.get(timeout=max(0, left))
        except queue.Empty:
            limit = f"{silence_s:.0f} s without a line" if left == silence_s else f"{limit_s:.0f} s"
            boot.ended = f"ended by the time limit, {limit}"
            return boot
        if said is None:
            lines.put(None)
            return boot
        keep(boot, said)
        if cut(said[1]):
            boot.ended = "cut"
            return boot
