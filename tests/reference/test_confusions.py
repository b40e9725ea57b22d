from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.reference.confusions import PLACE_COST, Step, difference, explained, glyph_cost, in_words, lookalikes

texts = st.text(alphabet="ABCILMNORSUV0158<", max_size=10)


@given(texts, texts)
def test_the_steps_lead_from_one_text_to_the_other(expected: str, seen: str) -> None:
    built, at = "", 0
    for step in difference(expected, seen):
        assert expected.startswith(step.expected, step.position)
        built += expected[at : step.position] + step.seen
        at = step.position + len(step.expected)
    assert built + expected[at:] == seen


@given(texts)
def test_equal_texts_do_not_differ(text: str) -> None:
    assert difference(text, text) == ()


@given(texts, texts)
@example("IBAM500", "55155B00")  # two cheapest ways, of different numbers of places
def test_cost_is_the_same_in_both_directions(one: str, other: str) -> None:
    # What is least is the cost with a little for each place; of ways that are equal in that, either may be taken.
    there, back = (sum(step.cost + PLACE_COST for step in difference(*pair)) for pair in ((one, other), (other, one)))
    assert there == pytest.approx(back)


@pytest.mark.parametrize("pair", ["O0", "I1", "S5", "B8", "Z2", "G6", "<K", "1L", "D0", "Q0", "UV", "CG", "MN"])
def test_a_common_confusion_explains_a_sharp_reading(pair: str) -> None:
    assert explained(difference(f"A{pair[0]}B", f"A{pair[1]}B"), 0.97)
    assert pair[1] in lookalikes(pair[0], 0.97)
    assert pair[0] in lookalikes(pair[1], 0.97)


@pytest.mark.parametrize("pair", ["38", "17", "56"])
def test_a_rare_confusion_explains_only_a_poor_reading(pair: str) -> None:
    steps = difference(f"A{pair[0]}B", f"A{pair[1]}B")
    assert not explained(steps, 0.97)
    assert explained(steps, 0.6)


def test_unlike_glyphs_explain_nothing_on_a_legible_page() -> None:
    assert glyph_cost("A", "7") == 1.0
    assert not explained(difference("A", "7"), 0.9)


def test_no_difference_and_two_kinds_of_difference_are_no_confusion_of_one_glyph() -> None:
    assert not explained((), 0.1)
    assert not explained(difference("OS", "05"), 0.97)
    assert explained(difference("OXO", "0X0"), 0.97)


def test_two_glyphs_that_look_like_one() -> None:
    assert explained(difference("BARNES", "BAMES"), 0.97)


def test_a_merged_double_letter() -> None:
    assert explained(difference("HOFFMANN", "HOFMANN"), 0.97)
    assert not explained(difference("HOFMANN", "HOMANN"), 0.97)


def test_the_difference_in_words() -> None:
    assert in_words((Step("0", "O", 2, 0.1),), 0.41) == "O for 0 at character 3 (cost 0.10); legibility 0.41"
    assert in_words((Step("A", "", 0, 1.0),), 1.0).startswith("A less at character 1")
    assert in_words((Step("", "A", 0, 1.0),), 1.0).startswith("A more after character 0")
