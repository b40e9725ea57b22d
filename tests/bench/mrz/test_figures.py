from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.types.mrz import ALPHABET
from tests.bench.mrz.drive import Answer
from tests.bench.mrz.figures import character_error_rate, figures, legible, not_exact_by_kind, read, stated
from tests.bench.mrz.pictures import Picture

#: Doc 9303-4 appendix B's specimen.
RIGHT = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
NAME_WRONG = (RIGHT[0].replace("ANNA", "ANMA"), RIGHT[1])
DIGIT_WRONG = (RIGHT[0], RIGHT[1].replace("L898902C36", "L898902C30"))
NONE = Picture(Path("none"), None, (), False, "real")


def picture(lines: tuple[str, ...] = RIGHT, *, printed_wrong: bool = False, legible: bool = True) -> Picture:
    return Picture(Path("a"), "TD3", lines, printed_wrong, "flatbed", 12.0, 2.0, legible)


def answer(*lines: str, cpu_s: float = 1.0, probability: float | None = None) -> Answer:
    return Answer(lines, cpu_s, () if probability is None else (probability,) * len(lines))


def test_exact_wrong_name_and_wrong_digit_are_told_apart() -> None:
    answers = [answer(*RIGHT), answer(*NAME_WRONG), answer(*DIGIT_WRONG), answer()]
    found = figures(read([picture()] * 4, answers))
    assert (found["exact"], found["valid_but_wrong"], found["false_alarms"], found["nothing_read"]) == (1, 1, 1, 1)


def test_a_wrong_digit_that_is_printed_must_be_read_and_is_no_false_alarm_when_misread() -> None:
    printed = picture(DIGIT_WRONG, printed_wrong=True)
    misread = (DIGIT_WRONG[0], DIGIT_WRONG[1].replace("UTO", "UT0"))
    found = figures(read([printed] * 3, [answer(*DIGIT_WRONG), answer(*RIGHT), answer(*misread)]))
    assert found["exact_of_printed_wrong"] == 1
    assert found["valid_but_wrong"] == 1, "repaired until it fits"
    assert found["false_alarms"] == 0


def test_output_on_a_picture_without_a_zone_counts_apart() -> None:
    answers = [answer(*RIGHT), answer("a line of print that is long enough to be one")]
    found = figures(read([NONE, NONE], answers, whole_page=True))
    assert (found["without_mrz"], found["output_without_mrz"], found["with_mrz"], found["exact"]) == (2, 1, 0, 0)


def test_cpu_is_over_all_pictures_and_failures_are_named() -> None:
    answers = [answer(*RIGHT, cpu_s=1.0), Answer((), 60.0, failure="time"), answer(cpu_s=2.0)]
    found = figures(read([picture(), picture(), NONE], answers))
    assert found["cpu_median_s"] == 2.0
    assert found["cpu_p95_s"] == 54.2
    assert found["failures"] == {"time": 1}


@given(st.lists(st.text(ALPHABET, min_size=1, max_size=44), min_size=1, max_size=3))
def test_error_rate_is_nought_when_exact_and_at_least_one_when_nothing_is_read(lines: list[str]) -> None:
    exact = read([picture(tuple(lines))], [answer(*lines)])[0]
    printed = picture(tuple(lines))
    assert character_error_rate([type(exact)(printed, exact.answer, tuple(lines))]) == 0
    lost = character_error_rate([type(exact)(printed, exact.answer, ())])
    assert lost is not None
    assert lost >= 1


def test_error_rate_weighs_by_characters() -> None:
    assert character_error_rate(read([picture(), picture()], [answer(*RIGHT), answer(*NAME_WRONG)])) == round(
        1 / 176, 5
    )
    assert character_error_rate(read([NONE], [answer()])) is None


def test_only_legible_pictures_count_as_legible() -> None:
    pictures = [picture(), picture(), picture(legible=False), NONE]
    found = legible(read(pictures, [answer(*RIGHT), Answer((), 1.0, not_legible=True), answer(), answer()]))
    assert (found["exact"]["count"], found["exact"]["n"]) == (1, 2)
    assert (found["not_legible"]["count"], found["of_these_zone_seen"]) == (1, 1)
    assert found["by_format"]["TD3"]["n"] == 2


def test_what_is_not_exact_is_named_by_kind() -> None:
    answers = [answer(*NAME_WRONG), answer(), answer(RIGHT[0][:-1], RIGHT[1]), answer(*RIGHT)]
    kinds = not_exact_by_kind(read([picture()] * 4, answers))
    assert kinds == {"1 characters differ": 1, "nothing claimed": 1, "a line of another length": 1}


def test_each_line_comes_with_its_probability_and_whether_it_was_exact() -> None:
    pairs = list(stated(read([picture(), picture()], [answer(*NAME_WRONG, probability=0.9), answer(*RIGHT)])))
    assert pairs == [(0.9, False), (0.9, True)], "the second reader states none"


def test_a_line_too_few_leaves_the_others_right() -> None:
    assert list(stated(read([picture()], [answer(RIGHT[1], probability=0.5)]))) == [(0.5, True)]
