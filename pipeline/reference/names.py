"""Printed names against the MRZ's name field: punctuation, truncation and spelling (Doc 9303-3 sections 4.6 and 6).

In come the printed surname and given names and the name field with its fillers; out comes, for either, how the two
agree, or the smallest edit that keeps them apart. Spaces and fillers inside a name are not compared: engines lose them.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Levenshtein

from pipeline.reference.confusions import Step, difference
from pipeline.reference.transliteration import (
    CYRILLIC_ALIKE,
    Letters,
    admits,
    any_table,
    letters_of,
    marks_lost,
    spellings,
)

#: Printed before or after a name and only part of it where the law says so (Doc 9303-3 clause 4.6.5).
TITLES = frozenset(
    ["DR", "PROF", "SIR", "DAME", "LORD", "LADY", "MR", "MRS", "MS", "MISS", "HON", "ESQ", "PHD", "DIPL", "ING", "MAG"]
) | frozenset(["JR", "SR", "JUNIOR", "SENIOR"])
_NUMERALS = frozenset(["II", "III", "IV", "V", "VI", "VII", "VIII"])
#: What follows is a former or married name that an issuer may leave out of the MRZ.
_FORMERLY = frozenset(["NEE", "NÉE", "ÉPOUSE", "GEB", "GEBORENE", "BORN", "EP", "EPOUSE", "VVE", "VEUVE"])
#: Printed where a person has no such name.
_NONE = frozenset(("X", "XX", "XXX", "FNU", "LNU", "NIL", "NONE"))

_DIGIT_FOR_LETTER = str.maketrans("0158264|", "OISBZGAI")
_APOSTROPHES = re.compile(r"['’‘ʼʹ`´]")
_SEPARATORS = re.compile(r"[\s\-‐‑–—,<]+")
#: Longest name compared; the longest name field has 39 places, and what a page prints is hostile text.
_LONGEST = 120

#: Two names in two scripts on one line.
_SLASH = re.compile(r"\s*/\s*")

#: Of the listed spellings, how many are aligned glyph by glyph; the others are farther by plain edit distance.
_COMPARED = 4

#: Letters that a printed name may be longer before the rest of it stops counting as a place that differs.
_BEYOND = 20

Table = Callable[[str, str], Letters]


class Agreement(StrEnum):
    """How a printed name and its MRZ spelling stand to each other."""

    ADMISSIBLE = "an admissible spelling"
    TRUNCATED = "an admissible spelling, cut as the field's length demands"
    MARK_LOST = "admissible if a diacritical mark was lost in reading the printed name"
    OTHER_TABLE = "spelled as another language's table or the bare letter has it"
    REORDERED = "the same names in another order"
    SHORTENED = "shorter than printed, though the field is not full"
    PARTLY_PRINTED = "the printed name has fewer parts or breaks off"
    DIFFERENT = "no admissible spelling"


@dataclass(frozen=True, slots=True)
class NameMatch:
    """One identifier compared.

    Attributes:
        nearest: the admissible spelling nearest to what the MRZ has; the MRZ's own where they agree.
        steps: the smallest edit from `nearest` to the MRZ; empty where they agree.
        whole: for SHORTENED: whether each name that is there stands there in full or as an initial.
    """

    agreement: Agreement
    nearest: str
    coded: str
    steps: tuple[Step, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class NameField:
    """The MRZ's name field taken apart: identifiers without outer fillers; `cut` if its last place holds a letter."""

    primary: str
    secondary: str
    cut: bool


def components(printed: str) -> str:
    """A printed name as the MRZ separates it: components joined by `<`, letters of its own script.

    The apostrophe joins, hyphen, comma and space separate, all other punctuation goes (Doc 9303-3 clause 4.6.2). A name
    holds no digits, so one that was read is taken for the letter of its shape.
    """
    text = _APOSTROPHES.sub("", unicodedata.normalize("NFC", printed)).upper().translate(_DIGIT_FOR_LETTER)
    parts = ("".join(filter(_spelt_at_all, part)) for part in _SEPARATORS.split(text[:_LONGEST]))
    return "<".join(part for part in parts if part)


