from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.base import Context, run
from checks.xzn import CHECKS
from pipeline.reference.policy import Policies
from pipeline.types.boxes import Box
from pipeline.types.dates import PartialDate
from pipeline.types.facts import AnyFact, Fact, Facts
from pipeline.types.findings import Hypothesis, Outcome, OutcomeKind, Strength
from tests.checks.cases import document_check, mrz_facts
from tests.checks.test_mrz import td3

CONTEXT = Context(dt.date(2026, 11, 23), Policies(()), specimen_run=True)
DATES = st.dates(dt.date(1930, 1, 1), dt.date(2025, 12, 31))


def printed(field: str, value: object, raw: str = "", legibility: float = 0.97) -> AnyFact:
    text = raw or (value if isinstance(value, str) else "")
    return Fact(f"viz.{field}", text, value, 0, Box(0.1, 0.1, 0.4, 0.13), legibility, "recorded")


def outcome(code: str, lines: tuple[str, ...], *facts: AnyFact) -> Outcome:
    return run(document_check(code), Facts([*facts, *mrz_facts(lines)]), CONTEXT)


@given(DATES, DATES)
def test_dates_are_flagged_exactly_when_they_differ(one: dt.date, other: dt.date) -> None:
    lines = td3(birth=f"{other:%y%m%d}")
    same = (one.year % 100, one.month, one.day) == (other.year % 100, other.month, other.day)
    seen = outcome("XZN101", lines, printed("birth_date", PartialDate.of(one)))
    assert seen.kind is (OutcomeKind.CLEAR if same else OutcomeKind.FLAG)


@given(DATES, st.sampled_from(["day", "month", "month and day"]), st.booleans())
def test_an_unknown_part_agrees_with_everything(date: dt.date, unknown: str, in_mrz: bool) -> None:
    month = None if "month" in unknown else date.month
    day = None if "day" in unknown else date.day
    partial = PartialDate(date.year, month, day)
    coded = f"{date:%y}{'<<' if month is None else f'{month:02d}'}{'<<' if day is None else f'{day:02d}'}"
    lines = td3(birth=coded if in_mrz else f"{date:%y%m%d}")
    value = PartialDate.of(date) if in_mrz else partial
    assert outcome("XZN101", lines, printed("birth_date", value)).kind is OutcomeKind.CLEAR


@given(DATES.filter(lambda date: date.day <= 12 and date.day != date.month))
def test_an_exchanged_day_and_month_is_clerical(date: dt.date) -> None:
    swapped = PartialDate(date.year, date.day, date.month)
    (finding,) = outcome("XZN101", td3(birth=f"{date:%y%m%d}"), printed("birth_date", swapped)).findings
    assert (finding.hypothesis, finding.strength) == (Hypothesis.CLERICAL, Strength.WEAK)


def test_a_whole_date_altered_is_strong_and_one_digit_of_it_moderate() -> None:
    whole = outcome("XZN101", td3(), printed("birth_date", PartialDate(1986, 3, 29))).findings[0]
    single = outcome("XZN101", td3(), printed("birth_date", PartialDate(1984, 8, 12))).findings[0]
    assert (whole.strength, single.strength) == (Strength.STRONG, Strength.MODERATE)


numbers = st.text(alphabet="ABCDEFGHJKLMNPRSTVWXYZ23456789", min_size=5, max_size=9)


@given(numbers, numbers)
def test_numbers_are_flagged_exactly_when_they_differ(one: str, other: str) -> None:
    seen = outcome("XZN103", td3(number=other), printed("document_number", one))
    digit = mrz_digit(other)
    assert seen.kind is (OutcomeKind.CLEAR if one in (other, other + digit) else OutcomeKind.FLAG)


def mrz_digit(number: str) -> str:
    return td3(number=number)[1][9]


@given(numbers.filter(lambda number: len(number) == 9), st.data())
def test_a_single_look_alike_of_the_number_is_capture(number: str, data: st.DataObject) -> None:
    pairs = {"5": "S", "S": "5", "8": "B", "B": "8", "Z": "2", "2": "Z", "G": "6", "6": "G"}
    places = [at for at, glyph in enumerate(number) if glyph in pairs]
    if places:
        at = data.draw(st.sampled_from(places))
        misread = number[:at] + pairs[number[at]] + number[at + 1 :]
        (finding,) = outcome("XZN103", td3(number=number), printed("document_number", misread)).findings
        assert (finding.hypothesis, finding.strength) == (Hypothesis.CAPTURE, Strength.WEAK)
        assert finding.likely_innocent is not None


