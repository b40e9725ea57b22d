"""Pages as they were read, one after the other -> documents.

A card's two sides are one document, and so are a document's first page and the pages after it that carry neither a
machine-readable zone nor a known layout (terms, endorsements, an empty back). Of several documents on one page each is
read as a page of its own, `PageInfo.part` of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.contradictions import contradicted
from pipeline.mrz.read import MrzResult, confirmed
from pipeline.types import keys
from pipeline.types.boxes import Box
from pipeline.types.documents import DocumentKind, DocumentRecord, PageInfo, Zone
from pipeline.types.facts import AnyFact, Fact, Facts
from pipeline.types.mrz import MrzFormat, MrzReading
from pipeline.types.printed import TemplateMatch
from pipeline.types.problems import Problem, ProblemKind
from pipeline.visual.read import PrintedResult, combined

_CARDS = frozenset({DocumentKind.IDENTITY_CARD, DocumentKind.RESIDENCE_CARD})
_CARD_FORMATS = frozenset({MrzFormat.TD1, MrzFormat.TD2, MrzFormat.FRAID})
_WHOLE_PAGE = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class PageReading:
    """Everything read from one page; facts, zones and problems name page 0.

    Attributes:
        printed: what its printed zone says, the page's own problems among `problems`.
        jpeg: the upright page for people to look at.
        timings: CPU seconds by stage.
        zone: how its machine-readable zone was read, for engines that may be asked later.
    """

    info: PageInfo
    mrz: MrzReading | None
    mrz_facts: tuple[AnyFact, ...]
    printed: PrintedResult
    zones: tuple[Zone, ...]
    problems: tuple[Problem, ...]
    jpeg: bytes
    timings: tuple[tuple[str, float], ...]
    zone: MrzResult | None = None

    @property
    def understood(self) -> bool:
        """Whether anything on it says what it is."""
        return self.mrz is not None or self.template is not None

    @property
    def kind(self) -> DocumentKind:
        """What the page was taken for."""
        return self.printed.kind

    @property
    def template(self) -> TemplateMatch | None:
        """The layout it was read by."""
        return self.printed.template


def documents_of(pages: Sequence[PageReading], bundle: str) -> tuple[DocumentRecord, ...]:
    """The documents of one file, in order."""
    groups: list[list[PageReading]] = []
    for page in pages:
        if groups and _continues(groups[-1], page):
            groups[-1].append(page)
        else:
            groups.append([page])
    return tuple(_record(group, bundle, part) for part, group in enumerate(groups))


def heard(pages: Sequence[PageReading]) -> list[PageReading]:
    """The pages of one file, every engine family heard where a printed zone contradicts a machine-readable one.

    A card prints its zone on one side and the fields on the other, so neighbours that have no zone count too.
    """
    return [_heard(page, pages[max(index - 1, 0) : index + 2]) for index, page in enumerate(pages)]


def _heard(page: PageReading, near: Sequence[PageReading]) -> PageReading:
    if page.zone is None or page.zone.unheard is None:
        return page
    coded = Facts(page.mrz_facts)
    printed = [one.printed.facts for one in near if one is page or one.mrz is None]
    if not any(contradicted(coded, Facts(facts)) for facts in printed):
        return page
    zone = confirmed(page.zone)
    told = tuple(problem for problem in zone.problems if problem not in page.zone.problems)
    problems = (*page.problems, *(replace(problem, page=0) for problem in told))
    return replace(page, mrz=zone.reading, mrz_facts=zone.facts, problems=problems, zone=zone)


def told_apart(whole: PageReading, parts: Sequence[PageReading]) -> tuple[PageReading, ...]:
    """What a page on which several documents seem to lie is taken for: its parts, or itself where that is unsure.

    Args:
        whole: the page read as one.
        parts: what was read from each of the places where a document seems to be; may be none.
    """
    if sum(part.understood for part in parts) > 1 and len(documents_of(parts, "")) > 1:
        first = replace(parts[0], timings=_added([whole, parts[0]]))
        return first, *parts[1:]
    unsure = "several documents seem to lie on the page and could not be told apart; it was read as one"
    problem = Problem(ProblemKind.SEVERAL_DOCUMENTS, "visual", unsure, 0)
    timings = _added([whole, *parts])
    return (replace(whole, problems=(*whole.problems, problem), timings=timings),)


def _added(pages: Sequence[PageReading]) -> tuple[tuple[str, float], ...]:
    """CPU seconds of several pages by stage."""
    timings: dict[str, float] = {}
    for page in pages:
        for stage, seconds in page.timings:
            timings[stage] = timings.get(stage, 0.0) + seconds
    return tuple(timings.items())


def _continues(document: Sequence[PageReading], page: PageReading) -> bool:
    """Whether a page belongs to the document before it.

    One that says nothing of what it is does, but a part of a page does not: nobody files an empty back beside a front.
    """
    if not page.understood:
        return page.info.part is None
    return len(document) == 1 and (_sides(document[0], page) or _sides(page, document[0]))


def _sides(front: PageReading, back: PageReading) -> bool:
    """Whether two pages are the printed and the machine-readable side of one card."""
    if front.mrz is not None or front.kind not in _CARDS or back.mrz is None:
        return False
    same_layout = back.template is None or (front.template is not None and back.template.name == front.template.name)
    return back.mrz.format in _CARD_FORMATS and (same_layout or back.kind in _CARDS)


def _record(pages: Sequence[PageReading], bundle: str, part: int) -> DocumentRecord:
    first = pages[0].info
    mrz = next((page.mrz for page in pages if page.mrz is not None), None)
    printed = combined([_on_page(page.printed, number) for number, page in enumerate(pages)])
    mrz_facts = (replace(fact, page=number) for number, page in enumerate(pages) for fact in page.mrz_facts)
    # Where no layout is known, the side with the machine-readable zone says what the document is.
    telling = next((page for page in pages if page.mrz is not None), pages[0])
    kind = printed.kind if printed.template else telling.kind
    facts = [fact for fact in printed.facts if fact.key != keys.DOC_KIND.name or fact.value == kind.value]
    timings = _added(pages)
    return DocumentRecord(
        document_id=_identity(first),
        bundle=bundle,
        part=part,
        kind=kind,
        template=printed.template.name if printed.template else None,
        mrz=mrz,
        facts=(*mrz_facts, *facts, *(_measured(page.info, number) for number, page in enumerate(pages))),
        zones=tuple(replace(zone, page=number) for number, page in enumerate(pages) for zone in page.zones),
        pages=tuple(page.info for page in pages),
        problems=_problems(pages, printed.template is not None, mrz is not None),
        seconds=sum(seconds for _, seconds in timings),
        timings=timings,
    )


def _on_page(printed: PrintedResult, number: int) -> PrintedResult:
    return replace(printed, facts=tuple(replace(fact, page=number) for fact in printed.facts))


def _measured(info: PageInfo, number: int) -> Fact[PageInfo]:
    """The page's measurements as a Fact, so that checks on capture can point at the page."""
    return Fact(keys.page(number).name, "", info, number, _WHOLE_PAGE, 1.0, "imaging")


def _problems(pages: Sequence[PageReading], has_template: bool, has_mrz: bool) -> tuple[Problem, ...]:
    """Problems of all pages; what one page lacks is none where another page of the document has it."""
    solved = {ProblemKind.UNKNOWN_TEMPLATE} if has_template else set()
    solved |= {ProblemKind.NO_MRZ} if has_mrz else set()
    found = [replace(problem, page=number) for number, page in enumerate(pages) for problem in page.problems]
    return tuple(problem for problem in found if len(pages) == 1 or problem.kind not in solved)


def _identity(info: PageInfo) -> str:
    place = "" if info.part is None else ":" + ",".join(f"{edge:.4f}" for edge in info.part.as_tuple())
    digest = hashlib.sha256(f"{info.scan_sha256}:{info.scan_page}{place}".encode()).hexdigest()
    return f"d{digest[:20]}"
