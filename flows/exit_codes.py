"""Which exit code a run ends with (DESIGN section 4)."""

from __future__ import annotations

from flows.tally import Tally
from pipeline.errors import ExitCode
from pipeline.types.problems import ProblemKind
from pipeline.types.runs import RunSummary

#: Earlier ones win.
PRECEDENCE = (
    ExitCode.INTERRUPTED,
    ExitCode.OUR_FAULT,
    ExitCode.STORE,
    ExitCode.MISSING,
    ExitCode.USAGE,
    ExitCode.NOTHING_TO_READ,
    ExitCode.ONLY_UNREADABLE,
    ExitCode.STRONG,
    ExitCode.MODERATE,
    ExitCode.WEAK,
    ExitCode.NOTHING_FLAGGED,
)

_BY_STRENGTH = (
    ExitCode.NOTHING_FLAGGED,
    ExitCode.WEAK,
    ExitCode.MODERATE,
    ExitCode.STRONG,
    ExitCode.STRONG,
)


def exit_code(summary: RunSummary, tally: Tally) -> ExitCode:
    """Exit code of a run that came to its end.

    A check or a file that failed by a fault of ours makes it 1: what was not judged must not pass for clear. A register
    screened by itself has no file to read, and needs none.
    """
    codes = {_BY_STRENGTH[tally.strongest]}
    if tally.faults or summary.problems.get(str(ProblemKind.OURS)):
        codes.add(ExitCode.OUR_FAULT)
    if not summary.found:
        codes |= {ExitCode.NOTHING_TO_READ} if summary.register_hash is None else set()
    elif not summary.read and not summary.partial:
        codes.add(ExitCode.ONLY_UNREADABLE)
    return first_of(codes)


def first_of(codes: set[ExitCode]) -> ExitCode:
    """The one that goes before the others."""
    return min(codes, key=PRECEDENCE.index)