@pytest.mark.parametrize("legibility", [0.3, 0.6, 0.84])
def test_poor_print_never_carries_more_than_an_innocent_finding(legibility: float) -> None:
    facts = (
        printed("surname", "LINDQVIST", legibility=legibility),
        printed("given_names", "BERTA", legibility=legibility),
        printed("birth_date", PartialDate(1986, 3, 29), legibility=legibility),
        printed("expiry_date", PartialDate(2039, 1, 1), legibility=legibility),
        printed("document_number", "X111111Y4", legibility=legibility),
        printed("nationality", "FRA", legibility=legibility),
        printed("issuing_state", "FRA", legibility=legibility),
        printed("sex", "M", legibility=legibility),
    )
    for check in CHECKS:
        for finding in run(check, Facts([*facts, *mrz_facts(td3())]), CONTEXT).findings:
            assert finding.hypothesis in {Hypothesis.CAPTURE, Hypothesis.CLERICAL}
            assert finding.strength is Strength.WEAK


@given(
    st.sampled_from(["UTO", "FRA", "D", "XXA", "RKS", "GBD", "USA", "UNO"]),
    st.sampled_from([("M", "M"), ("F", "F"), ("X", "<"), ("X", "X")]),
)
def test_which_nationality_and_sex_both_zones_name_changes_nothing(nationality: str, sex: tuple[str, str]) -> None:
    facts = (printed("nationality", nationality), printed("sex", sex[0]), printed("surname", "ERIKSSON"))
    lines = td3(states=("UTO", nationality), sex=sex[1])
    seen = {check.code: run(check, Facts([*facts, *mrz_facts(lines)]), CONTEXT).kind for check in CHECKS}
    assert seen["XZN106"] is OutcomeKind.CLEAR
    assert seen["XZN107"] is OutcomeKind.CLEAR
    assert OutcomeKind.FLAG not in seen.values()


@pytest.mark.parametrize("text", ["F", "K / F", "FEMALE", "F/F", "Féminin"])
def test_a_national_word_for_the_sex_beside_the_letter_agrees(text: str) -> None:
    assert outcome("XZN106", td3(), printed("sex", text)).kind is OutcomeKind.CLEAR


def test_a_name_spelled_by_the_issuers_exception_is_clear_whatever_the_nationality() -> None:
    for nationality in ("UKR", "UTO", "FRA"):
        lines = td3(name="HOROD<<ANNA", states=("UKR", nationality))
        assert outcome("XZN104", lines, printed("surname", "ГОРОД")).kind is OutcomeKind.CLEAR
        lines = td3(name="HOROD<<ANNA", states=("UTO", nationality))
        assert outcome("XZN104", lines, printed("surname", "ГОРОД")).kind is OutcomeKind.FLAG


def test_the_repaired_reading_of_the_mrz_is_the_one_compared() -> None:
    cut = Fact("mrz.birth_date", "408122", PartialDate(1940, 8, 12), 0, Box(0.1, 0.8, 0.4, 0.9), 0.97, "recorded")
    whole = Fact(
        "mrz.birth_date", "408122", PartialDate(1974, 8, 12), 0, cut.box, 0.97, "recorded", repairs=("one place off",)
    )
    others = [fact for fact in mrz_facts(td3()) if fact.key != "mrz.birth_date"]
    facts = Facts([printed("birth_date", PartialDate(1974, 8, 12)), cut, whole, *others])
    assert run(document_check("XZN101"), facts, CONTEXT).kind is OutcomeKind.CLEAR


hostile = st.text(min_size=1, max_size=60)


@given(hostile, hostile, hostile, hostile)
def test_no_printed_text_breaks_a_check(name: str, number: str, state: str, sex: str) -> None:
    facts = Facts(
        [
            printed("surname", name),
            printed("given_names", number),
            printed("document_number", number),
            printed("personal_number", number),
            printed("nationality", state),
            printed("issuing_state", state),
            printed("sex", sex),
            *mrz_facts(td3()),
        ]
    )
    assert OutcomeKind.ERROR not in {run(check, facts, CONTEXT).kind for check in CHECKS}


def test_a_name_of_ten_thousand_characters_is_judged_in_time_and_does_not_break() -> None:
    facts = Facts([printed("surname", "ABC " * 2500), printed("given_names", "Ü" * 10_000), *mrz_facts(td3())])
    assert OutcomeKind.ERROR not in {run(check, facts, CONTEXT).kind for check in CHECKS}
