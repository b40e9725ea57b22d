"""What stands at the head of every report."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.types.findings import NotAssessed
from pipeline.types.runs import RunSummary


@dataclass(frozen=True, slots=True)
class RunHeader:
    """The run a report belongs to.

    Attributes:
        summary: read when the folder is closed, so it may still be counting while cases are added.
        not_assessed: questions that no document of this run could be asked, e.g. irregular issue without a register.
    """

    summary: RunSummary
    not_assessed: tuple[NotAssessed, ...] = ()
