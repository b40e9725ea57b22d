from __future__ import annotations

import pytest

from pipeline.contradictions import contradicted
from pipeline.types import keys
from pipeline.types.boxes import Box
from pipeline.types.dates import PartialDate
from pipeline.types.facts import AnyFact, AnyKey, Fact, Facts
from tests.checks.cases import mrz_facts

CODED = Facts(
    mrz_facts(("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F3204153ZE184226B<<<<<16"))
)


def printed(**other: tuple[AnyKey, object]) -> Facts:
    values: dict[AnyKey, object] = {
        keys.VIZ_DOCUMENT_NUMBER: "L898902C3",
        keys.VIZ_SURNAME: "Eriksson",
        keys.VIZ_GIVEN_NAMES: "Anna Maria",
        keys.VIZ_BIRTH_DATE: PartialDate(1974, 8, 12),
        keys.VIZ_EXPIRY_DATE: PartialDate(2032, 4, 15),
        keys.VIZ_SEX: "F",
        keys.VIZ_NATIONALITY: "UTO",
        keys.VIZ_ISSUING_STATE: "UTO",
        keys.VIZ_PERSONAL_NUMBER: "ZE184226B",
    }
    values |= dict(other.values())
    facts: list[AnyFact] = [
        Fact(key.name, str(value), value, 0, Box(0.1, 0.1, 0.5, 0.2), 0.97, "recorded") for key, value in values.items()
    ]
    return Facts(facts)


def test_zones_that_say_the_same_contradict_nothing() -> None:
    assert not contradicted(CODED, printed())
    assert not contradicted(CODED, Facts(()))
    assert not contradicted(Facts(()), printed())


def test_unknown_parts_of_a_date_contradict_nothing() -> None:
    assert not contradicted(CODED, printed(birth=(keys.VIZ_BIRTH_DATE, PartialDate(1974, None, None))))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (keys.VIZ_DOCUMENT_NUMBER, "L898902C4"),
        (keys.VIZ_SURNAME, "Erikson"),
        (keys.VIZ_GIVEN_NAMES, "Anna Marta"),
        (keys.VIZ_BIRTH_DATE, PartialDate(1975, 8, 12)),
        (keys.VIZ_EXPIRY_DATE, PartialDate(2032, 4, 16)),
        (keys.VIZ_SEX, "M"),
        (keys.VIZ_NATIONALITY, "DEU"),
        (keys.VIZ_ISSUING_STATE, "DEU"),
        (keys.VIZ_PERSONAL_NUMBER, "ZE184226C"),
    ],
    ids=lambda value: value.name if hasattr(value, "name") else str(value),
)
def test_any_field_that_differs_is_a_contradiction(key: AnyKey, value: object) -> None:
    assert contradicted(CODED, printed(other=(key, value)))
