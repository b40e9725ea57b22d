"""Layouts of documents as data: TOML files that say which labels a layout prints and where their values stand.

A template describes a layout, never a particular document. `templates/README` is this docstring: a file holds

    title = "..."            what people call the layout
    kind = "work-permit"     DocumentKind
    mrz = ["TD1"]            MRZ formats it carries; none: it carries no MRZ
    any_layout = true        stands in for layouts that nobody described: whether they carry an MRZ is not known
    codes = ["A", "IR"]      beginnings of the MRZ document code it goes with; none: any
    wordings = [["WORK PERMIT", "PERMIS DE TRAVAIL"]]   fixed texts, always printed, each in one of these spellings
    other_labels = ["Type"]  labels of places that are no field of ours; their values are nobody else's
    [fields.surname]
    labels = ["Surname", "Nom"]       synonyms and languages; two of them may be printed together, parted by a stroke
    mandatory = true
    place = ["below", "right"]        where the value may stand from its label, likeliest first
    lines = 2                         how many lines the value may take
    pattern = "[A-Z0-9]{6,9}"         optional: a value that differs is not read
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import UsageError
from pipeline.types import keys
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import Key
from pipeline.types.mrz import MrzFormat

#: Fields of the printed zone that a template may name.
FIELD_NAMES = frozenset(
    key.name.removeprefix("viz.")
    for key in vars(keys).values()
    if isinstance(key, Key) and key.name.startswith("viz.") and key != keys.VIZ_TEXT
)


class Place(StrEnum):
    """Where a value stands, seen from its label; `right` includes the rest of the label's own line."""

    RIGHT = "right"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class FieldLayout:
    """One field of a layout.

    Attributes:
        labels: synonyms and languages; the first one names the field in reports.
        mandatory: whether every document of the layout prints a value.
        places: where the value may stand, likeliest first.
        lines: how many lines it may take.
        pattern: what the whole value looks like, or None.
    """

    name: str
    labels: tuple[str, ...]
    mandatory: bool
    places: tuple[Place, ...]
    lines: int
    pattern: str | None


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

    labels: tuple[Annotated[str, Field(min_length=2, max_length=80)], ...] = Field(min_length=1)
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
    fields: dict[str, _FieldFile] = Field(min_length=1)


def load_template(path: Path) -> Template:
    """Read one template file; its name without the ending is the template's.

    Raises:
        UsageError: naming the line, or the key, that cannot be used.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"template {path.name} cannot be read: {error}") from error
    return parse_template(path.stem, text)


def parse_template(name: str, text: str) -> Template:
    """A template from its text.

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
    unknown = sorted(set(read.fields) - FIELD_NAMES)
    if unknown:
        raise UsageError(
            f"template {name}, key fields.{unknown[0]}: no such field; known: {', '.join(sorted(FIELD_NAMES))}"
        )
    fields = tuple(
        FieldLayout(field, one.labels, one.mandatory, one.place, one.lines, one.pattern)
        for field, one in read.fields.items()
    )
    return Template(
        name, read.title, read.kind, read.mrz, read.codes, read.wordings, read.other_labels, fields, read.any_layout
    )


@cache
def shipped_templates() -> tuple[Template, ...]:
    """The templates of this package, by name."""
    folder = resources.files("pipeline.reference") / "templates"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(parse_template(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8")) for file in files)
