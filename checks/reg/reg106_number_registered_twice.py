"""The register has more than one permit with the document's number (REG106).

What it looks at:
    The rows with the document's number, beside the one that agrees with the document best: their holders and days of
    issue.

Why it matters:
    A number is given once. A second row under it is a second document on one decision, or one that was hidden behind
    a genuine number.

What else it can be:
    - The same permit was entered twice; so it is taken where holder and birth date are the same.
    - The number was typed with one wrong character when the other permit was entered.
    - The permit was renewed, and the state keeps the number.

When it is not applied:
    There is no register at hand that lists such documents, or no row has the number.

What to check next:
    Ask for both files, and compare their photographs and receipts.

Source:
    ICAO Doc 9303-4 clause 4.1 (document number: unique).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.reg.matched import cells, need_row, number_readings
from checks.registered import same_words
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.register import RegisterRow


def number_registered_twice(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each further row with the document's number."""
    match, row = need_row(context)
    readings = number_readings(facts)
    for other in match.others:
        where = (
            *cells(row, "permit_number", "surname", "issued_at"),
            *cells(other, "permit_number", "surname", "given_names", "issued_at"),
        )
        message = f"{row.key} also issued {other.cell('issued_at')[:10] or 'without a day'}"
        if not _same_holder(row, other):
            yield Found(message, readings, cells=where)
        elif row.cell("issued_at")[:10] == other.cell("issued_at")[:10]:
            why = "the same permit was entered twice"
            yield Found(message, readings, why, None, Hypothesis.CLERICAL, Strength.WEAK, where)
        else:
            why = "the permit was renewed, and the state keeps the number"
            yield Found(message, readings, why, None, Hypothesis.CLERICAL, Strength.WEAK, where)


def _same_holder(one: RegisterRow, other: RegisterRow) -> bool:
    same_id = one.cell("holder_id") != "" and one.cell("holder_id") == other.cell("holder_id")
    return same_id or (
        one.cell("birth_date") == other.cell("birth_date") and same_words(one.cell("surname"), other.cell("surname"))
    )


CHECK = DocumentCheck(
    code="REG106",
    name="number-registered-twice",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    needs=(),
    innocent=(
        "the same permit was entered twice",
        "the number was typed with one wrong character when the other permit was entered",
        "the permit was renewed, and the state keeps the number",
    ),
    next_check="Ask for both files, and compare their photographs and receipts",
    source="ICAO Doc 9303-4 clause 4.1 (document number: unique)",
    rule=number_registered_twice,
)
