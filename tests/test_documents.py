from __future__ import annotations

from dataclasses import replace

from pipeline.documents import PageReading, documents_of, told_apart
from pipeline.types import keys
from pipeline.types.boxes import Box
from pipeline.types.documents import DocumentKind, PageInfo, Quality
from pipeline.types.facts import AnyFact, Fact, Facts
from pipeline.types.mrz import MrzFormat, MrzReading
from pipeline.types.printed import MissingField, TemplateMatch
from pipeline.types.problems import Problem, ProblemKind
from pipeline.visual.read import PrintedResult

_BOX = Box(0.1, 0.1, 0.2, 0.2)
_SHA = "ab" * 32


def _fact(key: str, value: object) -> AnyFact:
    return Fact(key, str(value), value, 0, _BOX, 0.9, "recorded")


def _mrz(layout: MrzFormat) -> MrzReading:
    return MrzReading(layout, ("I<UTO",), ("I<UTO",), (), 0.9, ("a",), agreed=True)


def _page(
    number: int,
    kind: DocumentKind = DocumentKind.UNKNOWN,
    template: TemplateMatch | None = None,
    mrz: MrzReading | None = None,
    facts: tuple[AnyFact, ...] = (),
    problems: tuple[Problem, ...] = (),
) -> PageReading:
    told: tuple[AnyFact, ...] = (_fact(keys.DOC_KIND.name, kind.value),)
    if template is not None:
        told = (*told, _fact(keys.DOC_TEMPLATE.name, template))
    printed = PrintedResult(kind, template, (*facts, *told), ())
    mrz_facts = () if mrz is None else (_fact(keys.MRZ.name, mrz),)
    info = PageInfo(_SHA, number, 1000, 700, Quality())
    return PageReading(info, mrz, mrz_facts, printed, (), problems, b"jpeg", (("text", 0.5),))


def _match(name: str, *missing: str) -> TemplateMatch:
    return TemplateMatch(name, ("Surname",), 3, tuple(MissingField(field, True) for field in missing), ())


_FRONT = _page(0, DocumentKind.IDENTITY_CARD, _match("card", "issue_date"), facts=(_fact("viz.surname", "NIL"),))
_NO_MRZ = Problem(ProblemKind.NO_MRZ, "mrz", "none", 0)


def test_two_sides_of_a_card_are_one_document_and_complete_each_other() -> None:
    back = _page(1, DocumentKind.IDENTITY_CARD, _match("card", "surname"), _mrz(MrzFormat.TD1))
    (record,) = documents_of([_FRONT, back], "bundle")
    facts = Facts(record.facts)
    assert record.kind is DocumentKind.IDENTITY_CARD
    assert record.mrz is not None
    assert facts.get(keys.DOC_TEMPLATE).value.missing == ()
    assert facts.get(keys.MRZ).page == 1
    assert facts.get(keys.VIZ_SURNAME).page == 0
    assert [page.scan_page for page in record.pages] == [0, 1]
    assert record.seconds == 1.0


def test_an_unknown_side_does_not_hide_what_the_zone_on_the_other_says() -> None:
    back = _page(1, DocumentKind.RESIDENCE_CARD, None, _mrz(MrzFormat.TD1))
    front = _page(0, DocumentKind.IDENTITY_CARD, _match("card"))
    (record,) = documents_of([front, back], "bundle")
    assert record.template == "card"
    (alone,) = documents_of([back, _page(2)], "bundle")
    assert alone.kind is DocumentKind.RESIDENCE_CARD
    assert Facts(alone.facts).get(keys.DOC_KIND).value == "residence-card"


def test_a_passport_and_a_permit_of_one_file_are_two_documents_with_ids_of_their_own() -> None:
    passport = _page(0, DocumentKind.PASSPORT, _match("passport"), _mrz(MrzFormat.TD3))
    permit = _page(1, DocumentKind.WORK_PERMIT, _match("permit"))
    first, second = documents_of([passport, permit], "bundle")
    assert (first.part, second.part) == (0, 1)
    assert first.document_id != second.document_id
    assert documents_of([passport, permit], "other")[0].document_id == first.document_id


def test_a_page_of_terms_belongs_to_the_document_before_it() -> None:
    permit = _page(0, DocumentKind.WORK_PERMIT, _match("permit"))
    terms = _page(1, problems=(Problem(ProblemKind.UNKNOWN_TEMPLATE, "visual", "none", 0),))
    (record,) = documents_of([permit, terms], "bundle")
    assert len(record.pages) == 2
    assert record.problems == ()


def test_what_one_page_lacks_and_none_has_stays_a_problem_with_its_page() -> None:
    (record,) = documents_of([_page(0, problems=(_NO_MRZ,)), _page(1, problems=(_NO_MRZ,))], "bundle")
    assert [problem.page for problem in record.problems] == [0, 1]
    assert record.kind is DocumentKind.UNKNOWN


def test_no_page_no_document() -> None:
    assert documents_of([], "bundle") == ()


def _part(number: int, page: PageReading) -> PageReading:
    return replace(page, info=replace(page.info, scan_page=0, part=Box(0.0, 0.5 * number, 1.0, 0.5 * (number + 1))))


_PASSPORT = _page(0, DocumentKind.PASSPORT, _match("passport"), _mrz(MrzFormat.TD3))
_PERMIT = _page(1, DocumentKind.WORK_PERMIT, _match("permit"))


def test_documents_that_were_told_apart_on_a_page_have_ids_of_their_own() -> None:
    pages = told_apart(_page(0), [_part(0, _PASSPORT), _part(1, _PERMIT)])
    assert len(pages) == 2
    assert sum(seconds for page in pages for _, seconds in page.timings) == 1.5, "that of the whole page is not lost"
    first, second = documents_of(pages, "bundle")
    assert (first.part, second.part) == (0, 1)
    assert first.document_id != second.document_id
    assert first.pages[0].scan_page == second.pages[0].scan_page == 0


def test_where_parting_is_unsure_the_page_is_read_as_one_and_says_so() -> None:
    back = _page(1, DocumentKind.IDENTITY_CARD, _match("card"), _mrz(MrzFormat.TD1))
    for parts in ([], [_part(0, _PASSPORT), _part(1, _page(1))], [_part(0, _FRONT), _part(1, back)]):
        (page,) = told_apart(_PASSPORT, parts)
        assert page.mrz == _PASSPORT.mrz
        assert [problem.kind for problem in page.problems] == [ProblemKind.SEVERAL_DOCUMENTS]
        assert sum(seconds for _, seconds in page.timings) == 0.5 * (1 + len(parts))


def test_a_part_that_is_not_understood_is_a_document_that_says_so() -> None:
    untold = Problem(ProblemKind.UNKNOWN_TEMPLATE, "visual", "no template has enough labels on this page", 0)
    odd = replace(_page(0), problems=(untold,))
    pages = told_apart(_page(0), [_part(0, _PASSPORT), _part(1, odd), _PERMIT])
    records = documents_of(pages, "bundle")
    assert [len(record.pages) for record in records] == [1, 1, 1]
    assert untold in records[1].problems
    assert not records[0].problems
