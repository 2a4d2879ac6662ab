"""Stores as the shipped campaigns leave them: what is drawn of each, by the keys that rows really have."""

from __future__ import annotations

import pytest
from everything import latency
from fixture_store import Maker, row
from pmembench_report.figures.time_slots import stretches
from pmembench_report.groups import group
from pmembench_report.rows import cell_from

STEPS = ("store", "store_flush", "store_flush_fence", "store_flush_barrier")


def names_of(folder) -> list[str]:
    return sorted(path.name for path in (folder / "png").glob("*.png"))


@pytest.fixture
def drawn(report, tmp_path):
    """What `fill` puts into a store, drawn as PNGs: their names."""
    def draw(fill) -> list[str]:
        maker = Maker(tmp_path / "some.db")
        maker.run = maker.add_run()
        fill(maker)
        maker.close()
        outcome = report("some.db", "--png", "png", "--html", "some.html")
        assert outcome.status == 0, outcome.err
        return names_of(tmp_path)
    return draw


def test_a_tail_of_one_slice_is_drawn_slot_by_slot(drawn):
    slots = {"slot_ns": 1e7, "max_ns": [900.0, None, 9000.0], "p50_ns": [250.0, None, 260.0],
             "period_of_max": {"found": False, "period_ns": 4e6, "p_value": 0.4, "harmonics": 1}}

    def fill(maker: Maker) -> None:
        for backend in ("null", "movnt"):
            maker.add(row(f"{backend}/persist/t1/operation-durable/slots=10ms", 250.0, backend=backend,
                          workload="persist", parameters={"operation_size": "64"}, slices=1,
                          latency_ns=latency("durable", p50=250.0)),
                      slices=[[250.0]], details={"slots": slots})

    assert [name for name in drawn(fill) if "over_time" in name] == [
        "latency_over_time_1.png", "latency_over_time_2.png"]


def test_many_slots_become_one_point_with_the_largest_maximum_and_the_median_of_the_rest():
    assert stretches([1.0, 9.0, 2.0, None, None, 4.0], 3, "max") == [9.0, 4.0]
    assert stretches([1.0, 9.0, 2.0, None, None, 4.0], 3, "p50") == [2.0, 4.0]
    assert stretches([None, None], 2, "max") == [None]


def test_every_step_of_durability_is_a_stage_of_the_cost(drawn, tmp_path):
    def fill(maker: Maker) -> None:
        for backend, ns in (("movnt", 20.0), ("clwb", 100.0)):
            for more, step in enumerate(reversed(STEPS)):
                maker.add(row(f"{backend}/durability/{step}", ns + 50 * more, backend=backend,
                              workload="durability", parameters={"operation_size": "64", "step": step}))
            maker.add(row(f"{backend}/durability/durable", ns + 200, backend=backend, workload="durability",
                          parameters={"operation_size": "64", "step": "store_flush_fence"},
                          latency_ns=latency("durable", p50=ns + 199.0)))

    assert any(name.startswith("persist_cost") for name in drawn(fill))
    page = (tmp_path / "some.html").read_text(encoding="utf-8")
    places = [page.index(f"movnt, 64 B, {stage}: ") for stage in (*STEPS, "durable")]
    assert places == sorted(places), "in the order of the steps"


def test_a_label_says_of_many_parameters_only_what_is_unusual():
    usual = {"line": "dirty", "repeat": "1", "fence_every": "1", "read_after": "off"}
    cells = [cell_from(place, row(f"cell {place}", workload="durability",
                                  parameters={**usual, name: value}), {})
             for place, (name, value) in enumerate((
                 ("repeat", "2"), ("line", "clean"), ("fence_every", "16"),
                 ("read_after", "on"), ("line", "dirty")))]
    assert [one.label for one in group(cells, ())] == [
        "durability, repeat 2", "durability, line clean", "durability, fence every 16",
        "durability, read after on", "durability"]
