from __future__ import annotations

import numpy as np

from pipeline.mrz.digits import check_digits
from pipeline.mrz.parse import format_of
from pipeline.mrz.training.texts import zone
from pipeline.types.mrz import ALPHABET, SHAPE


def test_every_zone_has_the_shape_of_a_format_and_its_characters() -> None:
    random = np.random.default_rng(3)
    shapes = set()
    for _ in range(300):
        lines = zone(random)
        assert (len(lines), len(lines[0])) in SHAPE.values()
        assert len({len(line) for line in lines}) == 1
        assert set("".join(lines)) <= set(ALPHABET)
        shapes.add((len(lines), len(lines[0])))
    assert shapes == set(SHAPE.values())


def test_digits_agree_on_many_and_differ_on_many() -> None:
    random = np.random.default_rng(4)
    zones = [lines for lines in (zone(random) for _ in range(300)) if format_of(lines) is not None]
    agree = 0
    for lines in zones:
        layout = format_of(lines)
        assert layout is not None
        agree += all(digit.ok for digit in check_digits(layout, lines))
    assert 0.3 * len(zones) < agree < 0.8 * len(zones)


def test_the_same_seed_gives_the_same_texts() -> None:
    assert [zone(np.random.default_rng(5)) for _ in range(2)] == [zone(np.random.default_rng(5)) for _ in range(2)]
