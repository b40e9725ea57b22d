from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from unittest.mock import Mock

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline import read
from pipeline.imaging.page import Page
from pipeline.mrz.read import MrzEngines, MrzResult
from pipeline.ocr.engine import TextLine
from pipeline.reference.preprints import Preprint, shipped_preprints
from pipeline.reference.templates import shipped_templates
from pipeline.types.boxes import Box
from pipeline.types.mrz import MrzFormat
from pipeline.visual.placed import expected_values, has_print_at_foot, has_print_beside, placed_text
from pipeline.visual.register import Registered, register
from tests.visual.forms import HEIGHT, LABELS, VALUES, WIDTH, Reading, form, page, preprint, written

#: A preprint with an MRZ at its foot, and where that stands.
ZONE = Box(0.05, 0.80, 0.65, 0.87)
WITH_ZONE = replace(preprint(), mrz=MrzFormat.TD2, mrz_box=(ZONE.left, ZONE.top, ZONE.right, ZONE.bottom))


def registered(picture: NDArray[np.uint8], of: Preprint | None = None) -> tuple[Page, Registered]:
    shown, form_of = page(picture), of or preprint()
    found = register(shown, [form_of], (form_of.mrz, ZONE) if form_of.mrz else None)
    assert found is not None
    return shown, found


def placed(
    picture: NDArray[np.uint8], engine: Reading, of: Preprint | None = None, expected: Collection[int] = ()
) -> tuple[TextLine, ...] | None:
    shown, found = registered(picture, of)
    return placed_text(found, shown.colour, engine, expected)


def with_zone() -> NDArray[np.uint8]:
    picture = form()
    written(picture, "I<UTOOTTERBURN<<MIRA<<<<<<<<<<", (50, 530))
    written(picture, "K88120987UTO8908167F3008144<<2", (50, 552))
    return picture


def pale(picture: NDArray[np.uint8], text: str, at: tuple[int, int], size: float, grey: int, thick: int = 2) -> None:
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_DUPLEX, size, (grey, grey, 244), thick, cv2.LINE_AA)


def test_labels_are_taken_as_drawn_and_only_values_are_read() -> None:
    engine = Reading()
    lines = placed(form(), engine)
    assert lines is not None
    assert {line.text for line in lines if line.text != "X"} == set(LABELS)
    assert len(engine.quads) == len(VALUES)
    boxes = sorted((round(float(quad[0][0])), round(float(quad[3][1]))) for quad in engine.quads)
    for (left, bottom), (_, (x, y)) in zip(boxes, sorted(VALUES.values(), key=lambda one: one[1]), strict=True):
        assert -20 <= left - x <= 0
        assert 0 < bottom - y < 25


def test_a_box_ends_with_its_text() -> None:
    engine = Reading()
    assert placed(form(), engine) is not None
    (width, _), _ = cv2.getTextSize("16 AUG 1989", cv2.FONT_HERSHEY_DUPLEX, 0.8, 1)
    widest = max(float(quad[1][0] - quad[0][0]) for quad in engine.quads)
    assert width <= widest < width + 40


def test_an_empty_field_is_not_read() -> None:
    engine = Reading()
    lines = placed(form(values={"Category": "", "Surname": ""}), engine)
    assert lines is not None
    assert len(engine.quads) == len(VALUES) - 2


def test_a_misspelt_label_is_read_where_it_stands() -> None:
    engine = Reading("Surmane")
    lines = placed(form(labels={"Surname": "Surmane"}), engine)
    assert lines is not None
    assert "Surname" not in {line.text for line in lines}
    assert len(engine.quads) == len(VALUES) + 1


def test_a_second_line_is_read_below_the_first() -> None:
    picture = form()
    written(picture, "ELISABETH", (60, 337))
    engine = Reading()
    assert placed(picture, engine) is not None
    assert len(engine.quads) == len(VALUES) + 1


def test_a_leaning_value_gets_a_leaning_box() -> None:
    picture = form(values={"Date of birth": ""})
    layer = np.full_like(picture, 255)
    written(layer, "16 AUG 1989", (60, 425))
    turn = cv2.getRotationMatrix2D((60.0, 425.0), 3.0, 1.0)
    turned = cv2.warpAffine(layer, turn, (layer.shape[1], layer.shape[0]), borderValue=(255, 255, 255))
    picture = np.minimum(picture, np.asarray(turned, np.uint8))
    engine = Reading()
    assert placed(picture, engine) is not None
    assert sum(abs(float(quad[1][1] - quad[0][1])) > 4 for quad in engine.quads) == 1


def test_an_expected_value_that_is_not_there_leaves_the_page_to_the_engine() -> None:
    surname = list(LABELS).index("Surname")
    assert placed(form(), Reading(), expected={surname}) is not None
    assert placed(form(values={"Surname": ""}), Reading(), expected={surname}) is None


def test_a_pale_value_is_not_taken_for_an_empty_field() -> None:
    picture = form(values={"Surname": ""})
    pale(picture, "OTTERBURN", (60, 205), 0.8, 200)
    assert placed(picture, Reading()) is None


@pytest.mark.parametrize("left", [150, 220, 300])
def test_a_value_that_stands_further_on_in_its_row_leaves_the_page_to_the_engine(left: int) -> None:
    picture = form(values={"Surname": ""})
    written(picture, "OTTER", (left, 205))
    assert placed(picture, Reading()) is None


