"""Words of a language as they stand on documents, as data: one TOML file a language.

A file holds

    language = "French"
    other = ["Taille"]                       labels of places that are no field of ours; their values are nobody else's
    [titles]
    work-permit = ["Permis de travail"]      what a kind of document (DocumentKind) calls itself
    [fields]
    surname = ["Nom", "Nom de famille"]      labels of a field, of card_number or of visa_number
    [words]                                  words within values; case and accents do not matter
    months = [["JANV", "JANVIER"], ...]      twelve lists (Doc 9303-3 clause 3.8), abbreviations first
    in_dates = ["LE", "ER"]                  words that stand in a date and mean nothing
    male = ["MASCULIN"]
    female = ["FEMININ"]
    years = ["AN", "ANS"]                    of a length of stay; months_long, days
    until = ["JUSQU"]                        where a length of stay is told by a date

Every part but `language` may be left out. Templates that say `any_language` take their labels from here.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import UsageError
from pipeline.types import keys
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import Key

#: Fields of the printed zone that a template may name.
FIELD_NAMES = frozenset(
    key.name.removeprefix("viz.")
    for key in vars(keys).values()
    if isinstance(key, Key) and key.name.startswith("viz.") and key != keys.VIZ_TEXT
)
#: Labels that name the document number on one kind of document only.
NUMBERS_OF_KINDS = frozenset({"card_number", "visa_number"})


def bare_capitals(text: str) -> str:
    """In capitals, without accents: how words within values are compared."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character)).upper()


_Label = Annotated[str, Field(min_length=2, max_length=80)]
_Word = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[^\W\d_]+$"), AfterValidator(bare_capitals)]
_Labels = Annotated[tuple[_Label, ...], Field(min_length=1)]


class Words(BaseModel):
    """Words within values, in capitals and without accents; the attributes are the keys of `[words]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    months: tuple[tuple[_Word, ...], ...] = Field(default=((),) * 12, min_length=12, max_length=12)
    in_dates: tuple[_Word, ...] = ()
    male: tuple[_Word, ...] = ()
    female: tuple[_Word, ...] = ()
    years: tuple[_Word, ...] = ()
    months_long: tuple[_Word, ...] = ()
    days: tuple[_Word, ...] = ()
    until: tuple[_Word, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """One language's words.

    Attributes:
        fields: name of a field -> its labels; the first one names the field in reports.
        titles: kind of document -> what it calls itself.
        other: labels of places that are no field of ours.
    """

    name: str
    fields: Mapping[str, tuple[str, ...]]
    titles: Mapping[DocumentKind, tuple[str, ...]]
    other: tuple[str, ...]
    words: Words


class _LanguageFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    language: str = Field(min_length=1)
    other: tuple[_Label, ...] = ()
    titles: dict[DocumentKind, _Labels] = {}
    fields: dict[str, _Labels] = {}
    words: Words = Words(months=((),) * 12)


def load_language(path: Path) -> Language:
    """Read one file.

    Raises:
        UsageError: naming the line, or the key, that cannot be used.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"labels {path.name} cannot be read: {error}") from error
    return parse_language(path.stem, text)


def parse_language(name: str, text: str) -> Language:
    """A language from a file's text.

    Raises:
        UsageError: naming the line, or the key, that cannot be used.
    """
    try:
        read = _LanguageFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"labels {name}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"labels {name}, key {where}: {first['msg']}") from error
    for field in read.fields:
        if field not in FIELD_NAMES | NUMBERS_OF_KINDS:
            known = ", ".join(sorted(FIELD_NAMES | NUMBERS_OF_KINDS))
            raise UsageError(f"labels {name}, key fields.{field}: no such field; known: {known}")
    owners = {"": read.other, **read.fields}
    seen: dict[str, str] = {}
    for field, labels in owners.items():
        for label in labels:
            other = seen.setdefault(label.casefold(), field)
            if other != field:
                raise UsageError(f"labels {name}, key fields.{field}: {label!r} is also a label of {other or 'other'}")
    return Language(read.language, read.fields, read.titles, read.other, read.words)


@cache
def shipped_languages() -> tuple[Language, ...]:
    """The languages of this package; English first, whose labels name fields in reports."""
    folder = resources.files("pipeline.reference") / "labels"
    files = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    files.sort(key=lambda file: (file.name != "en.toml", file.name))
    return tuple(parse_language(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8")) for file in files)


def languages(own: Sequence[Path] = ()) -> tuple[Language, ...]:
    """The shipped languages and those of a user's files.

    Raises:
        UsageError: for a file that is not one.
    """
    return (*shipped_languages(), *(load_language(path) for path in own)) if own else shipped_languages()


def words_of(languages: Iterable[Language]) -> Words:
    """The words of several languages as one; a text is read in whichever of them it is."""
    every = [language.words for language in languages]

    def joined(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for words in every for word in getattr(words, name)))

    months = tuple(tuple(dict.fromkeys(word for words in every for word in words.months[month])) for month in range(12))
    return Words(months=months, **{name: joined(name) for name in Words.model_fields if name != "months"})


@cache
def shipped_words() -> Words:
    """The words of the languages of this package."""
    return words_of(shipped_languages())
