"""What the register's row says of a reading, and what that makes of a difference seen on paper (DOMAIN C.2).

A date, name or number that the row has as well was not put there by an altering hand: the same anomaly in the register
is irregular issue or a slip of the office. One that the row contradicts stands on the paper alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipeline.reference.names import Agreement, NameMatch, compare_given_names, compare_surname, components
from pipeline.reference.numbers import bare
from pipeline.reference.register_fields import CELLS, NAMED_IN, SAME_THING
from pipeline.reference.transliteration import UnknownLetter, spellings
from pipeline.types.dates import PartialDate
from pipeline.types.facts import AnyFact, Facts
from pipeline.types.findings import Hypothesis, RowEvidence, Strength
from pipeline.types.keys import MRZ_BIRTH_DATE, MRZ_NAME, VIZ_BIRTH_DATE, VIZ_GIVEN_NAMES, VIZ_SURNAME, field_of
from pipeline.types.register import RegisterMatch, RegisterRow

#: How two spellings of one name may stand to each other without saying anything.
SAME_NAME = frozenset({Agreement.ADMISSIBLE, Agreement.TRUNCATED, Agreement.MARK_LOST, Agreement.OTHER_TABLE})
_OWN = ("viz.", "mrz.")

ZONE_DIFFERS = "the register has what is printed; the machine-readable zone was written otherwise"
SAME = "the register has the same value"
PAPER_ALONE = "the register has another value"
PERMIT_AGREES = "the register has what the permit says"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a finding becomes beside the register: `innocent` is the cause that the row points to, `note` no excuse."""

    hypothesis: Hypothesis
    strength: Strength
    innocent: str | None = None
    note: str = ""


def standing(
    hypothesis: Hypothesis, strength: Strength, found: Iterable[AnyFact], facts: Facts, match: RegisterMatch
) -> Standing | None:
    """What the row makes of a finding on paper; None where it changes nothing.

    Args:
        hypothesis: of the finding.
        strength: of the finding.
        found: the readings that it rests on, those of linked documents included.
        facts: the document's readings.
        match: its place in the register.
    """
    if match.row is None or another_holder(facts, match.row):
        return None
    listed = list(found)
    own = {fact.key: said for fact in listed if (said := registered(fact, match)) is not None}
    if hypothesis is Hypothesis.IRREGULAR_ISSUE:
        return Standing(Hypothesis.ALTERED, Strength.WEAK, note=PAPER_ALONE) if False in own.values() else None
    printed = [said for key, said in own.items() if key.startswith("viz.")]
    if hypothesis not in (Hypothesis.ALTERED, Hypothesis.COUNTERFEIT) or not printed or not all(printed):
        return None
    if False in own.values():
        return Standing(Hypothesis.CLERICAL, Strength.WEAK, ZONE_DIFFERS)
    if any(not fact.key.startswith((*_OWN, "quality.", "doc.", "page.")) for fact in listed):
        return Standing(Hypothesis.IRREGULAR_ISSUE, strength, note=PERMIT_AGREES)
    # What is impossible between several values that the register has as well was entered so.
    entered = len({field_in_register(key) for key in own}) > 1
    return Standing(Hypothesis.CLERICAL if entered else hypothesis, Strength.WEAK, SAME)


def field_in_register(key: str) -> str:
    """The field of CELLS that a reading of the document itself is about; "" where it is none."""
    if not key.startswith(_OWN) or ".check." in key:
        return ""
    field = field_of(key)
    return SAME_THING.get(field, field)


def cells_of(field: str, match: RegisterMatch) -> tuple[RowEvidence, ...]:
    """The cells that hold a field of the document, the one to show first in front; empty cells are left out."""
    found: list[RowEvidence] = []
    for table, column in CELLS.get(field, ()):
        row = row_in(table, match)
        if row is not None and row.cell(column):
            found.append(RowEvidence(table, row.key, column, row.cell(column), ""))
    return tuple(found)


def row_in(table: str, match: RegisterMatch) -> RegisterRow | None:
    """The document's row of a table: its own in `permits`, else the one that this names."""
    if match.row is None or table == match.row.table:
        return match.row
    return match.linked_row(table, match.row.cell(NAMED_IN[table]))


def registered(fact: AnyFact, match: RegisterMatch) -> bool | None:
    """Whether the register has what was read; None where it has nothing to compare."""
    if match.row is None or not fact.key.startswith(_OWN):
        return None
    if fact.key.endswith(("surname", "given_names")) or fact.key == MRZ_NAME.name:
        matches = name_matches(fact, match.row)
        return all(one.agreement in SAME_NAME for one in matches) if matches else None
    cells = cells_of(field_in_register(fact.key), match)
    return any(same_value(fact, cell.value) for cell in cells) if cells else None


