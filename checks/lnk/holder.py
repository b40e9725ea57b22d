"""The holder of a permit and of the passport in the same bundle, compared zone by zone.

Whatever one zone of each document has in common counts as the same: where the zones of one document differ, that is a
finding of its own.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from checks.base import Found, NotApplicable
from pipeline.reference.codes import state_code
from pipeline.reference.names import Agreement, compare_given_names, compare_surname
from pipeline.reference.transliteration import UnknownLetter
from pipeline.types.dates import PartialDate
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import Fact, Facts, Key
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import (
    DOC_KIND,
    MRZ_BIRTH_DATE,
    MRZ_DOCUMENT_NUMBER,
    MRZ_GIVEN_NAMES,
    MRZ_ISSUING_STATE,
    MRZ_NAME,
    MRZ_SURNAME,
    VIZ_BIRTH_DATE,
    VIZ_DOCUMENT_NUMBER,
    VIZ_GIVEN_NAMES,
    VIZ_ISSUE_DATE,
    VIZ_PASSPORT_NUMBER,
    VIZ_SURNAME,
    linked,
)

T = TypeVar("T")

VIZ_NAMES = (VIZ_SURNAME, VIZ_GIVEN_NAMES)
MRZ_NAMES = (MRZ_SURNAME, MRZ_GIVEN_NAMES)

PASSPORT = "passport"
TWO_PEOPLE = "the folder holds papers of two people"
RENEWED = "the passport was renewed after the permit was issued"

#: Spellings of one letter that issuers choose between (Doc 9303-3 section 6), and the one both become here.
_SPELLINGS = (("AE", "A"), ("OE", "O"), ("UE", "U"), ("AA", "A"), ("NXX", "N"), ("UXX", "U"))
_LETTERS = str.maketrans({"ß": "SS", "Æ": "A", "Œ": "O", "Ø": "O", "Þ": "TH", "Ð": "D", "Đ": "D", "Ł": "L", "ı": "I"})


@dataclass(frozen=True, slots=True)
class Holder:
    """Whether number, name and birth date are the same on both; None where one side was not read."""

    number: bool | None
    name: bool | None
    birth: bool | None

    @property
    def another(self) -> bool:
        """Name and birth date both differ: not one person's documents, or not one person's any more."""
        return self.name is False and self.birth is False

    @property
    def two_people(self) -> bool:
        """Nothing agrees: nothing says that the two documents belong together."""
        return self.another and self.number is False


def compare(facts: Facts, other: str = PASSPORT) -> Holder:
    """Compare the document's holder with that of the linked one."""
    return Holder(
        agree(own_numbers(facts), numbers(facts, other), same_number),
        names_agree(facts, other),
        agree(births(facts), births(facts, other), PartialDate.agrees_with),
    )


def need_linked(facts: Facts, other: str = PASSPORT) -> None:
    """Go on only with a linked document of that kind.

    Raises:
        NotApplicable: if there is none in the bundle.
    """
    if not any(fact.key.startswith(f"{other}.") for fact in facts):
        raise NotApplicable(f"no {other} in the bundle")


def of_holder(facts: Facts, *wanted: Key[T], other: str = "") -> tuple[Fact[T], ...]:
    """The readings of these keys, of the linked document where `other` names it."""
    keys = [linked(other, key) if other else key for key in wanted]
    return tuple(fact for key in keys if (fact := facts.find(key)) is not None)


def own_numbers(facts: Facts) -> tuple[Fact[str], ...]:
    """Passport numbers that the document states: its own if it is a passport."""
    kind = facts.find(DOC_KIND)
    if kind is not None and kind.value == DocumentKind.PASSPORT:
        return of_holder(facts, MRZ_DOCUMENT_NUMBER, VIZ_DOCUMENT_NUMBER)
    return of_holder(facts, VIZ_PASSPORT_NUMBER)


def numbers(facts: Facts, other: str = PASSPORT) -> tuple[Fact[str], ...]:
    """Passport numbers that a linked document states: its own if it is a passport."""
    if other == PASSPORT:
        return of_holder(facts, MRZ_DOCUMENT_NUMBER, VIZ_DOCUMENT_NUMBER, other=other)
    return of_holder(facts, VIZ_PASSPORT_NUMBER, other=other)


