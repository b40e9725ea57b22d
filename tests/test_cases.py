from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cases import NO_REGISTER, cases_of, groups_of, total, unjudged
from pipeline.types.boxes import Box
from pipeline.types.documents import DocumentKind, DocumentRecord
from pipeline.types.findings import (
    NOT_LISTED,
    Desk,
    Finding,
    Hypothesis,
    Light,
    NotAssessed,
    Outcome,
    OutcomeKind,
    PageEvidence,
    RowEvidence,
    Strength,
)
from pipeline.types.problems import Problem, ProblemKind
from pipeline.types.register import MatchedBy, RegisterMatch, RegisterRow

ALTERED, CAPTURE, CLERICAL = Hypothesis.ALTERED, Hypothesis.CAPTURE, Hypothesis.CLERICAL
COUNTERFEIT, ISSUE = Hypothesis.COUNTERFEIT, Hypothesis.IRREGULAR_ISSUE
RECORD = DocumentRecord("doc", "bundle", 0, DocumentKind.PASSPORT, None, None, (), (), (), ())
MATCH = RegisterMatch(MatchedBy.NUMBER, "number", "WP-1", RegisterRow("permits", "WP-1", {"permit_number": "WP-1"}))
BOX = Box(0.1, 0.1, 0.2, 0.2)
CODES = {"TST101": ALTERED, "TST102": COUNTERFEIT, "TST103": ISSUE, "TST104": CAPTURE}


def finding(
    cause: str,
    *keys: str,
    strength: Strength = Strength.MODERATE,
    hypothesis: Hypothesis = ALTERED,
    protection: bool = False,
    message: str = "differs",
) -> Finding:
    return Finding(
        code="TST101",
        version=1,
        title="Fake",
        message=message,
        strength=strength,
        hypothesis=hypothesis,
        legibility=0.9,
        evidence=tuple(PageEvidence(key, "r", "v", 0, BOX) for key in keys or (f"viz.{cause}",)),
        innocent_causes=("a misread character",),
        next_check="look",
        cause=cause,
        protection=protection,
    )


def flag(*findings: Finding, code: str = "TST101") -> Outcome:
    return Outcome(code, 1, OutcomeKind.FLAG, findings)


def outcome(code: str, kind: OutcomeKind, reason: str = "") -> Outcome:
    return Outcome(code, 1, kind, reason=reason)


def test_one_cause_is_one_group_and_counts_once() -> None:
    groups = groups_of([finding("birth_date"), finding("birth_date", "mrz.birth_date", strength=Strength.STRONG)])
    assert [len(group.findings) for group in groups] == [2]
    assert groups[0].hypotheses == ((ALTERED, Strength.STRONG.log10_lr),)


def test_two_causes_are_added() -> None:
    groups = groups_of([finding("birth_date"), finding("surname"), finding("sex", hypothesis=CAPTURE)])
    assert len(groups) == 3
    assert total(groups, ALTERED) == pytest.approx(2 * Strength.MODERATE.log10_lr)
    assert total(groups, COUNTERFEIT) == 0.0


def test_findings_on_the_same_reading_have_one_cause() -> None:
    groups = groups_of([finding("expiry before issue", "viz.issue_date", "viz.expiry_date"), finding("issue_date")])
    assert len(groups) == 1


def test_groups_merge_over_a_third_finding() -> None:
    bridge = finding("c", "viz.surname", "viz.sex")
    assert len(groups_of([finding("surname"), finding("sex")])) == 2
    assert len(groups_of([finding("surname"), finding("sex"), bridge])) == 1


@pytest.mark.parametrize("whole", ["mrz.reading", "viz.text", "doc.template", "page.0", "passport.page.0"])
def test_a_whole_page_is_no_shared_cause(whole: str) -> None:
    assert len(groups_of([finding("a", whole), finding("b", whole)])) == 2


def test_the_composite_digit_joins_the_digit_that_explains_it_and_no_other() -> None:
    number = finding("document_number", "mrz.check.number", strength=Strength.STRONG)
    birth = finding("birth_date", "mrz.check.birth_date")
    composite = finding("composite", "mrz.check.composite")
    assert [len(group.findings) for group in groups_of([composite, birth, number])] == [2, 1]
    assert len(groups_of([composite])) == 1


def test_the_strongest_finding_names_its_group_and_comes_first() -> None:
    strong = finding("b", "viz.x", strength=Strength.STRONG)
    groups = groups_of([finding("a", "viz.x"), strong, finding("c", strength=Strength.VERY_STRONG)])
    assert [group.cause for group in groups] == ["c", "b"]
    assert groups[1].findings[0] is strong


def test_the_order_of_the_checks_changes_nothing() -> None:
    findings = [finding("a", "viz.x"), finding("b", "viz.x", "viz.y"), finding("c"), finding("d", "viz.y")]
    assert groups_of(findings) == groups_of(findings[::-1])


