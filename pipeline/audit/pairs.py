"""Tables of units: officers, agencies, employers, clinics, workstations, and pairs of them.

Officers and workstations are counted office by office: two offices may use one id for two persons. A clinic, an agency
and an employer are one party for the whole ministry; what an agency does at one office is a pair with that office.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.audit.exposure import Codes, Permits, dense, joined

#: Kinds of unit in the order they are counted; the second list within one office.
SINGLES = (("officer",), ("workstation",), ("agency",), ("employer",), ("clinic",))
#: A clinic at one office is no pair: bulk medicals of a mobile clinic would be one, and no official is part of it.
PAIRS = (("officer", "agency"), ("officer", "employer"), ("officer", "clinic"), ("office", "agency"))
_WITHIN_OFFICE = frozenset({"officer", "workstation"})


@dataclass(frozen=True)
class Table:
    """Units of one kind.

    Attributes:
        kinds: kinds of the parties of a unit: one, or two for a pair.
        unit: unit per permit, -1 where it has none or the unit is too small to be tested.
        size: permits per unit.
        example: position of one permit per unit: who the unit is.
        months: of the runs of months into which the units are cut (`spans`); 0 for units as a whole. Runs overlap, and
            `unit` is empty.
    """

    kinds: tuple[str, ...]
    unit: Codes
    size: Codes
    example: Codes
    months: int = 0

    @property
    def name(self) -> str:
        """As in reports: `officer x agency`."""
        return " x ".join(self.kinds) + (f" in {self.months} months" if self.months else "")

    @property
    def assigned(self) -> bool:
        """Whether the units are an officer and a counterpart, whom the rules of assignment bring together."""
        return len(self.kinds) > 1 and self.kinds[0] == "officer"

    def __len__(self) -> int:
        return len(self.size)


def table(permits: Permits, kinds: tuple[str, ...], smallest: int) -> Table | None:
    """The table of `kinds` with the units of at least `smallest` permits; None where a party is not known."""
    if any(kind not in permits.parties for kind in kinds):
        return None
    key = permits.parties[kinds[0]].codes.astype(np.int64)
    if _WITHIN_OFFICE.intersection(kinds):
        key = joined(
            dense(key)[0] if key.min(initial=0) >= 0 else key.astype(np.int32), permits.parties["office"].codes
        )
    for kind in kinds[1:]:
        known = np.where(key >= 0, dense(key)[0], -1).astype(np.int32)
        key = joined(known, permits.parties[kind].codes)
    codes, count = dense(key)
    size = np.bincount(codes, minlength=count)
    tested = size >= smallest
    tested &= ~np.isin(np.arange(count), codes[key < 0][:1])
    renumbered = np.where(tested, np.cumsum(tested) - 1, -1).astype(np.int32)
    unit = renumbered[codes]
    example = np.full(int(tested.sum()), -1, dtype=np.int32)
    example[unit[unit >= 0][::-1]] = np.flatnonzero(unit >= 0)[::-1]
    return Table(kinds, unit, size[tested].astype(np.int32), example)


def tables(permits: Permits, smallest: int) -> Iterator[Table]:
    """Every table that the known parties allow and that has a unit to test."""
    for kinds in (*SINGLES, *PAIRS):
        made = table(permits, kinds, smallest)
        if made is not None and len(made):
            yield made


def subject(permits: Permits, made: Table, unit: int) -> tuple[tuple[str, str], ...]:
    """Kind and id of each party of a unit."""
    at = made.example[unit]
    return tuple((kind, permits.parties[kind].ids[permits.parties[kind].codes[at]]) for kind in made.kinds)
