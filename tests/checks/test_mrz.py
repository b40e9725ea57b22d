from __future__ import annotations

import datetime as dt
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from checks.base import Context, run
from checks.mrz import CHECKS
from pipeline.mrz.parse import format_of
from pipeline.reference.policy import Policies
from pipeline.types.facts import Facts
from pipeline.types.findings import Finding, Hypothesis, Outcome, OutcomeKind, Strength
from pipeline.types.mrz import ALPHABET, SHAPE, character_value, check_digit
from tests.checks.cases import document_check, mrz_facts

CONTEXT = Context(dt.date(2026, 11, 23), Policies(()), specimen_run=True)


def td3(
    name: str = "ERIKSSON<<ANNA<MARIA",
    number: str = "L898902C3",
    birth: str = "740812",
    expiry: str = "320415",
    optional: str = "ZE184226B",
    states: tuple[str, str] = ("UTO", "UTO"),
    sex: str = "F",
) -> tuple[str, str]:
    """A passport's lines with every digit right."""
    issuer, nationality = states
    first = number.ljust(9, "<")
    personal = optional.ljust(14, "<")
    parts = [field + check_digit(field) for field in (first, birth, expiry, personal)]
    line = f"{parts[0]}{nationality.ljust(3, '<')}{parts[1]}{sex}{parts[2]}{parts[3]}"
    return f"P<{issuer.ljust(3, '<')}{name}".ljust(44, "<"), line + check_digit("".join(parts))


def outcomes(lines: tuple[str, ...], **read: object) -> dict[str, Outcome]:
    facts = Facts(mrz_facts(lines, **read))  # type: ignore[arg-type]
    return {check.code: run(check, facts, CONTEXT) for check in CHECKS}


def findings(lines: tuple[str, ...], **read: object) -> list[Finding]:
    return [finding for outcome in outcomes(lines, **read).values() for finding in outcome.findings]


#: Lawful and unusual: nothing in them is a fault of the document.
UNUSUAL = [
    td3(states=("D", "D")),
    td3(states=("UNO", "XXX")),
    td3(states=("RKS", "RKS")),
    td3(states=("GBR", "GBD")),
    td3(states=("UTO", "XXA")),
    td3(name="ARKFREITH"),
    td3(birth="74<<<<"),
    td3(birth="7408<<"),
    td3(birth="<<<<<<"),
    td3(expiry="490101"),
    td3(sex="<"),
    td3(sex="X"),
    td3(optional=""),
    td3(number="L89"),
    td3(name="BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WARNA"),
    (td3(optional="")[0], td3(optional="")[1][:42] + "<" + td3(optional="")[1][43]),
    ("I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<"),
    ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX7408122F96121096ZE184226B<<<<<<"),
    ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX7408122F9612109<<<<<<<<"),
    ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"),
]


@pytest.mark.parametrize("lines", UNUSUAL)
def test_a_genuine_unusual_document_has_no_finding(lines: tuple[str, ...]) -> None:
    assert findings(lines) == []


@pytest.mark.parametrize(
    ("key", "position", "glyph"),
    [("number", 1, "7"), ("birth_date", 13, "8"), ("expiry", 21, "4"), ("optional", 30, "9")],
)
def test_a_changed_character_is_one_cause_for_digit_and_composite(key: str, position: int, glyph: str) -> None:
    first, second = td3()
    changed = second[:position] + glyph + second[position + 1 :]
    found = [finding for finding in findings((first, changed)) if finding.code == "MRZ101"]
    assert [finding.evidence[0].key for finding in found if hasattr(finding.evidence[0], "key")] == [
        f"mrz.check.{key}",
        "mrz.check.composite",
    ]
    assert len({finding.cause for finding in found}) == 1
    assert {finding.strength for finding in found} == {Strength.MODERATE}