def _spelt_at_all(character: str) -> bool:
    # Combining marks stay: the table doubles a letter for one of them (shadda).
    return unicodedata.category(character)[0] in "LM"


def name_field(field: str) -> NameField:
    """Take a name field apart; digits in it are taken for the letters of their shape.

    Text behind a second double filler is left out: fillers are often read as letters there.
    """
    text = field.translate(_DIGIT_FOR_LETTER)
    primary, _, rest = text.strip("<").partition("<<")
    secondary = re.split("<<+", rest.strip("<"))[0]
    return NameField(primary, secondary, cut=text[-1:] not in ("", "<"))


def printed_forms(name: str) -> tuple[str, ...]:
    """What a printed name may stand for: as it is, without titles, numerals and former names, and either script.

    A name of letters that Latin and Cyrillic print alike may be Cyrillic: `POMAH` is how Roman is written there.
    """
    forms: dict[str, None] = {}
    for text in (name, *(part for part in _SLASH.split(name) if part != name)):
        whole = components(text)
        kept = whole.split("<")
        forms[whole] = None
        forms["<".join(part for part in kept if part not in TITLES)] = None
        forms["<".join(part for part in kept if part not in TITLES | _NUMERALS)] = None
        at = next((i for i, part in enumerate(kept) if i and part in _FORMERLY), None)
        if at is not None:
            forms["<".join(kept[:at])] = None
        if all(letter in CYRILLIC_ALIKE for part in kept for letter in part):
            forms["<".join("".join(CYRILLIC_ALIKE[letter] for letter in part) for part in kept)] = None
    none = any(form in _NONE for form in forms)
    return (*(form for form in forms if form), *(("",) if none else ())) or ("",)


def compare_surname(surname: str, given: str | None, field: str, issuer: str) -> NameMatch:
    """Compare the printed surname with the primary identifier.

    Args:
        surname: as printed, any script of the tables.
        given: printed given names, where they were read; only to see a border that lies elsewhere.
        field: the name field, fillers included.
        issuer: code of the issuing state.

    Raises:
        UnknownLetter: if a printed name has a letter without a spelling.
    """
    parts = name_field(field)
    return _best(printed_forms(surname), parts.primary, (surname, given or ""), parts, issuer)


def compare_given_names(surname: str | None, given: str, field: str, issuer: str) -> NameMatch:
    """Compare the printed given names with the secondary identifier; otherwise as `compare_surname`.

    A numeral or `JR` printed with the surname may stand behind the given names (Doc 9303-3 clause 4.6.5).
    """
    parts = name_field(field)
    suffix = [part for part in components(surname or "").split("<") if part in _NUMERALS | TITLES]
    forms = (*printed_forms(given), "<".join([components(given), *suffix]))
    return _best(forms, parts.secondary, (surname or "", given), parts, issuer)


def _best(forms: tuple[str, ...], coded: str, printed: tuple[str, str], field: NameField, issuer: str) -> NameMatch:
    """The identifier by itself; failing that, both names together, as the line between them may be drawn elsewhere."""
    alone = _identifier(forms, coded, issuer, cut=field.cut)
    if alone.agreement in (Agreement.ADMISSIBLE, Agreement.TRUNCATED):
        return alone
    everything = f"{field.primary}<{field.secondary}".strip("<")
    surnames, given_names = printed_forms(printed[0]), printed_forms(printed[1])
    whole = [f"{first}<{second}".strip("<") for first in surnames for second in given_names]
    if any(_fits(form, everything, issuer, letters_of) for form in whole):
        return NameMatch(Agreement.ADMISSIBLE, coded, coded)
    if any(_same_components(form, everything, issuer) for form in whole):
        return NameMatch(Agreement.REORDERED, coded, coded)
    return alone


def _same_components(form: str, coded: str, issuer: str) -> bool:
    left = [letters_of(part, issuer) for part in form.split("<")]
    for component in coded.split("<"):
        fitting = next((letters for letters in left if admits(letters, component)), None)
        if fitting is None:
            return False
        left.remove(fitting)
    return not left


