"""Where the report is written: new files and those of earlier reports, whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from .errors import ReportError

# How a file of a report begins, and what its head holds: the page names its generator, a PNG its
# software, SVG and PDF their creator.
HEAD_BYTES = 4096
OURS = ((b"<!doctype html>", b'<meta name="generator" content="pmembench '),
        (b"\x89PNG\r\n\x1a\n", b"Software\0pmembench"),
        (b"<?xml ", b"<dc:title>pmembench</dc:title>"), (b"%PDF-", b"/Creator (pmembench)"))


class Output:
    """`kept`: files that no output may be (the results file and what is read for the report)."""

    def __init__(self, kept: Iterable[str], force: bool):
        self._kept = [Path(path) for path in kept]
        self._force = force

    def check(self, path: Path, option: str) -> None:
        """Refuses what may not be written, before anything is drawn."""
        if path.is_dir():
            raise ReportError(f"{path} is a folder: name a file in it with {option}")
        if not path.parent.is_dir():
            raise ReportError(
                f"{path} cannot be made: its folder does not exist; make the folder first")
        for kept in self._kept:
            if _same(path, kept):
                raise ReportError(
                    f"{path} is read for this report and is not overwritten: name another with {option}")
        if not path.exists():
            if path.is_symlink():
                raise ReportError(f"{path} is a symbolic link to nothing: name the file itself with {option}")
            return
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            if not (stat.S_ISFIFO(mode) or _is_harmless(path)):
                raise ReportError(f"{path} is a device or a socket, and what is behind it is never "
                                  f"overwritten: name a file with {option}")
            return
        if not self._force and path.stat().st_size > 0 and not _is_ours(path):
            raise ReportError(f"{path} exists and is not a report of pmembench: remove it, name another with "
                              f"{option}, or add --force")

    def write(self, path: Path, option: str, fill: Callable[[BinaryIO], None]) -> None:
        """A file that is there is replaced only when the new one is whole."""
        self.check(path, option)
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                fill(file)
            return
        target = path.resolve()
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                fill(file)
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(name, 0o666 & ~mask)
            self.check(path, option)
            os.replace(name, target)
        except BaseException:
            os.unlink(name)
            raise


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one.resolve() == other.resolve()


def _is_harmless(path: Path) -> bool:
    return path.stat().st_rdev in (os.makedev(1, 3), os.makedev(1, 7)) and stat.S_ISCHR(path.stat().st_mode)


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(max(0, path.stat().st_size - HEAD_BYTES))
        tail = file.read()  # where a PDF names who made it
    if path.suffix == ".csv":  # names no generator: it is ours if the figure of its name is
        figure = path.with_suffix(".svg")
        return head.startswith((b"series,", b"mark\n")) and figure.is_file() and _is_ours(figure)
    return any(head.startswith(begin) and (mark in head or mark in tail) for begin, mark in OURS)
