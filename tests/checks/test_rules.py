"""Property tests: the checks of dates, numbers and links flag exactly when they say they do."""

from __future__ import annotations

import datetime as dt
import itertools
import string
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.base import Context, run
from checks.dates import anniversary
from checks.lay.lay104_placeholder_number import pattern, placeholder
from checks.lnk.holder import same_name, words
from pipeline.reference.policy import load_policies
from pipeline.types.boxes import Box
from pipeline.types.dates import PartialDate
from pipeline.types.facts import AnyFact, Fact, Facts
from pipeline.types.findings import OutcomeKind
from pipeline.types.printed import FieldQuality
from tests.checks.cases import document_check

TODAY = dt.date(2026, 11, 23)
CONTEXT = Context(TODAY, load_policies())
BOX = Box(0.1, 0.1, 0.2, 0.2)
Said = Mapping[str, str | dt.date]

WORK_PERMIT: dict[str, str | dt.date] = {"doc.kind": "work-permit", "viz.issuing_state": "UTO"}
PASSPORT: dict[str, str | dt.date] = {"doc.kind": "passport", "viz.issuing_state": "UTO"}

days = st.dates(dt.date(1996, 1, 1), dt.date(2040, 12, 31))


def fact(key: str, value: str | dt.date | FieldQuality) -> AnyFact:
    meant = PartialDate.of(value) if isinstance(value, dt.date) else value
    # A date's raw text is in words, so that nothing is taken for exchanged.
    raw = f"{value:%d %b %Y}" if isinstance(value, dt.date) else str(value)
    return Fact(key, raw, meant, 0, BOX, 0.97, "recorded")


def flags(code: str, *given_facts: Said) -> bool:
    facts = Facts([fact(key, value) for part in given_facts for key, value in part.items()])
    outcome = run(document_check(code), facts, CONTEXT)
    assert outcome.kind in (OutcomeKind.FLAG, OutcomeKind.CLEAR), outcome.reason
    return outcome.kind is OutcomeKind.FLAG


@given(days, days)
def test_dat101_flags_exactly_when_born_after_the_issue(issued: dt.date, born: dt.date) -> None:
    assert flags("DAT101", {"viz.issue_date": issued, "viz.birth_date": born}) == (born > issued)


@given(days, days, st.sampled_from(["passport", "work-permit", "visa"]))
def test_dat102_flags_exactly_when_expiry_does_not_follow(issued: dt.date, expires: dt.date, kind: str) -> None:
    wrong = expires < issued if kind == "visa" else expires <= issued
    facts: Said = {"doc.kind": kind, "viz.issue_date": issued, "viz.expiry_date": expires}
    assert flags("DAT102", facts) == wrong


@given(days)
def test_dat103_flags_exactly_after_tomorrow(issued: dt.date) -> None:
    assert flags("DAT103", {"viz.issue_date": issued}) == (issued > TODAY + dt.timedelta(days=1))


@given(days, st.integers(0, 5000))
def test_dat104_flags_exactly_beyond_the_law_of_the_day(issued: dt.date, length: int) -> None:
    expires = issued + dt.timedelta(days=length)
    allowed = 2 if issued < dt.date(2024, 1, 1) else 3
    facts = WORK_PERMIT | {"viz.issue_date": issued, "viz.expiry_date": expires}
    assert flags("DAT104", facts) == (expires > anniversary(issued, allowed))


@given(days, st.integers(0, 30), st.integers(0, 5000))
def test_dat104_gives_children_their_own_law(issued: dt.date, age: int, length: int) -> None:
    born = dt.date(issued.year - age, issued.month, min(issued.day, 28))
    expires = issued + dt.timedelta(days=length)
    years = 5 if anniversary(born, 16) > issued else 10
    facts = PASSPORT | {"viz.issue_date": issued, "viz.expiry_date": expires, "viz.birth_date": born}
    assert flags("DAT104", facts) == (expires > anniversary(issued, years))


@given(days)
def test_dat105_flags_exactly_on_closed_days(issued: dt.date) -> None:
    closed = issued.weekday() >= 5 or (issued.month, issued.day) in {(1, 1), (5, 1), (8, 12), (12, 25)}
    assert flags("DAT105", WORK_PERMIT | {"viz.issue_date": issued}) == closed


@pytest.mark.parametrize(("code", "step"), [("DAT106", "application"), ("DAT107", "medical"), ("DAT108", "receipt")])
@given(issued=days, done=days)
def test_steps_flag_exactly_when_they_follow_the_issue(code: str, step: str, issued: dt.date, done: dt.date) -> None:
    facts = WORK_PERMIT | {"viz.issue_date": issued, f"viz.{step}_date": done}
    assert flags(code, facts) == (done > issued)


@given(days, st.integers(0, 20000), st.sampled_from(["DOMESTIC WORK", "Entertainer", "HOSPITALITY"]))
def test_dat109_flags_exactly_below_the_age_of_the_day(issued: dt.date, lived: int, category: str) -> None:
    born = issued - dt.timedelta(days=lived)
    minimum = {"DOMESTIC WORK": 25 if issued >= dt.date(2020, 1, 1) else 18, "Entertainer": 21}.get(category, 18)
    facts = WORK_PERMIT | {"viz.issue_date": issued, "viz.birth_date": born, "viz.permit_category": category}
    assert flags("DAT109", facts) == (anniversary(born, minimum) > issued)


