"""pmembench merge: runs of several hosts as one run, with a row for each host."""

from __future__ import annotations

import json

from fleet_stores import PROCESSES, store_of


def test_the_merged_run_has_each_hosts_rows_and_replicates(pmembench):
    parts = [store_of(pmembench, "n01"), store_of(pmembench, "n02", shift=1, factor=1.5)]
    done = pmembench("merge", *parts, "--db", "fleet.db", "--json")
    assert done.status == 0, done.err
    rows = done.rows()
    assert [row["host"] for row in rows] == ["n01", "n02"]
    assert [row["cell"].rsplit("@", 1)[1] for row in rows] == ["n01", "n02"]
    shown = pmembench("show", "--db", "fleet.db", "--json").rows()
    assert {row["cell"]: row["ns_per_operation"] for row in shown} == {
        row["cell"]: row["ns_per_operation"] for row in rows}
    assert all(row["replicates"] == PROCESSES for row in shown)
    (run,) = pmembench("show", "--runs", "--db", "fleet.db", "--json").rows()
    assert run["status"] == "done"
    # Nothing of the plan is left unmeasured, and the file is whole.
    plain = pmembench("show", "--db", "fleet.db")
    assert plain.status == 0 and "not measured" not in plain.out


def test_a_merged_run_is_compared_as_its_parts_are(pmembench):
    parts = [store_of(pmembench, "n01"), store_of(pmembench, "n02", shift=1), store_of(pmembench, "n03", shift=2, factor=1.5)]
    assert pmembench("merge", *parts, "--db", "fleet.db").status == 0
    apart, merged = pmembench("fleet", *parts, "--json"), pmembench("fleet", "fleet.db", "--json")
    assert (apart.status, merged.status) == (1, 1)
    assert json.loads(apart.out) == json.loads(merged.out)


def test_a_merged_run_has_a_report(pmembench):
    parts = [store_of(pmembench, "n01"), store_of(pmembench, "n02", shift=1)]
    assert pmembench("merge", *parts, "--db", "fleet.db").status == 0
    done = pmembench("report", "latest", "--db", "fleet.db", "--html", "fleet.html")
    assert done.status == 0, done.err
    assert 'id="figure-hosts"' in (pmembench.folder / "fleet.html").read_text()


def test_the_same_cell_of_one_host_twice_is_refused(pmembench):
    one, two = store_of(pmembench, "n01"), store_of(pmembench, "n02")
    done = pmembench("merge", one, two, two, "--db", "fleet.db")
    assert done.status == 2 and "another of the runs has too" in done.error()
    assert not (pmembench.folder / "fleet.db").exists()
    alone = pmembench("merge", one, "--db", "fleet.db")
    assert alone.status == 2 and "two hosts" in alone.error()
    missing = pmembench("merge", one, "nowhere.db", "--db", "fleet.db")
    assert missing.status == 2 and "nowhere.db" in missing.error()
    assert not (pmembench.folder / "nowhere.db").exists()
