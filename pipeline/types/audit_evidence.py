"""What an audit shows beside its statistics: scans that were screened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScannedFinding:
    """A finding of `screen` that concerns the issue: code, title and hypothesis of it."""

    code: str
    title: str
    hypothesis: str


@dataclass(frozen=True, slots=True)
class ScannedPermit:
    """A scan whose number is that of a permit in the register, and what was found on its issue."""

    document_id: str
    permit_number: str
    findings: tuple[ScannedFinding, ...]


@dataclass(frozen=True, slots=True)
class SharedContact:
    """A telephone or address that several holders of a lead's permits share; the value itself is left out.

    Attributes:
        column: `phone` or `address`.
        permits: of the lead, by number.
        everywhere: permits of the register with it.
        bits: what sharing it is worth: log2 of how rare it is.
    """

    column: str
    permits: tuple[str, ...]
    everywhere: int
    bits: float
