"""Layouts of documents as data: TOML files that say which labels a layout prints and where their values stand.

A template describes a layout, never a particular document. `templates/README` is this docstring: a file holds

    title = "..."            what people call the layout
    kind = "work-permit"     DocumentKind
    mrz = ["TD1"]            MRZ formats it carries; none: it carries no MRZ
    any_layout = true        stands in for layouts that nobody described: whether they carry an MRZ is not known
    codes = ["A", "IR"]      beginnings of the MRZ document code it goes with; none: any
    wordings = [["WORK PERMIT", "PERMIS DE TRAVAIL"]]   fixed texts, always printed, each in one of these spellings
    other_labels = ["Type"]  labels of places that are no field of ours; their values are nobody else's
    any_language = true      labels, titles, other labels of every language besides (`pipeline/reference/labels`)
    [fields.surname]
    labels = ["Surname", "Nom"]       synonyms and languages; two of them may be printed together, parted by a stroke
    labels_of = ["surname"]           with any_language: whose labels of the languages it takes; by default its own
    mandatory = true
    place = ["below", "right"]        where the value may stand from its label, likeliest first
    lines = 2                         how many lines the value may take
    pattern = "[A-Z0-9]{6,9}"         optional: a value that differs is not read
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import UsageError
from pipeline.reference.labels import (
    FIELD_NAMES,
    NUMBERS_OF_KINDS,
    Language,
    Words,
    shipped_languages,
    shipped_words,
    words_of,
)
from pipeline.types.documents import DocumentKind
from pipeline.types.mrz import MrzFormat


class Place(StrEnum):
    """Where a value stands, seen from its label; `right` includes the rest of the label's own line."""

    RIGHT = "right"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class FieldLayout:
    """One field of a layout.

    Attributes:
        synonyms: labels by language, those of the file each alone; two of different groups may be printed together.
        mandatory: whether every document of the layout prints a value.
        places: where the value may stand, likeliest first.
        lines: how many lines it may take.
        pattern: what the whole value looks like, or None.
        words: what words within its value mean.
    """

    name: str
    synonyms: tuple[tuple[str, ...], ...]
    mandatory: bool
    places: tuple[Place, ...]
    lines: int
    pattern: str | None
    words: Words = field(default_factory=shipped_words)

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label; the first one names the field in reports."""
        return tuple(label for group in self.synonyms for label in group)


@dataclass(frozen=True, slots=True)
class Template:
    """One layout; the attributes are the keys of the file."""

    name: str
    title: str
    kind: DocumentKind
    mrz: tuple[MrzFormat, ...]
    codes: tuple[str, ...]
    wordings: tuple[tuple[str, ...], ...]
    other_labels: tuple[str, ...]
    fields: tuple[FieldLayout, ...]
    any_layout: bool = False

    @property
    def may_have_mrz(self) -> bool:
        """Whether a document of the layout may carry an MRZ."""
        return bool(self.mrz) or self.any_layout


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return pattern


class _FieldFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    labels: tuple[Annotated[str, Field(min_length=2, max_length=80)], ...] = ()
    labels_of: tuple[str, ...] = ()
    mandatory: bool = False
    place: tuple[Place, ...] = Field((Place.BELOW, Place.RIGHT), min_length=1)
    lines: int = Field(1, ge=1, le=6)
    pattern: Annotated[str, AfterValidator(_compiles)] | None = None


class _TemplateFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    kind: DocumentKind
    mrz: tuple[MrzFormat, ...] = ()
    codes: tuple[str, ...] = ()
    wordings: tuple[Annotated[tuple[str, ...], Field(min_length=1)], ...] = ()
    other_labels: tuple[str, ...] = ()
    any_layout: bool = False
    any_language: bool = False
    fields: dict[str, _FieldFile] = Field(min_length=1)


def load_template(path: Path, languages: Sequence[Language] | None = None) -> Template:
    """Read one template file; its name without the ending is the template's.

    Args:
        path: the file.
        languages: those that documents may be in; by default the shipped ones.

    Raises:
        UsageError: naming the line, or the key, that cannot be used.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"template {path.name} cannot be read: {error}") from error
    return parse_template(path.stem, text, languages)


def parse_template(name: str, text: str, languages: Sequence[Language] | None = None) -> Template:
    """A template from its text, its labels in these languages, by default the shipped ones.

    Raises:
        UsageError: naming the line, or the key, that cannot be used.
    """
    try:
        read = _TemplateFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"template {name}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"template {name}, key {where}: {first['msg']}") from error
    spoken = shipped_languages() if languages is None else languages
    words = words_of(spoken)
    captions = spoken if read.any_language else ()
    fields = tuple(_field(name, key, one, captions, words) for key, one in read.fields.items())
    titles = tuple(title for language in captions for title in language.titles.get(read.kind, ()))
    other = (*read.other_labels, *(label for language in captions for label in language.other))
    return Template(
        name,
        read.title,
        read.kind,
        read.mrz,
        read.codes,
        (*read.wordings, *([tuple(dict.fromkeys(titles))] if titles else [])),
        tuple(dict.fromkeys(other)),
        fields,
        read.any_layout,
    )


def _field(template: str, key: str, read: _FieldFile, captions: Sequence[Language], words: Words) -> FieldLayout:
    """One field with its own labels and those of the languages, each label once."""
    if key not in FIELD_NAMES:
        known = ", ".join(sorted(FIELD_NAMES))
        raise UsageError(f"template {template}, key fields.{key}: no such field; known: {known}")
    sources = read.labels_of or (key,)
    for source in sources:
        if source not in FIELD_NAMES | NUMBERS_OF_KINDS:
            raise UsageError(f"template {template}, key fields.{key}.labels_of: no such field: {source}")
    groups: list[tuple[str, ...]] = [(label,) for label in read.labels]
    groups += [tuple(label for source in sources for label in one.fields.get(source, ())) for one in captions]
    seen: set[str] = set()
    synonyms = []
    for group in groups:
        fresh = tuple(label for label in group if label.casefold() not in seen)
        seen.update(label.casefold() for label in fresh)
        synonyms += [fresh] if fresh else []
    if not synonyms:
        raise UsageError(f"template {template}, key fields.{key}.labels: Field required")
    return FieldLayout(key, tuple(synonyms), read.mandatory, read.place, read.lines, read.pattern, words)


@cache
def shipped_templates(languages: tuple[Language, ...] | None = None) -> tuple[Template, ...]:
    """The templates of this package, by name, their labels in these languages, by default the shipped ones."""
    folder = resources.files("pipeline.reference") / "templates"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(
        parse_template(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8"), languages) for file in files
    )
