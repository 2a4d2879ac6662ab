"""The tables: every number with its unit, interval, n and claim. Plain data; the template prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from . import units
from .figures import comparison as forest
from .figures import crash_outcomes as cuts
from .figures import history as past
from .figures import hosts as fleet
from .figures import visibility as sight
from .records import Cell, Data

# A name above it stands in a file once only; more would make a report of 10,000 cells too large.
PERCENTILES = ("p50", "p90", "p99", "p99.9", "p99.99")


@dataclass(slots=True)
class Value:
    """A field of a table: what is read, and what it is sorted by where that is another thing."""

    text: str
    sort: str = ""


@dataclass(slots=True)
class Table:
    id: str
    title: str
    columns: list[str]
    rows: list[list[Value]]
    note: str = ""
    numeric: set[int] = field(default_factory=set)
    printed: bool = False  # words of the terminal: numbers among them have no value to sort by

    def keep_filled_columns(self) -> Table:
        """Without the columns in which no row has anything; the first stays."""
        kept = [place for place in range(len(self.columns))
                if place == 0 or any(row[place].text for row in self.rows)]
        numeric = {index for index, place in enumerate(kept) if place in self.numeric}
        return Table(self.id, self.title, [self.columns[place] for place in kept],
                     [[row[place] for place in kept] for row in self.rows], self.note, numeric)


def number(value: object, words: Callable[[float], str]) -> Value:
    given = units.finite(value)
    return Value("") if given is None else Value(words(given), f"{given:.5g}")


def _interval(cell: Cell) -> Value:
    low, high = cell.ns.low, cell.ns.high
    if low is None or high is None:
        return Value("none")
    return Value(f"{units.duration(low)} – {units.duration(high)} ({cell.interval})",
                 "" if cell.half_width is None else f"{cell.half_width:.5g}")


def results(data: Data) -> Table:
    rows = []
    for cell in data.with_numbers:
        rate, moved = cell.operations_per_s, cell.bytes_per_s
        rows.append([
            Value(cell.cell), number(cell.ns.value, units.duration), _interval(cell),
            number(rate.value if rate else None, units.rate),
            number(moved.value if moved else None, units.bytes_rate),
            number(cell.operations, units.count), number(cell.replicates, units.count),
            number(cell.slices, units.count), Value(cell.claim), Value(", ".join(cell.remarks)),
        ])
    confidence = units.percent(data.run.confidence)
    return Table(
        "results", "Every cell: time and throughput",
        ["cell", "time per operation", f"{confidence} interval", "operations", "bandwidth",
         "n (operations)", "processes", "slices", "may claim", "flags"], rows,
        "The time is of all threads together; rates are its inverse, with the inverted interval. The "
        "interval is over processes; “none” means too few of them. Nothing is subtracted.",
        set(range(1, 8))).keep_filled_columns()


def latencies(data: Data) -> Table | None:
    rows = []
    for cell in data.with_numbers:
        latency = cell.latency
        if latency is None:
            continue
        rows.append([
            Value(cell.cell), Value(latency.mode), number(latency.n, units.count),
            number(latency.mean, units.duration),
            *(_percentile(cell, latency.percentiles.get(name)) for name in PERCENTILES),
            number(latency.maximum, units.duration), number(cell.floor_ns, units.duration),
            Value(cell.claim),
        ])
    if not rows:
        return None
    return Table("latencies", "Every cell: latency",
                 ["cell", "mode", "n", "mean", *PERCENTILES, "max", "floor", "may claim"], rows,
                 "A percentile is here only if ten operations or more are beyond it. The floor is "
                 "what the clock or the harness alone costs; a value below it is shown as “< floor”.",
                 set(range(2, 6 + len(PERCENTILES)))).keep_filled_columns()


def _percentile(cell: Cell, value: float | None) -> Value:
    if value is not None and cell.floor_ns is not None and value < cell.floor_ns:
        return Value(f"< {units.duration(cell.floor_ns)}", f"{value:.5g}")
    return number(value, units.duration)


def work(data: Data) -> Table | None:
    """What the device counted for an operation."""
    counted = [cell for cell in data.with_numbers if cell.amplification]
    names = sorted({name for cell in counted for name in cell.amplification})
    if not names:
        return None
    rows = []
    for cell in counted:
        rows.append([Value(cell.cell), *(number(cell.amplification.get(name), lambda value: f"{value:.4g}")
                                         for name in names),
                     number(cell.stored_per_byte, lambda value: f"{value:.3f}")])
    columns = ["cell", *(name.replace("_", " ") for name in names), "stored per byte asked"]
    return Table("work", "Every cell: work as the device counted it", columns, rows,
                 "For one operation; counted by the device and the layers on it.", numeric=set(range(1, len(columns)))).keep_filled_columns()


def facts(data: Data) -> Table | None:
    """What each measured cell needs to be understood and repeated: placement, medium, seed."""
    if not data.cells:
        return None
    rows = [[Value(cell.cell), Value(cell.placement_asked), Value(cell.placement_verified),
             Value(medium_text(cell.medium)), Value(cell.seed)] for cell in data.with_numbers]
    return Table("facts", "Every cell: placement, medium, seed",
                 ["cell", "placement asked", "placement verified", "medium as verified", "seed"],
                 rows).keep_filled_columns() if rows else None


def medium_text(medium: dict | None) -> str:
    if not medium:
        return ""
    words = [str(medium.get("kind") or "")]
    page = units.finite(medium.get("page_bytes"))
    if page:
        words.append(f"{units.size(page)} pages")
    if medium.get("file_system"):
        words.append(str(medium["file_system"]))
    words.append("MAP_SYNC" if medium.get("map_sync") else "no MAP_SYNC")
    words.append(f"domain {medium.get('persistence_domain') or 'unknown'}")
    return ", ".join(word for word in words if word)


def compared(data: Data) -> Table | None:
    cells = forest.rows(data)
    if not cells:
        return None
    rows = []
    for each in cells:
        estimate, low, high = forest.effect(each)
        interval = "" if low is None or high is None else (
            f"{units.percent(low, True)} – {units.percent(high, True)}")
        rows.append([
            Value(str(each.get("verdict", ""))), Value(str(each.get("cell", ""))),
            Value(str(each.get("metric", ""))), number(each.get("base_ns"), units.duration),
            number(each.get("head_ns"), units.duration),
            Value("" if estimate is None else units.percent(estimate, True),
                  "" if estimate is None else f"{estimate:.5g}"), Value(interval),
            number(each.get("mde"), units.percent), number(each.get("p_value"), units.significant),
            number(each.get("replicates"), units.count), Value(str(each.get("reason", "")))])
    return Table("compared", "Comparison, cell by cell",
                 ["verdict", "cell", "metric", "base", "head", "effect", "interval",
                  "would have seen", "p", "n (pairs)", "reason"], rows,
                 "The effect is head over base, less one: positive is slower.",
                 {3, 4, 5, 7, 8, 9}).keep_filled_columns()


def crashes(data: Data) -> Table | None:
    outcomes = cuts.outcomes(data)
    if not outcomes:
        return None
    names = ("crashes", "torn", "acknowledged_lost", "neighbours_damaged", "broken_invariants")
    rows = [[Value(str(each.get("target", ""))),
             Value({True: "holds", False: "VIOLATED"}.get(each.get("holds"), "unknown")),
             *(number(each.get(name), units.count) for name in names),
             Value(str(each.get("expected", "")))] for each in outcomes]
    return Table("crashes", "Crash model: outcomes",
                 ["layer", "verdict", *(name.replace("_", " ") for name in names), "what must hold"],
                 rows, f"Seed {data.crash.get('seed', 'unknown')}.", set(range(2, 7)))


def hosts(data: Data) -> Table | None:
    """Each host of each cell against the rest."""
    rows = []
    for title, found in fleet.standings(data):
        for host in found:
            rows.append([Value(title), Value(str(host.get("host", ""))), number(host.get("ns_per_operation"), units.duration),
                         Value(fleet.ratio_text(host)), number(host.get("p_value"), lambda value: f"{value:.2g}"),
                         Value(str(host.get("verdict", ""))), number(host.get("late_ns"), units.duration),
                         number(host.get("busy_share"), units.percent)])
    if not rows:
        return None
    return Table("hosts", "Every host against the rest",
                 ["cell", "host", "time per operation", "against the rest", "p", "verdict", "began late by",
                  "inside slices"], rows,
                 "p is corrected for the number of hosts. Late: after the agreed start, in any replicate; "
                 "inside slices: of the window in which all hosts ran.", {2, 4, 6, 7}).keep_filled_columns()


def visibility(data: Data) -> Table | None:
    rows = []
    for pair in sight.pairs(data):
        for cell in sight.cells_of(pair):
            seen = cell.get("sight_ns") if isinstance(cell.get("sight_ns"), dict) else {}
            rows.append([Value(str(pair.get("writer", ""))), Value(str(pair.get("reader", ""))),
                         Value(str(cell.get("store", ""))), Value(str(cell.get("load", ""))),
                         *(number(cell.get(name), units.count) for name in ("tries", "stale", "torn", "reordered")),
                         number(cell.get("wrong_share_at_most"), lambda value: f"{value:.2g}"),
                         number(seen.get("p50"), units.duration), number(seen.get("p99"), units.duration),
                         number(seen.get("clock_error"), units.duration), number(cell.get("publish_ns"), units.duration),
                         Value(str(cell.get("skipped", "")))])
    if not rows:
        return None
    return Table("visibility", "What hosts see of each other's stores",
                 ["writer", "reader", "store", "load", "messages", "stale", "torn", "reordered", "wrong at most", "sight p50",
                  "sight p99", "clock", "cost of the writer", "skipped"], rows,
                 "Wrong at most: the share that is still possible with 95 % confidence. Sight: from the store of the flag "
                 "to when the reader had it; clock: how far that can be off.", set(range(4, 13))).keep_filled_columns()


def accepted(data: Data) -> Table | None:
    """The records of the history that an alarm or an accepted step belongs to."""
    rows = []
    for each in past.series(data):
        for point in past.points(each):
            if point.get("alarm") or point.get("accepted"):
                kind = f"alarm: {point['alarm']}" if point.get("alarm") else "accepted"
                rows.append([Value(str(each.get("cell", ""))), Value(str(each.get("metric", ""))),
                             Value(str(point.get("recorded_utc", ""))),
                             Value(str(point.get("label", ""))),
                             number(point.get("ratio"), lambda value: f"{value:.4g}"),
                             Value(kind), Value(str(point.get("reason", "")))])
    if not rows:
        return None
    return Table("accepted", "History: alarms and accepted steps",
                 ["cell", "metric", "recorded", "label", "ratio", "kind", "reason"], rows,
                 numeric={4}).keep_filled_columns()


def printed(data: Data) -> list[Table]:
    """What the run says as a whole, word by word as the terminal prints it."""
    made: list[Table] = []
    for place, table in enumerate(data.derived.tables, start=1):
        headed = any(row.get("heading") for row in table["rows"])
        heading, rows = "", []
        for row in table["rows"]:
            heading = row.get("heading") or heading
            if row["cells"]:
                rows.append([Value(text) for text in ([heading] if headed else []) + row["cells"]])
        columns = (["of"] if headed else []) + [each["title"] for each in table["columns"]]
        numeric = {index + headed for index, each in enumerate(table["columns"]) if each["is_number"]}
        made.append(Table(f"table_{table['kind']}_{place}", table["title"], columns, rows, table["note"], numeric,
                          printed=True))
    return made


def all_tables(data: Data) -> Iterable[Table]:
    makers = (compared, results, latencies, work)
    made = [maker(data) for maker in makers] + printed(data)
    made += [maker(data) for maker in (hosts, visibility, crashes, accepted, facts)]
    return [table for table in made if table is not None and table.rows]
