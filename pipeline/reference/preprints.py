"""Fixed print of layouts as data: what every copy of a form has at the same place, and where its values stand.

A template says which words a layout prints; a preprint says where, and what they look like. One layout may have
several, one for each edition. `preprints/<name>.png` is the drawing: grey, white but for the fixed texts, transparent
where portraits, stamps and other print that is no text of the form may stand. `preprints/<name>.toml` says what
stands on it:

    mrz = "TD3"                       format of its MRZ; left out where the page carries none
    mrz_box = [0.04, 0.7, 0.96, 0.9]  where that stands
    flows = true                      whether a value of two lines pushes down what follows it
    [[fixed]]
    text = "Surname"
    box = [0.37, 0.2, 0.45, 0.23]
    [[values]]
    label = 3                         the fixed text (0-based) that it keeps its distance from
    box = [0.37, 0.24, 0.9, 0.28]     its first line, with all the room that it has to the right
    lines = 2
    leading = 0.04                    from line to line

All boxes are left, top, right, bottom as shares of the drawing, drawn as text detectors draw them: with some room
all round. `fixtures/utopia/preprints.py` makes those of Utopia; no other state's can be named in the settings yet.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pipeline.types.mrz import MrzFormat

#: Left, top, right, bottom; shares of the drawing.
Place = tuple[float, float, float, float]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class FixedText(BaseModel):
    """A text that every copy prints."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(min_length=1)
    box: tuple[Share, Share, Share, Share]


class ValuePlace(BaseModel):
    """Where a value stands: its first line, and how many more may follow at what distance."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: int = Field(ge=0)
    box: tuple[Share, Share, Share, Share]
    lines: int = Field(1, ge=1, le=6)
    leading: Share = 0.0


class _PreprintFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    mrz: MrzFormat | None = None
    mrz_box: tuple[Share, Share, Share, Share] | None = None
    flows: bool = False
    fixed: tuple[FixedText, ...] = Field(min_length=1)
    values: tuple[ValuePlace, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True, eq=False)
class Preprint:
    """One edition of a layout; the attributes are the keys of the file.

    Attributes:
        drawing: a PNG picture, 0 ink to 255 paper, transparent where other print may stand.
    """

    name: str
    mrz: MrzFormat | None
    mrz_box: Place | None
    flows: bool
    fixed: tuple[FixedText, ...]
    values: tuple[ValuePlace, ...]
    drawing: bytes


@cache
def shipped_preprints() -> tuple[Preprint, ...]:
    """The preprints of this package, by name."""
    folder = resources.files("pipeline.reference") / "preprints"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return tuple(_loaded(folder, file) for file in files)


def _loaded(folder: Traversable, file: Traversable) -> Preprint:
    name = file.name.removesuffix(".toml")
    said = _PreprintFile.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    if any(value.label >= len(said.fixed) for value in said.values):
        raise ValueError(f"preprint {name}: a value without its label")
    drawing = (folder / f"{name}.png").read_bytes()
    return Preprint(name, said.mrz, said.mrz_box, said.flows, said.fixed, said.values, drawing)
