from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.types.mrz import SHAPE, MrzFormat
from tests.bench.mrz.pictures import Picture
from tests.bench.mrz.synthetic import pictures
from tests.bench.mrz.zone import valid, zone


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Picture]:
    return list(pictures(tmp_path_factory.mktemp("set"), 11, 40))


def test_every_format_both_captures_wrong_digits_and_negatives_occur(made: list[Picture]) -> None:
    assert {one.format for one in made} == {*(form.value for form in MrzFormat if form is not MrzFormat.FRAID), None}
    assert {one.capture for one in made} == {"flatbed", "phone"}
    assert any(one.printed_wrong for one in made)
    assert {one.legible for one in made if one.format} == {True, False}


def test_truth_has_the_shape_of_its_format_and_is_valid_unless_printed_wrong(made: list[Picture]) -> None:
    for one in made:
        if one.format is None:
            assert one.lines == ()
            assert not one.legible
            continue
        count, length = SHAPE[MrzFormat(one.format)]
        assert [len(line) for line in one.lines] == [length] * count
        assert valid(one.lines) is not one.printed_wrong
        assert zone(one.lines, whole_page=True) == one.lines
        assert not one.legible or (one.pitch_px or 0) >= 10


def test_fewer_pictures_are_the_first_of_more(made: list[Picture], tmp_path: Path) -> None:
    again = list(pictures(tmp_path, 11, 2))
    assert [one.lines for one in again] == [one.lines for one in made[:2]]
    assert [one.path.read_bytes() for one in again] == [one.path.read_bytes() for one in made[:2]]
