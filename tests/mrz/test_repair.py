from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.mrz.repair import complete
from pipeline.types.mrz import ALPHABET


def test_trailing_fillers_are_completed_and_said() -> None:
    done = complete("P<UTOERIKSSON<<ANNA<MARIA<<<<<<", 44, 1)
    assert done.text == "P<UTOERIKSSON<<ANNA<MARIA".ljust(44, "<")
    assert done.repairs == ("line 1: 13 trailing fillers added",)


def test_surplus_trailing_fillers_are_taken_away() -> None:
    done = complete("ERIKSSON<<ANNA".ljust(33, "<"), 30, 3)
    assert done.text == "ERIKSSON<<ANNA".ljust(30, "<")
    assert done.repairs == ("line 3: 3 trailing fillers taken away",)


def test_k_in_a_trailing_run_is_a_misread_filler() -> None:
    done = complete("P<UTOERIKSSON<<ANNA<<<<<K<<KK<<<<<<<<<<<<<<<", 44, 1)
    assert done.text == "P<UTOERIKSSON<<ANNA".ljust(44, "<")
    assert done.repairs == ("line 1: 3 K among the trailing fillers taken for fillers",)


def test_a_name_of_one_k_stays() -> None:
    text = "P<UTOERIKSSON<<K".ljust(44, "<")
    assert complete(text, 44, 1).text == text


def test_a_short_line_without_fillers_is_not_padded() -> None:
    assert complete("L898902C36UTO7408122F1204159", 44, 2).text == "L898902C36UTO7408122F1204159"


@given(st.text(ALPHABET, max_size=60), st.sampled_from([30, 36, 44]))
def test_nothing_but_the_trailing_run_changes(text: str, length: int) -> None:
    done = complete(text, length, 1)
    kept = done.text.rstrip("<")
    assert text.startswith(kept)
    assert set(text[len(kept) :]) <= {"<", "K"}
    assert bool(done.repairs) == (done.text != text)
