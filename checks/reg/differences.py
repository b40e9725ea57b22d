"""A field of the document beside its cell in the register: where they differ, and what slip or reading explains it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from checks.agreement import likely
from checks.dates import misread, swapped
from checks.reg.matched import one_misread, one_slip
from checks.registered import by_field, cells_of, name_matches, same_value
from pipeline.reference.confusions import Step, difference, glyph_cost
from pipeline.reference.names import Agreement, NameMatch
from pipeline.reference.numbers import bare
from pipeline.types.dates import PartialDate
from pipeline.types.facts import AnyFact, Fact, Facts
from pipeline.types.findings import RowEvidence
from pipeline.types.keys import MRZ_NAME, VIZ_GIVEN_NAMES, VIZ_SURNAME
from pipeline.types.register import RegisterMatch, RegisterRow
from pipeline.types.values import shown

_NAMES = ("surname", "given_names")
#: Cells with an instant: of an office that writes them in another zone's clock, the day may be the next.
_ONE_DAY = dt.timedelta(days=1)
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as the register has it.

    Attributes:
        readings: those that differ, the printed one in front.
        agreeing: a reading of the field in another zone that is as the register has it.
        cell: what the register has.
        steps: from the register's text to the reading; () where that is no question of characters.
        capture: reading fault that explains it, in words.
        slip: slip of an office that explains it, in words.
    """

    field: str
    readings: tuple[AnyFact, ...]
    cell: RowEvidence
    agreeing: AnyFact | None = None
    steps: tuple[Step, ...] = ()
    capture: str = ""
    slip: str = ""


def differences(facts: Facts, match: RegisterMatch) -> Iterator[Difference]:
    """Every field that the register has otherwise. What is printed counts: another zone alone is compared elsewhere."""
    for field, readings in by_field(facts).items():
        cells = cells_of(field, match)
        if field in _NAMES or field == "document_number" or not cells:
            continue
        differing = tuple(fact for fact in readings if not any(same_value(fact, cell.value) for cell in cells))
        if differing and differing[0] is readings[0]:
            agreeing = next((fact for fact in readings if fact not in differing), None)
            yield _of_field(field, differing, cells[0], agreeing)
    if match.row is not None:
        yield from _of_names(facts, match.row)


def _of_field(field: str, readings: tuple[AnyFact, ...], cell: RowEvidence, agreeing: AnyFact | None) -> Difference:
    fact = readings[0]
    if isinstance(fact.value, PartialDate):
        return _of_date(field, readings, cell, agreeing)
    steps = difference(bare(cell.value)[:_LONGEST], bare(str(fact.value))[:_LONGEST])
    capture = "one character misread" if _text_misread(fact, steps, cell.value) else ""
    slip = "one character typed otherwise" if one_slip(bare(cell.value), bare(str(fact.value))) else ""
    if not field.endswith("number") and _one_in_other(str(fact.value), cell.value):
        slip = "one of the two is a short form of the other"
    return Difference(field, readings, cell, agreeing, steps, capture, slip)


def _text_misread(fact: AnyFact, steps: tuple[Step, ...], cell: str) -> bool:
    others = (fact.raw[: o.position] + o.character + fact.raw[o.position + 1 :] for o in fact.alternatives if likely(o))
    return one_misread(steps, fact.legibility) or any(bare(text) == bare(cell) for text in others)


def _one_in_other(one: str, other: str) -> bool:
    words = [set(text.upper().split()) for text in (one, other)]
    return words[0] <= words[1] or words[1] <= words[0]


def _of_date(
    field: str, readings: tuple[Fact[PartialDate], ...], cell: RowEvidence, agreeing: AnyFact | None
) -> Difference:
    fact, date = readings[0], dt.date.fromisoformat(cell.value[:10])
    # One look-alike in both zones is no misreading: they are printed in different type.
    alone = len(readings) == 1
    capture = "one digit misread" if alone and any(other.full == date for other in misread(fact)) else ""
    return Difference(field, readings, cell, agreeing, _date_steps(date, fact.value), capture, _date_slip(fact, cell))


def _date_steps(date: dt.date, read: PartialDate) -> tuple[Step, ...]:
    """Digits of YYYYMMDD that differ; unknown parts do not."""
    pairs = ((0, 4, date.year, read.year), (4, 2, date.month, read.month), (6, 2, date.day, read.day))
    return tuple(
        Step(expected, seen, start + offset, glyph_cost(expected, seen))
        for start, width, mine, theirs in pairs
        if theirs is not None
        for offset, (expected, seen) in enumerate(zip(f"{mine:0{width}d}", f"{theirs:0{width}d}", strict=True))
        if expected != seen
    )


def _date_slip(fact: Fact[PartialDate], cell: RowEvidence) -> str:
    date, read = dt.date.fromisoformat(cell.value[:10]), fact.value
    if read.full is None:
        return ""
    exchanged = date.day <= 12 and (read.year, read.month, read.day) == (date.year, date.day, date.month)
    if exchanged or any(other.full == date for other in swapped(fact)):
        return "day and month exchanged"
    if "T" in cell.value and abs(read.full - date) <= _ONE_DAY:
        return "one day apart: printed before or after midnight of the register's clock"
    if read.month == 1 and (read.full.year + 1, read.month, read.day) == (date.year, date.month, date.day):
        return "the old year was typed in January"
    return ""


def _of_names(facts: Facts, row: RegisterRow) -> Iterator[Difference]:
    """Surname and given names; one zone that has the row's name settles that field for the printed one only."""
    surname, given, coded = facts.find(VIZ_SURNAME), facts.find(VIZ_GIVEN_NAMES), facts.find(MRZ_NAME)
    in_zone = name_matches(coded, row) if coded else ()
    zone_agrees = bool(in_zone) and all(match.agreement is not Agreement.DIFFERENT for match in in_zone)
    for field, fact, beside in (("surname", surname, given), ("given_names", given, surname)):
        matches = name_matches(fact, row, beside.value if beside else None) if fact is not None else ()
        if fact is None or not matches:
            continue
        found = _of_name(field, fact, matches[0], row)
        if found is not None:
            agreeing = coded if zone_agrees else None
            yield Difference(field, (fact,), found.cell, agreeing, found.steps, found.capture, found.slip)


def _of_name(field: str, fact: Fact[str], match: NameMatch, row: RegisterRow) -> Difference | None:
    cell = RowEvidence(row.table, row.key, field, row.cell(field), "")
    match match.agreement:
        case Agreement.DIFFERENT:
            capture = "one letter misread" if one_misread(match.steps, fact.legibility) else ""
            slip = "one letter typed otherwise" if len(match.steps) == 1 else ""
            return Difference(field, (fact,), cell, None, match.steps, capture, slip)
        case Agreement.REORDERED:
            return Difference(field, (fact,), cell, slip="surname and given names are divided or ordered otherwise")
        case Agreement.SHORTENED:
            return Difference(field, (fact,), cell, slip="names left out of the register or given as initials")
        case Agreement.PARTLY_PRINTED:
            return Difference(field, (fact,), cell, capture="a part of the printed name was not read")
        case Agreement.ADMISSIBLE | Agreement.TRUNCATED | Agreement.MARK_LOST | Agreement.OTHER_TABLE:
            return None


def in_words(found: Difference) -> str:
    """The two values."""
    return f"printed {shown(found.readings[0].value)}, register {found.cell.value}"
