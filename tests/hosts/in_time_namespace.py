"""in_time_namespace.py OFFSET_NS COMMAND...: COMMAND with a CLOCK_MONOTONIC that is ahead by OFFSET_NS (or behind)."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWTIME = 0x80


def main() -> int:
    seconds, nanoseconds = divmod(int(sys.argv[1]), 10**9)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWTIME) != 0:
        print(f"no time namespace: {os.strerror(ctypes.get_errno())}", file=sys.stderr)
        return 77
    Path("/proc/self/timens_offsets").write_text(f"monotonic {seconds} {nanoseconds}\n")
    # The namespace is that of children: the clock of a process does not jump.
    child = os.fork()
    if child == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    sys.exit(main())
