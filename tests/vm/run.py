"""Tests pmembench on a stock kernel in a virtual machine, with emulated NVDIMMs and NUMA nodes.

Three boots: the scripts of guest/tests; those of guest/before_cut, until the power is cut under
them; and on what that left those of guest/after_cut. Usage: run.py BUILD_FOLDER [SCRIPT...]
"""

from __future__ import annotations

import os
import random
import shutil
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
SILENCE_S = 260
LIMIT_S = 540
# Where others share the CPUs everything may take longer: a factor on all limits.
PATIENCE = int(os.environ.get("PMEMBENCH_VM_PATIENCE") or 1)
FEWEST_STEPS = 60  # that are durable before the power is cut
TAIL_LINES = 30


def scripts_of(folder: str) -> list[str]:
    return sorted(path.stem for path in (HERE / "guest" / folder).glob("*.sh"))


class Run:
    """The boots of one run, on one image and in one folder for what they leave."""

    def __init__(self, build: Path, work: Path, only: list[str]) -> None:
        self.work, self.only = work, only
        self.passed, self.failed = 0, 0
        self.base = image.base_image(CACHE)
        programs = [build / "pmembench", build / "tests/vm/vm_poison",
                    build / "tests/vm/vm_kept_writes"]
        files = {"init": HERE / "guest/init", "vm": HERE / "guest", "vm/configs": ROOT / "configs"}
        self.initrd = image.initrd(self.base, programs, files, work / "initrd.cpio")

    def boot(self, folder: str, nvdimms: list[machine.Nvdimm], append: str = "",
             cut=lambda line: False) -> results.Results:
        words = f"vm_folder={folder} vm_patience={PATIENCE} vm_only={','.join(self.only)} {append}"
        command = machine.command(self.base.kernel, self.initrd, words, nvdimms)
        boot = machine.boot(command, self.work / f"{folder}.log", PATIENCE * SILENCE_S,
                            PATIENCE * LIMIT_S, cut)
        found = results.read(boot.lines)
        scripts = [name for name in scripts_of(folder) if not self.only or name in self.only]
        if boot.ended != "cut":
            found = results.settle(found, boot.ended, scripts)
        self.passed += len(found.passed)
        self.failed += len(found.failed)
        for name in found.passed:
            print(f"  passed  {folder}/{name}")
        for name, reason in found.failed.items():
            print(f"  failed  {folder}/{name}: {reason}")
        if found.failed:
            print("\n".join(f"    | {line}" for line in boot.lines[-TAIL_LINES:]))
            print(f"    the whole console is in {self.work / folder}.log")
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
            return seen["stored"] and results.read([line]).kept >= steps

        found = self.boot("before_cut", nvdimms, cut=cut)
        if found.failed:
            return
        print(f"  the power was cut after {found.kept} durable steps")
        self.boot("after_cut", nvdimms, f"vm_steps={found.kept}")


def main(build: Path, only: list[str]) -> int:
    begin = time.monotonic()
    work = build / "vm"
    work.mkdir(exist_ok=True)
    try:
        if shutil.which(machine.QEMU) is None:
            raise image.Unavailable(f"{machine.QEMU} is missing; install qemu-system-x86")
        run = Run(build, work, only)
    except image.Unavailable as missing:
        print(results.closing_line(0, 0, time.monotonic() - begin, str(missing)))
        return 0
    try:
        run.boot("tests", run.nvdimms("tests", [1026, 258, 258]))
        if not only:
            run.power_cut()
    finally:
        for left in [*work.glob("*.nvdimm"), work / "initrd.cpio"]:
            left.unlink(missing_ok=True)
    print(results.closing_line(run.passed, run.failed, time.monotonic() - begin))
    return 1 if run.failed or not run.passed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2:]))
