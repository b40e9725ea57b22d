from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.types.boxes import Box
from pipeline.types.mrz import MrzFormat
from pipeline.visual.register import register
from tests.visual.forms import HEIGHT, LABELS, TITLE, VALUES, WIDTH, form, page, preprint


@pytest.mark.parametrize(
    ("scale", "margin", "degrees"), [(1.0, 0, 0.0), (1.3, 0, 0.0), (0.9, 40, 0.1), (1.6, 70, -0.4), (1.0, 110, 0.6)]
)
def test_a_page_is_brought_into_the_forms_frame(scale: float, margin: int, degrees: float) -> None:
    registered = register(page(form(), scale, margin, degrees), [preprint()])
    assert registered is not None
    assert all(found.sure for found in registered.found)
    corner = cv2.perspectiveTransform(np.array([[[0.0, 0.0]]]), registered.to_page)[0, 0]
    assert np.hypot(*(corner - margin * scale)) < 12 * scale
    assert max(abs(step) for found in registered.found for step in found.moved) < 3


@pytest.mark.parametrize(
    ("label", "printed"), [("Surname", "Surmane"), ("Surname", "Burname"), ("Category", ""), ("Category", "Catogery")]
)
def test_a_misspelt_or_missing_label_is_not_sure_and_the_others_are(label: str, printed: str) -> None:
    registered = register(page(form(labels={label: printed})), [preprint()])
    assert registered is not None
    assert {found.text.text for found in registered.found if not found.sure} == {label}


def test_values_do_not_matter() -> None:
    registered = register(page(form(values=dict.fromkeys(VALUES, ""))), [preprint()])
    assert registered is not None
    assert all(found.sure for found in registered.found)


def test_a_label_that_was_pushed_down_is_found_where_it_is() -> None:
    pushed = form()
    lower = pushed[330:450].copy()
    pushed[330:450] = 244
    pushed[360:480] = lower
    registered = register(page(pushed), [preprint(flows=True)])
    assert registered is not None
    moved = {found.text.text: round(found.moved[1]) for found in registered.found}
    assert abs(moved["Date of birth"] - moved["Surname"] - 30) <= 2


def test_another_form_and_no_form_are_not_taken_for_it() -> None:
    other = form(labels={label: label.upper()[::-1] for label in LABELS if label != TITLE})
    noise = np.random.default_rng(3).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    for picture in (other, noise, np.full((HEIGHT, WIDTH, 3), 250, np.uint8)):
        assert register(page(picture), [preprint()]) is None


def test_a_page_with_an_mrz_is_not_compared_with_a_form_without() -> None:
    assert register(page(form()), [preprint()], (MrzFormat.TD3, Box(0.1, 0.8, 0.9, 0.9))) is None


@pytest.mark.parametrize("size", [(8, 8), (40, 30), (3, 900)])
def test_tiny_pages_are_none(size: tuple[int, int]) -> None:
    assert register(page(np.full((*size, 3), 200, np.uint8)), [preprint()]) is None
