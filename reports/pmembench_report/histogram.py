"""The latency histogram of the store: its decoding, and the curve of its quantiles."""

from __future__ import annotations

import numpy

from .records import Histogram

LAST_BUCKET = 3840  # holds all from 2^36 ticks on


def _numbers(blob: bytes) -> list[int]:
    numbers, value, shift = [], 0, 0
    for byte in blob:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(value)
            value = shift = 0
    return numbers


def decode(blob: bytes, ns_per_tick: float) -> Histogram:
    """docs/schema.md, table histograms: bucket i is 2^s ticks wide, s = i / 128 - 1."""
    numbers = _numbers(blob)
    pairs = len(numbers) // 2
    index = numpy.cumsum(numpy.array(numbers[0 : 2 * pairs : 2], dtype=numpy.int64))
    counts = numpy.array(numbers[1 : 2 * pairs : 2], dtype=numpy.int64)
    index = numpy.minimum(index, LAST_BUCKET)
    shift = numpy.maximum(index // 128 - 1, 0)
    low = (index - 128 * shift) << shift
    width = numpy.left_shift(numpy.ones_like(shift), shift)
    return Histogram(low * ns_per_tick, (low + width) * ns_per_tick, counts)


def merge(histograms: list[Histogram]) -> Histogram:
    """All operations of several processes; their ticks need not be equally long."""
    low = numpy.concatenate([each.low_ns for each in histograms])
    order = numpy.argsort(low, kind="stable")
    return Histogram(
        low[order],
        numpy.concatenate([each.high_ns for each in histograms])[order],
        numpy.concatenate([each.counts for each in histograms])[order],
    )


def quantiles(histogram: Histogram, q: numpy.ndarray) -> numpy.ndarray:
    """The middle of the bucket that contains each quantile; NaN where n(1-q) < 10."""
    total = int(histogram.counts.sum())
    if total == 0:
        return numpy.full(len(q), numpy.nan)
    cumulative = numpy.cumsum(histogram.counts)
    rank = numpy.clip(numpy.ceil(q * total), 1, total)
    bucket = numpy.minimum(numpy.searchsorted(cumulative, rank), len(cumulative) - 1)
    values = (histogram.low_ns[bucket] + histogram.high_ns[bucket]) / 2
    # The slack forgives q = 0.9 its binary neighbour: n(1-q) is meant as written.
    return numpy.where(total * (1 - q) >= 10 - 1e-6, values, numpy.nan)
