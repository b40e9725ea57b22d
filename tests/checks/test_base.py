from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import re
from collections.abc import Iterator

import pytest

from checks.base import Context, DocumentCheck, Found, NotApplicable, field_of, run
from checks.registry import CHECKS
from checks.run_all import judge
from pipeline.reference.policy import Policies, load_policies
from pipeline.types.boxes import Box
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import AnyFact, Fact, Facts
from pipeline.types.findings import Hypothesis, OutcomeKind, PageEvidence, Strength
from pipeline.types.keys import DOC_KIND, DOC_TEMPLATE, MRZ, VIZ_ISSUING_STATE, VIZ_SURNAME
from pipeline.types.mrz import MrzFormat, MrzReading
from pipeline.types.printed import TemplateMatch

CONTEXT = Context(dt.date(2026, 11, 23), load_policies(), linked_ids={"passport": "d2"})
BOX = Box(0.1, 0.2, 0.3, 0.4)


def text(key: str, value: str, legibility: float = 0.9) -> Fact[str]:
    return Fact(key, value, value, 0, BOX, legibility, "recorded")


def surname_seen(facts: Facts, context: Context) -> Iterator[Found]:
    yield Found("seen", (facts.get(VIZ_SURNAME),))


def breaks(facts: Facts, context: Context) -> Iterator[Found]:
    yield Found("seen", (facts.get(VIZ_SURNAME),))
    raise ValueError(f"surname is {facts.get(VIZ_SURNAME).value}")


def declines(facts: Facts, context: Context) -> Iterator[Found]:
    raise NotApplicable("of a kind it cannot judge")
    yield  # makes it a generator, as every rule is


CHECK = DocumentCheck(
    code="TST101",
    name="surname-seen",
    version=3,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(VIZ_SURNAME,),
    innocent=("everybody has one",),
    next_check="nothing",
    source="none",
    rule=surname_seen,
)
SURNAME = text("viz.surname", "ERIKSSON")


def test_a_finding_is_stamped_with_everything_a_report_shows() -> None:
    outcome = run(CHECK, Facts([SURNAME]), CONTEXT, precision=0.8)
    (finding,) = outcome.findings
    assert (outcome.kind, outcome.code, outcome.version) == (OutcomeKind.FLAG, "TST101", 3)
    assert (finding.strength, finding.hypothesis, finding.cause) == (Strength.MODERATE, Hypothesis.ALTERED, "surname")
    assert (finding.legibility, finding.precision, finding.innocent_causes) == (0.9, 0.8, ("everybody has one",))
    (evidence,) = finding.evidence
    assert (evidence.key, evidence.value) == ("viz.surname", "ERIKSSON")


def test_a_missing_need_makes_it_not_applicable_and_is_named() -> None:
    outcome = run(CHECK, Facts([]), CONTEXT)
    assert (outcome.kind, outcome.reason) == (OutcomeKind.NOT_APPLICABLE, "not read: viz.surname")


def test_what_a_layout_does_not_carry_is_not_called_unread() -> None:
    check = dataclasses.replace(CHECK, needs=(MRZ, VIZ_SURNAME))

    def reason(has_mrz: bool, *facts: AnyFact) -> str:
        match = TemplateMatch("letter", (), 0, (), (), has_mrz)
        template = Fact(DOC_TEMPLATE.name, "letter", match, 0, BOX, 0.9, "recorded")
        return run(check, Facts([template, *facts]), CONTEXT).reason

    assert reason(False) == reason(False, SURNAME) == "this layout has no machine-readable zone"
    assert reason(True, SURNAME) == "not read: mrz.reading"
    reading = Fact(MRZ.name, "", MrzReading(MrzFormat.TD1, (), (), (), 0.9, (), True), 0, BOX, 0.9, "recorded")
    assert reason(False, reading) == "not read: viz.surname"


