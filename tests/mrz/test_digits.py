from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.mrz.digits import EMPTY_OPTIONAL, LONG_NUMBER, LONG_NUMBER_WITH_FILLER, check_digits
from pipeline.reference.mrz_fields import LAYOUTS
from pipeline.types.mrz import ALPHABET, MrzFormat, character_value, check_digit
from tests.mrz.writing import Holder, code_for, write

ICAO = {
    MrzFormat.TD3: ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"),
    MrzFormat.TD1: (
        "I<UTOD231458907<<<<<<<<<<<<<<<",
        "7408122F1204159UTO<<<<<<<<<<<6",
        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    ),
    MrzFormat.TD2: ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"),
    MrzFormat.MRVA: ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX7408122F96121096ZE184226B<<<<<<"),
    MrzFormat.MRVB: ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX7408122F9612109<<<<<<<<"),
}


@pytest.mark.parametrize("layout", ICAO)
def test_specimens_of_the_standard_agree(layout: MrzFormat) -> None:
    digits = check_digits(layout, ICAO[layout])
    assert all(digit.ok and not digit.deviation for digit in digits)
    expected = {MrzFormat.TD3: 5, MrzFormat.TD1: 4, MrzFormat.TD2: 4}.get(layout, 3)
    assert len(digits) == expected


@given(st.sampled_from(MrzFormat), st.data())
def test_one_changed_character_of_another_value_is_always_seen(layout: MrzFormat, data: st.DataObject) -> None:
    lines = write(layout, Holder(code=code_for(layout), number="L898902C3", optional="ZE18422"))
    covered = data.draw(st.sampled_from(LAYOUTS[layout].digits))
    place = data.draw(st.sampled_from([*covered.over, covered.digit]))
    column = data.draw(st.integers(place.start, place.end - 1))
    other = data.draw(st.sampled_from(ALPHABET))
    line = lines[place.line]
    assume(character_value(other) % 10 != character_value(line[column]) % 10)
    # A filler in place of the digit may announce a lawful convention.
    assume(other != "<")
    changed = tuple(
        text[:column] + other + text[column + 1 :] if index == place.line else text for index, text in enumerate(lines)
    )
    assert not next(digit for digit in check_digits(layout, changed) if digit.name == covered.name).ok


@given(st.text(ALPHABET, min_size=1, max_size=30), st.data())
def test_only_five_apart_transpositions_hide(text: str, data: st.DataObject) -> None:
    assume(len(text) > 1)
    index = data.draw(st.integers(0, len(text) - 2))
    swapped = text[:index] + text[index + 1] + text[index] + text[index + 2 :]
    apart = (character_value(text[index]) - character_value(text[index + 1])) % 10
    assert (check_digit(text) == check_digit(swapped)) == (apart % 5 == 0)


@pytest.mark.parametrize(("read", "ok", "deviation"), [("<", True, EMPTY_OPTIONAL), ("0", True, ""), ("1", False, "")])
def test_empty_optional_data_may_have_filler_or_zero(read: str, ok: bool, deviation: str) -> None:
    first, second = write(MrzFormat.TD3, Holder())
    body = second[:42] + read
    lines = (first, body + check_digit(body[0:10] + body[13:20] + body[21:43]))
    digit = check_digits(MrzFormat.TD3, lines)[3]
    assert (digit.name, digit.ok, digit.deviation) == ("optional", ok, deviation)


def test_filler_under_filled_optional_data_is_no_convention() -> None:
    first, second = write(MrzFormat.TD3, Holder(optional="ZE184226B"))
    assert not check_digits(MrzFormat.TD3, (first, second[:42] + "<" + second[43:]))[3].ok


def test_long_number_by_both_conventions() -> None:
    assert check_digit("D23145890" + "734") == "9"
    tail = ("3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<")
    number = check_digits(MrzFormat.TD1, ("I<UTOD23145890<7349<<<<<<<<<<<", *tail))[0]
    assert (number.ok, number.deviation, number.read) == (True, LONG_NUMBER, "9")
    without, other = check_digit("D23145890" + "AB1"), check_digit("D23145890" + "<" + "AB1")
    assert other != without
    number = check_digits(MrzFormat.TD1, ("I<UTOD23145890<AB1" + other + "<<<<<<<<<<<", *tail))[0]
    assert (number.ok, number.deviation) == (True, LONG_NUMBER_WITH_FILLER)
    assert not check_digits(MrzFormat.TD1, ("I<UTOD23145890<7346<<<<<<<<<<<", *tail))[0].ok


def test_a_letter_in_place_of_a_digit_is_never_taken_for_it() -> None:
    first, second = write(MrzFormat.TD3, Holder())
    lettered = second[:43] + {"0": "O", "1": "I", "5": "S", "8": "B"}.get(second[43], "D")
    assert not check_digits(MrzFormat.TD3, (first, lettered))[4].ok


def test_no_mrz_character_leaves_nothing_computed() -> None:
    first, second = write(MrzFormat.TD3, Holder())
    digit = check_digits(MrzFormat.TD3, (first, "é" + second[1:]))[0]
    assert (digit.computed, digit.ok) == (None, False)


def test_old_french_card() -> None:
    lines = write(MrzFormat.FRAID, Holder(surname="SPECIMEN", given="MARIE", number="881092310285", birth="651206"))
    digits = check_digits(MrzFormat.FRAID, lines)
    assert [digit.name for digit in digits] == ["number", "birth_date", "composite"]
    assert all(digit.ok for digit in digits)
