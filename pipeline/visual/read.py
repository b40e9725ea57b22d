"""From the lines of a page to the facts of its printed zone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from pipeline.imaging.page import Page
from pipeline.ocr.engine import TextLine
from pipeline.reference.templates import Template
from pipeline.types import keys
from pipeline.types.boxes import Box
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import AnyFact, Fact
from pipeline.types.printed import FieldQuality, MissingField, TemplateMatch
from pipeline.types.problems import Problem, ProblemKind
from pipeline.visual.choose import MrzHint, Seen, choose, kind_of
from pipeline.visual.fields import FieldReading, read_fields
from pipeline.visual.misspelt import misspelt
from pipeline.visual.scripts import unread_fields
from pipeline.visual.second_look import Look, looked_again

#: Below this many pixels a character, print is less legible in proportion (the re-scan limit of the settings).
LEGIBLE_PITCH_PX = 10.0

Measure = Callable[[Page, Box], FieldQuality]


@dataclass(frozen=True, slots=True)
class PrintedResult:
    """What the printed zone of one page says.

    Attributes:
        template: None where no template has enough evidence.
        facts: viz.*, quality.*, doc.kind and doc.template.
    """

    kind: DocumentKind
    template: TemplateMatch | None
    facts: tuple[AnyFact, ...]
    problems: tuple[Problem, ...]


def read_printed(
    page: Page,
    text: tuple[TextLine, ...],
    templates: Sequence[Template],
    mrz_hint: MrzHint | None = None,
    measure: Measure | None = None,
    *,
    engine: str,
    number: int = 0,
    look: Look | None = None,
) -> PrintedResult:
    """Find the page's template and read the fields it names.

    Args:
        page: the upright page; only its size is looked at, and its pixels by `measure`.
        text: lines of a PageEngine on that page, px.
        templates: layouts to choose from.
        mrz_hint: what the document's MRZ says it is, where one was read, be it on another page.
        measure: how well one box of the page was captured; None leaves quality out.
        engine: name of the engine that gave `text`.
        number: 0-based page of the document.
        look: reads one box of the page, px (`read_box` of the engine); None: what was not found stays so.
    """
    seen = choose(text, templates, mrz_hint)
    shown = _Shown(page, engine, number)
    facts = list(shown.text(text))
    if seen is None:
        kind = kind_of(mrz_hint)
        facts.append(shown.whole(keys.DOC_KIND.name, kind.value, kind.value, 1.0))
        problem = Problem(ProblemKind.UNKNOWN_TEMPLATE, "visual", "no template has enough labels on this page", number)
        return PrintedResult(kind, None, tuple(facts), (problem,))
    readings = read_fields(seen)
    if look is not None:
        readings = looked_again(readings, seen, (page.info.width, page.info.height), look)
    unread = unread_fields(readings, text)
    match = _match(seen, [one for one in readings if one.layout.name not in unread])
    kind = seen.template.kind
    sure = fmean([piece.line.confidence for piece in seen.pieces if piece.label] or [0.0])
    facts.append(shown.whole(keys.DOC_KIND.name, kind.value, kind.value, sure))
    facts.append(shown.whole(keys.DOC_TEMPLATE.name, match.name, match, sure))
    for reading in readings:
        if reading.layout.name not in unread:
            facts.extend(shown.field(reading, measure))
    return PrintedResult(kind, match, tuple(facts), tuple(_not_read(name, number) for name in sorted(unread)))


def _not_read(field: str, number: int) -> Problem:
    name = field.replace("_", " ")
    said = f"{name} is printed, as it seems, in letters that the reader lacks, such as Cyrillic or Arabic"
    return Problem(ProblemKind.SCRIPT_NOT_READ, "visual", said, number)


@dataclass(frozen=True, slots=True)
class _Shown:
    """Makes facts at places of one page."""

    page: Page
    engine: str
    number: int

    def box(self, lines: Sequence[TextLine]) -> Box:
        return Box.from_pixels(
            min(line.left for line in lines),
            min(line.top for line in lines),
            max(line.right for line in lines),
            max(line.bottom for line in lines),
            self.page.info.width,
            self.page.info.height,
        )

    def whole(self, key: str, raw: str, value: object, legibility: float) -> AnyFact:
        return Fact(key, raw, value, self.number, Box(0.0, 0.0, 1.0, 1.0), legibility, self.engine)

    def text(self, lines: Sequence[TextLine]) -> Iterator[AnyFact]:
        lines = [line for line in lines if line.text.strip()]
        if lines:
            said = "\n".join(" ".join(line.text for line in row) for row in rows(lines))
            sure = fmean(line.confidence for line in lines)
            yield Fact(keys.VIZ_TEXT.name, said, said, self.number, self.box(lines), sure, self.engine)

    def field(self, reading: FieldReading, measure: Measure | None) -> Iterator[AnyFact]:
        if not reading.lines or (reading.value is None and not reading.impossible):
            return
        name = reading.layout.name
        box = self.box(reading.lines)
        legible = legibility(reading.lines)
        key, value = (f"viz.{name}", reading.value) if not reading.impossible else (f"viz.{name}_text", reading.raw)
        yield Fact(key, reading.raw, value, self.number, box, legible, self.engine)
        if measure is not None:
            quality = measure(self.page, box)
            if len(rows(reading.lines)) > 1:
                quality = replace(quality, baseline_degrees=None)  # two lines under one another have no one slope
            yield Fact(keys.quality(name).name, reading.raw, quality, self.number, box, legible, self.engine)


def legibility(lines: Sequence[TextLine]) -> float:
    """0-1: the engine's confidence in the worst line, less where characters have too few pixels."""
    pitch = min((line.right - line.left) / max(len(line.text.strip()), 1) for line in lines)
    return min(line.confidence for line in lines) * min(1.0, pitch / LEGIBLE_PITCH_PX)


