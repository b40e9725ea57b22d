"""An office-window indicator: its declaration. It has no rule of its own.

It says which flags of row checks are counted for an office, an officer, a counterpart or a pair of them, and over which
permits. `flows` runs the row checks and hands the counts to the statistics of `pipeline.audit`; a lead carries the
indicator's code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from checks.declaration import Declaration

#: Fewer events are findings on documents, not a pattern.
MINIMUM_EVENTS = 3


class Measure(StrEnum):
    """What an indicator is made of: flags of row checks; permits of a pair; how many counterparts an officer has."""

    FLAGS = "flags"
    PAIRS = "pairs"
    DIVERSITY = "diversity"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeCheck(Declaration):
    """Declaration of an office-window indicator.

    Attributes:
        declared_in: name of the module that declares it; its docstring is the page.
        counts: codes of the row checks whose flags are its events; none for what needs no flag.
        exposure: in words, the permits among which events are counted.
        company: months in which an office had one officer only cannot have it otherwise and are left out.
        own: kinds of party of which the flags tell one and the same thing: all permits of such a party have it, so that
            alone it is a finding on the party, told by the row check, and no pattern.
        needs: `table.column` without which it is not assessed, beside what the row checks need.
    """

    declared_in: str
    counts: tuple[str, ...]
    exposure: str
    measure: Measure = Measure.FLAGS
    company: bool = False
    own: tuple[str, ...] = ()
    needs: tuple[str, ...] = ("permits.office_id", "permits.issued_at")
    thresholds: tuple[tuple[str, float], ...] = (("minimum_events", MINIMUM_EVENTS),)

    @property
    def module(self) -> str:
        """Where it is declared."""
        return self.declared_in
