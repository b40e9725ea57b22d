from __future__ import annotations

from dataclasses import replace

from pipeline.mrz.assemble import refusal
from pipeline.mrz.digits import check_digits
from pipeline.types.mrz import MrzFormat, MrzReading

_LINES = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")


def _reading(lines: tuple[str, ...], confidence: float = 0.9, *, agreed: bool = False) -> MrzReading:
    digits = check_digits(MrzFormat.TD3, lines)
    return MrzReading(MrzFormat.TD3, lines, lines, digits, confidence, ("a", "b"), agreed)


def claimed(reading: MrzReading) -> bool:
    return not refusal(reading)


def test_a_sure_reading_is_claimed_and_an_unsure_one_is_not() -> None:
    assert claimed(_reading(_LINES))
    assert not claimed(_reading(_LINES, confidence=0.3))


def test_one_letter_at_a_check_digits_place_is_print_and_is_claimed() -> None:
    altered = _LINES[1][:9] + "B" + _LINES[1][10:]
    assert claimed(_reading((_LINES[0], altered)))


def test_letters_at_several_check_digits_places_mean_that_the_line_was_read_out_of_step() -> None:
    # The second line one character late: an `F` and a `T` stand where check digits do, as in a shifted reading.
    shifted = "<" + _LINES[1][:-1]
    late = _LINES[1][:9] + "U" + _LINES[1][10:19] + "F" + _LINES[1][20:]
    digits = check_digits(MrzFormat.TD3, (_LINES[0], late))
    # Sure of every character and most digits right, so that nothing else speaks against it.
    reading = replace(_reading((_LINES[0], late)), check_digits=digits)
    assert not claimed(reading)
    assert not claimed(_reading((_LINES[0], shifted)))


def test_a_passports_code_before_short_lines_means_that_their_ends_were_lost() -> None:
    lines = (_LINES[0][:36], _LINES[1][:36])
    assert not claimed(
        MrzReading(MrzFormat.TD2, lines, lines, check_digits(MrzFormat.TD2, lines), 0.99, ("a", "b"), agreed=False)
    )


def test_lines_whose_beginnings_were_lost_are_not_claimed() -> None:
    lines = (_LINES[0][4:] + "<<<<", _LINES[1][3:] + "<<<")
    assert not claimed(_reading(lines))


def test_an_odd_first_letter_before_digits_that_agree_is_print() -> None:
    assert claimed(_reading(("F" + _LINES[0][1:], _LINES[1])))


def test_what_two_families_read_alike_is_given_out_whatever_its_digits_say() -> None:
    wrong = _LINES[1]
    for digit in check_digits(MrzFormat.TD3, _LINES):
        place = {"number": 9, "birth_date": 19, "expiry": 27, "optional": 42, "composite": 43}[digit.name]
        wrong = wrong[:place] + str((int(wrong[place]) + 5) % 10) + wrong[place + 1 :]
    lines = (_LINES[0], wrong)
    assert not any(digit.ok for digit in check_digits(MrzFormat.TD3, lines))
    assert claimed(_reading(lines, agreed=True))
    assert refusal(_reading(lines)) == "no check digit agrees, and one engine family only has read it so"
    assert refusal(_reading(lines, 0.3, agreed=True)) == "it is not legible enough to claim"
