"""The raw data inside the report: the rows as the store has them, packed where they are many."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass

from .records import Data
from .store import Store

PLAIN_BYTES = 200_000


@dataclass(slots=True)
class Raw:
    """`text` may be put between <script> tags as it is."""

    text: str
    packed: bool
    size_bytes: int


def _chunks(data: Data, store: Store) -> Iterator[str]:
    run = data.run
    head = {
        "schema": "pmembench-report", "version": 1, "run": {
            "id": run.id, "campaign": run.campaign, "started_utc": run.started_utc,
            "finished_utc": run.finished_utc, "status": run.status, "version": run.version,
            "command_line": run.command_line, "seed": run.seed,
            "machine_fingerprint": run.machine_fingerprint, "environment": run.environment,
            "schema_version": run.schema_version},
        "comparison": data.comparison, "history": data.history, "crash": data.crash, "datasheet": data.datasheet}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [\n'
    between = ""
    for row in store.raw_rows(run.id):
        yield between + row
        between = ",\n"
    yield "\n]}\n"


def pack(data: Data, store: Store) -> Raw:
    """Row by row, so that ten thousand of them are never held at once."""
    plain: list[str] = []
    size, packed = 0, io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6, mtime=0) as file:
        for chunk in _chunks(data, store):
            content = chunk.encode("utf-8", "replace")
            size += len(content)
            file.write(content)
            if size <= PLAIN_BYTES:
                plain.append(chunk)
    if size <= PLAIN_BYTES:
        # In JSON "<" stands in strings only; escaped it cannot end the element.
        return Raw("".join(plain).replace("<", "\\u003c"), False, size)
    return Raw(base64.b64encode(packed.getvalue()).decode("ascii"), True, size)