def test_a_clear_document_has_a_case_without_groups() -> None:
    (case,) = cases_of(RECORD, [outcome("TST101", OutcomeKind.CLEAR)], CODES)
    assert (case.folder, case.desk, case.altered, case.irregular_issue) == ("screening", None, Light.CLEAR, None)
    assert case.groups == ()


def test_what_no_check_could_ask_is_grey() -> None:
    asked = [
        outcome("TST101", OutcomeKind.NOT_APPLICABLE, "not read: mrz.reading"),
        outcome("TST104", OutcomeKind.CLEAR),
    ]
    (case,) = cases_of(RECORD, asked, CODES)
    assert case.altered is Light.GREY
    assert case.not_assessed == (NotAssessed("altered", "not read: mrz.reading (TST101)"),)


def test_reasons_are_told_once_with_their_codes_and_other_kinds_not_at_all() -> None:
    asked = [
        outcome("TST102", OutcomeKind.NOT_APPLICABLE, "not read: viz.surname"),
        outcome("TST101", OutcomeKind.NOT_APPLICABLE, "not read: viz.surname"),
        outcome("TST101", OutcomeKind.NOT_APPLICABLE, "not for this kind of document: visa"),
        outcome("TST101", OutcomeKind.NOT_APPLICABLE, "this layout has no machine-readable zone"),
        outcome("TST102", OutcomeKind.ERROR, "KeyError"),
    ]
    (case,) = cases_of(RECORD, asked, CODES)
    assert [item.reason for item in case.not_assessed] == [
        "internal error (TST102)",
        "not read: viz.surname (TST101, TST102)",
    ]


@pytest.mark.parametrize(
    ("strengths", "light"),
    [
        ([Strength.WEAK], Light.LOOK),
        ([Strength.MODERATE], Light.LOOK),
        ([Strength.STRONG], Light.STRONG),
        ([Strength.MODERATE, Strength.MODERATE], Light.STRONG),
        ([Strength.WEAK, Strength.WEAK], Light.LOOK),
    ],
)
def test_the_light_follows_what_adds_up(strengths: list[Strength], light: Light) -> None:
    findings = [finding(f"cause {number}", strength=strength) for number, strength in enumerate(strengths)]
    (case,) = cases_of(RECORD, [flag(*findings)], CODES)
    assert case.altered is light
    assert case.desk is Desk.DOCUMENT_EXAMINER


@pytest.mark.parametrize("innocent", [CAPTURE, CLERICAL])
def test_an_innocent_finding_lights_nothing(innocent: Hypothesis) -> None:
    (case,) = cases_of(RECORD, [flag(finding("a", hypothesis=innocent, strength=Strength.VERY_STRONG))], CODES)
    assert case.altered is Light.CLEAR
    assert case.desk is (Desk.RESCAN if innocent is CAPTURE else None)
    assert len(case.groups) == 1


def test_irregular_issue_never_shows_in_screening() -> None:
    screening, integrity = cases_of(RECORD, [flag(finding("issue_date", hypothesis=ISSUE), code="TST103")], CODES)
    assert (screening.groups, screening.desk, screening.irregular_issue) == ((), None, None)
    assert (integrity.folder, integrity.desk, integrity.irregular_issue) == (
        "integrity",
        Desk.INTEGRITY_AUDITOR,
        Light.LOOK,
    )
    assert NO_REGISTER in integrity.not_assessed
    assert NO_REGISTER not in screening.not_assessed


def test_without_a_register_irregular_issue_is_never_clear() -> None:
    checked = [outcome("TST103", OutcomeKind.CLEAR), flag(finding("a", hypothesis=ALTERED, protection=True))]
    with_row = cases_of(RECORD, checked, CODES, register=MATCH)
    without_row = cases_of(RECORD, checked, CODES, register=dataclasses.replace(MATCH, row=None))
    without = cases_of(RECORD, checked, CODES)
    assert [case.irregular_issue for case in with_row] == [None, Light.CLEAR]
    assert [case.irregular_issue for case in without_row] == [None, Light.GREY]
    assert [case.irregular_issue for case in without] == [None, Light.GREY]


def test_a_document_without_a_row_says_why_to_the_auditors_alone() -> None:
    lost = RegisterMatch(MatchedBy.NONE, "2 rows agree equally well", "WP-1")
    found = [flag(finding("document_number", hypothesis=ISSUE, strength=Strength.STRONG), code="TST103")]
    screening, integrity = cases_of(RECORD, found, CODES, register=lost)
    assert integrity.irregular_issue is Light.STRONG
    why = NotAssessed("irregular_issue", "not matched to a row of the register: 2 rows agree equally well")
    assert integrity.not_assessed == (why,)
    assert screening.not_assessed == ()