@given(st.data())
def test_every_single_change_that_a_digit_can_see_is_flagged(data: st.DataObject) -> None:
    first, second = td3()
    covered = [*range(9), *range(13, 19), *range(21, 27), *range(28, 42)]
    at = data.draw(st.sampled_from(covered))
    glyph = data.draw(st.sampled_from(ALPHABET))
    changed = second[:at] + glyph + second[at + 1 :]
    same = (character_value(glyph) - character_value(second[at])) % 10 == 0
    outcome = outcomes((first, changed))["MRZ101"]
    assert outcome.kind is (OutcomeKind.CLEAR if same else OutcomeKind.FLAG)


@given(st.sampled_from(["number", "birth_date", "expiry"]), st.sampled_from("0123456789"), st.booleans())
def test_a_reading_on_which_the_engines_differ_never_carries_more_than_weak(key: str, glyph: str, poor: bool) -> None:
    at = {"number": 1, "birth_date": 14, "expiry": 22}[key]
    first, second = td3()
    changed = second[:at] + glyph + second[at + 1 :]
    field = {"number": "document_number", "birth_date": "birth_date", "expiry": "expiry_date"}[key]
    read = {"legibility": 0.5} if poor else {"alternatives": {f"mrz.{field}": [(1, "Y", 0.4)]}}
    for finding in findings((first, changed), agreed=False, **read):
        assert finding.strength is Strength.WEAK
        assert finding.hypothesis in {Hypothesis.CAPTURE, Hypothesis.CLERICAL}


def test_fields_on_which_engines_agree_carry_a_finding_though_they_differ_elsewhere() -> None:
    first, second = td3()
    changed = second[:14] + "9" + second[15:]
    read = {"agreed": False, "alternatives": {"mrz.nationality": [(2, "0", 0.9)]}}
    found = [finding for finding in findings((first, changed), **read) if finding.code == "MRZ101"]
    assert found[0].strength is Strength.MODERATE


def test_the_french_card_of_before_2021_is_judged_by_its_own_layout() -> None:
    lines = ("IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "8806923102858CORINNE<<<<<<<6512068F6")
    assert [one.code for one in findings(lines)] == []


def test_nothing_read_is_not_applicable_and_never_clear() -> None:
    facts = Facts(())
    assert {run(check, facts, CONTEXT).kind for check in CHECKS} == {OutcomeKind.NOT_APPLICABLE}


lines_of_any_format = st.sampled_from(sorted(SHAPE.values())).flatmap(
    lambda shape: st.tuples(*[st.text(alphabet=ALPHABET, min_size=shape[1], max_size=shape[1])] * shape[0])
)


@given(lines_of_any_format, st.booleans())
def test_no_text_breaks_a_check(lines: tuple[str, ...], agreed: bool) -> None:
    assume(format_of(lines) is not None)
    assert OutcomeKind.ERROR not in {outcome.kind for outcome in outcomes(lines, agreed=agreed).values()}


@given(
    st.sampled_from(["UTO", "FRA", "D", "XXA", "RKS", "GBD", "UNO"]),
    st.sampled_from("MF<X"),
    st.text(alphabet=string.ascii_uppercase, min_size=2, max_size=10),
)
def test_nationality_sex_and_name_change_no_outcome(nationality: str, sex: str, surname: str) -> None:
    usual = outcomes(td3())
    other = outcomes(td3(name=f"{surname}<<ANNA", states=("UTO", nationality), sex=sex))
    assert {code: outcome.kind for code, outcome in usual.items()} == {
        code: outcome.kind for code, outcome in other.items()
    }


def test_a_specimen_is_routed_out_of_a_working_queue_only() -> None:
    facts = Facts(mrz_facts(td3()))
    assert run(document_check("MRZ107"), facts, CONTEXT).kind is OutcomeKind.NOT_APPLICABLE
    working = Context(CONTEXT.today, CONTEXT.policy)
    assert run(document_check("MRZ107"), facts, working).kind is OutcomeKind.FLAG
