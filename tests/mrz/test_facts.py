from __future__ import annotations

from pipeline.mrz.assemble import assembled, voted
from pipeline.mrz.facts import facts_of
from pipeline.reference.mrz_fields import Place
from pipeline.types import keys
from pipeline.types.boxes import Box
from pipeline.types.facts import AnyFact, AnyKey, Facts
from pipeline.types.mrz import MrzFormat
from tests.mrz.test_vote import changed, reading, zone
from tests.mrz.writing import Holder, write

TD3 = write(MrzFormat.TD3, Holder())
WHOLE = Box(0.0, 0.8, 1.0, 1.0)


def box_of(place: Place, length: int) -> Box:
    return Box(place.start / length, 0.8 + 0.1 * place.line, place.end / length, 0.9 + 0.1 * place.line)


def facts(*zones: tuple, pitch: float = 20.0) -> tuple[AnyFact, ...]:  # type: ignore[type-arg]
    found = voted(zones)
    assert found is not None
    return facts_of(assembled(*found), found[1], box_of, pitch, WHOLE)


def test_every_field_and_digit_has_its_place_engine_and_legibility() -> None:
    found = Facts(facts(zone(TD3, "overseal"), zone(TD3, "tesseract")))
    wanted: tuple[AnyKey, ...] = (
        keys.MRZ,
        keys.MRZ_SURNAME,
        keys.MRZ_BIRTH_DATE,
        keys.CHECK_NUMBER,
        keys.CHECK_BIRTH_DATE,
        keys.CHECK_EXPIRY,
        keys.CHECK_OPTIONAL,
        keys.CHECK_COMPOSITE,
    )
    for key in wanted:
        fact = found.get(key)
        assert fact.legibility > 0.9
        assert fact.engine
        assert fact.repairs == ()
    assert found.get(keys.MRZ_DOCUMENT_NUMBER).box == box_of(Place(1, 0, 9), 44)
    assert found.get(keys.MRZ_BIRTH_DATE).raw == "740812"


def test_small_print_is_less_legible() -> None:
    fine = Facts(facts(zone(TD3, "overseal"), pitch=20.0)).get(keys.MRZ_SURNAME).legibility
    small = Facts(facts(zone(TD3, "overseal"), pitch=5.0)).get(keys.MRZ_SURNAME).legibility
    assert small == fine / 2


def test_zero_and_letter_o_stay_alternatives_whatever_engines_say() -> None:
    found = Facts(facts(zone(TD3, "overseal"), zone(TD3, "tesseract")))
    state = found.get(keys.MRZ_ISSUING_STATE)
    assert state.raw == "UTO"
    assert [(a.position, a.character) for a in state.alternatives] == [(2, "0")]


def test_what_one_engine_read_otherwise_is_an_alternative() -> None:
    other = changed(TD3, 0, 5, "K")
    surname = Facts(facts(zone(TD3, "overseal", 0.99), zone(other, "tesseract", 0.5))).get(keys.MRZ_SURNAME)
    assert (0, "K") in [(a.position, a.character) for a in surname.alternatives]


def test_a_repair_is_a_second_fact_and_the_raw_one_stays() -> None:
    raw = (TD3[0].replace("ERIKSSON", "ER1KSSON"), TD3[1])
    better = (reading(TD3[0].replace("MARIA", "MAR1A"), "tesseract", 0.9), reading(TD3[1], "tesseract", 0.9))
    found = Facts(facts(zone(raw, "overseal", 0.6), better))
    names = [found.find(key) for key in (keys.MRZ_SURNAME, keys.MRZ_GIVEN_NAMES)]
    second = [found.repaired(key) for key in (keys.MRZ_SURNAME, keys.MRZ_GIVEN_NAMES)]
    assert sorted(fact.value for fact in names if fact is not None) in (
        ["ANNA MARIA", "ER1KSSON"],
        ["ANNA MAR1A", "ERIKSSON"],
    )
    repaired = [fact for fact in second if fact is not None]
    assert len(repaired) == 1
    assert repaired[0].value in ("ERIKSSON", "ANNA MARIA")
    assert repaired[0].repairs


def test_impossible_dates_are_text() -> None:
    second = TD3[1][:13] + "741345" + TD3[1][19:]
    found = Facts(facts(zone((TD3[0], second), "overseal")))
    assert found.find(keys.MRZ_BIRTH_DATE) is None
    assert found.get(keys.MRZ_BIRTH_DATE_TEXT).value == "741345"
