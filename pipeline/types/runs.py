"""What one run of screening did, as counts; the contract of `run.json` (DESIGN section 4)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class CheckTally:
    """Outcomes of one check over a run; `not_applicable` by reason."""

    clear: int = 0
    flag: int = 0
    not_applicable: dict[str, int] = field(default_factory=dict)
    error: int = 0


@dataclass(slots=True)
class RunSummary:
    """Counts of one run; `found` is always read + partial + unreadable + duplicates.

    Attributes:
        started: ISO 8601 with offset; `finished` likewise.
        versions: overseal, reading, policy.
        read: files of which every page was read; `partial`: some pages or zones were not.
        problems: count by ProblemKind.
        cases: count by desk.
        assessed: documents for which each question could be asked: altered, irregular_issue.
    """

    run_id: str
    started: str
    finished: str
    versions: dict[str, str]
    register_hash: str | None
    today: str
    read: int = 0
    partial: int = 0
    unreadable: int = 0
    duplicates: int = 0
    problems: dict[str, int] = field(default_factory=dict)
    checks: dict[str, CheckTally] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    assessed: dict[str, int] = field(default_factory=lambda: {"altered": 0, "irregular_issue": 0})

    @property
    def found(self) -> int:
        """Every file that came in."""
        return self.read + self.partial + self.unreadable + self.duplicates
