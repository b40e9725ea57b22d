"""A field of the document is not as the register has it (REG104).

What it looks at:
    Names (in every admissible spelling), birth date, passport number, dates of issue and validity, category,
    occupation, and the numbers and dates of application, fee receipt and medical certificate, against the document's
    row and the rows that this names. One finding a field. Nationality, sex and place of birth are not compared.

Why it matters:
    Document and register are written from one decision. A value that only the paper has was put there afterwards; where
    the log shows that the register was changed after the issue, the paper is the witness of what stood there before.

What else it can be:
    - One character was misread.
    - One character was typed otherwise, or day and month were exchanged, when one of the two was entered.
    - The register was corrected on request after the issue; so it is taken where a ticket asked for it.
    - A surname changed, or a passport was renewed, and only one of the two was brought up to date.
    - The register is kept by the clock of another place, and the day is the next.

When it is not applied:
    There is no register at hand that lists such documents, the document has no row in it, or the row is another
    holder's (REG105).

What to check next:
    Compare the field under magnification with its neighbours, then ask for the decision in the file.

Source:
    ICAO Doc 9303-7 appendix D (issuance database); alleged in the special audits 2011-13 of the Auditor General of
    Belize (register dates that differ from certificates), parts of which the government publicly disputed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.reg.differences import Difference, differences, in_words
from checks.reg.matched import DOUBT, cells, day, doubt, need_row
from checks.registered import another_holder, same_value
from pipeline.reference.confusions import in_words as steps_in_words
from pipeline.reference.numbers import bare
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import VIZ_BIRTH_DATE, VIZ_DOCUMENT_NUMBER, VIZ_ISSUE_DATE, linked
from pipeline.types.register import RegisterMatch, RegisterRow

#: Days before a change within which a ticket may have asked for it.
TICKET_DAYS = 7
#: Fields that may carry strong evidence, once two of their characters differ or another zone has the register's value.
_STRONG = ("birth_date", "issue_date", "expiry_date", "valid_from", "passport_number")
#: A slip in these is what alters them: one digit of a year is all that has to change.
_ALTERED_BY_ONE = ("birth_date", "issue_date", "expiry_date", "valid_from")
_LISTED = 3
_PASSPORT = "passport"


def field_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each field that the register has otherwise."""
    match, row = need_row(context)
    if another_holder(facts, row):
        raise NotApplicable("the row with this number is another holder's (REG105)")
    for found in differences(facts, match):
        yield _weighed(found, row, match, facts, context)


def _weighed(found: Difference, row: RegisterRow, match: RegisterMatch, facts: Facts, context: Context) -> Found:
    fact = found.readings[0]
    places = f": {steps_in_words(found.steps, fact.legibility)}" if 0 < len(found.steps) <= _LISTED else ""
    agreeing = "" if found.agreeing is None else "; the machine-readable zone has the register's"
    message = f"{in_words(found)}{places}{agreeing}"
    evidence = (*found.readings, *((found.agreeing,) if found.agreeing else ()))
    edit = _edit(found, match)
    if edit is not None:
        where = (found.cell, *cells(edit, "at", "user_id", "old", "new"))
        why = _on_request(edit, match)
        if why:
            return Found(message, evidence, why, None, Hypothesis.CLERICAL, Strength.WEAK, where)
        said = f"{message}; the register was changed on {edit.cell('at')[:10]}, without a ticket"
        return Found(said, evidence, None, None, Hypothesis.IRREGULAR_ISSUE, Strength.WEAK, where)
    where = (found.cell,)
    innocent = found.capture if found.agreeing is None else ""
    if innocent:
        return Found(message, evidence, innocent, None, Hypothesis.CAPTURE, Strength.WEAK, where)
    slip = _slip(found, row, facts)
    if slip:
        return Found(message, evidence, slip, None, Hypothesis.CLERICAL, Strength.WEAK, where)
    unsure = doubt("REG104", found.readings, facts, context)
    if unsure:
        return Found(message, evidence, unsure, None, Hypothesis.CAPTURE, Strength.WEAK, where)
    return Found(message, evidence, strength=_strength(found), cells=where)


