from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.types.mrz import ALPHABET, SHAPE, MrzFormat
from tests.bench.mrz.zone import valid, zone

TD1 = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")


def test_print_around_a_zone_is_left_out() -> None:
    page = ["REPUBLIC OF UTOPIA, MINISTRY OF THE INTERIOR", "", *TD1, "this card remains the property of the state"]
    assert zone(page, whole_page=True) == zone(page, whole_page=False) == TD1


def test_spaces_within_a_line_are_taken_out() -> None:
    assert zone([line[:9] + " " + line[9:] for line in TD1], whole_page=False) == TD1


def test_lines_without_the_shape_of_a_format_are_the_last_long_ones() -> None:
    torn = (TD1[0][:-1], TD1[1], TD1[2] + "<<")
    assert zone(["x" * 40, *torn, "short"], whole_page=True) == torn
    assert zone(["<" * 43, "A" * 44], whole_page=True) == ("<" * 43, "A" * 44)


def test_print_on_a_page_is_no_zone_and_what_a_reader_of_zones_claims_is_one() -> None:
    lines = ["the holder of this permit may work for the employer named", "A" * 44, "B" * 44]
    assert zone(lines, whole_page=True) == ()
    assert zone(lines, whole_page=False) == ("A" * 44, "B" * 44)
    assert zone([], whole_page=False) == ()


@given(st.sampled_from(list(SHAPE)), st.data())
def test_a_zone_alone_is_itself(layout: MrzFormat, data: st.DataObject) -> None:
    count, length = SHAPE[layout]
    lines = tuple("<" + data.draw(st.text(ALPHABET, min_size=length - 1, max_size=length - 1)) for _ in range(count))
    assert zone(lines, whole_page=False) == zone(lines, whole_page=True) == lines


def test_valid_needs_shape_and_digits() -> None:
    assert valid(TD1)
    assert not valid((TD1[0], "7408123F1204159UTO<<<<<<<<<<<6", TD1[2]))
    assert not valid(TD1[:2])
    assert not valid(())
