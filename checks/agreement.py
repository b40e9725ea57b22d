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


def dissent(facts: Facts, field: AnyFact) -> str:
    """Why agreement of two engine families does not speak for a field of the MRZ, in words; empty where it does.

    It does where the whole zone was read alike, or this field without a likely other reading by either. An alternative
    that every family is known to confuse speaks for no disagreement. What had to be repaired was read otherwise by
    somebody.
    """
    reading = facts.get(MRZ).value
    if reading.agreed:
        return ""
    if len(reading.engines) < 2:
        return "one engine family only has read the zone"
    if field.repairs or field.key == MRZ.name or any(_tells_apart(field, other) for other in field.alternatives):
        return "the two engines read the zone differently"
    return ""


def _tells_apart(field: AnyFact, other: Alternative) -> bool:
    read = field.raw[other.position : other.position + 1]
    return (other.probability or 0.0) >= LIKELY_ALTERNATIVE and frozenset(
        (other.character, read)
    ) not in SHARED_CONFUSIONS
