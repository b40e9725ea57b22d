"""What is looked for in the register: number, holder and dates of a document, in the spelling that is compared."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.reference.codes import Listing, codes_printed, listing, same_state, state_code
from pipeline.reference.confusions import LIKELY_ALTERNATIVE
from pipeline.reference.numbers import LONGEST, bare
from pipeline.types.dates import PartialDate
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import Fact, Facts, Key
from pipeline.types.keys import (
    DOC_KIND,
    MRZ_BIRTH_DATE,
    MRZ_DOCUMENT_CODE,
    MRZ_DOCUMENT_NUMBER,
    MRZ_EXPIRY_DATE,
    MRZ_GIVEN_NAMES,
    MRZ_ISSUING_STATE,
    MRZ_SURNAME,
    VIZ_BIRTH_DATE,
    VIZ_DOCUMENT_NUMBER,
    VIZ_EXPIRY_DATE,
    VIZ_GIVEN_NAMES,
    VIZ_ISSUE_DATE,
    VIZ_ISSUING_OFFICER,
    VIZ_ISSUING_STATE,
    VIZ_PASSPORT_NUMBER,
    VIZ_PERMIT_NUMBER,
    VIZ_SURNAME,
)

#: Where each kind of document has its own number, the zone to be believed first in front.
_NUMBERS: Mapping[DocumentKind, tuple[Key[str], ...]] = {
    DocumentKind.WORK_PERMIT: (VIZ_PERMIT_NUMBER, VIZ_DOCUMENT_NUMBER, MRZ_DOCUMENT_NUMBER),
    DocumentKind.RESIDENCE_CARD: (VIZ_DOCUMENT_NUMBER, MRZ_DOCUMENT_NUMBER, VIZ_PERMIT_NUMBER),
    DocumentKind.VISA: (VIZ_DOCUMENT_NUMBER, MRZ_DOCUMENT_NUMBER),
    DocumentKind.PASSPORT: (VIZ_DOCUMENT_NUMBER, MRZ_DOCUMENT_NUMBER),
}
#: Readings that tell the number of a document.
NUMBER_KEYS = frozenset({DOC_KIND, MRZ_DOCUMENT_CODE, *(key for keys in _NUMBERS.values() for key in keys)})
#: Kinds of `permits.kind` that a document may be; a row that names no kind is a work permit.
ROW_KINDS: Mapping[DocumentKind, frozenset[str]] = {
    DocumentKind.WORK_PERMIT: frozenset({"work-permit"}),
    DocumentKind.RESIDENCE_CARD: frozenset({"residence-card"}),
    DocumentKind.VISA: frozenset({"visa"}),
    DocumentKind.PASSPORT: frozenset({"official-passport", "diplomatic-passport", "service-passport"}),
}
#: Document codes of passports that a register of permits may list (Doc 9303-4 clause 4.2.2.1, codes of 2026); others
#: are known to it only where one of its rows has their number.
_PRIVILEGED = {"PD": "diplomatic-passport", "PO": "official-passport", "PS": "service-passport"}

_LETTERS = str.maketrans({"ß": "SS", "Æ": "AE", "Œ": "OE", "Ø": "O", "Þ": "TH", "Ð": "D", "Đ": "D", "Ł": "L"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """One document to look for.

    Attributes:
        kinds: kinds of rows that it can be.
        listed: whether the register must know it, had it been issued: ordinary passports are listed elsewhere.
        number: as read, "" where it was not.
        numbers: bare, as each zone has it and as the engine's likely other readings would; `read`, the zones' alone.
        as_read: in capitals, as the register may hold them.
        legibility: of the number, 0-1.
        passports: bare.
        names: surname and given names of each zone, plain.
        births: `issued` and `until` likewise, as the zones have them.
        officer: printed name, plain.
        state: code of the issuing state where it was read; several where a printed word can mean several.
    """

    kinds: frozenset[str]
    listed: bool
    number: str
    numbers: tuple[str, ...]
    read: tuple[str, ...]
    as_read: tuple[str, ...]
    legibility: float
    passports: frozenset[str]
    names: tuple[str, ...]
    births: tuple[PartialDate, ...]
    issued: tuple[PartialDate, ...]
    until: tuple[PartialDate, ...]
    officer: str
    states: frozenset[str]


def wanted(facts: Facts) -> Wanted | None:
    """What to look for; None for a kind of document that no register of permits lists."""
    kind = facts.find(DOC_KIND)
    if kind is None or DocumentKind(kind.value) not in _NUMBERS:
        return None
    document = DocumentKind(kind.value)
    found = _every(facts, *_NUMBERS[document])
    read = tuple(dict.fromkeys(bare(fact.value) for fact in found if bare(fact.value)))
    code = facts.find(MRZ_DOCUMENT_CODE)
    privileged = _PRIVILEGED.get(code.value[:2]) if code is not None and document is DocumentKind.PASSPORT else None
    officer = facts.find(VIZ_ISSUING_OFFICER)
    zones = ((VIZ_SURNAME, VIZ_GIVEN_NAMES), (MRZ_SURNAME, MRZ_GIVEN_NAMES))
    names = (plain(" ".join(fact.value for fact in _every(facts, *keys))) for keys in zones)
    return Wanted(
        kinds=frozenset({privileged}) if privileged else ROW_KINDS[document],
        listed=document is not DocumentKind.PASSPORT or privileged is not None,
        number=found[0].value if found else "",
        numbers=tuple(dict.fromkeys((*read, *(other for fact in found for other in _other_readings(fact))))),
        read=read,
        as_read=tuple(dict.fromkeys(fact.value.upper()[:LONGEST] for fact in found)),
        legibility=min((fact.legibility for fact in found), default=0.0),
        passports=frozenset(bare(fact.value) for fact in _every(facts, VIZ_PASSPORT_NUMBER)) - {""},
        names=tuple(dict.fromkeys(name for name in names if name)),
        births=_dates(facts, VIZ_BIRTH_DATE, MRZ_BIRTH_DATE),
        issued=_dates(facts, VIZ_ISSUE_DATE),
        until=_dates(facts, VIZ_EXPIRY_DATE, MRZ_EXPIRY_DATE),
        officer=plain(officer.value) if officer else "",
        states=_states(facts),
    )


def foreign(wanted: Wanted, state: str) -> bool:
    """Whether another state than the register's issued the document; one that was not read says nothing."""
    return bool(state and wanted.states) and not same_state(state, wanted.states)


