"""How much of a medium a run uses, and what is refused before anything is measured."""

import pytest


def test_a_large_medium_is_used_in_part_and_the_row_says_so(pmembench):
    outcome = pmembench.run("--media", "dram:3G", "--backend", "movnt")
    assert outcome.status == 0, outcome.err
    for row in outcome.rows():
        medium = row["medium"]
        assert medium["whole_bytes"] == 3 << 30
        assert 256 << 20 <= medium["size_bytes"] < 3 << 30
    assert "of its 3 GiB used" in pmembench("show").out


def test_a_range_that_was_named_is_used(pmembench):
    outcome = pmembench.run("--media", "dram:400M", "--backend", "movnt", "--set", "range_size=400M")
    assert outcome.status == 0, outcome.err
    for row in outcome.rows():
        assert row["medium"]["size_bytes"] == 400 << 20
        assert "whole_bytes" not in row["medium"]


def test_dram_auto_has_a_size_that_the_row_states(pmembench):
    outcome = pmembench.run("--media", "dram:auto", "--backend", "movnt")
    assert outcome.status == 0, outcome.err
    for row in outcome.rows():
        assert row["media"] == "dram:auto"
        assert row["medium"]["size_bytes"] > 0


@pytest.mark.parametrize(("cell", "words"), [
    ("{workload: random, path: block-raw, operation_size: 4K, sector: 1000}", ["sector 1000", "512 or 4096"]),
    ("{workload: random, path: block-rmw, operation_size: 4K, erase_block: 5000}", ["erase_block 5000", "power of two"]),
    ("{workload: random, path: guarded, bad_blocks: 1000000}", ["bad_blocks 1000000", "half"]),
    ("{workload: random, media: 'block:/dev/shm/x,size=1M', backend: 'block:engine=aio'}", ["engine=aio", "io_uring"]),
    ("{workload: random, media: 'block:/dev/shm/x,size=1M', backend: 'block:queue_depth=4'}", ["queue_depth=4", "io_uring"]),
    ("{workload: random, backend: 'movnt:depth=4'}", ["depth=4", "no options"]),
])
def test_dry_run_refuses_what_could_never_be_measured(pmembench, cell, words):
    campaign = f"media: dram:4M\nbackend: movnt\ncells:\n  - {cell}\n"
    outcome = pmembench.run("--dry-run", campaign=campaign)
    assert (outcome.status, outcome.out) == (2, "")
    for word in words:
        assert word in outcome.err


def test_a_medium_is_kept_between_the_processes_of_a_run(pmembench, memory_folder):
    """No other command gets it at any time of the run, whether or not a worker has it open."""
    file = memory_folder / "kept"
    file.write_bytes(bytes(4 << 20))
    campaign = pmembench.campaign("""
name: kept
budget: 60s
minimum_replicates: 30
maximum_replicates: 30
slices: 2
slice: 1ms
cells:
  - {workload: random, backend: movnt, access: write, operation_size: 64}
""")
    run = pmembench.start("run", campaign, "--media", f"file:{file}")
    pmembench.worker_of(run)
    refused = []
    while run.poll() is None:
        other = pmembench("mkfs", f"file:{file}", "--destroy")
        if run.poll() is not None:
            break
        refused.append(other.status == 3 and "is in use by process" in other.err)
    assert run.wait() == 0
    assert refused
    # The last one may have come when the run had let it go and was about to end.
    assert all(refused[:-1]), refused
