"""Which documents of one bundle belong to one holder, so that they can be compared.

A permit is linked to the passport of its bundle that agrees with it best on number, name and birth date. The link
never rests on the birth date alone, and where two passports agree equally well there is none: a guess would accuse.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from pipeline.types.dates import PartialDate
from pipeline.types.documents import DocumentKind, DocumentRecord
from pipeline.types.facts import Facts, Key
from pipeline.types.findings import NotAssessed
from pipeline.types.keys import (
    MRZ_BIRTH_DATE,
    MRZ_DOCUMENT_NUMBER,
    MRZ_GIVEN_NAMES,
    MRZ_SURNAME,
    VIZ_BIRTH_DATE,
    VIZ_DOCUMENT_NUMBER,
    VIZ_GIVEN_NAMES,
    VIZ_PASSPORT_NUMBER,
    VIZ_SURNAME,
)

_PERMITS = (DocumentKind.WORK_PERMIT, DocumentKind.VISA, DocumentKind.RESIDENCE_CARD)

#: What each kind is compared with, where the bundle has it; a passport only with another passport.
_OTHERS = (DocumentKind.PASSPORT, *_PERMITS)
COMPARED_WITH: Mapping[DocumentKind, tuple[DocumentKind, ...]] = {
    **dict.fromkeys(_PERMITS, _OTHERS),
    DocumentKind.PASSPORT: (DocumentKind.PASSPORT,),
}

#: Ratio (0-100) of matching characters above which two readings may be of one print; own choice: one misread
#: character of a number of nine, two of a name of fifteen.
_SAME_NUMBER = 85.0
_SAME_NAME = 85.0

#: A folder of more documents than this is no application of one person, and comparing all pairs would take long.
MOST_DOCUMENTS = 200


@dataclass(frozen=True, slots=True)
class Linked:
    """A document's readings with those of its linked documents.

    Attributes:
        facts: its own, and the others' under `passport.`, `visa.`, `work-permit.` or `residence-card.`.
        ids: document id of each linked document by that prefix (without the dot).
        not_assessed: why a document that the bundle has was not linked.
    """

    facts: Facts
    ids: Mapping[str, str]
    not_assessed: tuple[NotAssessed, ...] = ()


@dataclass(frozen=True, slots=True)
class _Identity:
    numbers: frozenset[str]
    names: frozenset[str]
    births: frozenset[PartialDate]

    def agreements(self, other: _Identity) -> frozenset[str]:
        """Which of number, name and birth date agree."""
        found = set()
        if any(fuzz.ratio(mine, theirs) >= _SAME_NUMBER for mine in self.numbers for theirs in other.numbers):
            found.add("number")
        if any(fuzz.token_sort_ratio(mine, theirs) >= _SAME_NAME for mine in self.names for theirs in other.names):
            found.add("name")
        if any(_same_day(mine, theirs) for mine in self.births for theirs in other.births):
            found.add("birth date")
        return frozenset(found)


def facts_with_links(record: DocumentRecord, bundle: Sequence[DocumentRecord]) -> Linked:
    """The document's readings, with those of the passport and the other papers of the same holder in its bundle."""
    facts = list(record.facts)
    ids: dict[str, str] = {}
    reasons: list[NotAssessed] = []
    for kind in COMPARED_WITH.get(record.kind, ()):
        candidates = [other for other in bundle if other.kind is kind and other.document_id != record.document_id]
        partner = _partner(record, candidates) if len(bundle) <= MOST_DOCUMENTS else _too_many(candidates)
        if isinstance(partner, str):
            # An applicant's folder often holds several permits, and a family's several passports; only that a
            # permit's passport fits is expected.
            expected = kind is DocumentKind.PASSPORT and record.kind is not kind
            reasons += [NotAssessed("altered", partner)] if expected else []
        elif partner is not None:
            ids[str(kind)] = partner.document_id
            facts += [dataclasses.replace(fact, key=f"{kind}.{fact.key}") for fact in partner.facts]
    return Linked(Facts(facts), ids, tuple(reasons))


def _partner(record: DocumentRecord, candidates: Sequence[DocumentRecord]) -> DocumentRecord | str | None:
    if not candidates:
        return None
    mine = _identity(record)
    agreed = [(other, mine.agreements(_identity(other))) for other in candidates]
    fit = [(other, fields) for other, fields in agreed if fields - {"birth date"}]
    kind = candidates[0].kind
    if not fit:
        return f"not compared: no {kind} of the bundle agrees with it on number or name"
    most = max(len(fields) for _, fields in fit)
    best = sorted((other for other, fields in fit if len(fields) == most), key=lambda other: other.document_id)
    if len({_identity(other).numbers for other in best}) > 1:
        return f"not compared: more than one {kind} of the bundle could be the holder's"
    return best[0]


def _too_many(candidates: Sequence[DocumentRecord]) -> str | None:
    if not candidates:
        return None
    return f"not compared: more than {MOST_DOCUMENTS} documents in one bundle"


def _identity(record: DocumentRecord) -> _Identity:
    facts = Facts(record.facts)
    own = (MRZ_DOCUMENT_NUMBER, VIZ_DOCUMENT_NUMBER)
    number_keys = own if record.kind is DocumentKind.PASSPORT else (VIZ_PASSPORT_NUMBER, MRZ_DOCUMENT_NUMBER)
    births = (facts.find(VIZ_BIRTH_DATE), facts.find(MRZ_BIRTH_DATE))
    return _Identity(
        numbers=frozenset(_bare(text) for text in _texts(facts, number_keys)) - {""},
        names=frozenset(
            _spaced(" ".join(_texts(facts, keys)))
            for keys in ((VIZ_SURNAME, VIZ_GIVEN_NAMES), (MRZ_SURNAME, MRZ_GIVEN_NAMES))
        )
        - {""},
        births=frozenset(fact.value for fact in births if fact is not None),
    )


def _texts(facts: Facts, keys: Iterable[Key[str]]) -> list[str]:
    return [fact.value for fact in map(facts.find, keys) if fact is not None]


def _bare(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum())


def _spaced(text: str) -> str:
    return " ".join("".join(c if c.isalpha() else " " for c in text.upper()).split())


def _same_day(mine: PartialDate, theirs: PartialDate) -> bool:
    day: dt.date | None = mine.full
    return day is not None and day == theirs.full