def _identifier(forms: tuple[str, ...], coded: str, issuer: str, *, cut: bool) -> NameMatch:
    for agreement, form, table in _ways(forms):
        if _fits(form, coded, issuer, table):
            return NameMatch(agreement, coded, coded)
        if cut and _begins(form, coded, issuer, table):
            lawful = Agreement.TRUNCATED if agreement is Agreement.ADMISSIBLE else agreement
            return NameMatch(lawful, coded, coded)
    nearest = min((_nearest(form, coded, issuer, cut=cut) for form in forms), key=_weight)
    if not cut and any(_begins(form, coded, issuer, letters_of) for form in forms):
        whole = any(_begins(form, coded, issuer, letters_of, in_full=True) for form in forms)
        return NameMatch(Agreement.SHORTENED, nearest.nearest, coded, nearest.steps, whole)
    if any(_lacks_parts(form, coded, issuer) or _cut_short(form, coded, issuer) for form in forms):
        return NameMatch(Agreement.PARTLY_PRINTED, nearest.nearest, coded, nearest.steps)
    return nearest


def _weight(match: NameMatch) -> tuple[float, int]:
    return sum(step.cost for step in match.steps), len(match.steps)


def _ways(forms: tuple[str, ...]) -> Iterator[tuple[Agreement, str, Table]]:
    tables: tuple[tuple[Agreement, Table], ...] = (
        (Agreement.ADMISSIBLE, letters_of),
        (Agreement.OTHER_TABLE, any_table),
        (Agreement.MARK_LOST, marks_lost),
    )
    for agreement, table in tables:
        for form in forms:
            yield agreement, form, table


def _fits(form: str, coded: str, issuer: str, table: Table) -> bool:
    letters = tuple(options for options in table(form, issuer) if options != ("<",))
    return admits(letters, coded.replace("<", ""))


def _begins(form: str, coded: str, issuer: str, table: Table, *, in_full: bool = False) -> bool:
    """Whether every coded component begins a printed one, in order; printed ones after the first may be left out.

    With `in_full` a component must be complete, or an initial.
    """
    if not coded:
        return True
    waiting = iter(form.split("<"))
    for index, component in enumerate(coded.split("<")):
        cut = not in_full or len(component) == 1
        ahead = waiting if index else itertools.islice(waiting, 1)
        if not any(admits(table(printed, issuer), component, cut=cut) for printed in ahead):
            return False
    return True


def _lacks_parts(form: str, coded: str, issuer: str) -> bool:
    """Whether every printed component is a coded one, in order, and the MRZ has more."""
    waiting = iter(coded.split("<"))
    return bool(form) and all(
        any(admits(letters_of(printed, issuer), component) for component in waiting) for printed in form.split("<")
    )


def _cut_short(form: str, coded: str, issuer: str) -> bool:
    """Whether the printed name breaks off before half of what the MRZ has.

    Readers lose the rest of a line; nobody prints so little of a name.
    """
    target = coded.replace("<", "")
    read = (text.replace("<", "") for text in spellings(form, issuer).texts)
    return any(text and target.startswith(text) and 2 * len(text) <= len(target) for text in read)


def _nearest(form: str, coded: str, issuer: str, *, cut: bool) -> NameMatch:
    """The smallest edit from an admissible spelling to what the MRZ has."""
    target = coded.replace("<", "")
    listed = spellings(form, issuer).texts
    near = sorted(listed, key=lambda text: Levenshtein.distance(text.replace("<", ""), target))[:_COMPARED]
    tried: list[NameMatch] = []
    for text in near:
        shown = text[: len(coded) + (0 if cut else _BEYOND)]
        pairs = [(shown.replace("<", ""), target), (shown, coded), (f"{shown}<", coded)]
        tried += [NameMatch(Agreement.DIFFERENT, text, coded, difference(one, other)) for one, other in pairs]
    return min(tried, key=_weight)