def test_a_rule_may_decline() -> None:
    outcome = run(dataclasses.replace(CHECK, rule=declines), Facts([SURNAME]), CONTEXT)
    assert (outcome.kind, outcome.reason) == (OutcomeKind.NOT_APPLICABLE, "of a kind it cannot judge")


def test_another_kind_of_document_is_not_judged() -> None:
    check = dataclasses.replace(CHECK, kinds=frozenset({DocumentKind.VISA}))
    assert run(check, Facts([SURNAME]), CONTEXT).reason == "not for this kind of document: unknown"
    facts = Facts([SURNAME, text(DOC_KIND.name, "visa")])
    assert run(check, facts, CONTEXT).kind is OutcomeKind.FLAG


def test_a_rule_that_breaks_is_our_error_and_no_finding(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "checks.base"):
        outcome = run(dataclasses.replace(CHECK, rule=breaks), Facts([SURNAME]), CONTEXT)
    assert (outcome.kind, outcome.findings, outcome.reason) == (OutcomeKind.ERROR, (), "ValueError")
    assert re.search(r"TST101.*ValueError in test_base.py, line \d+", caplog.text)
    assert not [record for record in caplog.records if record.exc_info]
    assert "ERIKSSON" not in caplog.text


@pytest.mark.parametrize("offered", list(Strength))
def test_a_rule_can_weaken_but_never_strengthen(offered: Strength) -> None:
    def offers(facts: Facts, context: Context) -> Iterator[Found]:
        yield Found("seen", (SURNAME,), strength=offered)

    outcome = run(dataclasses.replace(CHECK, rule=offers), Facts([SURNAME]), CONTEXT)
    assert outcome.findings[0].strength == min(offered, CHECK.strength)


def test_evidence_on_a_linked_document_names_it() -> None:
    def other(facts: Facts, context: Context) -> Iterator[Found]:
        yield Found("seen", (SURNAME, text("passport.viz.surname", "SOLBERG", 0.4)))

    (finding,) = run(dataclasses.replace(CHECK, rule=other), Facts([SURNAME]), CONTEXT).findings
    assert [one.document_id for one in finding.evidence if isinstance(one, PageEvidence)] == [None, "d2"]
    assert finding.legibility == 0.4


def test_fields_are_the_same_in_every_zone() -> None:
    keys = ("mrz.check.expiry", "viz.expiry_date", "mrz.expiry_date_text", "passport.viz.expiry_date")
    assert {field_of(key) for key in keys} == {"expiry_date"}
    assert field_of("mrz.check.number") == field_of("viz.document_number")


def test_law_is_only_of_the_state_that_issued() -> None:
    assert CONTEXT.law(Facts([text(VIZ_ISSUING_STATE.name, "UTO")])).state == "UTO"
    for facts in (Facts([]), Facts([text(VIZ_ISSUING_STATE.name, "XOM")])):
        with pytest.raises(NotApplicable, match="no policy pack for this state"):
            CONTEXT.law(facts)


def test_thresholds_of_the_settings_go_before_those_of_the_module() -> None:
    context = dataclasses.replace(CONTEXT, thresholds={"TST101": {"limit": 2.5}})
    assert context.threshold("TST101", "limit", 1.0) == 2.5
    assert context.threshold("TST101", "other", 1.0) == 1.0


def test_judge_asks_every_check_once_and_passes_precision_on() -> None:
    outcomes = judge(Facts([SURNAME]), CONTEXT, (CHECK, CHECK), {"TST101": 0.5})
    assert [outcome.findings[0].precision for outcome in outcomes] == [0.5, 0.5]
    assert [outcome.code for outcome in judge(Facts([]), CONTEXT)] == [check.code for check in CHECKS]


def test_no_check_breaks_on_a_document_of_which_nothing_was_read() -> None:
    empty = Context(dt.date(2026, 11, 23), Policies(()))
    assert {outcome.kind for outcome in judge(Facts([]), empty)} <= {OutcomeKind.NOT_APPLICABLE, OutcomeKind.CLEAR}
