"""What the tests of the command share: folders, the command in them, a way to unmount."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from command import BINARY, PLUGINS, Command, as_nobody


def pytest_configure():
    for made, target in ((BINARY, "pmembench"), (PLUGINS / "lying", "the plugins of tests/plugins")):
        if not made.exists():
            pytest.exit(f"{made} is not there: build {target} first", returncode=3)


@pytest.fixture
def pmembench(tmp_path):
    command = Command(tmp_path)
    yield command
    command.end()


@pytest.fixture
def open_folder():
    """A folder that every user can reach, which those of pytest are not."""
    path = Path(tempfile.mkdtemp(prefix="pmembench-cli-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def nobody(open_folder):
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed, and root may do everything")
    command = as_nobody(open_folder)
    yield command
    command.end()


@pytest.fixture
def memory_folder():
    """A folder on tmpfs: a file there is memory, and nothing waits for a disk."""
    if not os.access("/dev/shm", os.W_OK):
        pytest.skip("there is no /dev/shm to write to")
    path = Path(tempfile.mkdtemp(prefix="pmembench-cli-", dir="/dev/shm"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def mounted(tmp_path):
    """mounted(device or "tmpfs", options): a mount point, unmounted at the end."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    points = []

    def mount(what, *options):
        point = tmp_path / f"mount{len(points)}"
        point.mkdir()
        done = subprocess.run(["mount", *options, what, point], capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"{what} cannot be mounted here: {done.stderr.strip()}")
        points.append(point)
        return point

    yield mount
    for point in points:
        subprocess.run(["umount", point], check=True)


@pytest.fixture
def loop_device(tmp_path):
    """A block device of 16 MiB over a file, detached at the end."""
    if os.geteuid() != 0 or shutil.which("losetup") is None:
        pytest.skip("only root may attach a loop device")
    image = tmp_path / "image"
    with image.open("wb") as file:
        file.truncate(16 << 20)
    done = subprocess.run(["losetup", "--find", "--show", image], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no loop device here: {done.stderr.strip()}")
    device = done.stdout.strip()
    yield device
    subprocess.run(["losetup", "--detach", device], check=True)