def test_that_no_register_lists_such_a_document_is_said_once() -> None:
    asked = [outcome("TST101", OutcomeKind.NOT_APPLICABLE, NOT_LISTED), outcome("TST102", OutcomeKind.CLEAR)]
    (case,) = cases_of(RECORD, asked, CODES)
    assert case.not_assessed == ()


def on_row(column: str, cause: str = "", hypothesis: Hypothesis = ISSUE) -> Finding:
    cell = RowEvidence("permits", "WP-1", column, "x", "")
    return dataclasses.replace(finding(cause or column, hypothesis=hypothesis), evidence=(cell,))


@pytest.mark.parametrize("hypothesis", [ISSUE, CLERICAL, ALTERED])
def test_what_rests_on_rows_alone_never_shows_in_screening(hypothesis: Hypothesis) -> None:
    seen = flag(on_row("status", hypothesis=hypothesis), code="TST102")
    screening, integrity = cases_of(RECORD, [seen], CODES, register=MATCH)
    assert (screening.groups, screening.desk) == ((), None)
    assert integrity.folder == "integrity"
    assert integrity.desk is (Desk.INTEGRITY_AUDITOR if hypothesis is ISSUE else None)


def test_a_document_may_be_altered_and_irregularly_issued_at_once_and_each_desk_sees_its_own() -> None:
    both = [flag(finding("surname")), flag(on_row("decided_at", hypothesis=ISSUE), code="TST103")]
    screening, integrity = cases_of(RECORD, both, CODES, register=MATCH)
    assert (screening.desk, integrity.desk) == (Desk.DOCUMENT_EXAMINER, Desk.INTEGRITY_AUDITOR)
    assert [group.cause for group in screening.groups] == ["surname"]
    assert [group.cause for group in integrity.groups] == ["decided_at"]


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("issued_at", "issue_date"),
        ("valid_until", "expiry_date"),
        ("permit_number", "document_number"),
        ("applied_at", "application_date"),
        ("passport_number", "passport_number"),
        ("approved_by", "issuing_officer"),
    ],
)
def test_paper_and_register_on_one_thing_are_one_cause(column: str, field: str) -> None:
    paper, register = finding(field, hypothesis=ISSUE), on_row(column, hypothesis=ISSUE)
    (group,) = groups_of([paper, register])
    assert group.hypotheses == ((ISSUE, Strength.MODERATE.log10_lr),)


def test_findings_that_look_at_one_cell_are_one_cause_and_what_stands_beside_it_is_none() -> None:
    first, second = on_row("issued_at", "hours"), on_row("issued_at", "roster")
    aside = dataclasses.replace(on_row("employer_id"), evidence=(*on_row("employer_id").evidence, *first.evidence))
    assert sorted(len(group.findings) for group in groups_of([first, second, aside])) == [1, 2]


def test_a_sign_that_the_holder_may_be_a_victim_never_adds_to_suspicion() -> None:
    sign = finding("age", hypothesis=ALTERED, protection=True, strength=Strength.VERY_STRONG)
    screening, protection = cases_of(RECORD, [flag(sign)], CODES)
    assert (screening.groups, screening.altered, screening.desk) == ((), Light.CLEAR, None)
    assert (protection.folder, protection.desk) == ("protection", Desk.PROTECTION)


def test_a_minor_s_permit_concerns_the_office_as_well() -> None:
    sign = finding("age", hypothesis=ISSUE, protection=True)
    made = cases_of(RECORD, [flag(sign, code="TST103")], CODES)
    assert [case.folder for case in made] == ["screening", "integrity", "protection"]


@pytest.mark.parametrize(
    ("kind", "desk"),
    [
        (ProblemKind.BLURRED, Desk.RESCAN),
        (ProblemKind.PARTIAL_MRZ, Desk.RESCAN),
        (ProblemKind.CORRUPT, Desk.RESCAN),
        (ProblemKind.UNKNOWN_TEMPLATE, None),
        (ProblemKind.NO_MRZ, None),
        (ProblemKind.OURS, None),
    ],
)
def test_only_what_a_new_scan_may_cure_is_sent_to_be_scanned_again(kind: ProblemKind, desk: Desk | None) -> None:
    record = dataclasses.replace(RECORD, problems=(Problem(kind, "imaging", "why"),))
    (case,) = cases_of(record, [outcome("TST101", OutcomeKind.CLEAR)], CODES)
    assert case.desk is desk
    assert case.problems == record.problems


def test_a_specimen_is_routed_out_of_the_queue() -> None:
    (case,) = cases_of(RECORD, [flag(finding("specimen", "mrz.issuing_state"), finding("surname"))], CODES)
    assert case.desk is None
    assert len(case.groups) == 2


