"""pmembench layers: what lies on what, of media and of a running process."""

import json
import os
import re
import subprocess

import pytest
from command import LONG, TINY, wait_until


def drawn(pmembench, *words):
    outcome = pmembench("layers", *words)
    assert outcome.status == 0, outcome.err
    return outcome.out


def test_a_medium_is_drawn_with_all_that_is_possible_on_it(pmembench):
    text = drawn(pmembench, "dram:4M")
    assert text.startswith("#1 dram:4M\n")
    for part in ("medium: dram, 4 MiB", "backend: movnt", "write cache on", "bad blocks: none",
                 "char: this device from byte 0", "block-raw: this device from byte 0",
                 "block-partition: this device from byte 2097152", "block-btt: sectors; the btt on",
                 "in use: no"):
        assert part in text, part


def test_a_stack_is_drawn_with_its_parts_and_their_holder(pmembench):
    layers = json.loads(drawn(pmembench, "linear:dram:1M+dram:1M,backend=clflush", "--json"))
    (device,) = layers["devices"]
    assert [part["backend"]["name"] for part in device["parts"]] == ["movnt", "clflush"]
    assert {part["held_by"] for part in device["parts"]} == {device["name"]}
    assert device["presentations"][0]["dax_offset_bytes"] == 0, "all addresses are in one piece"
    stripe = json.loads(drawn(pmembench, "stripe:2,64K:dram:1M+dram:1M", "--json"))["devices"][0]
    assert not stripe["presentations"][0]["possible"]


def test_a_file_system_is_found_and_not_changed(pmembench):
    medium = pmembench.folder / "medium"
    medium.write_bytes(bytes(4 << 20))
    assert pmembench("mkfs", f"file:{medium}").status == 0
    before = medium.read_bytes()
    assert "carries: the small file system, clean" in drawn(pmembench, f"file:{medium}")
    assert medium.read_bytes() == before


def test_every_spelling_leads_to_one_id(pmembench):
    medium = pmembench.folder / "medium"
    medium.write_bytes(bytes(1 << 20))
    link = pmembench.folder / "link"
    link.symlink_to(medium)
    words = ["#2", f"file:{medium}", str(medium), str(link)]
    found = [word for name in words for word in ("--find", name)]
    outcome = pmembench("layers", "dram:1M", f"file:{medium}", *found, "--json")
    assert outcome.status == 0, outcome.err
    assert {each["id"] for each in json.loads(outcome.out)["found"]} == {2}
    missing = pmembench("layers", "dram:1M", "--find", "/none", "--json")
    assert missing.status == 1
    assert json.loads(missing.out)["found"] == [{"id": None, "name": "/none"}]
    assert not os.path.exists("/none")


def test_a_block_device_is_found_by_its_path_and_number(pmembench):
    medium = pmembench.folder / "medium"
    medium.write_bytes(bytes(1 << 20))
    loop = subprocess.run(["losetup", "-f", "--show", str(medium)], capture_output=True, text=True,
                          check=False).stdout.strip() if os.geteuid() == 0 else ""
    if not loop:
        pytest.skip("no loop device can be attached")
    try:
        number = os.stat(loop).st_rdev
        found = ["--find", loop, "--find", f"{os.major(number)}:{os.minor(number)}", "--find", "#1"]
        outcome = pmembench("layers", f"block:{loop}", *found, "--json")
        assert outcome.status == 0, outcome.err
        assert {each["id"] for each in json.loads(outcome.out)["found"]} == {1}
    finally:
        subprocess.run(["losetup", "-d", loop], check=False)


def test_a_medium_that_another_process_has_is_refused_with_its_holder(pmembench, memory_folder):
    medium = memory_folder / "medium"
    medium.write_bytes(bytes(1 << 20))
    campaign = LONG.replace("dram:1M", f"file:{medium}")
    (pmembench.folder / "long.yaml").write_text(campaign)
    run = pmembench.start("run", "long.yaml", "--destroy", "--db", "x.db")
    try:
        def held():
            outcome = pmembench("layers", f"file:{medium}")
            return outcome if outcome.status == 3 else None
        outcome = wait_until(held, "a worker to have the medium")
        assert re.search(r"is in use by process \d+ \(pmembench\)", outcome.error())
        shown = wait_until(lambda: devices_of(pmembench, run.pid), "what the worker has open")
        assert shown[0]["name"] == f"file:{medium}"
        assert shown[0]["process"] != run.pid, "a worker's"
    finally:
        run.kill()
        run.wait()


def devices_of(pmembench, pid):
    outcome = pmembench("layers", "--process", pid, "--json")
    return json.loads(outcome.out)["devices"] if outcome.status == 0 else None


def test_a_process_that_has_none_is_refused(pmembench):
    outcome = pmembench("layers", "--process", os.getpid())
    assert outcome.status == 3
    assert "no dax device open" in outcome.error()
    assert pmembench("layers", "--process", 1 << 28).status == 2
    assert pmembench("layers").status == 2


@pytest.mark.parametrize("words", [("posix:/none/such",), ("dram:",), ("file:/none/such",),
                                   ("dram:1M", "--backend", "none"), ("linear:dram:1M",)])
def test_a_medium_that_cannot_be_opened_is_an_error(pmembench, words):
    assert pmembench("layers", *words).status in (2, 3)


@pytest.mark.parametrize("media", [
    "linear:dram:2M+dram:2M", "stripe:2,64K:dram:2M+dram:2M", "logwrites:dram:4M,log=dram:512M",
    "linear:dram:2M+dram:2M,backend=clflush"])
def test_a_stack_is_measured_as_any_medium(pmembench, media):
    rows = pmembench.run("--media", media, campaign=TINY).rows()
    (row,) = rows
    assert row["status"] == "ok", row["reason"]
    assert row["medium"]["kind"] == media.split(":")[0]
    assert row["medium"]["size_bytes"] == 4 << 20


def test_a_stack_mounts_and_is_checked(pmembench):
    parts = []
    for name in ("a", "b"):
        path = pmembench.folder / name
        path.write_bytes(bytes(2 << 20))
        parts.append(f"file:{path}")
    stack = f"stripe:2,64K:{parts[0]}+{parts[1]}"
    assert pmembench("mkfs", stack).status == 0
    assert pmembench("fsck", stack).out == f"{stack}: clean.\n"
    swapped = f"stripe:2,64K:{parts[1]}+{parts[0]}"
    assert pmembench("fsck", swapped).status in (1, 2)


def test_a_file_is_found_by_the_loop_device_over_it(pmembench):
    medium = pmembench.folder / "medium"
    medium.write_bytes(bytes(1 << 20))
    made = subprocess.run(["losetup", "-f", "--show", str(medium)], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip("no loop device can be made here")
    loop = made.stdout.strip()
    try:
        outcome = pmembench("layers", f"file:{medium}", "--find", loop, "--find", str(medium), "--json")
        assert outcome.status == 0, outcome.err
        assert {each["id"] for each in json.loads(outcome.out)["found"]} == {1}
        refused = pmembench("mkfs", f"file:{medium}")
        assert refused.status == 3
        assert loop in refused.err
    finally:
        subprocess.run(["losetup", "-d", loop], check=True)
    assert medium.read_bytes() == bytes(1 << 20)