def rows(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Lines in reading order: rows from top to bottom, each from left to right."""
    ordered: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda one: one.top + one.bottom):
        middle = (line.top + line.bottom) / 2
        row = ordered[-1] if ordered else None
        if row and row[0].top < middle < row[0].bottom:
            row.append(line)
        else:
            ordered.append([line])
    return [sorted(row, key=lambda one: one.left) for row in ordered]


def _match(seen: Seen, readings: Sequence[FieldReading]) -> TemplateMatch:
    labels = [piece.label.text for piece in seen.pieces if piece.label and not piece.label.fixed]
    mandatory = [reading for reading in readings if reading.layout.mandatory]
    return TemplateMatch(
        seen.template.name,
        tuple(dict.fromkeys([*labels, *sorted(seen.wordings)])),
        len(mandatory) + len(seen.template.wordings),
        tuple(
            MissingField(one.layout.name, one.label is not None)
            for one in mandatory
            if one.value is None and not one.impossible
        ),
        misspelt(seen.pieces),
        seen.template.may_have_mrz,
    )


def combined(results: Sequence[PrintedResult]) -> PrintedResult:
    """One result for the pages of one document: a field missing on its front may stand on its back.

    Raises:
        ValueError: for no page.
    """
    if not results:
        raise ValueError("a document has at least one page")
    known = [result for result in results if result.template is not None]
    if len(results) == 1 or not known:
        return PrintedResult(
            results[0].kind,
            None if not known else known[0].template,
            tuple(fact for result in results for fact in result.facts),
            tuple(problem for result in results for problem in result.problems),
        )
    best = max(known, key=lambda one: len(one.template.labels_found) if one.template else 0)
    match = _joined([one.template for one in known if one.template], best.template)
    facts = [_with_match(fact, match) for fact in best.facts]
    facts += [fact for one in results if one is not best for fact in one.facts if not fact.key.startswith("doc.")]
    return PrintedResult(best.kind, match, tuple(facts), ())


def _joined(matches: Sequence[TemplateMatch], best: TemplateMatch | None) -> TemplateMatch:
    """The best page's match with what other pages of the same template add."""
    if best is None:
        raise ValueError("no page has a template")
    same = [one for one in matches if one.name == best.name]
    missing = [field for field in best.missing if all(field.field in {m.field for m in one.missing} for one in same)]
    seen = {field.field for one in same for field in one.missing if field.label_seen}
    return TemplateMatch(
        best.name,
        tuple(dict.fromkeys(label for one in same for label in one.labels_found)),
        best.labels_expected,
        tuple(MissingField(field.field, field.field in seen) for field in missing),
        tuple(pair for one in same for pair in one.misspelt),
        best.has_mrz,
    )


def _with_match(fact: AnyFact, match: TemplateMatch) -> AnyFact:
    return replace(fact, value=match) if fact.key == keys.DOC_TEMPLATE.name else fact
