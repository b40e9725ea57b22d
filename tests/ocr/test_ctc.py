from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.ocr.ctc import at_lengths, greedy

ALPHABET = "AB<"


def steps(rows: list[list[float]]) -> NDArray[np.float32]:
    scores = np.array(rows, np.float32)
    normalised: NDArray[np.float32] = scores / scores.sum(axis=1, keepdims=True)
    return normalised


def collapsed(path: tuple[int, ...]) -> str:
    kept = [key for key, _ in itertools.groupby(path)]
    return "".join(ALPHABET[key - 1] for key in kept if key)


def test_greedy_joins_repeats_and_drops_blanks() -> None:
    scores = steps([[1, 9, 1, 1], [1, 9, 1, 1], [9, 1, 1, 1], [1, 9, 1, 1], [1, 1, 9, 1]])
    found = greedy(scores, ALPHABET)
    assert found.text == "AAB"
    assert found.characters[2].probability == pytest.approx(0.75)
    assert found.characters[2].alternatives[0][1] == pytest.approx(1 / 12)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4), min_size=1, max_size=6), st.integers(1, 5))
def test_the_best_path_of_a_length_is_the_best_there_is(rows: list[list[float]], length: int) -> None:
    scores = steps(rows)
    best = max(
        (
            sum(float(np.log(scores[t, k])) for t, k in enumerate(path))
            for path in itertools.product(range(4), repeat=len(rows))
            if len(collapsed(path)) == length
        ),
        default=None,
    )
    found = at_lengths(scores, ALPHABET, (length,)).get(length)
    assert (found is None) == (best is None)
    if found is not None and best is not None:
        assert len(found.text) == length
        assert found.log_probability == pytest.approx(best, abs=1e-4)


@given(st.text(ALPHABET, min_size=1, max_size=12))
def test_certain_steps_come_back_as_written(text: str) -> None:
    rows = []
    for character in text:
        rows += [[0.01] * 4, [0.97, 0.01, 0.01, 0.01]]
        rows[-2][ALPHABET.index(character) + 1] = 0.97
    scores = steps(rows)
    assert greedy(scores, ALPHABET).text == text
    assert at_lengths(scores, ALPHABET, (len(text),))[len(text)].text == text


def test_an_imposed_length_splits_the_least_certain_run() -> None:
    scores = steps([[0, 9, 0, 0], [5, 5, 0, 0], [0, 9, 0, 0], [9, 0, 0, 0]])
    assert greedy(scores, ALPHABET).text in ("A", "AA")
    assert at_lengths(scores, ALPHABET, (1, 2)).keys() == {1, 2}
    assert at_lengths(scores, ALPHABET, (2,))[2].text == "AA"
    assert 9 not in at_lengths(scores, ALPHABET, (9,))