@given(st.integers(1, 31), st.integers(1, 12), st.integers(1900, 2100))
def test_dat110_flags_exactly_days_that_do_not_exist(day: int, month: int, year: int) -> None:
    text = f"{day:02d}.{month:02d}.{year}"
    try:
        dt.date(year, month, day)
    except ValueError:
        assert flags("DAT110", {"viz.issue_date_text": text})
    else:
        assert not flags("DAT110", {"viz.issue_date_text": text})


@given(days, days)
def test_dat111_flags_exactly_when_validity_begins_first(start: dt.date, issued: dt.date) -> None:
    assert flags("DAT111", {"viz.valid_from": start, "viz.issue_date": issued}) == (start < issued)


@given(st.text(string.digits, max_size=12))
def test_lay104_knows_runs_and_nothing_else(digits: str) -> None:
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(digits)}
    assert bool(pattern(digits)) == (len(digits) >= 6 and len(steps) == 1 and steps <= {0, 1, 9})


@given(st.text(max_size=40))
def test_lay104_takes_any_text(number: str) -> None:
    digits, kind = placeholder(number)
    assert bool(digits) == bool(kind)


names = st.text(string.ascii_uppercase, min_size=2, max_size=8)


@given(st.lists(names, min_size=1, max_size=3), st.lists(names, min_size=1, max_size=3), st.randoms())
def test_a_name_agrees_with_itself_in_any_order_and_case(
    surname: list[str], given_names: list[str], rng: object
) -> None:
    one = (" ".join(surname), " ".join(given_names))
    assert same_name(one, (one[1].lower(), one[0].title()))
    assert same_name(one, ("-".join(surname), "<".join(given_names)))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("Müller", "Jürgen"), ("MUELLER", "JUERGEN"), True),
        (("Müller", "Jürgen"), ("MULLER", "JURGEN"), True),
        (("Ångström", "Åsa"), ("AANGSTROEM", "AASA"), True),
        (("ERIKSSON", "ANNA MARIA"), ("ERIKSSON", "ANNA"), True),
        (("ERIKSSON", "ANNA MARIA"), ("ERIKSSON", "ANNA MAR"), True),
        (("ERIKSSON", "ANNA MARIA"), ("ERIKSSON", ""), True),
        (("VAN DER BERG", "JAN"), ("VANDERBERG", "JAN"), True),
        (("ERIKSSON", "ANNA"), ("SOLBERG", "ANNA"), False),
        (("ERIKSSON", "ANNA"), ("ERIKSSON", "PETRA"), False),
        (("ERIKSSON", "ANNA"), ("ERIKSSEN", "ANNA"), False),
    ],
)
def test_names(one: tuple[str, str], other: tuple[str, str], expected: bool) -> None:
    assert same_name(one, other) == same_name(other, one) == expected


@given(st.text(max_size=30))
def test_any_text_has_words(name: str) -> None:
    assert all(word and word.isalpha() for word in words(name))


def linked(birth: dt.date, expiry: dt.date, number: str) -> dict[str, str | dt.date]:
    return {
        "passport.viz.birth_date": birth,
        "passport.viz.expiry_date": expiry,
        "passport.viz.document_number": number,
        "passport.viz.surname": "ERIKSSON",
    }


@given(days, days)
def test_lnk103_flags_exactly_when_birth_dates_differ(mine: dt.date, theirs: dt.date) -> None:
    assert flags("LNK103", WORK_PERMIT | {"viz.birth_date": mine}, linked(theirs, TODAY, "A1")) == (mine != theirs)


@given(days, days)
def test_lnk105_flags_exactly_when_the_permit_goes_on(mine: dt.date, theirs: dt.date) -> None:
    assert flags("LNK105", WORK_PERMIT | {"viz.expiry_date": mine}, linked(TODAY, theirs, "A1")) == (mine > theirs)


@given(st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=9), st.sampled_from(["", " ", "-", "<"]))
def test_lnk101_looks_past_spaces_and_fillers(number: str, mark: str) -> None:
    assert not flags("LNK101", WORK_PERMIT | {"viz.passport_number": number}, linked(TODAY, TODAY, mark.join(number)))


def measured(values: Iterable[float]) -> Facts:
    return Facts(
        one
        for number, value in enumerate(values)
        for one in (
            fact(f"viz.f{number}", "VALUE"),
            fact(f"quality.f{number}", FieldQuality(value, 20.0, 12.0, 0.8, 0.0, 3.0, 0.0)),
        )
    )


@given(st.lists(st.floats(0.5, 6.0), min_size=6, max_size=20), st.floats(0.2, 5.0))
def test_lay105_does_not_depend_on_the_scale_of_a_measure(values: list[float], scale: float) -> None:
    def odd(listed: list[float]) -> int:
        return len(run(document_check("LAY105"), measured(listed), CONTEXT).findings)

    # Half of the fields or more cannot all be odd against their own median.
    assert odd(values) <= len(values) // 2 + 1
    assert odd([2.0] * len(values)) == 0
    assert odd([scale] * 9 + [scale * 3]) == 1


def test_an_absent_measure_is_no_outlier() -> None:
    bare = FieldQuality(None, None, None, None, None, None, None)
    facts = [fact(key, value) for n in range(8) for key, value in ((f"viz.f{n}", "VALUE"), (f"quality.f{n}", bare))]
    assert run(document_check("LAY105"), Facts(facts), CONTEXT).kind is OutcomeKind.CLEAR
