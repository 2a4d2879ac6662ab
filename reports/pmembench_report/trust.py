"""The trust card: on what, by what and how undisturbed the numbers were taken."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from . import units
from .records import Data
from .tables import medium_text

_MOST_VALUES = 12


@dataclass(slots=True)
class Fact:
    name: str
    values: list[str]
    warns: bool = False


@dataclass(slots=True)
class Group:
    title: str
    facts: list[Fact] = field(default_factory=list)

    def add(self, name: str, *values: object, warns: bool = False) -> None:
        """Leaves out what is empty; more than a dozen values are counted."""
        texts = [str(value) for value in values if value not in (None, "")]
        if len(texts) > _MOST_VALUES:
            texts = texts[:_MOST_VALUES] + [f"and {len(texts) - _MOST_VALUES} more"]
        if texts:
            self.facts.append(Fact(name, texts, warns))


def _get(source: object, *names: str) -> object:
    for name in names:
        source = source.get(name) if isinstance(source, dict) else None
    return source


def _listed(source: object, name: str) -> list[dict]:
    found = _get(source, name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _machine(data: Data) -> Group:
    env, group = data.run.environment, Group("Machine")
    cpu = _get(env, "cpu") or {}
    group.add("CPU", _get(cpu, "model_name"))
    group.add("family, model, stepping", "/".join(
        str(_get(cpu, name)) for name in ("family", "model", "stepping") if _get(cpu, name) is not None))
    group.add("microcode", _get(cpu, "microcode"))
    group.add("CPUs online", _get(cpu, "cpus_online"))
    group.add("caches", ", ".join(
        f"L{each.get('level')} {units.size(each.get('size_bytes'))}" for each in _listed(env, "caches")
        if each.get("type") != "Instruction"))
    group.add("memory nodes", *(
        f"node {each.get('id')}: {units.size(each.get('memory_bytes'))}, "
        f"{len(_listed(each, 'cpus'))} CPUs" for each in _listed(env, "nodes")))
    for name in ("dax", "nd", "cxl"):
        group.add(f"{name} devices", *(each.get("name", "unnamed") for each in _listed(env, name)))
    group.add("virtualisation", _get(env, "host", "virtualisation"))
    group.add("machine fingerprint", data.run.machine_fingerprint)
    return group


def _system(data: Data) -> Group:
    env, group = data.run.environment, Group("System")
    group.add("kernel", _get(env, "host", "kernel"))
    group.add("distribution", _get(env, "host", "distribution"))
    names = {"thp_enabled": "transparent huge pages", "aslr": "address randomisation",
             "smt": "SMT", "numa_balancing": "NUMA balancing", "clock_source": "clock source"}
    settings = _get(env, "settings")
    for name, value in settings.items() if isinstance(settings, dict) else []:
        group.add(names.get(name, name.replace("_", " ")), value, warns=value == "unknown")
    load = units.finite(_get(env, "host", "load_1min"))
    if load is not None:
        group.add("load before the run", f"{load:.2f}")
    return group


def _medium(data: Data) -> Group:
    group = Group("Media, as proved after first touch")
    found: dict[tuple[str, str], list[str]] = {}
    for cell in data.with_numbers:
        if cell.medium:
            shares = cell.medium.get("node_share")
            nodes = ", ".join(f"{units.percent(share)} on node {node}" for node, share in shares.items()
                              if units.finite(share)) if isinstance(shares, dict) else ""
            huge = units.finite(cell.medium.get("huge_share"))
            proof = ", ".join(part for part in (
                medium_text(cell.medium), nodes,
                f"{units.percent(huge)} in huge pages" if huge is not None else "",
                f"claim: {cell.medium.get('claim')}" if cell.medium.get("claim") else "") if part)
            backends = found.setdefault((cell.media, proof), [])
            backend = f"{cell.backend}:{cell.options}" if cell.options else cell.backend
            if backend not in backends:
                backends.append(backend)
    for (media, proof), backends in found.items():
        group.add(media, f"{proof} ({', '.join(backends)})")
    placements = Counter((cell.placement_asked, cell.placement_verified) for cell in data.with_numbers)
    group.add("placement", *(f"asked {asked or 'near'}: {verified or 'not verified'}"
                             for (asked, verified), _ in placements.most_common()))
    return group


def _range(values: list[float]) -> str:
    low, high = min(values), max(values)
    both = units.duration(low), units.duration(high)
    return both[0] if both[0] == both[1] else f"{both[0]} to {both[1]}"


def _measuring(data: Data) -> Group:
    group = Group("Clock and noise")
    for name, label in (("step_ns", "timer step"), ("floor_issue_ns", "clock pair, issue"),
                        ("floor_durable_ns", "clock pair, durable")):
        values = [number for timer in data.timers for number in [units.finite(timer.get(name))]
                  if number is not None]
        if values:
            group.add(label, _range(values))
    floor, noise, limits = data.derived.harness_floor, data.derived.noise, data.derived.limits
    group.add("harness floor, never subtracted",
              floor or "not measured: the campaign has no null cell", warns=not floor)
    group.add("processes", f"up to {noise['processes']} a cell, each with a fresh mapping")
    if noise["slices"]:
        group.add("disturbed slices", f"{noise['disturbed']:,} of {noise['slices']:,} "
                  f"({units.percent(noise['disturbed_share'])})",
                  warns=noise["disturbed_share"] > limits["disturbed_share"])
    group.add("involuntary switches", f"{noise['involuntary_switches']:,}")
    if noise["steal_share_max"] is not None:
        group.add("steal, at most", units.percent(noise["steal_share_max"]),
                  warns=noise["steal_share_max"] > limits["steal_share"])
    unsteady = sum(not cell.converged for cell in data.with_numbers)
    group.add("not converged", f"{unsteady} of {len(data.with_numbers)} cells", warns=unsteady > 0)
    return group


def _origin(data: Data) -> Group:
    run, group = data.run, Group("Where it comes from")
    group.add("run", f"{run.id}, campaign {run.campaign}, {run.status}", warns=run.status != "done")
    group.add("started", run.started_utc)
    group.add("finished", run.finished_utc or "not finished", warns=not run.finished_utc)
    group.add("pmembench", run.version)
    group.add("seed", run.seed)
    group.add("plan fingerprint", run.plan_fingerprint)
    group.add("store schema", f"version {run.schema_version}")
    return group


def card(data: Data) -> list[Group]:
    groups = [_machine(data), _system(data), _medium(data), _measuring(data), _origin(data)]
    return [group for group in groups if group.facts]


@dataclass(slots=True)
class WarningGroup:
    kind: str
    count: int
    example: str
    cells: list[str]


def warnings(data: Data) -> list[WarningGroup]:
    """By type, the most frequent first, each with one sentence and a few of its cells."""
    found: dict[str, WarningGroup] = {}
    for cell in data.cells:
        for kind, sentence in cell.warnings:
            group = found.setdefault(kind, WarningGroup(kind, 0, sentence, []))
            group.count += 1
            if len(group.cells) < 20:
                group.cells.append(cell.cell)
    return sorted(found.values(), key=lambda group: -group.count)


@dataclass(slots=True)
class NotRun:
    status: str
    reason: str
    count: int
    cells: list[str]


def not_run(data: Data) -> list[NotRun]:
    """What has no number, by reason: errors first, then what is missing, then what was skipped."""
    found: dict[tuple[str, str], NotRun] = {}

    def add(status: str, reason: str, cell: str) -> None:
        group = found.setdefault((status, reason), NotRun(status, reason, 0, []))
        group.count += 1
        if len(group.cells) < 100:
            group.cells.append(cell)

    for cell in data.cells:
        if cell.measured:
            continue
        status = cell.status if cell.status != "ok" else "error"
        add(status, cell.reason or "it has no number, and the store does not say why", cell.cell)
    for name in data.run.unmeasured:
        add("unmeasured", f"the run is {data.run.status} and has no row of it; "
            "`pmembench run --resume` goes on", name)
    order = {"error": 0, "unmeasured": 1}
    return sorted(found.values(), key=lambda group: order.get(group.status, 2))
