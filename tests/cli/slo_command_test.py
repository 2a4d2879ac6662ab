"""pmembench slo, and the open loops and time slots of pmembench run: on a simulated memory, whose every
operation takes as long as its model says."""

import json

import pytest
from simulated import LATENCY_NS, simulate

OPEN = """
name: open
budget: 60s
minimum_replicates: 1
maximum_replicates: 1
slices: 2
slice: 20ms
media: sim:memory.yaml
backend: movnt
cells:
  - workload: random
    operation_size: 64
    timing: operation
"""


@pytest.fixture(autouse=True)
def simulated(pmembench):
    simulate(pmembench)


def with_keys(**keys):
    return OPEN + "".join(f"    {key}: {value}\n" for key, value in keys.items())


def open_loop(pmembench):
    (details,) = pmembench.sql("SELECT details FROM replicates")[0]
    return json.loads(details)["open_loop"]


@pytest.mark.parametrize("arrival", ["fixed", "poisson"])
def test_an_open_loop_has_two_latencies_of_each_operation(pmembench, arrival):
    row = pmembench.run(campaign=with_keys(arrival=arrival, rate="20k")).row()
    assert row["status"] == "ok", row["reason"]
    assert row["cell"].endswith(f"/operation-durable/{arrival}@20k")
    response, service = row["latency_ns"], row["service_ns"]
    # 20,000 a second for 20 ms, twice.
    assert row["operations"] == response["n"] == service["n"] == 800
    for end in ("min", "max"):
        assert service[end] == pytest.approx(LATENCY_NS, rel=0.01)
    assert response["min"] == pytest.approx(LATENCY_NS, rel=0.01)
    # One begins after the other; by chance two come at once, and the second waits.
    assert response["max"] >= service["max"]
    if arrival == "fixed":
        assert response["max"] == service["max"]
    loop = open_loop(pmembench)
    assert loop["asked_per_s"] == pytest.approx(20000)
    assert sum(count for _, count in loop["service"]) == service["n"]
    assert loop["closed_loop_per_s"] == pytest.approx(1e9 / LATENCY_NS, rel=0.01)


def test_a_rate_is_a_share_of_the_closed_loop(pmembench):
    row = pmembench.run(campaign=with_keys(arrival="fixed", rate="10%")).row()
    assert row["status"] == "ok", row["reason"]
    loop = open_loop(pmembench)
    assert loop["asked_per_s"] == pytest.approx(0.1 * loop["closed_loop_per_s"])
    assert loop["asked_per_s"] == pytest.approx(0.1e9 / LATENCY_NS, rel=0.01)
    assert loop["achieved_per_s"] == pytest.approx(loop["asked_per_s"], rel=0.01)


def test_a_rate_that_is_not_kept_is_said(pmembench):
    row = pmembench.run(campaign=with_keys(arrival="fixed", rate="1000%")).row()
    assert row["status"] == "ok", row["reason"]
    (warning,) = [each for each in row["warnings"] if each["type"] == "rate_not_kept"]
    assert "the backlog grows" in warning["sentence"]
    # What waits is charged for it: of ten times what can be done in 20 ms, the last one for 180 ms.
    assert row["service_ns"]["max"] == pytest.approx(LATENCY_NS, rel=0.01)
    assert row["latency_ns"]["max"] == pytest.approx(180e6, rel=0.03)
    assert row["latency_ns"]["mean"] == pytest.approx(90e6, rel=0.03)


def test_a_closed_loop_has_no_service_time_of_its_own(pmembench):
    assert "service_ns" not in pmembench.run(campaign=OPEN).row()


def test_slots_have_every_operation(pmembench):
    row = pmembench.run("--set", "slices=1", "--set", "slice=60ms",
                        campaign=with_keys(slots="1ms")).row()
    assert row["status"] == "ok", row["reason"]
    (details,) = pmembench.sql("SELECT details FROM replicates")[0]
    slots = json.loads(details)["slots"]
    assert slots["slot_ns"] == pytest.approx(1e6, rel=1e-3)
    length = len(slots["n"])
    assert length in (60, 61)
    for name in ("mean_ns", "p50_ns", "p99_ns", "p99.9_ns", "max_ns"):
        assert len(slots[name]) == length
    assert not slots["cut"]
    assert row["operations"] - sum(slots["n"]) in (0, 1)
    assert set(slots["n"][:59]) <= {int(1e6 / LATENCY_NS), int(1e6 / LATENCY_NS) + 1}
    for name in ("period_of_max", "period_of_mean"):
        assert 0 < slots[name]["p_value"] <= 1
    assert row["slices"] == 1


def test_the_search_is_bounded_on_both_sides(pmembench):
    words = ("slo", pmembench.campaign(OPEN), "--processes", "1", "--budget", "2s", "--json")
    always = json.loads(pmembench(*words, "--slo", "p50=10s").out)
    (cell,) = always["cells"]
    assert cell["verdict"] in ("ALWAYS_KEPT", "FOUND")
    for trial in cell["processes"][0]["trials"]:
        assert trial["bound_kept"] == trial["rate_kept"]
    assert cell["rate_per_s"]["estimate"] == pytest.approx(1e9 / LATENCY_NS, rel=0.1)
    never = json.loads(pmembench(*words, "--slo", "p50=1ns").out)
    (cell,) = never["cells"]
    assert cell["verdict"] == "NEVER_KEPT"
    assert cell["rate_per_s"] is None
    assert len(cell["processes"][0]["trials"]) == 1
    for trial in cell["processes"][0]["trials"]:
        assert trial["n"] > 0 and trial["asked_per_s"] > 0
    assert pmembench.sql("SELECT kind, verdict FROM documents ORDER BY id")[-1] == ("slo", "NOT_FOUND")


def test_a_search_tells_what_it_found(pmembench):
    outcome = pmembench("slo", pmembench.campaign(OPEN), "--processes", "1", "--budget", "2s",
                        "--slo", "p50=1ns")
    assert outcome.status == 0, outcome.err
    assert "p50 <= 1 ns is kept at no rate: not even at" in outcome.out


@pytest.mark.parametrize("bound, sentence", [
    ("fast", "--slo: 'fast' is not a bound: write a percentile and a time, such as p99=2us"),
    ("p99=2", "--slo: 'p99=2' is not a bound: "),
])
def test_a_wrong_bound_is_refused(pmembench, bound, sentence):
    outcome = pmembench("slo", pmembench.campaign(OPEN), "--slo", bound)
    assert outcome.status == 2
    assert outcome.error().startswith(sentence)


def test_a_chain_has_no_rate(pmembench):
    chase = OPEN.replace("workload: random\n    operation_size: 64", "workload: chase")
    outcome = pmembench("slo", pmembench.campaign(chase), "--slo", "p99=2us")
    assert outcome.status == 3, outcome.err
    assert "the operations of chase do not come at a rate" in outcome.error()


def test_cells_that_differ_in_their_rate_alone_are_searched_once(pmembench):
    campaign = OPEN + "    arrival: fixed\n    matrix:\n      rate: [10%, 20%]\n"
    outcome = pmembench("slo", pmembench.campaign(campaign), "--processes", "1", "--budget", "2s",
                        "--slo", "p50=1ns", "--json")
    assert len(json.loads(outcome.out)["cells"]) == 1, outcome.err
