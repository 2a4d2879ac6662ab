"""pmembench lookup: from a block device to its dax device, or the reason why there is none."""

import json

import pytest


def looked_up(pmembench, *words):
    outcome = pmembench("lookup", *words, "--json")
    assert outcome.status in (0, 1), outcome.err
    answer = json.loads(outcome.out)
    assert answer["found"] == (outcome.status == 0)
    return answer


def test_a_raw_block_device_and_a_partition_lead_to_device_and_byte(pmembench):
    raw = looked_up(pmembench, "dram:4M")
    assert (raw["layer"], raw["device"], raw["offset_bytes"]) == ("block-raw", "dram:4M", 0)
    part = looked_up(pmembench, "dram:4M", "--start", "1M", "--size", "64K", "--sector", "512")
    assert (part["layer"], part["offset_bytes"], part["size_bytes"]) == ("block-partition", 1 << 20, 1 << 16)
    text = pmembench("lookup", "dram:4M", "--start", "1M").out
    assert text == "block-partition of 3 MiB on dram:4M: dax device 'dram:4M' from byte 1048576 on\n"


@pytest.mark.parametrize(("words", "reason"), [
    (("--start", "512", "--sector", "512"), "not whole pages"),
    (("--start", "4K", "--size", "512", "--sector", "512"), "not whole pages"),
    (("--layer", "block-btt"), "sectors move"),
    (("--layer", "block-rmw"), "cache"),
])
def test_a_refusal_has_its_reason(pmembench, words, reason):
    answer = looked_up(pmembench, "dram:4M", *words)
    assert not answer["found"]
    assert reason in answer["reason"]
    assert answer["device"] is None


def test_the_kernels_own_block_path_has_no_dax_device(pmembench):
    medium = pmembench.folder / "medium"
    medium.write_bytes(bytes(1 << 20))
    answer = looked_up(pmembench, f"block:{medium}")
    assert (answer["layer"], answer["found"]) == ("kernel", False)


@pytest.mark.parametrize("words", [(), ("--start", "4K"), ("--layer", "block-raw"),
                                   ("--layer", "block-partition")])
@pytest.mark.parametrize("kind", ["block", "posix"])
def test_nothing_over_the_kernels_block_path_has_one(pmembench, kind, words):
    medium = pmembench.folder / "medium"
    if kind == "block":
        medium.write_bytes(bytes(1 << 20))
    else:
        medium.mkdir()
    answer = looked_up(pmembench, f"{kind}:{medium}", *words)
    assert not answer["found"]
    assert "no addresses" in answer["reason"]


@pytest.mark.parametrize("words", [
    ("dram:4M", "--start", "8M"), ("dram:4M", "--start", "100"), ("dram:4M", "--start", "x"),
    ("dram:4M", "--layer", "block-btt", "--start", "4K"), ("dram:4M", "--layer", "none"),
    ("dram:4M", "--sector", "1000"), (), ("dram:4M", "--layer", "kernel")])
def test_what_is_no_window_is_wrong_usage(pmembench, words):
    assert pmembench("lookup", *words).status == 2
