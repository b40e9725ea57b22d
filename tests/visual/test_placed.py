from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ocr.engine import TextLine
from pipeline.reference.preprints import Preprint
from pipeline.visual.placed import placed_text
from pipeline.visual.register import register
from tests.visual.forms import LABELS, VALUES, Reading, form, page, preprint, written


def placed(picture: NDArray[np.uint8], engine: Reading, of: Preprint | None = None) -> tuple[TextLine, ...] | None:
    shown = page(picture)
    registered = register(shown, [of or preprint()])
    assert registered is not None
    return placed_text(registered, shown.colour, engine)


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
