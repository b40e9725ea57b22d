"""Two readers give a field of the MRZ differently (QLT106).

What it looks at:
    Each field of the MRZ that engines of two families have read: whether they read it alike. A second family
    reads a zone only where it can matter, as after a check digit that differs, unsure print or a printed zone that
    says otherwise.

Why it matters:
    What readers do not agree on is not known to be printed so. No check digit, name or date that rests on it counts
    for more than weak until the field has been scanned again.

What else it can be:
    - Worn print, a stamp or a reflection lies over the field.
    - Glyphs of like shape stand there, as O and 0 or I and 1.
    - The scan is coarse.

When it is not applied:
    No MRZ was read, or engines of one family only have read it.

What to check next:
    Scan the field again, larger and without reflection, and read it by eye.

Source:
    House rule: agreement of two engine families was right 73 times of 75 on real specimens.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.agreement import dissent, likely
from checks.base import Context, DocumentCheck, Found, NotApplicable
from pipeline.types.facts import AnyFact, Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ

_PREFIX = "mrz."


def mrz_field_read_differently(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each field that the families read differently."""
    if len(facts.get(MRZ).value.engines) < 2:
        raise NotApplicable("one engine family only has read the zone")
    for fact in facts:
        is_field = fact.key.startswith(_PREFIX) and fact.key != MRZ.name
        if is_field and not fact.repairs and fact.raw and dissent(facts, fact):
            name = fact.key.removeprefix(_PREFIX).replace("_", " ")
            yield Found(f"{name} read as {fact.raw}; {_otherwise(fact)}", (fact,), cause=fact.key)


def _otherwise(fact: AnyFact) -> str:
    """What else stands where, in words."""
    others = [
        f"{other.character or 'nothing'} at character {other.position + 1}"
        for other in fact.alternatives
        if other.probability is not None and likely(other)
    ]
    return "also " + ", ".join(others)


CHECK = DocumentCheck(
    code="QLT106",
    name="mrz-field-read-differently",
    version=1,
    strength=Strength.WEAK,
    hypothesis=Hypothesis.CAPTURE,
    needs=(MRZ,),
    innocent=(
        "worn print, a stamp or a reflection lies over the field",
        "glyphs of like shape stand there, as O and 0 or I and 1",
        "the scan is coarse",
    ),
    next_check="Scan the field again, larger and without reflection, and read it by eye",
    source="House rule: agreement of two engine families was right 73 times of 75 on real specimens",
    rule=mrz_field_read_differently,
)
