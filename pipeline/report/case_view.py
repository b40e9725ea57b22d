"""A case as the report shows it: numbered places, crops, marked characters, words instead of codes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pipeline.explanations import Explanation, deciding, explanations_of
from pipeline.report.case_lines import innocent_causes
from pipeline.report.differences import Span, marked, plain
from pipeline.report.judgements import evidence_hash
from pipeline.report.page_images import PageImage
from pipeline.report.words import (
    BANDS,
    DESKS,
    HYPOTHESES,
    LIGHTS,
    ORDINARY,
    QUESTIONS,
    LightWords,
    field_and_zone,
    legibility_words,
    spoken,
)
from pipeline.types.boxes import Box
from pipeline.types.findings import (
    Case,
    Finding,
    Group,
    Hypothesis,
    Light,
    PageEvidence,
    RowEvidence,
    Strength,
    band,
)

GetImage = Callable[[str, int], PageImage | None]

#: Crops are shown at most this large, CSS px.
_CROP_WIDTH, _CROP_HEIGHT = 440.0, 110.0
#: A box over more of the page than this has no use for a crop.
_WHOLE_PAGE = 0.5


@dataclass(frozen=True, slots=True)
class Crop:
    """A window on a page image, in CSS: `frame` sizes it, `image` shifts the page in it, `mark` is the box."""

    href: str
    frame: str
    image: str
    mark: str


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A numbered box on a page image."""

    number: int
    style: str


