"""Reads the fields of one template from the lines of a page, and says why where it does not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.ocr.engine import TextLine
from pipeline.reference.templates import FieldLayout
from pipeline.visual.anchors import Anchored, anchored
from pipeline.visual.choose import Seen
from pipeline.visual.values import READERS, Meaning

#: Reasons that a field was not read.
NO_LABEL = "label not seen"
NO_TEXT = "label seen, nothing to the right or below"


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One field of a template on one page.

    Attributes:
        label: the line that names it, None where it was not seen.
        lines: the text of its value, top to bottom.
        raw: that text, lines joined by a blank.
        value: what it means; None where it was not read.
        why_not: the reason for that, in words, else "".
        impossible: whether the text has the form of a date that no calendar has.
    """

    layout: FieldLayout
    label: TextLine | None
    lines: tuple[TextLine, ...]
    raw: str = ""
    value: Any = None
    why_not: str = ""
    impossible: bool = False


def read_fields(seen: Seen) -> tuple[FieldReading, ...]:
    """A reading for every field of the template, in its order."""
    layouts = {field.name: field for field in seen.template.fields}
    found = anchored(seen.pieces, layouts)
    return tuple(_field(layout, [one for one in found if _names(one, layout)]) for layout in seen.template.fields)


def _names(found: Anchored, layout: FieldLayout) -> bool:
    return found.label.label is not None and found.label.label.field == layout.name


def _field(layout: FieldLayout, found: Sequence[Anchored]) -> FieldReading:
    """The best reading among the places where the field's label stands."""
    readings = [_reading(layout, one) for one in found]
    if not readings:
        return FieldReading(layout, None, (), why_not=NO_LABEL)
    return min(readings, key=lambda one: (bool(one.why_not), not one.lines))


def _reading(layout: FieldLayout, found: Anchored) -> FieldReading:
    label = found.label.line
    if not found.value:
        return FieldReading(layout, label, (), why_not=NO_TEXT)
    raw = " ".join(line.text for line in found.value)
    meaning: Meaning = READERS[layout.name](raw, layout.words)
    why_not = f"text {meaning.why_not}" if meaning.why_not else ""
    if not why_not and layout.pattern and not re.fullmatch(layout.pattern, str(meaning.value)):
        return FieldReading(layout, label, found.value, raw, None, "text differs from the template's pattern")
    return FieldReading(layout, label, found.value, raw, meaning.value, why_not, meaning.impossible)
