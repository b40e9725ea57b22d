"""How letters are written in the MRZ: the recommended tables of Doc 9303-3 section 6 as admissible spellings.

In comes a name as components separated by `<`; out come the spellings of each letter, and of the whole name. An
exception holds for the language of the *issuing state*; the holder's nationality is never asked.
"""

from __future__ import annotations

import itertools
import json
import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

#: Spellings listed of one name at most. Acceptance (`admits`) works letter by letter and knows no such limit; only the
#: search for the nearest spelling does, and 512 hold every use of the five letters with alternatives in most names.
SPELLINGS_CAP = 512

#: Languages of the table's exceptions by issuing state (Doc 9303-3 section 6 B names the languages).
LANGUAGE_OF_ISSUER = {"BLR": "be", "BGR": "bg", "MKD": "mk", "SRB": "sr", "UKR": "uk"}

_SHADDA = "ّ"
#: Letters with a stroke or of two glyphs, which Unicode does not take apart, and what an engine reads instead.
_BASE = {"Ø": "O", "Đ": "D", "Ð": "D", "Ł": "L", "Ħ": "H", "Ŧ": "T", "Ŋ": "N", "Æ": "A", "Œ": "O", "Þ": "P", "ẞ": "B"}

#: Latin capitals -> the Cyrillic ones that are printed alike: an engine without Cyrillic letters reads the former.
CYRILLIC_ALIKE = dict(zip("ABCEHKMOPTXY", "АВСЕНКМОРТХУ", strict=True))

Letters = tuple[tuple[str, ...], ...]


class UnknownLetter(ValueError):
    """A character that no table has a spelling for."""


@dataclass(frozen=True, slots=True)
class Spellings:
    """Admissible spellings of one name, the tables' first choice in front; `complete` unless the cap cut the list."""

    texts: tuple[str, ...]
    complete: bool


@cache
def _tables() -> dict[str, dict[str, Any]]:
    text = resources.files("pipeline.reference").joinpath("icao9303.json").read_text(encoding="utf-8")
    tables: dict[str, dict[str, Any]] = json.loads(text)["transliteration"]
    return tables


def letters_of(name: str, issuer: str = "") -> Letters:
    """Admissible spellings of each letter of a name.

    Args:
        name: components separated by `<`, any script of the tables, letters only.
        issuer: code of the issuing state; chooses the exceptions.

    Raises:
        UnknownLetter: for a character that no table has.
    """
    text = unicodedata.normalize("NFC", name).upper()
    language = LANGUAGE_OF_ISSUER.get(issuer, "")
    spelt: list[tuple[str, ...]] = []
    for index, letter in enumerate(text):
        if letter == _SHADDA:
            spelt.append(spelt[-1] if spelt else ("",))
            continue
        first = index == 0 or text[index - 1] == "<"
        last = index + 1 == len(text) or text[index + 1] == "<"
        spelt.append(_of_letter(letter, language, first=first, last=last))
    return tuple(spelt)


def _of_letter(letter: str, language: str, *, first: bool, last: bool) -> tuple[str, ...]:
    tables = _tables()
    if letter == "<" or "A" <= letter <= "Z":
        return (letter,)
    if letter in tables["latin"]:
        return tuple(tables["latin"][letter])
    if letter in tables["cyrillic"]:
        row = tables["cyrillic"][letter]
        exceptions = row.get("exceptions", {})
        initial = exceptions.get(f"{language}_first") if first else None
        return (initial or exceptions.get(language) or row["default"],)
    if letter in tables["arabic"]:
        return _of_arabic(tables["arabic"][letter]["mrz"], letter, last=last)
    return _by_base(letter)


def _of_arabic(spelling: str | dict[str, str], letter: str, *, last: bool) -> tuple[str, ...]:
    if isinstance(spelling, dict):
        return (spelling["end_of_name_component" if last else "default"],)
    if not spelling and unicodedata.category(letter) == "Lo":
        raise UnknownLetter("the table leaves this Arabic letter without a spelling")
    return (spelling,)


def _by_base(letter: str) -> tuple[str, ...]:
    # The soft sign is in no table and is left out (DOMAIN B.8); so are marks that stand alone.
    if letter in "Ьʹʼ" or unicodedata.category(letter) in ("Mn", "Lm"):
        return ("",)
    base = unicodedata.normalize("NFD", letter)[0]
    if base != letter and "A" <= base <= "Z":
        return (base,)
    raise UnknownLetter(f"no spelling for {unicodedata.name(letter, 'an unnamed character')}")


def any_table(name: str, issuer: str = "") -> Letters:
    """As `letters_of`, with the spellings of every language of the tables and the bare letter: national practice.

    Raises:
        UnknownLetter: as `letters_of`.
    """
    states = ("", issuer, *LANGUAGE_OF_ISSUER)
    choices = [letters_of(name, state) for state in states]
    bare = [_bare(letter) for letter in unicodedata.normalize("NFC", name).upper()]
    return tuple(
        tuple(dict.fromkeys(itertools.chain(*(choice[i] for choice in choices), bare[i])))
        for i in range(len(choices[0]))
    )


def _bare(letter: str) -> tuple[str, ...]:
    base = _BASE.get(letter) or unicodedata.normalize("NFD", letter)[0]
    return (base,) if "A" <= base <= "Z" else ()


@cache
def _behind() -> dict[str, tuple[str, ...]]:
    # What may stand in the MRZ where an engine read the bare letter of one with a mark.
    behind: dict[str, dict[str, None]] = {}
    for letter, spellings in _tables()["latin"].items():
        for base in _bare(letter):
            behind.setdefault(base, {base: None}).update(dict.fromkeys(spellings))
    return {base: tuple(spellings) for base, spellings in behind.items()}


def marks_lost(name: str, issuer: str = "") -> Letters:
    """As `any_table`, for a reading that may have lost its diacritical marks: U may have been Ü, hence UE or UXX.

    Raises:
        UnknownLetter: as `letters_of`.
    """
    behind = _behind()
    return tuple(
        tuple(dict.fromkeys(itertools.chain(options, *(behind.get(option, ()) for option in options))))
        for options in any_table(name, issuer)
    )


def admits(letters: Letters, text: str, *, cut: bool = False) -> bool:
    """Whether the text is one of the spellings, or (`cut`) the beginning of one. Exact, without a cap."""
    ends = {0}
    for options in letters:
        onward = set()
        for end, option in itertools.product(ends, options):
            if text.startswith(option, end):
                onward.add(end + len(option))
            if cut and option.startswith(text[end:]):
                return True
        ends = onward
    return len(text) in ends


def spellings(name: str, issuer: str = "", cap: int = SPELLINGS_CAP) -> Spellings:
    """The set of admissible spellings of a name: those that spell each letter the same throughout first.

    Raises:
        UnknownLetter: as `letters_of`.
    """
    letters = letters_of(name, issuer)
    listed = dict.fromkeys(itertools.islice(_uniform(letters), cap))
    for text in itertools.islice(map("".join, itertools.product(*letters)), cap):
        if len(listed) >= cap:
            break
        listed[text] = None
    return Spellings(tuple(listed), math.prod(len(set(options)) for options in letters) <= cap)


def _uniform(letters: Letters) -> Iterator[str]:
    kinds = tuple(dict.fromkeys(letters))
    for choice in itertools.product(*kinds):
        spelt = dict(zip(kinds, choice, strict=True))
        yield "".join(spelt[options] for options in letters)