def births(facts: Facts, other: str = "") -> tuple[Fact[PartialDate], ...]:
    """Birth dates of the document, or of the linked one."""
    return of_holder(facts, VIZ_BIRTH_DATE, MRZ_BIRTH_DATE, other=other)


def agree(mine: Iterable[Fact[T]], theirs: Iterable[Fact[T]], same: Callable[[T, T], bool]) -> bool | None:
    """Whether any reading of the one agrees with any of the other; None where a side was not read."""
    pairs = list(itertools.product(mine, theirs))
    return any(same(one.value, other.value) for one, other in pairs) if pairs else None


def same_number(one: str, other: str) -> bool:
    """Whether two numbers are the same but for spaces, hyphens, fillers and case."""
    return bare(one) == bare(other)


def bare(number: str) -> str:
    """Letters and digits of a number, in capitals."""
    return "".join(character for character in number.upper() if character.isalnum())


def names_agree(facts: Facts, other: str = PASSPORT) -> bool | None:
    """Whether surname and given names of any zone of the one agree with those of any zone of the other."""
    mine, theirs = _names(facts, ""), _names(facts, other)
    if not mine or not theirs:
        return None
    alike = any(same_name(one, another) for one, another in itertools.product(mine, theirs))
    return alike or any(_spelling_of(facts, one, other) for one in mine)


def _spelling_of(facts: Facts, name: tuple[str, str], other: str) -> bool:
    """Whether the linked document's MRZ name is an admissible spelling of a printed name, in the script it has."""
    coded, issuer = facts.find(linked(other, MRZ_NAME)), facts.find(linked(other, MRZ_ISSUING_STATE))
    if coded is None:
        return False
    surname, given = name
    state = state_code(issuer.value) if issuer else ""
    try:
        matches = [compare_surname(surname, given, coded.value, state)]
        if given:
            matches.append(compare_given_names(surname, given, coded.value, state))
    except UnknownLetter:
        return False
    return all(match.agreement is not Agreement.DIFFERENT for match in matches)


def _names(facts: Facts, other: str) -> list[tuple[str, str]]:
    zones = []
    for surname_key, given_key in (VIZ_NAMES, MRZ_NAMES):
        surname = of_holder(facts, surname_key, other=other)
        given = of_holder(facts, given_key, other=other)
        if surname:
            zones.append((surname[0].value, given[0].value if given else ""))
    return zones


def same_name(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether (surname, given names) agree whatever their spelling, order, and names left out or cut at the end."""
    if sorted(words(*one)) == sorted(words(*other)):
        return True
    return same_words(one[0], other[0]) and (not words(one[1]) or not words(other[1]) or same_words(one[1], other[1]))


def same_words(one: str, other: str) -> bool:
    """Whether every word of the shorter name stands in the longer one, the last perhaps cut."""
    shorter, longer = sorted((words(one), words(other)), key=lambda listed: (len(listed), len("".join(listed))))
    if "".join(shorter) == "".join(longer):
        return True
    *full, last = shorter or [""]
    return bool(last) and set(full) <= set(longer) and any(word.startswith(last) for word in longer)


def words(*names: str) -> list[str]:
    """The words of names in one spelling: capitals without marks, letters with several spellings written one way."""
    listed = []
    for word in " ".join(names).upper().translate(_LETTERS).replace("<", " ").replace("-", " ").split():
        letters = "".join(c for c in unicodedata.normalize("NFKD", word) if c.isalpha())
        for spelling, one in _SPELLINGS:
            letters = letters.replace(spelling, one)
        if letters:
            listed.append(letters)
    return listed


def renewed(facts: Facts) -> bool:
    """Whether the passport was issued after the permit."""
    permit, passport = facts.find(VIZ_ISSUE_DATE), facts.find(linked(PASSPORT, VIZ_ISSUE_DATE))
    if permit is None or passport is None or permit.value.latest is None or passport.value.earliest is None:
        return False
    return permit.value.latest < passport.value.earliest


def innocent(found: Found, why: str, hypothesis: Hypothesis = Hypothesis.CLERICAL, cause: str | None = None) -> Found:
    """The finding brought down to weak, with the innocent cause that the documents themselves point to."""
    return Found(found.message, found.facts, why, cause or found.cause, hypothesis, Strength.WEAK)
