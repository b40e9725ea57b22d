"""Which reading of an MRZ field counts, whether engines read it alike, and which of their other readings count."""

from __future__ import annotations

from typing import TypeVar

from pipeline.reference.confusions import LIKELY_ALTERNATIVE, SHARED_CONFUSIONS
from pipeline.types.facts import Alternative, AnyFact, Fact, Facts, Key
from pipeline.types.keys import MRZ

T = TypeVar("T")


def believed(facts: Facts, key: Key[T]) -> Fact[T]:
    """The reading of the MRZ that its check digits were computed on: the repaired one where there is one.

    Raises:
        KeyError: if it was not read; the check's needs rule that out.
    """
    return facts.repaired(key) or facts.get(key)


def likely(other: Alternative) -> bool:
    """Whether an engine's other reading of a character counts; one without a probability does."""
    return other.probability is None or other.probability >= LIKELY_ALTERNATIVE


def families_agree(facts: Facts, field: AnyFact) -> bool:
    """Whether the whole zone was read alike, or this field without a likely other reading by any of several engines.

    An alternative that every family is known to confuse (O and 0) speaks for no disagreement. What had to be repaired
    was read otherwise by somebody.
    """
    reading = facts.get(MRZ).value
    if reading.agreed:
        return True
    if len(reading.engines) < 2 or field.repairs or field.key == MRZ.name:
        return False
    return not any(
        (other.probability or 0.0) >= LIKELY_ALTERNATIVE
        and frozenset((other.character, field.raw[other.position : other.position + 1])) not in SHARED_CONFUSIONS
        for other in field.alternatives
    )
