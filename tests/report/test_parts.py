from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.case_view import by_row, case_view
from pipeline.report.differences import Span, marked, plain, visible
from pipeline.report.page_images import PageImage
from pipeline.report.rescan import rescan_rows
from pipeline.report.spool import Spool
from pipeline.report.words import field_and_zone, spoken
from pipeline.types.boxes import Box
from pipeline.types.findings import Desk, Hypothesis, PageEvidence, RowEvidence
from pipeline.types.problems import Problem, ProblemKind
from tests.report.made_up import case, finding, reading

TEXT = st.text(max_size=60)


def test_differing_characters_are_marked() -> None:
    assert marked("1974-08-12", "1974-08-22") == (Span("1974-08-", False), Span("1", True), Span("2", False))
    assert marked("ERIKSSON", "ERIKSON") == (Span("ERIKS", False), Span("S", True), Span("ON", False))
    assert marked("SALT WORKS", "12 MAY") == (Span("SALT WORKS", False),)
    assert plain("") == ()


@given(TEXT, TEXT)
def test_marks_lose_no_character(text: str, other: str) -> None:
    spans = marked(text, other)
    assert "".join(span.text for span in spans) == text
    assert all(span.text for span in spans)
    assert not any(span.differs for span in marked(text, text))


def test_long_readings_are_cut_with_a_note() -> None:
    assert plain("x" * 5000)[0].text.endswith("(5000 characters)")


def test_invisible_characters_are_written_out() -> None:
    assert visible("a\u202eb\u200b\x00\nc") == "a⟦U+202E⟧b⟦U+200B⟧⟦U+0000⟧\nc"


def test_keys_have_names_for_people() -> None:
    assert field_and_zone("passport.viz.birth_date") == ("Birth date", "printed zone, passport")
    assert field_and_zone("mrz.check.expiry") == ("Check digit of expiry", "machine-readable zone")
    assert field_and_zone("something_else") == ("Something else", "")
    assert spoken("no-mrz-read") == "No MRZ read"


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]))))
def test_a_spool_gives_back_what_went_in(tmp_path_factory: pytest.TempPathFactory, pieces: list[str]) -> None:
    spool = Spool(tmp_path_factory.getbasetemp())
    for piece in pieces:
        spool.add(piece)
    assert spool.count == len(pieces)
    half = len(pieces) // 2
    assert [*spool.take(half), *spool.take(len(pieces))] == pieces
    spool.close()


def test_a_crop_shows_its_box_with_surroundings() -> None:
    view = case_view(case("d-1", finding()), lambda document, page: PageImage("images/x.jpg", 1000, 500))
    crop = view.groups[0].findings[0].readings[0].crop
    assert crop is not None
    # 0.2 x 0.05 of the page and its margins: 0.232 x 0.085, twice as wide as that ratio on this page.
    assert crop.frame.endswith(f"aspect-ratio:{0.232 / 0.085 * 2:.4f}")
    assert "left:6.897%" in crop.mark


def test_a_box_over_the_whole_page_has_no_crop() -> None:
    whole = PageEvidence("page.0", "", "", 0, Box(0, 0, 1, 1))
    view = case_view(case("d-1", finding(whole)), lambda document, page: PageImage("images/x.jpg", 10, 10))
    assert view.groups[0].findings[0].readings[0].crop is None
    assert len(view.figures[0].places) == 1


@given(st.tuples(*[st.floats(0, 0.99)] * 2), st.tuples(*[st.floats(0.001, 1)] * 2))
def test_any_box_has_a_crop_within_the_page(corner: tuple[float, float], size: tuple[float, float]) -> None:
    box = Box.from_pixels(
        corner[0] * 800, corner[1] * 600, (corner[0] + size[0]) * 800, (corner[1] + size[1]) * 600, 800, 600
    )
    item = PageEvidence("viz.surname", "A", "A", 0, box)
    view = case_view(case("d-1", finding(item)), lambda document, page: PageImage("images/x.jpg", 800, 600))
    crop = view.groups[0].findings[0].readings[0].crop
    assert crop is None or "nan" not in crop.frame + crop.image + crop.mark


def test_numbers_of_two_documents_are_compared_whatever_they_are_called() -> None:
    pair = finding(reading("L8989O2C8", "viz.passport_number"), reading("L898902C3", "passport.viz.document_number"))
    view = case_view(case("d-1", pair), lambda document, page: None)
    assert any(span.differs for span in view.groups[0].findings[0].readings[0].value)


def test_rescan_rows_come_from_problems_and_quality_findings() -> None:
    soft = finding(reading(), code="QLT101", title="Print too small", hypothesis=Hypothesis.CAPTURE)
    rows = list(rescan_rows(case("d-1", soft)))
    assert [(row.page, row.reasons, row.advice) for row in rows] == [(0, ("Print too small",), ("look at the page",))]
    no_mrz = Problem(ProblemKind.NO_MRZ, "mrz", "none found")
    assert not list(rescan_rows(case("d-1", problems=(no_mrz,))))
    asked = list(rescan_rows(case("d-1", desk=Desk.RESCAN, problems=(no_mrz,))))
    assert asked[0].page is None and asked[0].reasons == ("no mrz read: none found",)
    assert len(list(rescan_rows(case("d-1", desk=Desk.RESCAN)))) == 1


def test_cells_are_put_together_by_row_in_their_order() -> None:
    permit, hours = RowEvidence("permits", "WP-1", "issued_at", "a", "b"), RowEvidence("hours", "7", "closes", "c", "")
    again = RowEvidence("permits", "WP-1", "office_id", "01", "")
    rows = by_row([permit, hours, again])
    assert [(row.table, row.key, row.cells) for row in rows] == [
        ("permits", "WP-1", (permit, again)),
        ("hours", "7", (hours,)),
    ]
    assert by_row([]) == ()
