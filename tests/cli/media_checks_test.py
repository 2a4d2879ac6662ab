"""Media that cannot be used: refused before anything is measured, and never touched."""

import os
import subprocess

import pytest
from command import TINY, wait_until

# Cells of two processes: what the first wrote must not stop the second.
TWICE = TINY.replace("replicates: 1", "replicates: 2")


def refused(outcome, status, sentence):
    assert outcome.status == status, outcome.err
    assert outcome.out == ""
    assert outcome.err == f"pmembench: {sentence}\n"


@pytest.mark.parametrize(("media", "sentence"), [
    ("dram:0", "the size is 0; a medium has at least one page, 4K"),
    ("dram:4097", "size 4097 is not a multiple of 4096 bytes; write 4096 or 8192"),
    ("dram:", "the size is missing; write dram:SIZE|auto[,node=N][,interleave=N:W+M:V][,pages=4k|thp|2m|1g]"),
    ("dram:1M,pages=3k", "pages '3k' is unknown; write pages=4k, pages=thp, pages=2m or pages=1g"),
    ("file:", "the path is empty; write file:PATH[,size=SIZE][,offset=SIZE]"),
    ("/tmp/x", "a path alone does not say how it is to be used; write file:/tmp/x to map it or "
               "block:/tmp/x for the kernel's block path"),
])
def test_words_that_name_no_medium(pmembench, media, sentence):
    refused(pmembench.run("--media", media), 2, f"--media: medium '{media}': {sentence}")


def test_more_than_there_is(pmembench):
    outcome = pmembench.run("--media", "dram:4096T")
    assert outcome.status == 3
    assert outcome.error().startswith("medium 'dram:4096T': 4096 TiB of memory asked for and ")
    assert outcome.error().endswith(" are available; ask for less")


def test_a_node_that_is_not_there(pmembench):
    outcome = pmembench.run("--media", "dram:1M,node=977")
    assert outcome.status == 3
    assert "this host has no node 977" in outcome.row()["reason"]


def test_paths_that_cannot_be_mapped(pmembench):
    folder = pmembench.folder
    (folder / "short").write_bytes(b"\0" * 100)
    (folder / "circle").symlink_to(folder / "round")
    (folder / "round").symlink_to(folder / "circle")
    (folder / "dangling").symlink_to(folder / "nothing")
    os.mkfifo(folder / "fifo")
    for name, size, status, sentence in [
        ("", "", 2, f"{folder}/ is a directory; name a file in it, which is made if size= is given"),
        ("none", "", 2, "{} does not exist; add size=SIZE to have it made, and removed at the end"),
        ("dangling", ",size=1M", 2, "{} is a symbolic link to nothing; name the file itself"),
        ("fifo", "", 2, "{} is a FIFO; name a regular file"),
        ("short", "", 2, "{} has 100 bytes, less than one page of 4096; name a larger one, or a path "
                         "that does not exist yet, with size=SIZE"),
    ]:
        medium = f"file:{folder}/{name}{size}"
        refused(pmembench.run("--media", medium), status,
                f"medium '{medium}': {sentence.format(f'{folder}/{name}')}")
    outcome = pmembench.run("--media", f"file:{folder}/circle,size=1M")
    assert outcome.status in (2, 3)
    assert f"{folder}/circle leads through symbolic links that go in a circle" in outcome.error()
    assert (folder / "short").read_bytes() == b"\0" * 100
    assert not (folder / "pmembench.db").exists()


def test_what_belongs_to_another_user(nobody):
    theirs = nobody.folder.parent / "theirs"
    theirs.write_bytes(b"\0" * (1 << 20))
    theirs.chmod(0o600)
    outcome = nobody.run("--media", f"file:{theirs}")
    assert outcome.status == 3
    assert f"no permission to read and write {theirs}; name a path that you own" in outcome.error()
    made = nobody.folder.parent / "made"
    outcome = nobody.run("--media", f"file:{made},size=1M")
    assert outcome.status == 3
    assert f"{made} cannot be made, as its folder cannot be written" in outcome.error()


@pytest.mark.parametrize("kind", ["file", "block"])
def test_content_is_kept_unless_it_is_given_up(pmembench, kind):
    path = pmembench.folder / "precious"
    content = b"\0" * 5000 + b"precious" + b"\0" * ((1 << 20) - 5008)
    path.write_bytes(content)
    words = ["--media", f"{kind}:{path}", "--backend", "movnt" if kind == "file" else "block",
             "--set", "operation_size=4K"]
    outcome = pmembench.run(*words)
    refused(outcome, 2, f"medium '{kind}:{path}': {path} holds data (first non-zero byte at offset "
                        "5000), which would be overwritten; name another, or add --destroy to give "
                        "that content up")
    assert path.read_bytes() == content
    outcome = pmembench.run(*words, "--destroy", campaign=TWICE)
    assert outcome.status == 0, outcome.err
    assert (outcome.row()["status"], outcome.row()["replicates"]) == ("ok", 2)
    assert path.stat().st_size == len(content)


