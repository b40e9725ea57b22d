from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from pipeline.mrz.read import plain_page
from pipeline.reference.preprints import Preprint, shipped_preprints
from pipeline.reference.templates import shipped_templates
from pipeline.visual.labels import folded, vocabulary
from pipeline.visual.register import register


@pytest.mark.parametrize("preprint", shipped_preprints(), ids=lambda one: one.name)
def test_boxes_lie_on_the_form_and_values_beside_or_below_their_label(preprint: Preprint) -> None:
    for box in (*(text.box for text in preprint.fixed), *(value.box for value in preprint.values)):
        assert box[0] < box[2]
        assert box[1] < box[3]
    for value in preprint.values:
        label = preprint.fixed[value.label].box
        assert value.box[1] > label[1] - 0.02
        assert value.lines == 1 or value.leading > 0
    assert len({value.label for value in preprint.values}) == len(preprint.values)


@pytest.mark.parametrize("preprint", shipped_preprints(), ids=lambda one: one.name)
def test_every_value_stands_by_a_label_of_one_template(preprint: Preprint) -> None:
    labels = [folded(preprint.fixed[value.label].text) for value in preprint.values]
    known = Counter(
        template.name for template in shipped_templates() for label in labels if label in vocabulary(template)
    )
    assert max(known.values()) == len(labels)


def test_a_blank_page_is_of_no_form() -> None:
    assert register(plain_page(np.full((640, 900, 3), 250, np.uint8)), shipped_preprints()) is None
