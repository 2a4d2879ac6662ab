"""The figures, in the order in which the report shows them. A new one: its file, and a line here.

Each module has NAME (of files), TITLE, HOW_TO_READ (one paragraph), wanted(data) and draw(data).
"""

from __future__ import annotations

from types import ModuleType

from . import (
    comparison,
    core_to_core,
    crash_outcomes,
    crossover,
    datasheet,
    durability,
    error_policy,
    history,
    hosts,
    interleave,
    latency_over_time,
    latency_percentiles,
    layer_ladder,
    lifetime,
    loaded_latency,
    numa,
    persist_cost,
    personalities,
    staircase,
    throughput_by_size,
    throughput_by_threads,
    visibility,
    window,
)

FIGURES: tuple[ModuleType, ...] = (
    comparison, datasheet, hosts, window, visibility, throughput_by_size, throughput_by_threads, persist_cost,
    durability, crossover,
    latency_percentiles, latency_over_time, staircase, loaded_latency, numa, interleave, core_to_core, layer_ladder,
    lifetime, personalities, crash_outcomes, error_policy, history,
)
