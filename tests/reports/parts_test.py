"""The parts that figures are made of: numbers in words, histograms, groups, thinning, ticks."""

from __future__ import annotations

import math
import random

import numpy
import pytest
from fixture_store import Maker, derived, leb128, row
from pmembench_report import axes, style, units
from pmembench_report.figures.latency_over_time import thin
from pmembench_report.command import load, parser
from pmembench_report.derived import Derived
from pmembench_report.figures.time_slots import worst
from pmembench_report.groups import group
from pmembench_report.histogram import decode, merge, quantiles
from pmembench_report.rows import cell_from
from pmembench_report.store import Store
from pmembench_report.trust import card


@pytest.mark.parametrize("words, value, text", [
    (units.size, 64, "64 B"), (units.size, 4096, "4 KiB"), (units.size, 1536, "1.5 KiB"),
    (units.size, 2**30, "1 GiB"), (units.duration, 0.0626, "0.06 ns"), (units.duration, 12.34, "12.3 ns"),
    (units.duration, 999.96, "1 us"), (units.duration, 1234.5, "1.23 us"),
    (units.duration, 2.5e9, "2.5 s"), (units.bytes_rate, 2**30, "1 GiB/s"), (units.bytes_rate, 1007 * 2**20, "1007 MiB/s"),
    (units.rate, 5.12e6, "5.12 M/s"), (units.count, 123456, "123,456"), (units.percent, 0.0512, "5.12 %"),
    (units.duration, 0, "0 ns"), (units.duration, None, ""), (units.duration, float("nan"), ""),
    (units.size, float("inf"), ""), (units.percent, None, ""), (units.count, True, ""),
])
def test_a_number_is_written_as_people_read_it(words, value, text):
    assert words(value) == text


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


KINDS = {"operation_size": "size", "record_size": "size", "files": "count", "access": "choice"}


def cell(name: str, **more):
    return cell_from(1, row(name, 10.0, **more), Derived(parameter_kinds=KINDS), {})


def test_a_parameter_is_a_number_by_its_kind():
    one = cell("x", parameters={"operation_size": "4096", "files": "12", "access": "7", "unheard": "9"})
    assert (one.number("operation_size"), one.number("files")) == (4096, 12)
    assert one.number("access") is None and one.number("unheard") is None and one.number("none") is None


def test_a_label_prints_every_size_as_a_size():
    cells = [cell(size, parameters={"record_size": size, "files": "8388608"}) for size in ("64", "8388608")]
    assert [one.label for one in group(cells, ())] == ["random, record size 64 B", "random, record size 8 MiB"]


def test_a_row_without_capabilities_does_work():
    assert cell("of an older store").does_work
    assert not cell("null", capabilities={"does_work": False}).does_work
    assert cell("movnt", capabilities={"does_work": True}).does_work


def test_a_name_keeps_its_colour_by_its_place_in_the_plan():
    plan = ["clwb", "movnt", "own"]
    assert style.places(["movnt", "clwb"], plan) == [1, 0]
    assert style.places(["own"], plan) == [2]
    assert style.places(["a", "movnt", "b"], plan) == [0, 1, 2], "others take what is free"
    assert len(set(style.places([str(place) for place in range(8)]))) == 8


def test_of_many_slots_the_worst_is_drawn_where_it_is():
    assert worst([1.0, 9.0, 2.0, None, None, 4.0], 3) == [(1, 9.0), (5, 4.0)]
    assert worst([None, None], 2) == []


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


def test_a_label_says_of_many_parameters_only_what_is_unusual():
    usual = {"line": "dirty", "repeat": "1", "fence_every": "1", "read_after": "off"}
    cells = [cell(f"cell {place}", workload="durability", parameters={**usual, name: value})
             for place, (name, value) in enumerate((
                 ("repeat", "2"), ("line", "clean"), ("fence_every", "16"),
                 ("read_after", "on"), ("line", "dirty")))]
    assert [one.label for one in group(cells, ())] == [
        "durability, repeat 2", "durability, line clean", "durability, fence every 16",
        "durability, read after on", "durability"]


@pytest.mark.parametrize("steal, disturbed, warned", [
    (0.03, 0.08, []), (0.06, 0.08, ["steal, at most"]), (0.03, 0.12, ["disturbed slices"])])
def test_the_trust_card_warns_from_where_the_product_warns(tmp_path, steal, disturbed, warned):
    maker = Maker(tmp_path / "made.db")
    maker.add(row("one/cell", 125.0))
    noise = {**derived()["noise"], "steal_share_max": steal, "disturbed_share": disturbed}
    maker.document("derived", derived(noise=noise), maker.run)
    store = Store(str(maker.close()))
    data = load(store, parser().parse_args([str(maker.path)]))
    marked = [fact.name for group in card(data) for fact in group.facts if fact.warns]
    assert [name for name in marked if "slices" in name or "steal" in name] == warned
    store.close()
