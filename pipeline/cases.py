"""From one document's outcomes to its cases: findings grouped by shared cause, lights, desks, folders.

Grouping. Two findings are related when their cause keys name one thing, when they rest on readings of one field (a
column of the register is the field that prints it), or when they look at one cell: one misread character or one wrong
stamp explains both. The composite check digit is computed over the fields of the others, so a finding on it is related
to the strongest finding on one of those. A group is what is related, directly or over others.
Within a group each hypothesis weighs as much as its findings that are *not* related among one another: of related ones
the strongest alone counts, so a second one adds nothing, and no further finding takes away from what stands. Across
groups log10 likelihood ratios are added.

Folders. `screening` has one case for every document. `integrity` has one where a check that looks for irregular issue
found something, even where an innocent reading explains it: the folder follows what the check asks, since the bare
question tells the issuing office what is looked at. So does a finding that rests on rows of the register alone. Such a
case has a desk only where something speaks for irregular issue, and never the issuing office's; with innocent findings
alone it is kept there for the record, without one. `protection` has a case where a sign that the holder may be a victim
was seen. A protection sign never stands in `screening` and never adds to its light; one that concerns the issue (a
minor's permit) is in `integrity` too, since it is the office that has to answer for it. A specimen has no desk in any
folder.

Lights. *Grey*: no check of the question could be made. *Clear*: at least one was made, and nothing speaks for it.
*Look*: something does, however weak. *Strong*: what speaks for it adds up to strong or more. Without a row of the
register the question of irregular issue stays grey unless something was found: what scans alone show can raise it, and
so can a number that the register lacks, but only the checks on the document's own row can clear it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.reference.register_fields import SAME_THING
from pipeline.types.documents import DocumentKind, DocumentRecord
from pipeline.types.findings import (
    NO_MRZ_ON_LAYOUT,
    NOT_LISTED,
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
from pipeline.types.keys import field_of
from pipeline.types.problems import UNREADABLE, ProblemKind
from pipeline.types.register import RegisterMatch

ALTERED = "altered"
IRREGULAR_ISSUE = "irregular_issue"
NO_REGISTER = NotAssessed(IRREGULAR_ISSUE, f"{NOT_LISTED}: what the issuing office did cannot be seen from scans")

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
_NOT_OPEN = (OTHER_KIND, NO_MRZ_ON_LAYOUT, NOT_LISTED)


def cases_of(
    record: DocumentRecord,
    outcomes: Sequence[Outcome],
    hypotheses: Mapping[str, Hypothesis],
    *,
    register: RegisterMatch | None = None,
    unlinked: tuple[NotAssessed, ...] = (),
) -> tuple[Case, ...]:
    """The document's cases, the one for screening first.

    Args:
        record: the document.
        outcomes: what every check said of it, and of its row in the register.
        hypotheses: what each check looks for, by code: tells which question an outcome answers.
        register: where it stands in the issuing ministry's register; None without one that lists such documents.
        unlinked: comparisons that could not be made.
    """
    of_document, of_issue, signs = _by_reader(outcomes, hypotheses)
    altered = _light(ALTERED, of_document, assessed(ALTERED, outcomes, hypotheses))
    on_row = register is not None and register.row is not None
    issue = _light(IRREGULAR_ISSUE, of_issue, on_row and assessed(IRREGULAR_ISSUE, outcomes, hypotheses))
    specimen = any(finding.cause == SPECIMEN for outcome in outcomes for finding in outcome.findings)
    not_asked = _not_assessed(ALTERED, outcomes, hypotheses) + unlinked
    issue_not_asked = _not_assessed(IRREGULAR_ISSUE, outcomes, hypotheses) + _without_row(register)

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
    ranked = sorted(findings, key=lambda one: (-one.strength, one.code, one.cause, one.message, repr(one)))
    near = _relations(ranked)
    groups: list[Group] = []
    left = set(range(len(ranked)))
    for index in range(len(ranked)):
        if index in left:
            members = sorted(_reached(index, left, near))
            left -= set(members)
            groups.append(_group(ranked, members, near))
    return tuple(groups)


def total(groups: Iterable[Group], hypothesis: Hypothesis) -> float:
    """The log10 likelihood ratio of a hypothesis, added across groups; 0.0 where nothing speaks for it."""
    return sum(log10_lr for group in groups for name, log10_lr in group.hypotheses if name is hypothesis)


def _relations(ranked: Sequence[Finding]) -> list[set[int]]:
    """By finding, those that it is related to."""
    with_mark: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for index, finding in enumerate(ranked):
        for mark in set(_marks(finding)):
            with_mark[mark].append(index)
    near: list[set[int]] = [set() for _ in ranked]
    for alike in with_mark.values():
        for index in alike:
            near[index].update(alike)
    digits = [_check_digits(finding) for finding in ranked]
    explained = next((index for index, keys in enumerate(digits) if keys - {_COMPOSITE}), None)
    for index, keys in enumerate(digits):
        if _COMPOSITE in keys and explained is not None:
            near[index].add(explained)
            near[explained].add(index)
    for index, others in enumerate(near):
        others.discard(index)
    return near


def _reached(start: int, among: set[int], near: Sequence[set[int]]) -> set[int]:
    """What is related to one finding, directly or over others."""
    found, waiting = {start}, [start]
    while waiting:
        new = (near[waiting.pop()] & among) - found
        found |= new
        waiting += new
    return found


def _marks(finding: Finding) -> Iterable[tuple[object, ...]]:
    """What two findings must have in common to be related."""
    yield ("field", None, _thing(finding.cause))
    first = finding.evidence[0]
    if not isinstance(first, PageEvidence):
        yield ("cell", first.table, first.key, first.column)
    for item in finding.evidence:
        if isinstance(item, PageEvidence) and not _own_key(item.key).startswith(_WHOLE):
            yield ("field", item.document_id, _thing(field_of(item.key)))


def _thing(cause: str) -> str:
    """What a cause key is about, by the name of the document's field where it is a column of the register."""
    return SAME_THING.get(cause, cause)


