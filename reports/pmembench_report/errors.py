"""The errors of this package: one sentence for the user, and the exit status that it leads to."""

from __future__ import annotations


class ReportError(Exception):
    """Statuses as pmembench has them: 2 wrong usage or input, 3 this host cannot, 4 failed."""

    def __init__(self, sentence: str, status: int = 2):
        super().__init__(sentence)
        self.status = status
