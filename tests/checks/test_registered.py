from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.reg.matched import one_slip
from checks.reg.organisations import same_organisation, short_form
from checks.registered import another_holder, registered, standing
from pipeline.types.boxes import Box
from pipeline.types.dates import PartialDate
from pipeline.types.facts import AnyFact, Fact, Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.register import MatchedBy, RegisterMatch, RegisterRow

ROW = RegisterRow(
    "permits",
    "WP-1",
    {
        "permit_number": "WP-1",
        "surname": "MÜLBERRY",
        "given_names": "TANSY NERINA",
        "birth_date": "1989-03-02",
        "issued_at": "2024-03-18T10:12:00+01:00",
        "decided_at": "2024-03-15T14:20:00+01:00",
        "category": "CARE WORK",
        "application_id": "AP-1",
    },
)
APPLICATION = RegisterRow("applications", "AP-1", {"lodged_at": "2024-02-05T09:40:00+01:00"})
MATCH = RegisterMatch(MatchedBy.NUMBER, "number", "WP-1", ROW, linked=(APPLICATION,))


def fact(key: str, text: str) -> AnyFact:
    value = PartialDate.from_iso(text) if text[4:5] == "-" and text[:4].isdigit() else text
    return Fact(key, text, value, 0, Box(0, 0, 1, 1), 0.97, "recorded")


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("viz.birth_date", "1989-03-02", True),
        ("viz.birth_date", "1989-XX-XX", True),
        ("mrz.birth_date", "1989-02-03", False),
        ("viz.issue_date", "2024-03-18", True),
        ("viz.issue_date", "2024-03-15", True),
        ("viz.issue_date", "2024-03-16", False),
        ("viz.application_date", "2024-02-05", True),
        ("viz.surname", "MUELBERRY", True),
        ("viz.surname", "MULBERRY", True),
        ("viz.surname", "KESTREL", False),
        ("mrz.name", "MUELBERRY<<TANSY<NERINA<<<<", True),
        ("mrz.name", "KESTREL<<TANSY<NERINA<<<<", False),
        ("viz.permit_category", "care-work", True),
        ("viz.application_number", "AP 1", True),
        ("viz.expiry_date", "2026-03-17", None),
        ("viz.sex", "F", None),
        ("mrz.check.birth_date", "3", None),
        ("passport.viz.birth_date", "1971-01-01", None),
    ],
)
def test_whether_the_register_has_what_was_read(key: str, text: str, said: bool | None) -> None:
    assert registered(fact(key, text), MATCH) is said


def holder(surname: str, birth: str) -> Facts:
    return Facts([fact("viz.surname", surname), fact("viz.given_names", "TANSY NERINA"), fact("viz.birth_date", birth)])


def test_another_holder_differs_in_name_and_birth_date() -> None:
    assert not another_holder(holder("MULBERRY", "1971-01-05"), ROW)
    assert not another_holder(holder("KESTREL", "1989-03-02"), ROW)
    assert not another_holder(holder("MULBERRI", "1971-01-05"), ROW)
    assert another_holder(holder("KESTREL", "1971-01-05"), ROW)
    assert not another_holder(Facts([fact("viz.surname", "KESTREL")]), ROW)


def said_of(hypothesis: Hypothesis, *found: AnyFact, match: RegisterMatch = MATCH) -> object:
    result = standing(hypothesis, Strength.STRONG, found, Facts(found), match)
    return result and (result.hypothesis, result.strength)


def test_the_same_anomaly_in_the_register_is_the_office_s() -> None:
    dates = fact("viz.issue_date", "2024-03-18"), fact("viz.application_date", "2024-02-05")
    assert said_of(Hypothesis.IRREGULAR_ISSUE, *dates) is None
    assert said_of(Hypothesis.ALTERED, *dates) == (Hypothesis.CLERICAL, Strength.WEAK)
    linked = fact("viz.birth_date", "1989-03-02"), fact("passport.viz.birth_date", "1971-01-05")
    assert said_of(Hypothesis.ALTERED, *linked) == (Hypothesis.IRREGULAR_ISSUE, Strength.STRONG)


