from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.types.mrz import ALPHABET, character_value, check_digit

#: Doc 9303-3 appendix A and part 4 examples.
KNOWN = [("520727", "3"), ("AB2134<<<", "5"), ("L898902C3", "6"), ("740812", "2"), ("ZE184226B<<<<<", "1")]


@pytest.mark.parametrize(("text", "digit"), KNOWN)
def test_published_check_digits(text: str, digit: str) -> None:
    assert check_digit(text) == digit


@given(st.text(ALPHABET, min_size=1, max_size=40), st.data())
def test_a_changed_character_is_seen_unless_its_value_is_congruent(text: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(ALPHABET))
    changed = text[:position] + other + text[position + 1 :]
    congruent = (character_value(text[position]) - character_value(other)) % 10 == 0
    assert (check_digit(text) == check_digit(changed)) == congruent


@given(st.text(ALPHABET, min_size=2, max_size=40), st.data())
def test_a_swap_of_neighbours_is_missed_only_when_values_differ_by_five(text: str, data: st.DataObject) -> None:
    i = data.draw(st.integers(0, len(text) - 2))
    swapped = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    difference = (character_value(text[i]) - character_value(text[i + 1])) % 10
    assert (check_digit(text) == check_digit(swapped)) == (difference in {0, 5})


@pytest.mark.parametrize("character", ["a", " ", "É", "", "AB", "٣"])
def test_no_other_character_has_a_value(character: str) -> None:
    with pytest.raises(ValueError, match="character"):
        character_value(character)
