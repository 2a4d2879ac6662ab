"""The raw data inside the report: the rows as the store has them, packed where they are many."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass

from .records import Data
from .store import Store

PLAIN_BYTES = 200_000


@dataclass(slots=True)
class Raw:
    """`text` may stand between <script> tags as it is."""

    text: str
    packed: bool
    size_bytes: int


def raw_text(data: Data, store: Store) -> str:
    run = data.run
    head = {
        "schema": "pmembench-report", "version": 1, "run": {
            "id": run.id, "campaign": run.campaign, "started_utc": run.started_utc,
            "finished_utc": run.finished_utc, "status": run.status, "version": run.version,
            "command_line": run.command_line, "seed": run.seed,
            "machine_fingerprint": run.machine_fingerprint, "environment": run.environment,
            "schema_version": run.schema_version},
        "comparison": data.comparison, "history": data.history, "crash": data.crash}
    text = json.dumps(head, ensure_ascii=False)
    return f'{text[:-1]}, "rows": [\n' + ",\n".join(store.raw_rows(run.id)) + "\n]}\n"


def pack(text: str) -> Raw:
    content = text.encode("utf-8", "replace")
    if len(content) <= PLAIN_BYTES:
        # In JSON "<" stands in strings only; escaped it cannot end the element.
        return Raw(text.replace("<", "\\u003c"), False, len(content))
    packed = base64.b64encode(gzip.compress(content, 6, mtime=0)).decode("ascii")
    return Raw(packed, True, len(content))
