"""python3 -m pmembench_report: finds a Python that has what is needed, and starts the command."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

NEEDED = ("numpy", "matplotlib", "jinja2")
# Debian's packages belong to Debian's Python, which need not be the first on PATH.
SYSTEM_PYTHON = "/usr/bin/python3"
TRIED = "PMEMBENCH_REPORT_PYTHON_TRIED"


def missing() -> list[str]:
    return [name for name in NEEDED if find_spec(name) is None]


def start() -> int:
    absent = missing()
    if not absent:
        from .command import main

        return main()
    same = os.path.exists(SYSTEM_PYTHON) and os.path.samefile(SYSTEM_PYTHON, sys.executable)
    if os.path.exists(SYSTEM_PYTHON) and not same and TRIED not in os.environ:
        os.environ[TRIED] = "1"
        os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, "-m", "pmembench_report", *sys.argv[1:]])
    names = ", ".join(f"python3-{name}" for name in absent)
    print(f"pmembench: the report cannot be drawn, for Python has no {', '.join(absent)}: run "
          f"script/bootstrap report, or install {names}", file=sys.stderr)
    return 3


if __name__ == "__main__":
    sys.exit(start())
