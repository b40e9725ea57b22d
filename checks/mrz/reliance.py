"""How far a reading of the MRZ carries a finding: both engine families must agree, and the print must be legible."""

from __future__ import annotations

from collections.abc import Iterator

from checks.agreement import dissent
from checks.base import Context, Found
from pipeline.reference.confusions import EXPLAINED, LEGIBLE, SHARED_CONFUSIONS, glyph_cost, lookalikes
from pipeline.types.facts import AnyFact, Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ


def read_fact(facts: Facts, key: str) -> AnyFact:
    """The reading of `mrz.<key>`, else the whole zone's, as the place to look at."""
    listed = [fact for fact in facts if fact.key in (f"mrz.{key}", f"mrz.{key}_text")]
    # The repaired reading, which stands last, is the one the zone's lines and digits are made of.
    return listed[-1] if listed else facts.get(MRZ)


def doubt(code: str, facts: Facts, evidence: tuple[AnyFact, ...], context: Context) -> str:
    """Why the readings cannot carry more than a weak finding, in words; empty if they can."""
    legibility = min(fact.legibility for fact in evidence)
    if legibility < context.threshold(code, "legible", LEGIBLE):
        return f"poor print or scan, legibility {legibility:.2f}"
    return next((why for fact in evidence if (why := dissent(facts, fact))), "")


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
