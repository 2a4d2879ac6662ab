"""Fixtures of the ranks: skipped with the reason where they cannot be started."""

from __future__ import annotations

import shutil

import pytest
from ranks import NamespaceRanks, Ranks, memory_file, why_no_namespaces, why_no_ranks

CAMPAIGN = """
name: hosts
budget: 120s
minimum_replicates: {replicates}
maximum_replicates: {replicates}
slices: 100
slice: 2ms
media: {media}
cells:
  - workload: random
    backend: clwb
    access: {access}
    operation_size: 4096
"""


@pytest.fixture
def ranks(tmp_path):
    """ranks(count): that number of ranks of this machine."""
    if reason := why_no_ranks():
        pytest.skip(reason)
    return lambda count: Ranks(count, tmp_path)


@pytest.fixture
def two_hosts(tmp_path):
    """Four ranks on two network namespaces."""
    if reason := why_no_ranks() or why_no_namespaces():
        pytest.skip(reason)
    hosts = NamespaceRanks(4, tmp_path)
    try:
        hosts.make()
        yield hosts
    finally:
        hosts.end()


@pytest.fixture
def pool():
    path = memory_file(64 << 20)
    yield path
    shutil.rmtree(path.parent)


@pytest.fixture
def campaign(tmp_path):
    def write(media="dram:16M", replicates=1, access="write"):
        path = tmp_path / "hosts.yaml"
        path.write_text(CAMPAIGN.format(media=media, replicates=replicates, access=access))
        return path

    return write
