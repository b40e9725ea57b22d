"""From one document's outcomes to its cases: findings grouped by shared cause, lights, desks, folders.

Grouping. Findings belong to one group when their cause keys are equal, or when they rest on the same reading of a
single field: one misread character explains them all and counts once. The composite check digit is computed over the
fields of the others, so a finding on it joins the strongest finding on one of those. Within a group each hypothesis
has the log10 likelihood ratio of its strongest finding; across groups they are added.

Folders. `screening` has one case for every document. `integrity` has one where a check that looks for irregular issue
found something, even where an innocent reading explains it: the folder follows what the check asks, since the bare
question tells the issuing office what is looked at. Such a case has a desk only where something speaks for irregular
issue; with innocent findings alone it is kept there for the record, without one. `protection` has a case where a sign
that the holder may be a victim was seen. A protection sign never stands in `screening` and never adds to its light;
one that concerns the issue (a minor's permit) is in `integrity` too, since it is the office that has to answer for it.
A specimen has no desk in any folder.

Lights. *Grey*: no check of the question could be made. *Clear*: at least one was made, and nothing speaks for it.
*Look*: something does, however weak. *Strong*: what speaks for it adds up to strong or more. Without a register the
question of irregular issue stays grey unless something was found: what scans alone show can raise it, never clear it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.types.documents import DocumentKind, DocumentRecord
from pipeline.types.findings import (
    NO_MRZ_ON_LAYOUT,
    OTHER_KIND,
    Case,
    Desk,
    Finding,
    Group,
    Hypothesis,
    Light,
    NotAssessed,
    Outcome,
    OutcomeKind,
    PageEvidence,
    Strength,
    band,
)
from pipeline.types.problems import UNREADABLE, ProblemKind

ALTERED = "altered"
IRREGULAR_ISSUE = "irregular_issue"
NO_REGISTER = NotAssessed(IRREGULAR_ISSUE, "no register at hand: what the issuing office did cannot be seen from scans")

#: Hypotheses that speak for each question.
SPEAKS_FOR: Mapping[str, frozenset[Hypothesis]] = {
    ALTERED: frozenset({Hypothesis.ALTERED, Hypothesis.COUNTERFEIT}),
    IRREGULAR_ISSUE: frozenset({Hypothesis.IRREGULAR_ISSUE}),
}

#: Problems of a capture that a new scan may cure.
CURED_BY_RESCAN = UNREADABLE | {
    ProblemKind.BLANK,
    ProblemKind.PARTIAL_MRZ,
    ProblemKind.LOW_RESOLUTION,
    ProblemKind.BLURRED,
    ProblemKind.GLARE,
    ProblemKind.LOW_CONTRAST,
    ProblemKind.SKEWED,
}

#: Cause key of findings that say "a specimen": nobody's document, so it is routed out of every queue. The case stays.
SPECIMEN = "specimen"

#: Readings of a whole page or zone: resting on the same one of these is no shared cause.
_WHOLE = ("mrz.reading", "viz.text", "doc.", "page.", "quality.")
_KINDS = frozenset(DocumentKind)
_COMPOSITE = "mrz.check.composite"
_CHECK_DIGIT = "mrz.check."
#: The runner's reasons when a check is not meant for such a document: then its question was not open.
_NOT_OPEN = (OTHER_KIND, NO_MRZ_ON_LAYOUT)


def cases_of(
    record: DocumentRecord,
    outcomes: Sequence[Outcome],
    hypotheses: Mapping[str, Hypothesis],
    *,
    register: bool = False,
    unlinked: tuple[NotAssessed, ...] = (),
) -> tuple[Case, ...]:
    """The document's cases, the one for screening first.

    Args:
        record: the document.
        outcomes: what every check said of it.
        hypotheses: what each check looks for, by code: tells which question an outcome answers.
        register: whether the issuing ministry's register is at hand.
        unlinked: comparisons that could not be made.
    """
    of_document, of_issue, signs = _by_reader(outcomes, hypotheses)
    altered = _light(ALTERED, of_document, assessed(ALTERED, outcomes, hypotheses))
    issue = _light(IRREGULAR_ISSUE, of_issue, register and assessed(IRREGULAR_ISSUE, outcomes, hypotheses))
    specimen = any(finding.cause == SPECIMEN for outcome in outcomes for finding in outcome.findings)
    not_asked = _not_assessed(ALTERED, outcomes, hypotheses) + unlinked
    issue_not_asked = _not_assessed(IRREGULAR_ISSUE, outcomes, hypotheses) + (() if register else (NO_REGISTER,))

    def case(folder: str, desk: Desk | None, shown: list[Finding], open_: tuple[NotAssessed, ...]) -> Case:
        return Case(
            document_id=record.document_id,
            sha256=record.sha256,
            kind=str(record.kind),
            folder=folder,
            desk=None if specimen else desk,
            altered=altered,
            irregular_issue=None if folder == "screening" else issue,
            groups=groups_of(shown),
            not_assessed=open_,
            problems=record.problems,
        )

    made = [case("screening", _screening_desk(record, of_document), of_document, not_asked)]
    if of_issue:
        made.append(case("integrity", _integrity_desk(of_issue), of_issue, issue_not_asked))
    if signs:
        made.append(case("protection", Desk.PROTECTION, signs, ()))
    return tuple(made)


def unjudged(record: DocumentRecord) -> tuple[Case, ...]:
    """The case of a document on which no check could be run: both questions grey."""
    return cases_of(record, (), {})


def assessed(question: str, outcomes: Iterable[Outcome], hypotheses: Mapping[str, Hypothesis]) -> bool:
    """Whether at least one check of the question could be made of the document."""
    return any(
        hypotheses.get(outcome.code) in SPEAKS_FOR[question] and outcome.kind in (OutcomeKind.CLEAR, OutcomeKind.FLAG)
        for outcome in outcomes
    )


def groups_of(findings: Sequence[Finding]) -> tuple[Group, ...]:
    """Findings grouped by shared cause, strongest group and strongest finding first."""
    ranked = sorted(findings, key=lambda finding: (-finding.strength, finding.code, finding.cause, finding.message))
    group_of = list(range(len(ranked)))

    def join(one: int, other: int) -> None:
        # The lower index is the stronger finding, and names the group.
        low, high = sorted((group_of[one], group_of[other]))
        group_of[:] = [low if group == high else group for group in group_of]

    first_with: dict[tuple[object, ...], int] = {}
    for index, finding in enumerate(ranked):
        for mark in _marks(finding):
            join(index, first_with.setdefault(mark, index))
    digits = [_check_digits(finding) for finding in ranked]
    explained = next((index for index, keys in enumerate(digits) if keys - {_COMPOSITE}), None)
    for index, keys in enumerate(digits):
        if _COMPOSITE in keys and explained is not None:
            join(index, explained)
    members: dict[int, list[Finding]] = defaultdict(list)
    for group, finding in zip(group_of, ranked, strict=True):
        members[group].append(finding)
    return tuple(_group(members[index]) for index in sorted(members))


def total(groups: Iterable[Group], hypothesis: Hypothesis) -> float:
    """The log10 likelihood ratio of a hypothesis, added across groups; 0.0 where nothing speaks for it."""
    return sum(log10_lr for group in groups for name, log10_lr in group.hypotheses if name is hypothesis)


def _marks(finding: Finding) -> Iterable[tuple[object, ...]]:
    """What two findings must have in common to have one cause."""
    yield ("cause", finding.cause)
    for item in finding.evidence:
        if not isinstance(item, PageEvidence):
            yield ("cell", item.table, item.key, item.column)
        elif not _own_key(item.key).startswith(_WHOLE):
            yield ("reading", item.document_id, item.key, item.page)


def _own_key(key: str) -> str:
    """The key without the kind of the linked document in front."""
    head, _, rest = key.partition(".")
    return rest if head in _KINDS else key


def _check_digits(finding: Finding) -> set[str]:
    """Keys of the document's own check digits that the finding rests on."""
    pages = [item for item in finding.evidence if isinstance(item, PageEvidence) and item.document_id is None]
    return {item.key for item in pages if item.key.startswith(_CHECK_DIGIT)}


