"""Two documents of one bundle name one passport number and two people (LNK106).

What it looks at:
    Documents of the bundle that state the same passport number, two passports or a permit and another document:
    name and birth date of their holders.

Why it matters:
    A passport number belongs to one person. A copied passport keeps the number of the genuine one, and permits
    are alleged to have been granted on passport numbers of other people.

What else it can be:
    - The number of a family member in the same folder was typed.
    - Name and birth date were both misread on a poor scan.
    - The number was given out twice by two states.

When it is not applied:
    No other document of the bundle states a passport number, or name or birth date was not read on both. If
    only one of name and birth date differs, that is LNK102 or LNK103.

What to check next:
    Ask the passport's issuing state, or the register, whose number it is.

Source:
    ICAO Doc 9303-4 clause 4.1 (document number: unique); alleged in ACC v. nine (BMET, Bangladesh, 2025; a charge
    reported by a newspaper, outcome not known to us).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.lnk.holder import PASSPORT, VIZ_NAMES, births, compare, numbers, of_holder, own_numbers, same_number
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import AnyFact, Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import DOC_KIND
from pipeline.types.values import shown

#: Kinds of linked documents that state a passport number.
OTHERS = (PASSPORT, DocumentKind.WORK_PERMIT.value, DocumentKind.VISA.value, DocumentKind.RESIDENCE_CARD.value)
#: Below this legibility two readings that both differ may both be misread.
LOW_LEGIBILITY = 0.6


def same_passport_number_two_holders(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each linked document with the same passport number and another holder."""
    # A permit is compared with its passport from the permit's side only, so that one difference is one finding.
    others = (PASSPORT,) if facts.get(DOC_KIND).value == DocumentKind.PASSPORT else OTHERS
    compared = {other: compare(facts, other) for other in others}
    judged = {
        other: holder for other, holder in compared.items() if None not in (holder.number, holder.name, holder.birth)
    }
    if not judged:
        raise NotApplicable("not read: passport number, name and birth date of two documents of the bundle")
    number = own_numbers(facts)[0]
    for other, holder in judged.items():
        if not (holder.number and holder.another):
            continue
        mine: tuple[AnyFact, ...] = (*of_holder(facts, *VIZ_NAMES), *births(facts)[:1])
        theirs: tuple[AnyFact, ...] = (*of_holder(facts, *VIZ_NAMES, other=other), *births(facts, other)[:1])
        same = [fact for fact in numbers(facts, other) if same_number(fact.value, number.value)][:1]
        evidence: tuple[AnyFact, ...] = (number, *same, *mine, *theirs)
        message = f"passport {number.value}: {_person(mine)}; on the {other}: {_person(theirs)}"
        if min(fact.legibility for fact in evidence) < LOW_LEGIBILITY:
            why = "name and birth date both misread"
            yield Found(message, evidence, why, "holder", Hypothesis.CAPTURE, Strength.WEAK)
        else:
            yield Found(message, evidence, cause="holder")


def _person(facts: tuple[AnyFact, ...]) -> str:
    return " ".join(shown(fact.value) for fact in facts)


CHECK = DocumentCheck(
    code="LNK106",
    name="same-passport-number-two-holders",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.COUNTERFEIT,
    needs=(DOC_KIND,),
    innocent=(
        "the number of a family member in the same folder was typed",
        "name and birth date were both misread on a poor scan",
        "the number was given out twice by two states",
    ),
    next_check="Ask the passport's issuing state, or the register, whose number it is",
    source="ICAO Doc 9303-4 clause 4.1 (document number: unique); alleged in ACC v. nine (BMET, Bangladesh, 2025; "
    "a charge reported by a newspaper, outcome not known to us)",
    rule=same_passport_number_two_holders,
    kinds=frozenset({DocumentKind.PASSPORT, DocumentKind.WORK_PERMIT, DocumentKind.VISA, DocumentKind.RESIDENCE_CARD}),
)
