"""What the readers of JUnit XML demand of it."""

from __future__ import annotations

import re
from xml.etree import ElementTree


def junit_faults(root: ElementTree.Element) -> list[str]:
    """What the schema of windyroad (that of Ant) and that of Jenkins' xunit plugin both demand."""
    faults = [f"testsuite has no {name}" for name in (
        "name", "timestamp", "hostname", "tests", "failures", "errors", "time") if root.get(name) is None]
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", root.get("timestamp", "")):
        faults.append("timestamp is none without a zone")
    if not re.fullmatch(r"\d+(\.\d*)?", root.get("time", "")):
        faults.append("time is no decimal")
    tags = [child.tag for child in root]
    if tags != ["properties"] + ["testcase"] * tags.count("testcase") + ["system-out", "system-err"]:
        faults.append(f"children in another order: {tags}")
    for case in root.iter("testcase"):
        faults += [f"testcase has no {name}" for name in ("name", "classname", "time") if not case.get(name)]
        if len(case) > 1 or any(child.tag not in ("skipped", "error", "failure") for child in case):
            faults.append("a testcase has another child")
        faults += [f"{child.tag} has no type" for child in case
                   if child.tag in ("error", "failure") and not child.get("type")]
    return faults
