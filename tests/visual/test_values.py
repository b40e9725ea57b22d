from __future__ import annotations

import pytest

from pipeline.reference.labels import FIELD_NAMES
from pipeline.types.printed import Duration
from pipeline.visual.values import READERS, duration, number, sex, text


def test_every_field_of_the_contract_has_a_reader() -> None:
    assert set(READERS) == FIELD_NAMES


@pytest.mark.parametrize(
    ("raw", "value"), [("F", "F"), ("m.", "M"), ("F/F", "F"), ("X", "X"), ("<", "<"), ("Female", "F")]
)
def test_sex(raw: str, value: str) -> None:
    assert sex(raw).value == value


@pytest.mark.parametrize("raw", ["", "M/F", "7", "UTO"])
def test_sex_is_not_guessed(raw: str) -> None:
    assert sex(raw).value is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("90 DAYS", Duration(None, None, 90)),
        ("090", Duration(None, None, 90)),
        ("1 YEAR", Duration(1, None, None)),
        ("2 YEARS, 6 MONTHS", Duration(2, 6, None)),
        ("3 mois", Duration(None, 3, None)),
        ("Until valid-until", Duration(None, None, None)),
    ],
)
def test_duration(raw: str, value: Duration) -> None:
    assert duration(raw).value == value


def test_no_duration() -> None:
    assert duration("MULTIPLE").value is None
    assert duration("").value is None


def test_numbers_lose_white_space_and_nothing_else() -> None:
    assert number("L 898-902 c3").value == "L898-902c3"


def test_text_keeps_its_case() -> None:
    assert text("  Anna   MARIA ").value == "Anna MARIA"
    assert text(" : ").why_not


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("90 días", Duration(None, None, 90)),
        ("2 años, 6 meses", Duration(2, 6, None)),
        ("1 an 2 mois 3 jours", Duration(1, 2, 3)),
        ("Hasta la fecha de caducidad", Duration(None, None, None)),
        ("jusqu'au 12/03/2030", Duration(None, None, None)),
    ],
)
def test_lengths_of_stay_in_french_and_spanish(raw: str, value: Duration) -> None:
    assert duration(raw).value == value


@pytest.mark.parametrize(("raw", "value"), [("Féminin", "F"), ("MASCULIN/MALE", "M"), ("Mujer", "F"), ("varón", "M")])
def test_words_for_sex_in_french_and_spanish(raw: str, value: str) -> None:
    assert sex(raw).value == value
