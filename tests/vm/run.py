"""Tests pmembench on a stock kernel in a virtual machine, with emulated NVDIMMs and NUMA nodes.

Three boots: the scripts of guest/tests; those of guest/before_cut, until the power is cut under
them; and on what that left those of guest/after_cut. Usage: run.py BUILD_FOLDER [SCRIPT...]
A script is named as its file is, without .sh; those that it needs run too.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import image  # noqa: E402
import machine  # noqa: E402
import results  # noqa: E402

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pmembench/vm"
MIB = 1 << 20
# Five times and more what a script and a boot with all of its scripts take on an idle machine.
SCRIPT_S = 120
SILENCE_S = SCRIPT_S + 20
LIMIT_S = 500
FEWEST_STEPS = 60  # that are durable before the power is cut
TAIL_LINES = 30
FOLDERS = ("tests", "before_cut", "after_cut")


def patience() -> int:
    """A factor on all limits: where others share the CPUs everything may take longer."""
    given = os.environ.get("PMEMBENCH_VM_PATIENCE")
    return int(given) if given else min(8, max(1, round(os.getloadavg()[0] / os.cpu_count())))


def scripts_of(folder: str) -> list[str]:
    return sorted(path.stem for path in (HERE / "guest" / folder).glob("*.sh"))


def chosen(only: list[str]) -> dict[str, list[str]]:
    """The scripts to run of each folder: all, or those named and what they need."""
    of = {folder: scripts_of(folder) for folder in FOLDERS}
    unknown = set(only).difference(*of.values())
    if unknown:
        every = ", ".join(name for folder in FOLDERS for name in of[folder])
        print(f"run.py: the guest has no script {min(unknown)}; it has {every}", file=sys.stderr)
        sys.exit(2)
    if not only:
        return of
    tests = [name for name in of["tests"] if name in only]
    cut = any(name in only for name in of["before_cut"] + of["after_cut"])
    return {
        # The first makes the devices that the others use.
        "tests": [of["tests"][0], *(n for n in tests if n != of["tests"][0])] if tests else [],
        "before_cut": of["before_cut"] if cut else [],
        "after_cut": of["after_cut"] if cut else [],
    }


class Run:
    """The boots of one run, on one image and in one folder for what they leave."""

    def __init__(self, build: Path, work: Path, scripts: dict[str, list[str]]) -> None:
        self.work, self.scripts = work, scripts
        self.passed, self.failed = 0, 0
        self.base = image.base_image(CACHE)
        programs = [build / "pmembench", build / "tests/vm/vm_poison",
                    build / "tests/vm/vm_kept_writes"]
        files = {"init": HERE / "guest/init", "vm": HERE / "guest", "vm/configs": ROOT / "configs"}
        self.initrd = image.initrd(self.base, programs, files, work / "initrd.cpio")

    def boot(self, folder: str, nvdimms: list[machine.Nvdimm], append: str = "",
             cut=lambda line: False) -> results.Results:
        factor = patience()
        scripts = self.scripts[folder]
        words = f"vm_folder={folder} vm_limit={factor * SCRIPT_S} vm_scripts={','.join(scripts)}"
        command = machine.command(self.base.kernel, self.initrd, f"{words} {append}", nvdimms)
        boot = machine.boot(command, self.work / f"{folder}.log", factor * SILENCE_S,
                            factor * LIMIT_S, cut)
        found = results.read(boot.lines, boot.times_s)
        if boot.ended != "cut":
            found = results.settle(found, boot.ended, scripts)
        self.passed += len(found.passed)
        self.failed += len(found.failed)
        if found.ready_s is not None:
            print(f"  {found.ready_s:5.1f} s  {folder}: booted")
        for name in found.passed:
            print(f"  {found.seconds[name]:5.1f} s  {folder}/{name}: passed")
        for name, reason in found.failed.items():
            print(f"  {found.seconds.get(name, 0):5.1f} s  {folder}/{name}: failed: {reason}")
        if found.failed:
            print("\n".join(f"    | {line}" for line in boot.lines[-TAIL_LINES:]))
            print(f"    the whole console is in {self.work / folder}.log")
        sys.stdout.flush()
        return found

    def nvdimms(self, name: str, sizes_mib: list[int]) -> list[machine.Nvdimm]:
        """New ones, one near each node."""
        made = [machine.Nvdimm(self.work / f"{name}{node}.nvdimm", mib * MIB, node)
                for node, mib in enumerate(sizes_mib)]
        for nvdimm in made:
            machine.make_file(nvdimm)
        return made

    def power_cut(self) -> None:
        nvdimms = self.nvdimms("cut", [322, 130])
        generator = random.SystemRandom()
        steps = FEWEST_STEPS + generator.randrange(FEWEST_STEPS)
        seen = {"stored": False}

        def cut(line: str) -> bool:
            seen["stored"] = seen["stored"] or "vm: stored" in line
            return seen["stored"] and results.read([line], [0]).kept >= steps

        found = self.boot("before_cut", nvdimms, cut=cut)
        if found.failed:
            return
        print(f"  the power was cut after {found.kept} durable steps")
        self.boot("after_cut", nvdimms, f"vm_steps={found.kept}")


def main(build: Path, only: list[str]) -> int:
    begin = time.monotonic()
    # Who is told to end leaves neither the machine nor its files behind.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    scripts = chosen(only)
    work = build / "vm"
    work.mkdir(exist_ok=True)
    try:
        if shutil.which(machine.QEMU) is None:
            raise image.Unavailable(f"{machine.QEMU} is missing; install qemu-system-x86")
        run = Run(build, work, scripts)
    except image.Unavailable as missing:
        print(results.closing_line(0, 0, time.monotonic() - begin, str(missing)))
        return 0
    try:
        if scripts["tests"]:
            run.boot("tests", run.nvdimms("tests", [1026, 258, 258]))
        if scripts["before_cut"]:
            run.power_cut()
    finally:
        for left in [*work.glob("*.nvdimm"), work / "initrd.cpio"]:
            left.unlink(missing_ok=True)
    print(results.closing_line(run.passed, run.failed, time.monotonic() - begin))
    return 1 if run.failed or not run.passed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2:]))