@dataclass(slots=True)
class FigureView:
    """One page with its boxes; `image` is None where no image is at hand."""

    caption: str
    image: PageImage | None
    places: list[PlaceView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReadingView:
    """One reading beside its crop."""

    number: int
    field: str
    zone: str
    where: str
    raw: tuple[Span, ...]
    value: tuple[Span, ...]
    crop: Crop | None


@dataclass(frozen=True, slots=True)
class RowCells:
    """The cells of one row of the register that a finding rests on."""

    table: str
    key: str
    cells: tuple[RowEvidence, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding; `causes` has the likely innocent one first, `likely` says whether there is one."""

    finding: Finding
    hypothesis: str
    band: str
    readings: tuple[ReadingView, ...]
    cells: tuple[RowEvidence, ...]
    causes: tuple[str, ...]
    likely: bool
    legibility: str
    precision: str
    evidence_hash: str


@dataclass(frozen=True, slots=True)
class GroupView:
    """One cause: (hypothesis in words, band in words, strength 1-4, log10 LR) and the findings that share it."""

    cause: str
    hypotheses: tuple[tuple[str, str, int, float], ...]
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True)
class ExplanationView:
    """One explanation beside the others; `strength` is 0 for the yardstick, an ordinary cause."""

    words: str
    strength: int
    label: str
    log10_lr: float
    causes: tuple[str, ...]
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DecidingView:
    """What would decide, between which explanations in words."""

    between: tuple[str, ...]
    code: str
    next_check: str


@dataclass(frozen=True, slots=True)
class LightView:
    """One question and its light."""

    question: str
    light: LightWords


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything the template shows of a case. `rank` orders cases: 0 strong, 1 look, 2 the rest."""

    case: Case
    anchor: str
    kind: str
    desk: str
    lights: tuple[LightView, ...]
    rank: int
    figures: tuple[FigureView, ...]
    groups: tuple[GroupView, ...]
    explanations: tuple[ExplanationView, ...]
    decides: DecidingView | None


def case_view(case: Case, image: GetImage) -> CaseView:
    """Make the view of a case; `image` is asked only for pages that evidence points at."""
    pages = _Pages(case.document_id, image)
    groups = tuple(_group(group, case.sha256, pages) for group in case.groups)
    shown = [(QUESTIONS["altered"], case.altered), (QUESTIONS["irregular_issue"], case.irregular_issue)]
    states = [light for _, light in shown]
    return CaseView(
        case=case,
        anchor="d" + hashlib.sha256(case.document_id.encode("utf-8", "replace")).hexdigest()[:16],
        kind=spoken(case.kind),
        desk=DESKS[case.desk],
        lights=tuple(LightView(question, LIGHTS[light]) for question, light in shown if light is not None),
        rank=0 if Light.STRONG in states else 1 if Light.LOOK in states else 2,
        figures=tuple(pages.figures.values()),
        groups=groups,
        explanations=tuple(map(_explanation, explanations_of(case.groups))),
        decides=_decides(case.groups),
    )


def by_row(cells: Iterable[RowEvidence]) -> tuple[RowCells, ...]:
    """Cells put together by the row that they stand in; rows and cells keep their order."""
    rows: dict[tuple[str, str], list[RowEvidence]] = {}
    for cell in cells:
        rows.setdefault((cell.table, cell.key), []).append(cell)
    return tuple(RowCells(table, key, tuple(held)) for (table, key), held in rows.items())


def _explanation(one: Explanation) -> ExplanationView:
    strength = band(one.log10_lr) if one.log10_lr else None
    return ExplanationView(
        words=_named(one.hypothesis),
        strength=0 if strength is None else int(strength),
        label="yardstick" if strength is None else strength.label,
        log10_lr=one.log10_lr,
        causes=tuple(map(spoken, one.causes)),
        named=one.named,
    )


def _named(hypothesis: Hypothesis | None) -> str:
    return ORDINARY if hypothesis is None else HYPOTHESES[hypothesis]


def _decides(groups: tuple[Group, ...]) -> DecidingView | None:
    found = deciding(groups)
    if found is None:
        return None
    return DecidingView(tuple(map(_named, found.between)), found.code, found.next_check)


class _Pages:
    """Figures and numbered places of a case as its evidence names them; the same place keeps its number."""

    def __init__(self, document_id: str, image: GetImage) -> None:
        self._own = document_id
        self._image = image
        self._numbers: dict[tuple[str, int, Box], int] = {}
        self.figures: dict[tuple[str, int], FigureView] = {}

    def place(self, item: PageEvidence) -> tuple[int, str, PageImage | None]:
        """(number, where in words, page image) of a piece of evidence."""
        document = item.document_id or self._own
        figure = self.figures.get((document, item.page))
        if figure is None:
            page = f"page {item.page + 1}"
            caption = page if document == self._own else f"{page} of linked document {document}"
            figure = self.figures[document, item.page] = FigureView(caption, self._image(document, item.page))
        spot = (document, item.page, item.box)
        if spot not in self._numbers:
            self._numbers[spot] = len(self._numbers) + 1
            figure.places.append(PlaceView(self._numbers[spot], _position(item.box, Box(0, 0, 1, 1))))
        return self._numbers[spot], figure.caption, figure.image


def _group(group: Group, sha256: tuple[str, ...], pages: _Pages) -> GroupView:
    supported = tuple(
        (HYPOTHESES[name], band(log10_lr).label, int(band(log10_lr)), log10_lr) for name, log10_lr in group.hypotheses
    )
    return GroupView(spoken(group.cause), supported, tuple(_finding(one, sha256, pages) for one in group.findings))


def _finding(finding: Finding, sha256: tuple[str, ...], pages: _Pages) -> FindingView:
    on_page = [item for item in finding.evidence if isinstance(item, PageEvidence)]
    precision = "not measured" if finding.precision is None else f"{finding.precision:.2f} on the shipped benchmark"
    return FindingView(
        finding=finding,
        hypothesis=HYPOTHESES[finding.hypothesis],
        band=BANDS[Strength(finding.strength)],
        readings=tuple(_reading(item, on_page, pages) for item in on_page),
        cells=tuple(item for item in finding.evidence if isinstance(item, RowEvidence)),
        causes=innocent_causes(finding),
        likely=finding.likely_innocent is not None,
        legibility=legibility_words(finding.legibility),
        precision=precision,
        evidence_hash=evidence_hash(finding, sha256),
    )


def _reading(item: PageEvidence, beside: list[PageEvidence], pages: _Pages) -> ReadingView:
    number, where, image = pages.place(item)
    name, zone = field_and_zone(item.key)
    other = next((one for one in beside if one is not item and _same_field(one.key, item.key)), None)
    return ReadingView(
        number=number,
        field=name,
        zone=zone,
        where=where,
        raw=marked(item.raw, item.value) if len(item.raw) == len(item.value) else plain(item.raw),
        value=marked(item.value, other.value) if other else plain(item.value),
        crop=None if image is None else _crop(item.box, image),
    )


def _same_field(one: str, other: str) -> bool:
    return _comparable(one) == _comparable(other)


def _comparable(key: str) -> str:
    """What a reading may be compared with: its field; numbers of documents with each other, by whatever name."""
    name = key.rpartition(".")[2].removesuffix("_text")
    return "number" if name.endswith("_number") else name


def _crop(box: Box, image: PageImage) -> Crop | None:
    width, height = box.right - box.left, box.bottom - box.top
    if width * height > _WHOLE_PAGE:
        return None
    # Enough of the surroundings to see how the neighbours are printed.
    aside = max(0.08 * width, 0.012)
    above = max(0.35 * height, 0.008)
    window = Box(
        max(0.0, box.left - aside),
        max(0.0, box.top - above),
        min(1.0, box.right + aside),
        min(1.0, box.bottom + above),
    )
    wide, high = window.right - window.left, window.bottom - window.top
    ratio = (wide * image.width) / (high * image.height)
    shown = min(_CROP_WIDTH, _CROP_HEIGHT * ratio)
    return Crop(
        href=image.href,
        frame=f"width:{shown:.0f}px;aspect-ratio:{ratio:.4f}",
        image=(
            f"width:{100 / wide:.3f}%;height:{100 / high:.3f}%;"
            f"left:{-100 * window.left / wide:.3f}%;top:{-100 * window.top / high:.3f}%"
        ),
        mark=_position(box, window),
    )


def _position(box: Box, window: Box) -> str:
    wide, high = window.right - window.left, window.bottom - window.top
    return (
        f"left:{100 * (box.left - window.left) / wide:.3f}%;top:{100 * (box.top - window.top) / high:.3f}%;"
        f"width:{100 * (box.right - box.left) / wide:.3f}%;height:{100 * (box.bottom - box.top) / high:.3f}%"
    )
