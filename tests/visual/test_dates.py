from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reference.labels import parse_language, shipped_languages, shipped_words, words_of
from pipeline.types.dates import PartialDate
from pipeline.visual.dates import DateRole, month_numbers, read_date

dates = st.dates(dt.date(1930, 1, 1), dt.date(2069, 12, 31))
words = st.integers(0, 11).flatmap(
    lambda month: st.tuples(st.just(month + 1), st.sampled_from(shipped_words().months[month]))
)


def _date(text: str, role: DateRole) -> PartialDate | None:
    reading = read_date(text, role)
    return reading.date if reading else None


@given(dates, st.sampled_from(" ./-"), st.sampled_from(["", " "]))
def test_figures_in_every_separator(day: dt.date, mark: str, room: str) -> None:
    text = f"{day.day:02d}{room}{mark}{room}{day.month:02d}{room}{mark}{room}{day.year}"
    assert _date(text, DateRole.ISSUE) == PartialDate.of(day)


@given(dates, st.sampled_from("-./ "))
def test_year_first_is_never_swapped(day: dt.date, mark: str) -> None:
    reading = read_date(day.strftime(f"%Y{mark}%m{mark}%d"), DateRole.BIRTH)
    assert reading is not None
    assert (reading.date, reading.swapped) == (PartialDate.of(day), None)


@given(st.integers(1, 28), words, st.integers(1930, 2069), st.sampled_from([" ", "", "-", "."]), st.booleans())
def test_month_words_of_three_languages(day: int, word: tuple[int, str], year: int, mark: str, lower: bool) -> None:
    month, name = word
    text = f"{day:02d}{mark}{name}{mark}{year}"
    assert _date(text.lower() if lower else text, DateRole.EXPIRY) == PartialDate(year, month, day)


@given(dates)
def test_day_and_month_swap_only_where_both_readings_exist(day: dt.date) -> None:
    reading = read_date(day.strftime("%d/%m/%Y"), DateRole.ISSUE)
    assert reading is not None
    possible = day.day <= 12 and day.day != day.month
    assert reading.swapped == (PartialDate(day.year, day.day, day.month) if possible else None)


@given(st.text(max_size=40))
def test_no_text_breaks_the_parser(text: str) -> None:
    for role in DateRole:
        reading = read_date(text, role)
        assert reading is None or reading.date is None or reading.date.month is None or 1 <= reading.date.month <= 12


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("12 AUG/AOÛT 1974", "1974-08-12"),
        ("12 AUG / AOU 74", "1974-08-12"),
        ("12AUG1974", "1974-08-12"),
        ("1 June 2024.", "2024-06-01"),
        ("August 3, 2021", "2021-08-03"),
        ("XX XXX 1974", "1974-XX-XX"),
        ("XX.08.1974", "1974-08-XX"),
        ("XX/XX/1974", "1974-XX-XX"),
        ("XX JUIN 1980", "1980-06-XX"),
        ("05 SEPT 2020", "2020-09-05"),
        ("05 ENE 2020", "2020-01-05"),
        ("05 dic 2020", "2020-12-05"),
    ],
)
def test_forms_of_icao(text: str, iso: str) -> None:
    date = _date(text, DateRole.BIRTH)
    assert date is not None
    assert date.iso() == iso


@pytest.mark.parametrize(
    "text", ["", "UTO", "12 AUG", "AB 123456", "12 AUG/MAI 1974", "12 FOO 1974", "12.08/1974", "2O 12 2020"]
)
def test_no_dates(text: str) -> None:
    assert read_date(text, DateRole.ISSUE) is None


@pytest.mark.parametrize("text", ["31 FEB 2024", "29.02.2023", "32/01/2020", "2020-13-01"])
def test_a_date_of_no_calendar_is_told_from_no_date(text: str) -> None:
    reading = read_date(text, DateRole.ISSUE)
    assert reading is not None
    assert reading.date is None


def test_two_figures_are_a_year_by_what_the_date_is_of() -> None:
    assert [(_date("01 JAN 45", role) or PartialDate(None, None, None)).year for role in DateRole] == [
        1945,
        2045,
        2045,
    ]


@pytest.mark.parametrize(("text", "year"), [("25 JAN 69", 1969), ("25 JAN 50", 1950), ("25 JAN 26", 2026)])
def test_a_two_digit_year_of_issue_is_never_decades_ahead(text: str, year: int) -> None:
    assert _date(text, DateRole.ISSUE) == PartialDate(year, 1, 25)


def test_month_before_day_is_only_reported() -> None:
    reading = read_date("06/25/2020", DateRole.ISSUE)
    assert reading is not None
    assert (reading.date, reading.swapped) == (None, PartialDate(2020, 6, 25))


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("1er janvier 2024", "2024-01-01"),
        ("le 12 août 2023", "2023-08-12"),
        ("12 de enero de 2024", "2024-01-12"),
        ("3 de septiembre del 2025", "2025-09-03"),
        ("25 DE DICIEMBRE DE 2021", "2021-12-25"),
        ("4th of July 2020", "2020-07-04"),
        ("14 févr. 2024", "2024-02-14"),
        ("31/DIC/2024", "2024-12-31"),
    ],
)
def test_how_french_spanish_and_english_write_dates(text: str, iso: str) -> None:
    assert _date(text, DateRole.ISSUE) == PartialDate.from_iso(iso)


def test_doc_9303_names_of_months_are_known() -> None:
    """Abbreviations of Doc 9303-3 clause 3.8 in English, French and Spanish."""
    named = month_numbers(shipped_words())
    for number, words in enumerate(
        (
            "JAN JANV ENE", "FEB FEV", "MAR MARS", "APR AVR ABR", "MAY MAI", "JUN JUIN", "JUL JUIL", "AUG AOU AOUT AGO",
            "SEP SEPT", "OCT", "NOV", "DEC DIC",
        ),
        start=1,
    ):  # fmt: skip
        assert {named[word] for word in words.split()} == {number}


def test_months_of_a_language_that_a_user_adds() -> None:
    text = """
    language = "Utopian"
    [words]
    months = [["PRIMO"], ["SECUNDO"], ["TERTIO"], ["Четвёрто"], [], [], [], [], [], [], [], ["MARS"]]
    in_dates = ["VON"]
    """
    words = words_of([*shipped_languages(), parse_language("utopian", text)])
    reading = read_date("4 von Четвёрто 2024", DateRole.ISSUE, words)
    assert reading
    assert reading.date == PartialDate(2024, 4, 4)
    assert read_date("4 tertio 2024", DateRole.ISSUE, words) is not None
    assert read_date("4 tertio 2024", DateRole.ISSUE) is None
    ambiguous = read_date("4 MARS 2024", DateRole.ISSUE, words)
    assert ambiguous is None or ambiguous.date is None, "two languages name two months"
