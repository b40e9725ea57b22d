"""What a template reads from one page and why not: the data behind `overseal template check`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ocr.engine import TextLine
from pipeline.reference.templates import Template
from pipeline.types.boxes import Box
from pipeline.types.values import shown
from pipeline.visual.choose import MrzHint, Seen, choose, seen
from pipeline.visual.fields import FieldReading, read_fields


@dataclass(frozen=True, slots=True)
class FieldExplanation:
    """One field of the template on the page.

    Attributes:
        value: as outputs write it; "" where it was not read, and then `why_not` says why in words.
        label_seen: the label as read, "" where it was not seen.
        box: of the value; `label_box`, of the label.
        confidence: 0-1, of the engine in the value's text.
    """

    field: str
    mandatory: bool
    raw: str
    value: str
    why_not: str
    label_seen: str
    box: Box | None
    label_box: Box | None
    confidence: float | None


@dataclass(frozen=True, slots=True)
class TemplateExplanation:
    """One template against one page.

    Attributes:
        score: evidence for it, in labels; `enough`, whether it would be taken for the page's layout.
        wordings_seen: fixed wordings on the page; `wordings_missing`, those that are not.
        left_over: texts that are neither label nor value of a field.
    """

    template: str
    title: str
    score: float
    enough: bool
    mrz_agrees: bool | None
    wordings_seen: tuple[str, ...]
    wordings_missing: tuple[str, ...]
    fields: tuple[FieldExplanation, ...]
    left_over: tuple[str, ...]


def explain_template(
    lines: Sequence[TextLine], size: tuple[int, int], template: Template, hint: MrzHint | None = None
) -> TemplateExplanation:
    """Read a page by a template, be it the right one or not.

    Args:
        lines: of a PageEngine, px.
        size: width and height of the page, px.
        template: the layout to try.
        hint: what the document's MRZ says it is.
    """
    found = seen(lines, template, hint)
    readings = read_fields(found)
    used = {id(line) for reading in readings for line in reading.lines}
    return TemplateExplanation(
        template.name,
        template.title,
        found.score,
        found.enough,
        found.mrz_agrees,
        tuple(sorted(found.wordings)),
        tuple(spellings[0] for spellings in template.wordings if spellings[0] not in found.wordings),
        tuple(_field(reading, size) for reading in readings),
        _left_over(found, used),
    )


def explain_choice(
    lines: Sequence[TextLine], size: tuple[int, int], templates: Sequence[Template], hint: MrzHint | None = None
) -> tuple[TemplateExplanation, ...]:
    """Every template against the page: the one that would be taken first, then by evidence."""
    taken = choose(lines, templates, hint)
    explained = [explain_template(lines, size, template, hint) for template in templates]
    name = taken.template.name if taken else None
    return tuple(sorted(explained, key=lambda one: (one.template != name, -one.score)))


def _field(reading: FieldReading, size: tuple[int, int]) -> FieldExplanation:
    return FieldExplanation(
        reading.layout.name,
        reading.layout.mandatory,
        reading.raw,
        "" if reading.value is None else shown(reading.value),
        reading.why_not,
        reading.label.text if reading.label else "",
        _box(reading.lines, size),
        _box((reading.label,), size) if reading.label else None,
        min((line.confidence for line in reading.lines), default=None),
    )


def _box(lines: Sequence[TextLine], size: tuple[int, int]) -> Box | None:
    if not lines:
        return None
    return Box.from_pixels(
        min(line.left for line in lines),
        min(line.top for line in lines),
        max(line.right for line in lines),
        max(line.bottom for line in lines),
        *size,
    )


def _left_over(found: Seen, used: set[int]) -> tuple[str, ...]:
    return tuple(piece.line.text for piece in found.pieces if piece.label is None and id(piece.line) not in used)