def plain(name: str) -> str:
    """A name in capitals without marks, one blank between its words."""
    text = unicodedata.normalize("NFKD", name.upper()[:200].translate(_LETTERS))
    return " ".join("".join(c if c.isalnum() else " " for c in text if not unicodedata.combining(c)).split())


def full_dates(dates: tuple[PartialDate, ...]) -> set[dt.date]:
    """Those of which every part is known."""
    return {date for one in dates if (date := one.full) is not None}


def _every(facts: Facts, *keys: Key[str]) -> tuple[Fact[str], ...]:
    """Plain and repaired readings of these keys, in order."""
    found = [one for key in keys for one in (facts.find(key), facts.repaired(key)) if one is not None]
    return tuple(dict.fromkeys(found))


def _other_readings(fact: Fact[str]) -> list[str]:
    likely = [one for one in fact.alternatives if one.probability is None or one.probability >= LIKELY_ALTERNATIVE]
    return [bare(fact.raw[: one.position] + one.character + fact.raw[one.position + 1 :]) for one in likely]


def _dates(facts: Facts, *keys: Key[PartialDate]) -> tuple[PartialDate, ...]:
    return tuple(dict.fromkeys(fact.value for key in keys if (fact := facts.find(key)) is not None))


def _states(facts: Facts) -> frozenset[str]:
    coded, printed = facts.find(MRZ_ISSUING_STATE), facts.find(VIZ_ISSUING_STATE)
    code = state_code(coded.value) if coded else ""
    if listing(code) is not Listing.UNLISTED:
        return frozenset({code})
    return codes_printed(printed.value) if printed else frozenset()
