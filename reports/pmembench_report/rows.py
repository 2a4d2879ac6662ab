"""From a row of the store (JSON) to a Cell. What is missing or not finite becomes None."""

from __future__ import annotations

import json

from .derived import Derived, estimate
from .records import Cell, Latency
from .units import finite

_NO_PERCENTILES = {"mode", "n", "mean", "min", "max"}


def _latency(value: object) -> Latency | None:
    if not isinstance(value, dict):
        return None
    percentiles = {
        name: number for name, given in value.items() if name not in _NO_PERCENTILES
        for number in [finite(given)] if name.startswith("p") and number is not None
    }
    return Latency(str(value.get("mode", "")), _whole(value.get("n")), finite(value.get("mean")),
                   finite(value.get("min")), finite(value.get("max")), percentiles)


def _listed(value: object) -> list:
    return value if isinstance(value, list) else []


def _whole(value: object) -> int:
    number = finite(value)
    return 0 if number is None else int(number)


def _shared(value: object, cache: dict) -> dict:
    """Equal dictionaries of many rows are kept once."""
    if not isinstance(value, dict):
        return {}
    return cache.setdefault(("dict", json.dumps(value, sort_keys=True)), value)


def cell_from(identity: int, row: dict, derived: Derived, cache: dict) -> Cell:
    def text(name: str) -> str:
        value = str(row.get(name) if row.get(name) is not None else "")
        return cache.setdefault(value, value) if len(value) < 40 else value

    placement = row.get("placement")
    placement = placement if isinstance(placement, dict) else {}
    parameters = row.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    capabilities = row.get("capabilities")
    facts = derived.rows.get(str(row.get("cell")), {})
    source = text("source")
    return Cell(
        id=identity, cell=text("cell"), media=text("media"),
        backend=f"{source} (imported)" if source else text("backend"), source=source,
        path=text("path"), workload=text("workload"), threads=_whole(row.get("threads")),
        status=text("status"), reason=text("reason"), claim=text("claim"),
        operations=_whole(row.get("operations")), bytes=_whole(row.get("bytes")),
        ns=estimate(row.get("ns_per_operation")),
        operations_per_s=estimate(row.get("operations_per_s")),
        bytes_per_s=estimate(row.get("bytes_per_s")), latency=_latency(row.get("latency_ns")),
        floor_ns=finite(row.get("floor_ns")), replicates=_whole(row.get("replicates")),
        slices=_whole(row.get("slices")), converged=row.get("converged") is True,
        disturbed_share=finite(row.get("disturbed_share")),
        amplification=_shared(_numbers(row.get("amplification")), cache),
        warnings=[(str(each.get("type", "")), str(each.get("sentence", "")))
                  for each in _listed(row.get("warnings")) if isinstance(each, dict)],
        seed=str(row.get("seed", "")),
        parameters=_shared({str(k): str(v) for k, v in parameters.items()}, cache),
        placement_asked=cache.setdefault(a := str(placement.get("asked") or ""), a),
        placement_verified=cache.setdefault(v := str(placement.get("verified") or ""), v),
        medium=_shared(row.get("medium"), cache) or None,
        # Rows of older stores do not say.
        does_work=not (isinstance(capabilities, dict) and capabilities.get("does_work") is False),
        interval=facts.get("interval", ""), half_width=finite(facts.get("half_width")),
        remarks=facts.get("remarks", []), stored_per_byte=finite(facts.get("stored_per_byte")),
        kinds=derived.parameter_kinds, figures=_shared(_numbers(row.get("figures")), cache),
        host=text("host"), cluster=row.get("cluster") if isinstance(row.get("cluster"), dict) else None,
    )


def _numbers(value: object) -> dict[str, float]:
    if not isinstance(value, dict):
        return {}
    return {str(name): number for name, given in value.items()
            for number in [finite(given)] if number is not None}