def _own_key(key: str) -> str:
    """The key without the kind of the linked document in front."""
    head, _, rest = key.partition(".")
    return rest if head in _KINDS else key


def _check_digits(finding: Finding) -> set[str]:
    """Keys of the document's own check digits that the finding rests on."""
    pages = [item for item in finding.evidence if isinstance(item, PageEvidence) and item.document_id is None]
    return {item.key for item in pages if item.key.startswith(_CHECK_DIGIT)}


def _group(ranked: Sequence[Finding], members: Sequence[int], near: Sequence[set[int]]) -> Group:
    speaking: dict[Hypothesis, set[int]] = defaultdict(set)
    for index in members:
        speaking[ranked[index].hypothesis].add(index)
    weights = [finding.strength.log10_lr for finding in ranked]
    weighed = tuple((name, _heaviest(indices, weights, near)) for name, indices in sorted(speaking.items()))
    return Group(ranked[members[0]].cause, weighed, tuple(ranked[index] for index in members))


def _heaviest(findings: set[int], weights: Sequence[float], near: Sequence[set[int]]) -> float:
    """The most that findings weigh together when no two of those counted are related."""
    most, left = 0.0, set(findings)
    while left:
        part = _reached(min(left), left, near)
        left -= part
        most += _heaviest_of_part(part, weights, near)
    return most


def _heaviest_of_part(part: set[int], weights: Sequence[float], near: Sequence[set[int]]) -> float:
    busiest = max(part, key=lambda index: (len(near[index] & part), -index))
    related = near[busiest] & part
    with_it = weights[busiest] + _heaviest(part - related - {busiest}, weights, near)
    return max(with_it, _heaviest(part - {busiest}, weights, near)) if related else with_it


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
            on_rows = not any(isinstance(item, PageEvidence) for item in finding.evidence)
            on_issue = on_rows or Hypothesis.IRREGULAR_ISSUE in (declared, finding.hypothesis)
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


def _without_row(register: RegisterMatch | None) -> tuple[NotAssessed, ...]:
    """Why the checks on the document's own row could not be made."""
    if register is None:
        return (NO_REGISTER,)
    if register.row is None:
        return (NotAssessed(IRREGULAR_ISSUE, f"not matched to a row of the register: {register.reason}"),)
    return ()


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