def test_a_document_that_could_not_be_judged_is_grey() -> None:
    (case,) = unjudged(RECORD)
    assert (case.altered, case.groups) == (Light.GREY, ())


@pytest.mark.parametrize("innocent", [CAPTURE, CLERICAL])
def test_an_issue_check_s_finding_never_shows_in_screening_even_softened(innocent: Hypothesis) -> None:
    softened = finding("issue_date", hypothesis=innocent, strength=Strength.WEAK)
    screening, integrity = cases_of(RECORD, [flag(softened, code="TST103")], CODES)
    assert (screening.groups, screening.desk) == ((), None)
    assert (integrity.folder, integrity.desk, integrity.irregular_issue) == ("integrity", None, Light.GREY)
    assert integrity.groups[0].findings == (softened,)


def test_a_specimen_has_no_desk_in_any_folder() -> None:
    marked = flag(finding("specimen", "mrz.issuing_state"))
    issue = flag(finding("issue_date", hypothesis=ISSUE, protection=True), code="TST103")
    made = cases_of(RECORD, [marked, issue], CODES)
    assert [(case.folder, case.desk) for case in made] == [
        ("screening", None),
        ("integrity", None),
        ("protection", None),
    ]


def test_a_finding_between_two_causes_takes_away_from_neither() -> None:
    surname, birth = finding("surname"), finding("birth_date")
    both = finding("holder", "viz.surname", "viz.birth_date", strength=Strength.WEAK)
    (group,) = groups_of([surname, birth, both])
    assert total([group], ALTERED) == pytest.approx(2 * Strength.MODERATE.log10_lr)


FIELDS = ("surname", "birth_date", "issue_date", "issued_at", "document_number", "permit_number")


@st.composite
def any_finding(draw: st.DrawFn) -> Finding:
    made = finding(
        draw(st.sampled_from(FIELDS)),
        *(
            f"{zone}.{name}"
            for zone, name in draw(
                st.lists(st.tuples(st.sampled_from(["viz", "mrz"]), st.sampled_from(FIELDS)), min_size=1, max_size=3)
            )
        ),
        strength=draw(st.sampled_from(Strength)),
        hypothesis=draw(st.sampled_from(Hypothesis)),
        message=draw(st.sampled_from("abc")),
    )
    row = RowEvidence("permits", "WP-1", draw(st.sampled_from(FIELDS)), "x", "")
    return draw(
        st.sampled_from(
            [
                made,
                dataclasses.replace(made, evidence=(row,)),
                dataclasses.replace(made, evidence=(row, *made.evidence)),
            ]
        )
    )


FINDINGS = st.lists(any_finding(), max_size=9)


@given(FINDINGS)
def test_grouping_what_was_grouped_gives_the_same(findings: list[Finding]) -> None:
    groups = groups_of(findings)
    assert groups_of([one for group in groups for one in group.findings]) == groups
    assert groups_of(findings[::-1]) == groups
    assert sorted(map(repr, findings)) == sorted(repr(one) for group in groups for one in group.findings)


@given(FINDINGS, any_finding())
def test_a_further_finding_takes_nothing_from_any_hypothesis(findings: list[Finding], more: Finding) -> None:
    before, after = groups_of(findings), groups_of([*findings, more])
    for hypothesis in Hypothesis:
        assert total(after, hypothesis) >= total(before, hypothesis) - 1e-9


@given(FINDINGS, st.data())
def test_a_second_finding_of_one_cause_adds_nothing(findings: list[Finding], data: st.DataObject) -> None:
    if not findings:
        return
    first = data.draw(st.sampled_from(findings))
    weaker = [strength for strength in Strength if strength <= first.strength]
    second = dataclasses.replace(first, code="TST102", strength=data.draw(st.sampled_from(weaker)))
    before, after = groups_of(findings), groups_of([*findings, second])
    for hypothesis in Hypothesis:
        assert total(after, hypothesis) == pytest.approx(total(before, hypothesis))


@given(FINDINGS)
def test_no_hypothesis_weighs_more_than_its_findings_nor_less_than_the_strongest(findings: list[Finding]) -> None:
    groups = groups_of(findings)
    for hypothesis in Hypothesis:
        weights = [one.strength.log10_lr for one in findings if one.hypothesis is hypothesis]
        assert max(weights, default=0.0) - 1e-9 <= total(groups, hypothesis) <= sum(weights) + 1e-9


def test_very_many_findings_on_few_fields_are_grouped_at_once() -> None:
    fields = [f"viz.field_{number}" for number in range(12)]
    chained = [finding(f"cause {i}", fields[i % 12], fields[(i + 1) % 12], message=str(i)) for i in range(60)]
    (group,) = groups_of(chained)
    assert group.hypotheses[0][1] == pytest.approx(6 * Strength.MODERATE.log10_lr)
