"""The number is not in the register, nor in the stock of any office (REG101).

What it looks at:
    The document's number, in each zone that has it, against the permits, the blocks of numbers allocated to offices on
    the printed day of issue, and the numbers recorded void. Where the register has a row with the same holder and dates
    under another number, the two numbers are compared.

Why it matters:
    The issuing register is the strongest protection there is: what an office issued stands in it. A number that is
    neither there nor among the numbers ever handed to an office was not given by the issuer.

What else it can be:
    - The register was delivered before the issue, or too soon after it.
    - One character of the number was misread: the row of the same holder is one look-alike away.
    - The number was typed with one wrong character, on the document or in the register.
    - The record was lost when records were moved from another system.

When it is not applied:
    There is no register at hand that lists such documents, the number was not read, or a row with this number was
    delivered but could not be taken. A number in an office's block is REG102, one recorded void REG103 or REG110.

What to check next:
    Read the number again under magnification, then ask the issuing office for the file of this number.

Source:
    ICAO Doc 9303-7 appendix D (issuance database); Doc 9303-2 appendix D.3 (accounting for blank documents).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.reg.matched import (
    DOUBT,
    EARLY,
    LAG,
    REFUSED,
    allocated_in_time,
    cells,
    delivered_early,
    doubt,
    need_match,
    number_readings,
    one_misread,
    one_slip,
    steps_to,
)
from pipeline.reference.confusions import in_words
from pipeline.reference.numbers import bare
from pipeline.types.facts import Fact, Facts
from pipeline.types.findings import Hypothesis, RowEvidence, Strength
from pipeline.types.register import MatchedBy, RegisterRow

#: Places of a number that somebody changes on a genuine document; more of them is another number altogether.
FEW_PLACES = 3


def number_not_in_register(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if no row, block or void record has the number."""
    match = need_match(context)
    readings = number_readings(facts)
    if match.refused:
        raise NotApplicable(REFUSED)
    if match.by is MatchedBy.NUMBER or match.void is not None:
        return
    if match.row is not None:
        yield from _other_number(readings, match.row, stocked=allocated_in_time(facts, match))
        return
    if allocated_in_time(facts, match):
        return
    where = cells(match.block, "first_number", "allocated_on")
    message = f"number {match.looked_for} is in no row and no office's stock"
    unsure = doubt("REG101", readings, facts, context)
    if delivered_early("REG101", facts, match, context):
        yield Found(message, readings, EARLY, None, Hypothesis.CLERICAL, Strength.WEAK, where)
    elif unsure:
        yield Found(message, readings, unsure, None, Hypothesis.CAPTURE, Strength.WEAK, where)
    else:
        yield Found(message, readings, cells=where)


def _other_number(readings: tuple[Fact[str], ...], row: RegisterRow, *, stocked: bool) -> Iterator[Found]:
    """The register has the document under another number."""
    steps = steps_to(row, readings)
    if not steps:
        return
    legibility = min(fact.legibility for fact in readings)
    where = (RowEvidence(row.table, row.key, "permit_number", row.key, readings[0].value),)
    message = f"read {readings[0].value}, the row of this holder and these dates has {row.key}"
    listed = f"{message}: {in_words(steps, legibility)}" if len(steps) <= FEW_PLACES else message
    if one_misread(steps, legibility):
        why = "one character of the number was misread"
        yield Found(listed, readings, why, None, Hypothesis.CAPTURE, Strength.WEAK, where)
    elif any(one_slip(bare(row.key), bare(fact.value)) for fact in readings):
        why = "the number was typed with one wrong character"
        yield Found(listed, readings, why, None, Hypothesis.CLERICAL, Strength.WEAK, where)
    elif not stocked:
        few = len(steps) <= FEW_PLACES
        hypothesis = Hypothesis.ALTERED if few else None
        yield Found(listed, readings, hypothesis=hypothesis, strength=Strength.MODERATE, cells=where)


CHECK = DocumentCheck(
    code="REG101",
    name="number-not-in-register",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.COUNTERFEIT,
    needs=(),
    innocent=(
        "the register was delivered before the issue, or too soon after it",
        "one character of the number was misread",
        "the number was typed with one wrong character, on the document or in the register",
        "the record was lost when records were moved from another system",
    ),
    next_check="Read the number again under magnification, then ask the issuing office for the file of this number",
    source="ICAO Doc 9303-7 appendix D (issuance database); Doc 9303-2 appendix D.3 (accounting for blank documents)",
    rule=number_not_in_register,
    thresholds=(*DOUBT, LAG),
)