@pytest.mark.parametrize("at", [(330, 205), (330, 237), (60, 495), (700, 460)])
def test_text_behind_a_gap_or_below_a_value_leaves_the_page_to_the_engine(at: tuple[int, int]) -> None:
    picture = form()
    written(picture, "JUN", at)
    assert placed(picture, Reading()) is None


def test_print_that_begins_beside_its_place_leaves_the_page_to_the_engine() -> None:
    picture = form(values={"Surname": ""})
    written(picture, "OTTERBURN", (110, 205))
    assert placed(picture, Reading()) is None


def test_an_unsure_value_leaves_the_page_to_the_engine() -> None:
    assert placed(form(), Reading(confidence=0.3)) is None
    assert placed(form(), Reading("")) is None


def test_other_print_leaves_the_page_to_the_engine_unless_the_form_has_room_for_it() -> None:
    picture = form()
    written(picture, "CANCELLED", (420, 560), 1.2)
    assert placed(picture, Reading()) is None
    assert placed(picture, Reading(), preprint(other=(400, 500, 880, 600))) is not None


@pytest.mark.parametrize(("text", "grey"), [("VOID", 204), ("SPECIMEN", 196)])
@pytest.mark.parametrize("thick", [8, 24])
def test_a_pale_overprint_leaves_the_page_to_the_engine(text: str, grey: int, thick: int) -> None:
    picture = form()
    pale(picture, text, (330, 600), thick / 4 + 1.0, grey, thick)
    assert placed(picture, Reading()) is None


@pytest.mark.parametrize("at", [(40, 632), (500, 24)])
def test_print_near_the_edge_leaves_the_page_to_the_engine(at: tuple[int, int]) -> None:
    picture = form()
    cv2.putText(picture, "SEE OVERLEAF", at, cv2.FONT_HERSHEY_DUPLEX, 0.5, (40, 40, 40), 1, cv2.LINE_AA)
    assert placed(picture, Reading()) is None


def test_an_mrz_that_was_read_is_explained_and_what_stands_round_it_is_not() -> None:
    engine = Reading()
    shown, found = registered(with_zone(), WITH_ZONE)
    assert placed_text(found, shown.colour, engine) is not None
    assert not has_print_at_foot(found)
    for at in ((500, 610), (620, 545)):
        picture = with_zone()
        written(picture, "CANCELLED", at)
        shown, found = registered(picture, WITH_ZONE)
        assert placed_text(found, shown.colour, engine) is None
        assert has_print_at_foot(found)


class Whole(Reading):
    """Gives one line, as large as what it was given, for a whole page."""

    name, family = "recorded", "none"

    def read_page(self, colour: NDArray[np.uint8]) -> tuple[TextLine, ...]:
        return (TextLine("all of it", 0.9, 0.0, 0.0, float(colour.shape[1]), float(colour.shape[0])),)

    def read_box(self, colour: NDArray[np.uint8], box: tuple[int, int, int, int]) -> TextLine | None:
        return None


def text_of(picture: NDArray[np.uint8], of: Preprint) -> tuple[TextLine, ...]:
    reading = Mock(format=of.mrz) if of.mrz else None
    mrz = MrzResult(reading, (), ZONE if of.mrz else None, None, 0.0, ())
    return read._text(page(picture), mrz, read.Readers(MrzEngines((), None), Whole(), (), (of,)))


def test_the_whole_page_is_read_where_another_document_lies_beside_the_form() -> None:
    bare = np.vstack([form(), np.full((130, WIDTH, 3), 244, np.uint8)])
    shown, found = registered(bare)
    assert found.share_of(shown.grey) > 0.6
    assert not has_print_beside(found, shown.grey)
    assert len(text_of(bare, preprint())) == len(LABELS) + len(VALUES)
    written(bare, "PERMIT K8812 OTTERBURN", (60, HEIGHT + 80))
    shown, found = registered(bare)
    assert found.share_of(shown.grey) > 0.6
    assert has_print_beside(found, shown.grey)
    assert [line.text for line in text_of(bare, preprint())] == ["all of it"]


def test_print_below_the_mrz_is_read_with_the_page() -> None:
    picture = with_zone()
    assert len(text_of(picture, WITH_ZONE)) == len(LABELS) + len(VALUES)
    written(picture, "CANCELLED", (500, 610))
    assert [round(line.bottom) for line in text_of(picture, WITH_ZONE)] == [HEIGHT]


@pytest.mark.parametrize("preprint", shipped_preprints(), ids=lambda one: one.name)
def test_mandatory_values_of_a_preprint_are_expected(preprint: Preprint) -> None:
    expected = {preprint.fixed[number].text for number in expected_values(preprint, shipped_templates())}
    assert {"Surname", "Date of birth"} <= expected
    assert "Given names" not in expected


@pytest.mark.parametrize("preprint", shipped_preprints(), ids=lambda one: one.name)
def test_the_form_has_no_room_for_stamps_where_its_values_begin(preprint: Preprint) -> None:
    pixels = cv2.imdecode(np.frombuffer(preprint.drawing, np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    room = pixels[:, :, 3] == 0
    height, width = room.shape
    covered = []
    for place in preprint.values:
        left, top, right, bottom = place.box
        right = min(right, left + 4 * (bottom - top) * height / width)
        part = room[int(top * height) : int(bottom * height), int(left * width) : int(right * width)]
        covered.append(float(part.mean()))
    assert sum(share > 0.5 for share in covered) <= 1


def test_a_pale_rule_is_no_overprint() -> None:
    picture = form()
    cv2.line(picture, (40, 500), (860, 500), (206, 206, 206), 4)
    assert placed(picture, Reading()) is not None