def _strength(found: Difference) -> Strength:
    if found.field == "occupation":
        return Strength.WEAK
    clear = found.agreeing is not None or len(found.readings) > 1 or len(found.steps) > 1
    return Strength.STRONG if found.field in _STRONG and clear else Strength.MODERATE


def _slip(found: Difference, row: RegisterRow, facts: Facts) -> str:
    """The slip of an office that explains a difference, in words."""
    if found.field == "passport_number" and _renewed(found, facts):
        return "the passport was renewed, and the register has the new number"
    if found.slip:
        return found.slip
    one = found.field in _ALTERED_BY_ONE and len(found.steps) == 1 and found.agreeing is None
    if one and (found.field == "birth_date" and _passport_has_it(found, facts)):
        return "one digit typed otherwise in the register: the passport has what is printed"
    if one and found.field in ("issue_date", "expiry_date") and _row_out_of_order(row):
        return "one digit typed otherwise in the register: the row's own dates are out of order"
    return ""


def _passport_has_it(found: Difference, facts: Facts) -> bool:
    there = facts.find(linked(_PASSPORT, VIZ_BIRTH_DATE))
    return there is not None and there.value == found.readings[0].value


def _renewed(found: Difference, facts: Facts) -> bool:
    """Whether the passport at hand has the register's number and was issued after the permit."""
    number, permit = facts.find(linked(_PASSPORT, VIZ_DOCUMENT_NUMBER)), facts.find(VIZ_ISSUE_DATE)
    passport = facts.find(linked(_PASSPORT, VIZ_ISSUE_DATE))
    if number is None or permit is None or passport is None or bare(number.value) != bare(found.cell.value):
        return False
    before, after = permit.value.latest, passport.value.earliest
    return before is not None and after is not None and before < after


def _row_out_of_order(row: RegisterRow) -> bool:
    """Whether the row's steps or its validity lie in no order that an office could work in."""
    steps = [found for column in _STEPS if (found := row.cell(column))]
    begins, ends = day(row.cell("valid_from")), day(row.cell("valid_until"))
    moments = [dt.datetime.fromisoformat(one) for one in steps]
    return moments != sorted(moments) or (begins is not None and ends is not None and ends <= begins)


_STEPS = ("applied_at", "assessed_at", "decided_at", "issued_at", "handed_at")


def _edit(found: Difference, match: RegisterMatch) -> RegisterRow | None:
    """The change after the issue by which the register lost what is printed."""
    issued = match.row.cell("issued_at") if match.row is not None else ""
    fact = found.readings[0]
    for edit in match.edits:
        old = edit.cell("old")
        if edit.cell("field") == found.cell.column and old and _later(edit.cell("at"), issued):
            try:
                same = same_value(fact, old)
            except ValueError:
                continue
            if same:
                return edit
    return None


def _later(at: str, issued: str) -> bool:
    return not issued or dt.datetime.fromisoformat(at) > dt.datetime.fromisoformat(issued)


def _on_request(edit: RegisterRow, match: RegisterMatch) -> str:
    """Whether somebody else had asked for the change in the days before it, in words."""
    changed = dt.datetime.fromisoformat(edit.cell("at"))
    for ticket in match.tickets:
        waited = changed - dt.datetime.fromisoformat(ticket.cell("at"))
        another = ticket.cell("user_id") != edit.cell("user_id")
        if another and dt.timedelta() <= waited <= dt.timedelta(days=TICKET_DAYS):
            return f"the register was corrected on request after the issue, ticket of {ticket.cell('at')[:10]}"
    return ""


CHECK = DocumentCheck(
    code="REG104",
    name="field-differs",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.ALTERED,
    needs=(),
    innocent=(
        "one character was misread",
        "one character was typed otherwise, or day and month were exchanged, when one of the two was entered",
        "the register was corrected on request after the issue",
        "a surname changed, or a passport was renewed, and only one of the two was brought up to date",
        "the register is kept by the clock of another place, and the day is the next",
    ),
    next_check="Compare the field under magnification with its neighbours, then ask for the decision in the file",
    source="ICAO Doc 9303-7 appendix D (issuance database); alleged in the special audits 2011-13 of the Auditor "
    "General of Belize (register dates that differ from certificates), parts of which the government publicly disputed",
    rule=field_differs,
    thresholds=DOUBT,
)
