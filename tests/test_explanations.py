from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given

from pipeline.cases import groups_of, total
from pipeline.explanations import deciding, explanations_of
from pipeline.types.findings import Finding, Hypothesis, Strength
from tests.test_cases import ALTERED, CAPTURE, CLERICAL, FINDINGS, ISSUE, finding


def likely(cause: str, why: str, hypothesis: Hypothesis, strength: Strength = Strength.WEAK) -> Finding:
    return dataclasses.replace(finding(cause, hypothesis=hypothesis, strength=strength), likely_innocent=why)


def test_explanations_stand_side_by_side_the_heaviest_first() -> None:
    groups = groups_of(
        [
            finding("issue_date", hypothesis=ISSUE, strength=Strength.STRONG),
            likely("issue_date", "day and month exchanged", CLERICAL),
            finding("surname", hypothesis=ISSUE),
        ]
    )
    found = explanations_of(groups)
    assert [(one.hypothesis, one.causes) for one in found] == [
        (ISSUE, ("issue_date", "surname")),
        (CLERICAL, ("issue_date",)),
        (None, ("surname",)),
    ]
    assert found[0].log10_lr == pytest.approx(4.0)
    assert found[1].named == ("day and month exchanged",)
    assert (found[2].log10_lr, found[2].named) == (0.0, ("a misread character",))


def test_where_every_group_has_an_innocent_finding_no_further_ordinary_cause_is_named() -> None:
    groups = groups_of([finding("surname"), likely("surname", "one letter misread", CAPTURE)])
    assert [one.hypothesis for one in explanations_of(groups)] == [ALTERED, CAPTURE]


def test_what_decides_is_the_next_check_where_the_leading_two_differ_most() -> None:
    surname = dataclasses.replace(finding("surname", strength=Strength.STRONG), next_check="ask for the old passport")
    slip = dataclasses.replace(likely("surname", "typed", CLERICAL, Strength.STRONG), next_check="ask the clerk")
    birth = dataclasses.replace(finding("birth_date"), next_check="magnify")
    found = deciding(groups_of([surname, slip, birth]))
    assert found is not None
    assert found.between == (ALTERED, CLERICAL)
    assert (found.cause, found.next_check) == ("birth_date", "magnify")


def test_one_explanation_alone_still_has_a_next_check() -> None:
    found = deciding(groups_of([likely("surname", "one letter misread", CAPTURE)]))
    assert found is not None
    assert found.between == (CAPTURE,)
    assert found.next_check == "look"


def test_nothing_found_needs_no_explanation() -> None:
    assert explanations_of(()) == ()
    assert deciding(()) is None


@given(FINDINGS)
def test_weights_are_those_of_the_case_and_something_always_decides(findings: list[Finding]) -> None:
    groups = groups_of(findings)
    found = explanations_of(groups)
    for one in found:
        assert one.log10_lr == pytest.approx(0.0 if one.hypothesis is None else total(groups, one.hypothesis))
        assert one.causes
    assert [one.log10_lr for one in found] == sorted((one.log10_lr for one in found), reverse=True)
    assert (deciding(groups) is None) == (not findings)
