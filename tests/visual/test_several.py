from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.utopia import conditions, papers
from fixtures.utopia.people import holder
from fixtures.utopia.together import scan_together
from pipeline.imaging.page import Grey
from pipeline.ocr.engine import TextLine
from pipeline.read import make_readers, read_file
from pipeline.reference.labels import parse_language
from pipeline.settings import Settings
from pipeline.types.boxes import Box
from pipeline.types.values import shown
from pipeline.visual.several import Mark, mark_words, marks, parts, seems_several

WIDTH, HEIGHT = 800, 600


def _line(text: str, left: float, top: float) -> TextLine:
    return TextLine(text, 0.99, left, top, left + 9 * len(text), top + 14)


def _drawn(lines: list[TextLine]) -> Grey:
    page = np.full((HEIGHT, WIDTH), 245, np.uint8)
    for line in lines:
        at = (round(line.left), round(line.bottom))
        cv2.putText(page, line.text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, 20, 1)
    return page


def _card(left: float, top: float) -> list[TextLine]:
    texts = ("IDENTITY CARD", "Surname", "NIL", "Date of birth", "12 MAR 1980")
    zone = ("I<UTONIL<<ANNA<<<<<<<<<<<<<<", "L898902C36UTO8003124F2703124<")
    return [_line(text, left, top + 24 * row) for row, text in enumerate(texts)] + [
        _line(text, left, top + 140 + 20 * row) for row, text in enumerate(zone)
    ]


def test_one_document_repeats_nothing() -> None:
    lines = _card(40, 60)
    found = marks(lines, None, WIDTH, HEIGHT)
    assert sorted(mark.what for mark in found) == ["birth_date", "mrz", "surname", "title"]
    assert not seems_several(found)


@pytest.mark.parametrize(("left", "top"), [(430.0, 60.0), (40.0, 340.0)])
def test_two_documents_are_parted_by_the_bare_paper_between_them(left: float, top: float) -> None:
    lines = _card(40, 60) + _card(left, top)
    found = marks(lines, None, WIDTH, HEIGHT)
    assert seems_several(found)
    one, other = parts(_drawn(lines), found, lines, None)
    for box, corner in ((one, (40, 60)), (other, (left, top))):
        assert box.left * WIDTH <= corner[0] and box.top * HEIGHT <= corner[1]
        assert box.right * WIDTH >= corner[0] + 250
        assert box.bottom * HEIGHT >= corner[1] + 174
    assert one.right <= other.left or one.bottom <= other.top


def test_four_documents_are_four_parts() -> None:
    lines = [line for left in (40, 430) for top in (40, 340) for line in _card(left, top)]
    assert len(parts(_drawn(lines), marks(lines, None, WIDTH, HEIGHT), lines, None)) == 4


def test_a_table_around_the_paper_does_not_hide_the_gap() -> None:
    lines = _card(60, 60) + _card(430, 60)
    page = _drawn(lines)
    page[:30], page[-200:] = 60, 60
    page[-180::8] = 200
    assert len(parts(page, marks(lines, None, WIDTH, HEIGHT), lines, None)) == 2


def test_documents_that_touch_are_not_cut() -> None:
    lines = _card(40, 60) + _card(430, 60)
    page = _drawn(lines)
    page[60:240:2, 300:440] = 20
    assert parts(page, marks(lines, None, WIDTH, HEIGHT), lines, None) == ()


def test_a_zone_that_was_read_is_counted_once() -> None:
    lines = _card(40, 60)
    zone = Box.from_pixels(30, 195, 320, 240, WIDTH, HEIGHT)
    assert sum(mark.what == "mrz" for mark in marks(lines, zone, WIDTH, HEIGHT)) == 1


@pytest.mark.parametrize(
    ("names", "several"),
    [
        (["title", "title"], True),
        (["mrz", "mrz"], True),
        (["surname", "surname"], False),
        (["surname", "surname", "sex", "sex"], True),
        (["title", "mrz", "surname", "number"], False),
    ],
)
def test_what_makes_several_documents_likely(names: list[str], several: bool) -> None:
    assert seems_several([Mark(name, 0.1 * i, 0.5) for i, name in enumerate(names)]) is several


@given(
    st.lists(
        st.tuples(st.sampled_from(["title", "mrz", "surname"]), st.floats(0, 0.99), st.floats(0, 0.99)), max_size=8
    ),
    st.integers(0, 2**32 - 1),
)
def test_parts_never_overlap_and_hold_all_print(found: list[tuple[str, float, float]], seed: int) -> None:
    page = np.random.default_rng(seed).choice(np.array([20, 245], np.uint8), (6, 8), p=[0.2, 0.8])
    page = cv2.resize(page, (400, 300), interpolation=cv2.INTER_NEAREST)
    boxes = parts(np.asarray(page, np.uint8), [Mark(*one) for one in found], (), None)
    covered = np.zeros((300, 400), np.int32)
    for box in boxes:
        covered[round(box.top * 300) : round(box.bottom * 300), round(box.left * 400) : round(box.right * 400)] += 1
    assert covered.max() <= 1
    assert not boxes or covered[1:-1, 1:-1][page[1:-1, 1:-1] == 20].mean() > 0.99


@pytest.mark.live
def test_a_passport_and_a_permit_card_on_one_sheet_are_two_documents(tmp_path: Path) -> None:
    rng = random.Random("one sheet")
    person = holder(rng)
    book = papers.passport_of(rng, person)
    documents = [papers.passport(rng, person, book), papers.permit(rng, person, book, card=True)]
    settings = replace(conditions.flatbed(rng, "icao-passport"), quarter_turns=0)
    truths = scan_together(tmp_path, Path("a"), documents, settings, rng)
    reading = read_file(tmp_path / "a.jpg", "bundle", make_readers(Settings()), Settings())
    assert reading.status == "read"
    assert len(reading.records) == len(truths) == 2
    for record, truth in zip(reading.records, truths, strict=True):
        assert (record.part, record.kind, record.template) == (truth.part, truth.document_kind, truth.template)
        assert (record.mrz.lines if record.mrz else ()) == truth.mrz_lines
        found = {fact.key: shown(fact.value) for fact in record.facts}
        assert [found.get(f"viz.{key}") for key in truth.fields] == list(truth.fields.values())
        assert record.pages[0].part is not None
    first, second = reading.records
    assert first.document_id != second.document_id
    assert [image.document_id for image in reading.images] == [first.document_id, second.document_id]
    assert reading.images[0].jpeg != reading.images[1].jpeg


def test_words_of_a_language_that_somebody_added_mark_documents_too() -> None:
    language = parse_language("own", 'language = "Own"\n[titles]\nwork-permit = ["Zezwolenie na prace"]\n')
    lines = [TextLine("Zezwolenie na prace", 0.99, 20, y, 200, y + 14) for y in (20, 300)]
    assert marks(lines, None, WIDTH, HEIGHT) == []
    found = marks(lines, None, WIDTH, HEIGHT, mark_words([language]))
    assert [mark.what for mark in found] == ["title", "title"]
