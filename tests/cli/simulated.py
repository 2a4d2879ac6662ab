"""A memory in virtual time for campaigns: what they measure is known, on any host, however busy."""

from __future__ import annotations

LATENCY_NS = 300
STORE_NS = 40
FLUSH_NS = 10
FENCE_NS = 20
PARALLELISM = 4

MODEL = f"""
description: a memory of the tests
size: 64M
latency: {LATENCY_NS}ns
store: {STORE_NS}ns
flush: {FLUSH_NS}ns
fence: {FENCE_NS}ns
parallelism: {PARALLELISM}
"""

SIM = "sim:memory.yaml"


def simulate(pmembench, more: str = "", model: str = MODEL, name: str = "memory.yaml") -> str:
    """Writes a model into the command's folder; the medium's name."""
    (pmembench.folder / name).write_text(model + more, encoding="utf-8")
    return f"sim:{name}"
