from __future__ import annotations

import numpy as np
import pytest

from pipeline.errors import MissingDependency
from pipeline.mrz.training import glyphs, samples
from pipeline.mrz.training.scores import Scores, score
from pipeline.ocr.mrz_line import HEIGHT, PITCH, STRIDE
from pipeline.types.mrz import ALPHABET


@pytest.fixture(autouse=True)
def only_the_face_that_the_set_up_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "FACES", (("OCRB.otf", "fonts-ocr-b", 1.0),))


def test_a_batch_is_of_one_width_and_says_where_each_character_is() -> None:
    made = samples.batch(np.random.default_rng(1), 48)
    count, height, width = made.crops.shape
    assert (count, height, width % STRIDE) == (48, HEIGHT, 0)
    for text, centres in zip(made.texts, made.centres, strict=True):
        assert len(text) == len(centres)
        assert np.all(np.diff(centres) > 0.5 * PITCH)
        assert np.all((centres > -PITCH) & (centres < width + PITCH))
    assert any(not text for text in made.texts)
    assert sum(len(text) in (30, 36, 44) for text in made.texts) > 30


def test_the_same_seed_gives_the_same_batch_and_another_another() -> None:
    one, same, other = (samples.batch(np.random.default_rng(seed), 4) for seed in (2, 2, 3))
    assert one.texts == same.texts
    assert np.array_equal(one.crops, same.crops)
    assert one.texts != other.texts


def test_characters_stand_where_they_are_said_to_stand() -> None:
    ink = glyphs.draw_line(np.random.default_rng(6), "A<<<B")
    columns = ink.sum(axis=0).reshape(5, glyphs.PITCH)
    assert np.all(columns.sum(axis=1) > 0)
    middles = (columns * np.arange(glyphs.PITCH)).sum(axis=1) / columns.sum(axis=1)
    assert middles == pytest.approx(glyphs.PITCH / 2, abs=2.5)


def test_a_missing_face_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "FACES", (("NoSuchFace.otf", "fonts-none", 1.0),))
    glyphs.face_file.cache_clear()
    with pytest.raises(MissingDependency, match="apt-get install fonts-none"):
        glyphs.draw_line(np.random.default_rng(1), "A")


def test_scores_count_lines_edits_and_what_is_said_of_nothing() -> None:
    steps = np.zeros((3, 4, 1 + len(ALPHABET)), np.float32)
    steps[:, :, 0] = 0.5
    for line, text in enumerate(("AB", "AC", "A")):
        for place, character in enumerate(text):
            steps[line, 2 * place, 1 + ALPHABET.index(character)] = 1.0
    seen = score(Scores(), steps, ("AB", "AB", ""))
    assert seen == Scores(lines=2, exact=1, characters=4, edits=1, empty=1, said_of_empty=1)
    assert seen.figures()["exact"] == 0.5
