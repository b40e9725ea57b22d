"""Codes of the MRZ: states, organisations and persons, and the document code (Doc 9303-3 section 5, parts 4-7).

States come from `state_codes.toml` (ISO 3166-1 and what is met beside it) and `icao9303.json` (the codes that Doc 9303
adds); either file names its source and date.
"""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from pipeline.reference.confusions import lookalikes
from pipeline.types.mrz import MrzFormat

#: Issuer of specimens; a document of it is a test document.
SPECIMEN_STATE = "UTO"

#: The same state under two codes: Germany's `D` is the code of Doc 9303, `DEU` is met on other states' cards; Kosovo
#: has an operational code, one of the European Union and one of UNMIK.
_SAME = (frozenset(("D", "DEU")), frozenset(("RKS", "XXK", "XKX", "UNK")))

_LETTER_OF = str.maketrans("0158264", "OISBZGA")
#: Words that a state's full style has before its short name.
_STYLE = re.compile(
    r"^(THE )?((FEDERAL|DEMOCRATIC|PEOPLE'?S|ISLAMIC|ARAB|SOCIALIST|UNITED|CO-OPERATIVE|PLURINATIONAL|BOLIVARIAN) )*"
    r"(REPUBLIC|KINGDOM|STATE|COMMONWEALTH|SULTANATE|PRINCIPALITY|GRAND DUCHY|UNION|EMIRATE)( OF)?( THE)? "
)


class Listing(StrEnum):
    """Where a code stands."""

    LISTED = "listed"
    MET = "met on genuine documents, in no list"
    WITHDRAWN = "withdrawn from ISO 3166-1"
    SPECIMEN = "specimens only"
    PSEUDO = "issuer that no state stands behind"
    UNLISTED = "not listed"


@dataclass(frozen=True, slots=True)
class StateCodes:
    """Every code with its listing, and the codes that a printed word can mean."""

    listings: dict[str, Listing]
    named: dict[str, frozenset[str]]


@cache
def state_codes() -> StateCodes:
    """The tables, read once."""
    folder = resources.files("pipeline.reference")
    tables = tomllib.loads(folder.joinpath("state_codes.toml").read_text(encoding="utf-8"))
    added = json.loads(folder.joinpath("icao9303.json").read_text(encoding="utf-8"))["extra_codes"]
    listings = dict.fromkeys([*tables["iso"], *added], Listing.LISTED)
    listings |= dict.fromkeys(tables["met"], Listing.MET)
    listings |= dict.fromkeys(tables["withdrawn"], Listing.WITHDRAWN)
    listings |= dict.fromkeys(tables["pseudo"], Listing.PSEUDO)
    listings[SPECIMEN_STATE] = Listing.SPECIMEN
    named: dict[str, set[str]] = {}
    for table in ("iso", "special", "met", "withdrawn", "pseudo"):
        for code, words in tables[table].items():
            for word in words:
                named.setdefault(_plain(word), set()).add(code)
    return StateCodes(listings, {word: frozenset(codes) for word, codes in named.items()})


def _plain(word: str) -> str:
    marks_off = "".join(
        c for c in unicodedata.normalize("NFD", word.upper().translate(_LETTER_OF)) if unicodedata.category(c) != "Mn"
    )
    return " ".join(re.sub(r"[^A-Z' -]", " ", marks_off).split())


def state_code(text: str) -> str:
    """A code as read, without outer fillers; it holds letters only, so a digit is taken for the letter of its shape."""
    return text.strip().strip("<").upper().translate(_LETTER_OF)


def listing(code: str) -> Listing:
    """Where a code (from `state_code`) stands."""
    return state_codes().listings.get(code, Listing.UNLISTED)


def listed_lookalike(code: str, legibility: float) -> str | None:
    """A listed code that differs in one glyph which may be confused at that legibility (0-1), else None."""
    for index, letter in enumerate(code):
        for other in lookalikes(letter, legibility):
            near = code[:index] + other + code[index + 1 :]
            if near != code and listing(near) in (Listing.LISTED, Listing.MET, Listing.SPECIMEN):
                return near
    return None


def codes_printed(text: str) -> frozenset[str]:
    """Every code that a printed nationality or state can mean; empty where we know neither code nor word.

    Several on one line (`UTOPIAN / UTO`) each count.
    """
    found: set[str] = set()
    for part in re.split(r"[/|;()\n]", text):
        code, word = state_code(part), _plain(part)
        if listing(code) is not Listing.UNLISTED:
            found.add(code)
        for wanted in (word, _STYLE.sub("", word), word.removeprefix("THE ")):
            found |= state_codes().named.get(wanted, frozenset())
    return frozenset(found)


def same_state(code: str, others: frozenset[str]) -> bool:
    """Whether a code is among others, counting the codes that one state has beside each other."""
    return code in others or any(code in group and group & others for group in _SAME)


def document_code_fault(code: str, form: MrzFormat) -> str:
    """What a two-character document code breaks, in words; empty if it is allowed.

    The second character of a passport's and a visa's code is the issuer's choice or of the newer list (PP, PD, ...);
    on cards it is the issuer's choice but for the reserved ones (Doc 9303-5 note k, 9303-6 note k).
    """
    first, second = code[:1], code[1:2]
    allowed = {MrzFormat.TD3: "P", MrzFormat.MRVA: "V", MrzFormat.MRVB: "V", MrzFormat.FRAID: "I"}.get(form, "ACI")
    if not first or first not in allowed:
        return f"a {form.value} zone begins with {' or '.join(allowed)}"
    if form in (MrzFormat.TD1, MrzFormat.TD2):
        if second == "V":
            return "V is never the second character on a card"
        if code == "AI":
            return "I never follows A"
        if code == "AC" and form is MrzFormat.TD2:
            return "AC is for crew member certificates of size TD1"
    return ""