def test_what_the_register_contradicts_stands_on_the_paper_alone() -> None:
    dates = fact("viz.issue_date", "2024-01-18"), fact("viz.application_date", "2024-02-05")
    assert said_of(Hypothesis.IRREGULAR_ISSUE, *dates) == (Hypothesis.ALTERED, Strength.WEAK)
    assert said_of(Hypothesis.ALTERED, *dates) is None


def test_print_that_the_register_has_was_not_altered() -> None:
    zones = fact("viz.birth_date", "1989-03-02"), fact("mrz.birth_date", "1979-03-02")
    assert said_of(Hypothesis.ALTERED, *zones) == (Hypothesis.CLERICAL, Strength.WEAK)
    assert said_of(Hypothesis.ALTERED, *reversed(zones)) == (Hypothesis.CLERICAL, Strength.WEAK)
    swapped = fact("viz.birth_date", "1979-03-02"), fact("mrz.birth_date", "1989-03-02")
    assert said_of(Hypothesis.ALTERED, *swapped) is None
    assert said_of(Hypothesis.ALTERED, fact("viz.birth_date", "1989-03-02")) == (Hypothesis.ALTERED, Strength.WEAK)


def test_innocent_findings_and_documents_without_a_row_of_their_own_stay_as_they_are() -> None:
    birth = fact("viz.birth_date", "1989-03-02")
    assert said_of(Hypothesis.CAPTURE, birth) is None
    assert said_of(Hypothesis.ALTERED, birth, match=RegisterMatch(MatchedBy.NONE, "none", "")) is None
    stranger = holder("KESTREL", "1971-01-05")
    assert standing(Hypothesis.IRREGULAR_ISSUE, Strength.STRONG, list(stranger), stranger, MATCH) is None


NAMES = st.text(st.characters(categories=["L", "M", "P", "Zs", "Nd"]), max_size=30)


@given(NAMES, NAMES, NAMES, NAMES)
def test_any_name_can_be_compared(surname: str, given_names: str, row_surname: str, row_given: str) -> None:
    row = RegisterRow("permits", "1", {"surname": row_surname, "given_names": row_given, "birth_date": "1989-03-02"})
    facts = Facts([fact("viz.surname", surname), fact("viz.given_names", given_names), fact("mrz.name", "A<<B<<")])
    another_holder(facts, row)


@pytest.mark.parametrize(
    ("printed", "named"),
    [
        ("EVENTIDE CARE LTD, 58 WELL STREET", "Eventide Care Ltd"),
        ("EVENTIDECARELTD", "EVENTIDE CARE LTD"),
        ("EVENTlDE CARE", "EVENTIDE CARE LTD"),
        ("M. TARN 0273", "M. TARN"),
        ("HÔTEL HÉRON", "HOTEL HERON"),
        ("OFFICE 02 HARBOUR TOWN", "HARBOUR TOWN"),
    ],
)
def test_a_line_names_what_the_register_names(printed: str, named: str) -> None:
    assert same_organisation(printed, named)


@pytest.mark.parametrize(
    ("printed", "named"),
    [
        ("GRANITE ARCH BUILDERS LTD", "EVENTIDE CARE LTD"),
        ("OFFICE 02 HARBOUR TOWN", "OFFICE 03 HARBOUR TOWN"),
        ("NEW KETTLE STREET HOUSEHOLD", "WHITE STAR STREET HOUSEHOLD"),
        ("", "EVENTIDE CARE LTD"),
    ],
)
def test_another_name_is_another(printed: str, named: str) -> None:
    assert not same_organisation(printed, named)
    assert not short_form(printed, named)


def test_a_short_form_begins_the_words_of_the_full_name() -> None:
    assert short_form("EVENT. C.", "EVENTIDE CARE LTD")
    assert not short_form("CARE EVENTIDE HOMES", "EVENTIDE CARE LTD")


def test_a_slip_is_one_character_or_two_neighbours() -> None:
    assert one_slip("100123", "100132") and one_slip("100123", "10123") and one_slip("100123", "100523")
    assert not one_slip("100123", "100123") and not one_slip("100123", "100451")


@given(st.text("0123", max_size=8), st.text("0123", max_size=8))
def test_a_slip_is_the_same_seen_from_either_side(one: str, other: str) -> None:
    assert one_slip(one, other) == one_slip(other, one)
