"""Office, officer, employer or agency on the document are not the register's (REG109).

What it looks at:
    The printed office, issuing officer, employer and agency against those that the document's row names. An officer
    may be any whom the row names; an office may be printed by its number or by its name, an employer with its address.

Why it matters:
    Who issued a permit, and for whom, is what it is worth. A printed employer that is not the register's lets its
    holder work elsewhere; an officer whom the register does not name did not sign this decision.

What else it can be:
    - A short form is printed, and the register has the full name; so it is taken where its words begin the other's.
    - A trade name is printed.
    - Another officer of the ministry signed in the place of the one who decided.
    - The permit was transferred to another employer, and the old card is still in use.
    - A part of the line was not read.

When it is not applied:
    There is no register at hand that lists such documents, the document has no row in it, the row is another holder's
    (REG105), or the register has no names for what the row refers to.

What to check next:
    Ask the printed employer or office, by its published telephone number, whether it knows this permit.

Source:
    ICAO Doc 9303-2 appendix D; Independent Chief Inspector of Borders and Immigration (United Kingdom) on certificates
    in the name of an employer that knew nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.reg.matched import DOUBT, cells, doubt, need_row
from checks.reg.organisations import same_organisation, short_form
from checks.registered import another_holder, row_in
from pipeline.types.facts import Fact, Facts
from pipeline.types.findings import Hypothesis, RowEvidence, Strength
from pipeline.types.keys import VIZ_AGENCY, VIZ_EMPLOYER, VIZ_ISSUING_OFFICE, VIZ_ISSUING_OFFICER
from pipeline.types.register import RegisterMatch, RegisterRow

_HANDS = ("approved_by", "entered_by", "printed_by", "handed_by")
_NAMED = ((VIZ_ISSUING_OFFICE, "offices"), (VIZ_EMPLOYER, "employers"), (VIZ_AGENCY, "agencies"))


def issuer_or_employer_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each of office, officer, employer and agency that is not the row's."""
    match, row = need_row(context)
    if another_holder(facts, row):
        raise NotApplicable("the row with this number is another holder's (REG105)")
    compared = 0
    for key, table in _NAMED:
        fact, named = facts.find(key), row_in(table, match)
        if fact is None or named is None or not named.cell("name"):
            continue
        compared += 1
        by_id = table == "offices" and named.key in fact.value.upper().replace(".", " ").split()
        if not by_id and not same_organisation(fact.value, named.cell("name")):
            yield _weighed(fact, named.cell("name"), cells(named, "name"), facts, context)
    officer = facts.find(VIZ_ISSUING_OFFICER)
    hands = _officers(match, row)
    if officer is not None and hands:
        compared += 1
        yield from _officer(officer, hands, match, facts, context)
    if not compared:
        raise NotApplicable("neither office, officer, employer nor agency was read and is named in the register")


def _weighed(fact: Fact[str], name: str, where: tuple[RowEvidence, ...], facts: Facts, context: Context) -> Found:
    message = f"printed {fact.value}, register {name}"
    unsure = doubt("REG109", (fact,), facts, context)
    if short_form(fact.value, name):
        why = "a short form is printed, and the register has the full name"
        return Found(message, (fact,), why, None, Hypothesis.CLERICAL, Strength.WEAK, where)
    if unsure:
        return Found(message, (fact,), unsure, None, Hypothesis.CAPTURE, Strength.WEAK, where)
    return Found(message, (fact,), cells=where)


def _officers(match: RegisterMatch, row: RegisterRow) -> list[RegisterRow]:
    """The officers whom the row names, the one who approved in front."""
    found = (match.linked_row("officers", row.cell(column)) for column in _HANDS if row.cell(column))
    named = [officer for officer in found if officer is not None and officer.cell("name_as_printed")]
    return list({officer.key: officer for officer in named}.values())


def _officer(
    fact: Fact[str], hands: list[RegisterRow], match: RegisterMatch, facts: Facts, context: Context
) -> Iterator[Found]:
    if any(same_organisation(fact.value, hand.cell("name_as_printed")) for hand in hands):
        return
    others = [
        row
        for row in match.linked
        if row.table == "officers" and same_organisation(fact.value, row.cell("name_as_printed"))
    ]
    name = hands[0].cell("name_as_printed")
    where = cells(hands[0], "name_as_printed")
    if others:
        message = f"printed {fact.value}, register {name}"
        why = "another officer of the ministry signed in the place of the one who decided"
        where = (*where, *cells(others[0], "name_as_printed"))
        yield Found(message, (fact,), why, None, Hypothesis.CLERICAL, Strength.WEAK, where)
    else:
        yield _weighed(fact, name, where, facts, context)


CHECK = DocumentCheck(
    code="REG109",
    name="issuer-or-employer-differs",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(),
    innocent=(
        "a short form is printed, and the register has the full name",
        "a trade name is printed",
        "another officer of the ministry signed in the place of the one who decided",
        "the permit was transferred to another employer, and the old card is still in use",
        "a part of the line was not read",
    ),
    next_check="Ask the printed employer or office, by its published telephone number, whether it knows this permit",
    source="ICAO Doc 9303-2 appendix D; Independent Chief Inspector of Borders and Immigration (United Kingdom) on "
    "certificates in the name of an employer that knew nothing of them",
    rule=issuer_or_employer_differs,
    thresholds=DOUBT,
)
