"""The parts that figures are made of: numbers in words, histograms, groups, thinning, ticks."""

from __future__ import annotations

import math
import random

import numpy
import pytest
from fixture_store import leb128, row
from pmembench_report import axes, units
from pmembench_report.figures.latency_over_time import thin
from pmembench_report.figures.numa import pair
from pmembench_report.groups import group
from pmembench_report.histogram import decode, merge, quantiles
from pmembench_report.rows import cell_from


@pytest.mark.parametrize("words, value, text", [
    (units.size, 64, "64 B"), (units.size, 4096, "4 KiB"), (units.size, 1536, "1.50 KiB"),
    (units.size, 2**30, "1 GiB"), (units.duration, 0.0626, "0.0626 ns"), (units.duration, 12.34, "12.3 ns"),
    (units.duration, 999.96, "1.00 µs"), (units.duration, 1234.5, "1.23 µs"),
    (units.duration, 2.5e9, "2.50 s"), (units.bytes_rate, 2**30, "1.00 GiB/s"),
    (units.rate, 5.12e6, "5.12 M/s"), (units.count, 123456, "123,456"), (units.percent, 0.0512, "5.12 %"),
    (units.duration, 0, "0 ns"), (units.duration, None, ""), (units.duration, float("nan"), ""),
    (units.size, float("inf"), ""), (units.percent, None, ""), (units.count, True, ""),
])
def test_a_number_is_written_as_people_read_it(words, value, text):
    assert words(value) == text


@pytest.mark.parametrize("text, number", [("4096", 4096), ("4K", 4096), ("4KiB", 4096), ("1.5M", 1572864),
                                          ("", None), ("many", None), ("nan", None), ("4X", None)])
def test_a_size_is_read_as_parameters_have_it(text, number):
    assert units.parse_size(text) == number


def schema_histogram(blob):
    """docs/schema.md's own code, as it stands there."""
    numbers, value, shift = [], 0, 0
    for byte in blob:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(value)
            value = shift = 0
    index, buckets = 0, []
    for distance, count in zip(numbers[::2], numbers[1::2]):
        index += distance
        s = max(index // 128 - 1, 0)
        buckets.append(((index - 128 * s) << s, count))
    return buckets


def test_a_histogram_is_decoded_as_the_schema_says():
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    source = random.Random(seed)
    for _ in range(50):
        distances = [source.randrange(1, 200) for _ in range(source.randrange(1, 15))]
        counts = [source.randrange(1, 10**6) for _ in distances]
        blob = leb128([number for both in zip(distances, counts) for number in both])
        histogram = decode(blob, 0.5)
        assert list(zip(histogram.low_ns * 2, histogram.counts)) == schema_histogram(blob)
        assert all(histogram.high_ns > histogram.low_ns)
    assert decode(b"", 1.0).counts.sum() == 0


def test_a_percentile_needs_ten_operations_beyond_it():
    histogram = decode(leb128([100, 900, 50, 90, 50, 10]), 1.0)  # 1,000 operations
    q = numpy.array([0.5, 0.9, 0.99, 0.991, 0.999])
    values = quantiles(histogram, q)
    assert list(values[:3]) == [100.5, 100.5, 150.5]
    assert all(math.isnan(value) for value in values[3:])
    assert all(math.isnan(value) for value in quantiles(decode(b"", 1.0), q))


def test_histograms_of_processes_are_merged_by_time():
    merged = merge([decode(leb128([100, 10]), 2.0), decode(leb128([100, 30]), 1.0)])
    assert list(merged.low_ns) == [100.0, 200.0]
    assert list(merged.counts) == [30, 10]


def cell(name: str, **more):
    return cell_from(1, row(name, 10.0, **more), {})


def test_groups_are_equal_but_for_what_stands_apart():
    cells = [cell(f"{size}/{access}/{backend}", backend=backend,
                  parameters={"operation_size": size, "access": access})
             for size in ("64", "4096") for access in ("read", "write") for backend in ("movnt", "clwb")]
    groups = group(cells, ("operation_size", "backend"))
    assert [(one.label, len(one.cells)) for one in groups] == [("random, read", 4), ("random, write", 4)]
    labels = [one.label for one in group(cells, ("backend", "access"))]
    assert labels == ["random, operation size 64 B", "random, operation size 4 KiB"]


def test_thinning_keeps_the_extremes():
    values = [100.0 + place % 7 for place in range(5000)]
    values[1234], values[4321] = 9000.0, 1.0
    places = thin(values, 100)
    assert len(places) <= 102
    assert 1234 in places and 4321 in places
    assert places == sorted(places)
    assert thin([1.0, 2.0], 100) == [0, 1]


@pytest.mark.parametrize("asked, found", [
    ("cpu_node=0;node=1", ("node 0", "node 1")), ("cpus=0-3;node=2", ("CPU 0-3", "node 2")),
    ("near", None), ("far", None), ("node=1", None), ("cpus=0", None)])
def test_a_pair_of_nodes_is_read_from_the_placement(asked, found):
    assert pair(cell("x", placement={"asked": asked, "verified": ""})) == found


def test_byte_ticks_are_powers_of_two_and_start_at_zero():
    for top in (3.0, 1000.0, 5e6, 4.3 * 2**30, 23e9):
        ticks = axes.even_ticks(top, 2)
        assert ticks[0] == 0 and ticks[-1] <= top and 3 <= len(ticks) <= 8
        assert math.log2(ticks[1]).is_integer()


def test_long_names_lose_their_middle():
    assert axes.shorten("abcdefghij", 5) == "ab…ij"
    assert axes.shorten("abc", 5) == "abc"
    assert axes.wrap("aaa bbb ccc ddd", 7, 2) == "aaa bbb\nccc ddd"
    assert max(map(len, axes.wrap("x" * 500 + " " + "y" * 500, 20, 2).split("\n"))) <= 20