def test_a_file_of_zeroes_needs_no_leave_for_any_of_its_processes(pmembench):
    path = pmembench.folder / "zeroes"
    path.write_bytes(b"\0" * (1 << 20))
    outcome = pmembench.run("--media", f"file:{path}", campaign=TWICE)
    assert outcome.status == 0, outcome.err
    assert (outcome.row()["status"], outcome.row()["replicates"]) == ("ok", 2)
    # From then on it has content like any other.
    assert pmembench.run("--media", f"file:{path}", campaign=TWICE).status == 2


def test_a_file_that_was_made_for_the_run_is_removed(pmembench, memory_folder):
    outcome = pmembench.run("--media", f"file:{memory_folder}/medium,size=1M", campaign=TWICE)
    assert outcome.status == 0, outcome.err
    assert outcome.row()["medium"]["created"] is True
    assert list(memory_folder.iterdir()) == []


def test_a_mounted_device_is_refused_even_with_destroy(pmembench, loop_device, mounted):
    subprocess.run(["mkfs.ext4", "-q", loop_device], check=True)
    point = mounted(loop_device)
    (point / "file").write_text("content")
    words = ["--media", f"block:{loop_device}", "--backend", "block", "--set", "operation_size=4K"]
    for more in ([], ["--destroy"]):
        refused(pmembench.run(*words, *more), 3,
                f"medium 'block:{loop_device}': {loop_device} is mounted at {point} and is never "
                "written to while it is; unmount it, or name another")
    assert (point / "file").read_text() == "content"


@pytest.fixture
def loop_above(loop_device):
    """A loop device over the loop device: the kernel lets it be made without a claim."""
    done = subprocess.run(["losetup", "--find", "--show", loop_device], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no second loop device here: {done.stderr.strip()}")
    yield done.stdout.strip()
    subprocess.run(["losetup", "--detach", done.stdout.strip()], check=True)


def test_a_device_that_a_loop_device_shows_is_in_use(pmembench, loop_device, loop_above):
    refused(pmembench.run("--media", f"block:{loop_device}", "--backend", "block", "--set",
                          "operation_size=4K", "--destroy"), 3,
            f"medium 'block:{loop_device}': {loop_device} is in use behind {loop_above} and is never "
            f"written to while it is; detach it (losetup -d {loop_above}), or name another")


def test_a_loop_device_over_a_mounted_device_is_refused(pmembench, loop_device, mounted, loop_above):
    subprocess.run(["mkfs.ext4", "-q", loop_device], check=True)
    point = mounted(loop_device)
    (point / "file").write_text("content")
    outcome = pmembench.run("--media", f"block:{loop_above}", "--backend", "block", "--set",
                            "operation_size=4K", "--destroy")
    assert outcome.status == 3, outcome.err
    assert f"the loop device shows {loop_device}, which is mounted or in use by others" in outcome.err
    assert (point / "file").read_text() == "content"


def test_a_file_system_on_a_device_is_named(pmembench, loop_device):
    subprocess.run(["mkfs.ext4", "-q", "-L", "mine", loop_device], check=True)
    # udev and friends may look at a new file system for a moment.
    outcome = wait_until(lambda: (o := pmembench.run(
        "--media", f"block:{loop_device}", "--backend", "block", "--set", "operation_size=4K",
    )) and "in use" not in o.err and o, "the device to be free")
    assert outcome.status == 2
    assert f"{loop_device} holds an ext4 file system labelled 'mine'" in outcome.error()


def test_one_bad_medium_leaves_the_others(pmembench):
    outcome = pmembench.run("--set", "media=dram:1M", "--set", "slices=2", campaign=TINY)
    assert outcome.status == 0
    two = TINY.replace("media: dram:1M\n", "").replace(
        "    operation_size: 64\n", "    operation_size: 64\n    matrix:\n      media: [dram:1M, "
        f"'file:{pmembench.folder}']\n")
    outcome = pmembench.run(campaign=two)
    assert outcome.status == 0, outcome.err
    ran, skipped = outcome.rows()
    assert (ran["status"], skipped["status"]) == ("ok", "skipped")
    assert "is a directory" in skipped["reason"]
