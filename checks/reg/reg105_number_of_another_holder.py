"""The register has this number for another person (REG105).

What it looks at:
    Surname, given names and birth date of every zone against the row with the document's number. Only where name and
    birth date are both another person's; one of the two alone is REG104. Dates, category and papers of the document
    are compared with the row to tell a copied number from a changed holder.

Why it matters:
    A number belongs to one permit. Copies take the number of a genuine one, since it stands in the register; where
    everything but the holder is as the register has it, the genuine permit was made out to somebody else.

What else it can be:
    - One character of the number was misread, and the other number is in use as well.
    - The number was typed with one wrong character when the permit was entered.
    - The state gives a number out again after some years.

When it is not applied:
    There is no register at hand that lists such documents, no row has the number, or name or birth date was not read.

What to check next:
    Ask the issuing office for the photograph in the file of this number.

Source:
    ICAO Doc 9303-4 clause 4.1 (document number: unique); Doc 9303-7 appendix D (issuance database).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.reg.matched import DOUBT, cells, doubt, need_row, number_readings
from checks.registered import by_field, holder_birth, holder_name, registered
from pipeline.types.facts import AnyFact, Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import VIZ_BIRTH_DATE, VIZ_GIVEN_NAMES, VIZ_SURNAME
from pipeline.types.register import MatchedBy, RegisterMatch

#: What tells one permit from another beside its holder and number.
_PERMITS_OWN = ("issue_date", "expiry_date", "valid_from", "application_number", "receipt_number", "medical_number")
#: As many of them as the row must have, and none otherwise, to be the same permit.
SAME_PERMIT = 2


def number_of_another_holder(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if name and birth date are both another's than those of the row with this number."""
    match, row = need_row(context)
    readings = number_readings(facts)
    name, birth = holder_name(facts, row), holder_birth(facts, row)
    if name is None or birth is None:
        raise NotApplicable("name and birth date were not both read, or the row has not both")
    if match.by is not MatchedBy.NUMBER or name or birth:
        return
    read: tuple[AnyFact | None, ...] = (
        facts.find(VIZ_SURNAME),
        facts.find(VIZ_GIVEN_NAMES),
        facts.find(VIZ_BIRTH_DATE),
    )
    holder = tuple(fact for fact in read if fact is not None)
    where = cells(row, "permit_number", "surname", "given_names", "birth_date", "passport_number")
    message = f"number {match.looked_for} is {row.cell('surname')} {row.cell('given_names')}'s in the register"
    unsure = doubt("REG105", (*readings, *holder), facts, context)
    if unsure:
        yield Found(message, (*readings, *holder), unsure, None, Hypothesis.CAPTURE, Strength.WEAK, where)
        return
    same = _same_permit(facts, match, context)
    hypothesis = Hypothesis.ALTERED if same else None
    said = f"{message}; all else is this permit's" if same else message
    yield Found(said, (*readings, *holder), hypothesis=hypothesis, cells=where)


def _same_permit(facts: Facts, match: RegisterMatch, context: Context) -> bool:
    """Whether dates and papers are those of the row."""
    read = by_field(facts)
    said = [registered(fact, match) for field in _PERMITS_OWN for fact in read.get(field, ())]
    return said.count(True) >= context.threshold("REG105", "same_permit", SAME_PERMIT) and False not in said


CHECK = DocumentCheck(
    code="REG105",
    name="number-of-another-holder",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.COUNTERFEIT,
    needs=(),
    innocent=(
        "one character of the number was misread, and the other number is in use as well",
        "the number was typed with one wrong character when the permit was entered",
        "the state gives a number out again after some years",
    ),
    next_check="Ask the issuing office for the photograph in the file of this number",
    source="ICAO Doc 9303-4 clause 4.1 (document number: unique); Doc 9303-7 appendix D (issuance database)",
    rule=number_of_another_holder,
    thresholds=(*DOUBT, ("same_permit", SAME_PERMIT)),
)