def same_value(fact: AnyFact, cell: str) -> bool:
    """Whether a date, number or text is that of a cell; names are compared by `name_matches`."""
    if isinstance(fact.value, PartialDate):
        return fact.value.agrees_with(PartialDate.from_iso(cell[:10]))
    if fact.key.endswith("number"):
        return bare(str(fact.value)) == bare(cell)
    return same_words(str(fact.value), cell)


def same_words(one: str, other: str) -> bool:
    """Whether two texts have the same letters and digits, whatever stands between them."""
    return _letters(one) == _letters(other)


def _letters(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum())


def name_matches(fact: AnyFact, row: RegisterRow, beside: str | None = None) -> tuple[NameMatch, ...]:
    """How a reading of a name stands to the row's surname or given names, or to both for a whole name field.

    Empty where either side is empty, or has a letter that no table spells.

    Args:
        fact: printed surname, printed given names, or the machine-readable zone's name field.
        row: of `permits`.
        beside: the other printed name, to see where the line between the two is drawn elsewhere.
    """
    surname, given = row.cell("surname"), row.cell("given_names")
    try:
        if fact.key == MRZ_NAME.name:
            return _coded_name(fact.value, surname, given)
        if fact.key.endswith("surname"):
            return _printed_name(fact.value, beside, surname, given, of_surname=True) if surname else ()
        return _printed_name(fact.value, beside, surname, given, of_surname=False) if given else ()
    except UnknownLetter:
        return ()


#: Names far apart take long to compare, and several checks ask about one document.
_REMEMBERED = 512


@lru_cache(maxsize=_REMEMBERED)
def _coded_name(field: str, surname: str, given: str) -> tuple[NameMatch, ...]:
    first = (compare_surname(surname, given or None, field, ""),) if surname else ()
    return (*first, compare_given_names(surname, given, field, "")) if given else first


@lru_cache(maxsize=_REMEMBERED)
def _printed_name(
    printed: str, beside: str | None, surname: str, given: str, *, of_surname: bool
) -> tuple[NameMatch, ...]:
    fields = [f"{one}<<{other}<" for one, other in zip(_codings(surname), _codings(given), strict=True)]
    compared = [
        compare_surname(printed, beside, field, "") if of_surname else compare_given_names(beside, printed, field, "")
        for field in dict.fromkeys(fields)
    ]
    return (min(compared, key=lambda one: (one.agreement not in SAME_NAME, len(one.steps))),)


def _codings(name: str) -> tuple[str, str]:
    """A name of the register in the letters A to Z: by the tables' first choice, and without its marks."""
    text = components(name)
    marks_off = "".join(c for c in unicodedata.normalize("NFKD", text) if c == "<" or "A" <= c <= "Z")
    return (spellings(text).texts[0], marks_off) if text else ("", "")


def holder_name(facts: Facts, row: RegisterRow) -> bool | None:
    """Whether the row has the name of any zone; None where nothing could be compared."""
    surname, given, coded = facts.find(VIZ_SURNAME), facts.find(VIZ_GIVEN_NAMES), facts.find(MRZ_NAME)
    printed = (
        *(name_matches(surname, row, given.value if given else None) if surname else ()),
        *(name_matches(given, row, surname.value if surname else None) if given else ()),
    )
    zones = [zone for zone in (printed, name_matches(coded, row) if coded else ()) if zone]
    return any(not _far(zone) for zone in zones) if zones else None


def _far(matches: Iterable[NameMatch]) -> bool:
    """Whether a name is another's: by more than a letter of one of its parts."""
    return sum(len(match.steps) for match in matches if match.agreement is Agreement.DIFFERENT) > 1


def holder_birth(facts: Facts, row: RegisterRow) -> bool | None:
    """Whether the row has the birth date of any zone; None where nothing could be compared."""
    read = [fact for key in (VIZ_BIRTH_DATE, MRZ_BIRTH_DATE) if (fact := facts.find(key)) is not None]
    cell = row.cell("birth_date")
    return any(same_value(fact, cell) for fact in read) if read and cell else None


def another_holder(facts: Facts, row: RegisterRow) -> bool:
    """Whether name and birth date are both another person's: then the row says nothing of this document."""
    return holder_name(facts, row) is False and holder_birth(facts, row) is False


def by_field(facts: Facts) -> Mapping[str, tuple[AnyFact, ...]]:
    """The document's own readings that the register may hold, by field, the printed one in front."""
    found: dict[str, tuple[AnyFact, ...]] = {}
    for prefix in _OWN:
        for fact in facts:
            field = field_in_register(fact.key)
            if fact.key.startswith(prefix) and not fact.repairs and field in CELLS and not fact.key.endswith("_text"):
                found[field] = (*found.get(field, ()), fact)
    return found
