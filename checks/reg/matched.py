"""What the checks against the register share: the match, the number's readings, dates around the issue, and doubt."""

from __future__ import annotations

import datetime as dt

from checks.base import Context, NotApplicable
from pipeline.reference.confusions import LEGIBLE, Step, difference, explained
from pipeline.reference.numbers import bare
from pipeline.types.dates import PartialDate
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import AnyFact, Fact, Facts
from pipeline.types.findings import NOT_LISTED, RowEvidence
from pipeline.types.keys import (
    DOC_KIND,
    DOC_TEMPLATE,
    MRZ_DOCUMENT_NUMBER,
    VIZ_DOCUMENT_NUMBER,
    VIZ_ISSUE_DATE,
    VIZ_PERMIT_NUMBER,
)
from pipeline.types.register import RegisterMatch, RegisterRow

#: Days after an issue within which its record may still be on its way to the register (house value).
LAG_DAYS = 14
#: With more mandatory fields than this not found, values may stand beside labels that the template does not expect.
MOST_MISSING = 2
#: Thresholds of a check that asks `doubt`; and of one that asks `delivered_early`.
DOUBT = (("legible", LEGIBLE), ("most_missing", MOST_MISSING))
LAG = ("lag_days", LAG_DAYS)

REFUSED = "a row with this number was delivered but could not be taken"
EARLY = "the register was delivered before the issue, or too soon after it"


def need_match(context: Context) -> RegisterMatch:
    """Where the document stands in the register.

    Raises:
        NotApplicable: without a register that lists such documents.
    """
    if context.register is None:
        raise NotApplicable(NOT_LISTED)
    return context.register


def need_row(context: Context) -> tuple[RegisterMatch, RegisterRow]:
    """The document's row.

    Raises:
        NotApplicable: where it has none.
    """
    match = need_match(context)
    if match.refused:
        raise NotApplicable(REFUSED)
    if match.row is None:
        # Why there is none is for the auditors, and stands in their folder.
        raise NotApplicable("no row of the register to compare with")
    return match, match.row


def number_readings(facts: Facts) -> tuple[Fact[str], ...]:
    """The document's own number in each zone, the printed one in front.

    Raises:
        NotApplicable: if none was read.
    """
    permit = facts.find(DOC_KIND)
    first, second = (
        (VIZ_PERMIT_NUMBER, VIZ_DOCUMENT_NUMBER)
        if permit is not None and permit.value == DocumentKind.WORK_PERMIT
        else (VIZ_DOCUMENT_NUMBER, VIZ_PERMIT_NUMBER)
    )
    printed = facts.find(first) or facts.find(second)
    coded = facts.repaired(MRZ_DOCUMENT_NUMBER) or facts.find(MRZ_DOCUMENT_NUMBER)
    read = tuple(fact for fact in (printed, coded) if fact is not None)
    if not read:
        raise NotApplicable("not read: the document's number")
    return read


def steps_to(row: RegisterRow, readings: tuple[Fact[str], ...]) -> tuple[Step, ...]:
    """The smallest edit from the row's number to a reading of it."""
    tried = [difference(bare(row.key), bare(fact.value)) for fact in readings]
    return min(tried, key=lambda steps: (len(steps), sum(step.cost for step in steps)))


def one_misread(steps: tuple[Step, ...], legibility: float) -> bool:
    """Whether one look-alike glyph, or one lost or added in reading, explains a difference."""
    return explained(steps, legibility) or (len(steps) == 1 and not (steps[0].expected and steps[0].seen))


def one_slip(one: str, other: str) -> bool:
    """Whether two bare texts differ by one character other, more or less, or by two neighbours exchanged."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, more = one[start:], other[start:]
    exchanged = len(rest) == len(more) >= 2 and rest[:2] == more[1::-1] and rest[2:] == more[2:]
    return rest != more and (rest[1:] == more[1:] or rest[1:] == more or rest == more[1:] or exchanged)


def doubt(code: str, readings: tuple[AnyFact, ...], facts: Facts, context: Context) -> str:
    """Why the readings cannot carry more than a weak finding, in words; "" if they can.

    Args:
        code: of the check, whose thresholds `legible` and `most_missing` hold.
        readings: those compared.
        facts: every reading of the document.
        context: of the check.
    """
    template = facts.find(DOC_TEMPLATE)
    most, legible = context.threshold(code, "most_missing", MOST_MISSING), context.threshold(code, "legible", LEGIBLE)
    if template is not None and len(template.value.missing) > most:
        return "the page's layout was only partly recognised, so a value may belong to another label"
    legibility = min(fact.legibility for fact in readings)
    if legibility < legible:
        return f"poor print or scan, legibility {legibility:.2f}"
    return ""


def printed_issue(facts: Facts) -> PartialDate | None:
    """The printed date of issue."""
    fact = facts.find(VIZ_ISSUE_DATE)
    return None if fact is None else fact.value


def delivered_early(code: str, facts: Facts, match: RegisterMatch, context: Context) -> bool:
    """Whether the register was delivered before the document's record can have reached it."""
    issued = printed_issue(facts)
    if not match.as_of or issued is None or issued.latest is None:
        return False
    days = dt.timedelta(days=context.threshold(code, "lag_days", LAG_DAYS))
    return dt.date.fromisoformat(match.as_of) < issued.latest + days


def allocated_in_time(facts: Facts, match: RegisterMatch) -> bool:
    """Whether the document's number lies in a block that an office had on the printed day of issue."""
    issued = printed_issue(facts)
    if match.block is None:
        return False
    allocated = match.block.cell("allocated_on")
    known = issued.latest if issued is not None else None
    return not allocated or known is None or dt.date.fromisoformat(allocated) <= known


def day(cell: str) -> dt.date | None:
    """The date of a cell with a date or an instant, as its office wrote it."""
    return dt.date.fromisoformat(cell[:10]) if cell else None


def cell(row: RegisterRow, column: str, expected: str = "") -> RowEvidence:
    """A cell as evidence."""
    return RowEvidence(row.table, row.key, column, row.cell(column), expected)


def cells(row: RegisterRow | None, *columns: str) -> tuple[RowEvidence, ...]:
    """Cells that are not empty, as evidence; none without a row."""
    return tuple(cell(row, column) for column in columns if row.cell(column)) if row is not None else ()