def _group(members: list[Finding]) -> Group:
    strongest: dict[Hypothesis, float] = {}
    for finding in members:
        strongest[finding.hypothesis] = max(strongest.get(finding.hypothesis, 0.0), finding.strength.log10_lr)
    return Group(members[0].cause, tuple(sorted(strongest.items())), tuple(members))


def _light(question: str, findings: Sequence[Finding], assessed: bool) -> Light:
    speaking = [finding for finding in findings if finding.hypothesis in SPEAKS_FOR[question]]
    if not speaking:
        return Light.CLEAR if assessed else Light.GREY
    groups = groups_of(findings)
    most = max(total(groups, hypothesis) for hypothesis in SPEAKS_FOR[question])
    return Light.STRONG if band(most) >= Strength.STRONG else Light.LOOK


def _by_reader(
    outcomes: Sequence[Outcome], hypotheses: Mapping[str, Hypothesis]
) -> tuple[list[Finding], list[Finding], list[Finding]]:
    """Findings on the document, on its issue, and signs of a possible victim; a sign may be on the issue as well."""
    of_document: list[Finding] = []
    of_issue: list[Finding] = []
    signs: list[Finding] = []
    for outcome in outcomes:
        declared = hypotheses.get(outcome.code)
        for finding in outcome.findings:
            on_issue = Hypothesis.IRREGULAR_ISSUE in (declared, finding.hypothesis)
            if on_issue:
                of_issue.append(finding)
            if finding.protection:
                signs.append(finding)
            if not on_issue and not finding.protection:
                of_document.append(finding)
    return of_document, of_issue, signs


def _integrity_desk(findings: Sequence[Finding]) -> Desk | None:
    speaks = any(finding.hypothesis in SPEAKS_FOR[IRREGULAR_ISSUE] for finding in findings)
    return Desk.INTEGRITY_AUDITOR if speaks else None


def _screening_desk(record: DocumentRecord, findings: Sequence[Finding]) -> Desk | None:
    if any(finding.hypothesis in SPEAKS_FOR[ALTERED] for finding in findings):
        return Desk.DOCUMENT_EXAMINER
    poor = any(problem.kind in CURED_BY_RESCAN for problem in record.problems)
    return Desk.RESCAN if poor or any(f.hypothesis is Hypothesis.CAPTURE for f in findings) else None


def _not_assessed(
    question: str, outcomes: Iterable[Outcome], hypotheses: Mapping[str, Hypothesis]
) -> tuple[NotAssessed, ...]:
    """One line for each reason, with the codes it holds for."""
    codes: dict[str, list[str]] = defaultdict(list)
    for outcome in outcomes:
        if hypotheses.get(outcome.code) not in SPEAKS_FOR[question]:
            continue
        if outcome.kind is OutcomeKind.ERROR:
            codes["internal error"].append(outcome.code)
        elif outcome.kind is OutcomeKind.NOT_APPLICABLE and not outcome.reason.startswith(_NOT_OPEN):
            codes[outcome.reason].append(outcome.code)
    return tuple(
        NotAssessed(question, f"{reason} ({', '.join(sorted(held))})") for reason, held in sorted(codes.items())
    )
