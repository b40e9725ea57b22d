"""How far a reading of the MRZ carries a finding: both engine families must agree, and the print must be legible."""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, Found
from pipeline.reference.confusions import EXPLAINED, LEGIBLE, glyph_cost, lookalikes
from pipeline.types.facts import AnyFact, Fact, Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ
from pipeline.types.mrz import MrzReading

#: Engine families of different make take these for one another alike, so that their agreement says nothing (measured on
#: specimens in November 2026: both read the O of UTO as 0).
SHARED_CONFUSIONS = frozenset(frozenset(pair) for pair in ("O0", "I1"))


def read_fact(facts: Facts, key: str) -> AnyFact:
    """The reading of `mrz.<key>`, else the whole zone's, as the place to look at."""
    listed = [fact for fact in facts if fact.key == f"mrz.{key}"]
    # The repaired reading, which stands last, is the one the zone's lines and digits are made of.
    return listed[-1] if listed else facts.get(MRZ)


def doubt(code: str, reading: Fact[MrzReading], evidence: tuple[AnyFact, ...], context: Context) -> str:
    """Why the reading cannot carry more than a weak finding, in words; empty if it can."""
    legibility = min(fact.legibility for fact in (reading, *evidence))
    if legibility < context.threshold(code, "legible", LEGIBLE):
        return f"poor print or scan, legibility {legibility:.2f}"
    if not reading.value.agreed:
        return "the two engines read the zone differently"
    return ""


def weighed(message: str, evidence: tuple[AnyFact, ...], innocent: str, cause: str | None = None) -> Found:
    """A finding as declared, or a weak one of capture where the readings name an innocent cause."""
    if innocent:
        return Found(message, evidence, innocent, cause, Hypothesis.CAPTURE, Strength.WEAK)
    return Found(message, evidence, cause=cause)


def substitutes(glyph: str, legibility: float, *, trusted: bool) -> Iterator[str]:
    """What a glyph may be instead; of a `trusted` reading only what both engine families confuse."""
    for other in lookalikes(glyph, legibility):
        if not trusted or frozenset((glyph, other)) in SHARED_CONFUSIONS:
            yield other


def confusable(glyph: str, other: str, legibility: float, *, trusted: bool) -> bool:
    """Whether one glyph may have been read as the other."""
    if frozenset((glyph, other)) in SHARED_CONFUSIONS:
        return True
    return not trusted and glyph_cost(glyph, other) * legibility <= EXPLAINED
