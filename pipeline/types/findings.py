"""Findings, outcomes, cases and judgements."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from pipeline.types.boxes import Box
from pipeline.types.problems import Problem


class Hypothesis(StrEnum):
    """What could explain a finding; the first two are innocent."""

    CAPTURE = "capture"
    CLERICAL = "clerical"
    ALTERED = "altered"
    COUNTERFEIT = "counterfeit"
    IRREGULAR_ISSUE = "irregular-issue"


class Strength(IntEnum):
    """Bands of the likelihood ratio for a hypothesis against the innocent ones (DOMAIN C.0, after ENFSI)."""

    WEAK = 1
    MODERATE = 2
    STRONG = 3
    VERY_STRONG = 4

    @property
    def label(self) -> str:
        """As it is written in reports: `very strong`."""
        return self.name.lower().replace("_", " ")

    @property
    def log10_lr(self) -> float:
        """Middle of the band on the log10 scale: LR 2-10, 10-100, 100-1,000, above."""
        return {1: 0.65, 2: 1.5, 3: 2.5, 4: 3.5}[self.value]


def band(log10_lr: float) -> Strength:
    """The band a sum of log10 likelihood ratios falls into (limits inclusive below)."""
    if log10_lr >= 3.0:
        return Strength.VERY_STRONG
    if log10_lr >= 2.0:
        return Strength.STRONG
    if log10_lr >= 1.0:
        return Strength.MODERATE
    return Strength.WEAK


class Desk(StrEnum):
    """Who should look."""

    RESCAN = "rescan"
    DOCUMENT_EXAMINER = "document-examiner"
    INTEGRITY_AUDITOR = "integrity-auditor"
    PROTECTION = "protection"


class Light(StrEnum):
    """State of one question; grey is *not assessed*, never clean."""

    CLEAR = "clear"
    LOOK = "look"
    STRONG = "strong"
    GREY = "grey"


@dataclass(frozen=True, slots=True)
class PageEvidence:
    """A reading at a place on a page (0-based) of the document named (None: the case's own document)."""

    key: str
    raw: str
    value: str
    page: int
    box: Box
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class RowEvidence:
    """A cell of a register table."""

    table: str
    key: str
    column: str
    value: str
    expected: str


Evidence = PageEvidence | RowEvidence


@dataclass(frozen=True, slots=True)
class Finding:
    """One irregularity found by one check; complete in itself, so that nobody needs the check to show it.

    Attributes:
        legibility: lowest of the readings it rests on.
        cause: findings with the same cause key count once.
        likely_innocent: the innocent cause that this document's own data point to, if they do.
        precision: measured on the shipped benchmark, or None when it was not.

    Raises:
        ValueError: without evidence at a place, or without an innocent cause.
    """

    code: str
    version: int
    title: str
    message: str
    strength: Strength
    hypothesis: Hypothesis
    legibility: float
    evidence: tuple[Evidence, ...]
    innocent_causes: tuple[str, ...]
    next_check: str
    cause: str
    protection: bool = False
    likely_innocent: str | None = None
    precision: float | None = None

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError(f"{self.code}: a finding needs evidence at a place")
        if not self.innocent_causes:
            raise ValueError(f"{self.code}: a finding needs at least one innocent cause")


class OutcomeKind(StrEnum):
    """How a check ended on a document."""

    CLEAR = "clear"
    FLAG = "flag"
    NOT_APPLICABLE = "not-applicable"
    ERROR = "error"


#: Reasons of not-applicable that say a check is not meant for such a document: what it asks is not open then.
OTHER_KIND = "not for this kind of document"
NO_MRZ_ON_LAYOUT = "this layout has no machine-readable zone"
NOT_LISTED = "no register at hand that lists such documents"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check said of one document; `reason` for not-applicable and error."""

    code: str
    version: int
    kind: OutcomeKind
    findings: tuple[Finding, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings with one shared cause: evidence that counts once.

    Attributes:
        hypotheses: log10 likelihood ratio per hypothesis, the strongest finding's.
    """

    cause: str
    hypotheses: tuple[tuple[Hypothesis, float], ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class NotAssessed:
    """A question that could not be asked, and why."""

    question: str
    reason: str


@dataclass(frozen=True, slots=True)
class Case:
    """One document's findings for one folder of readers (screening, integrity or protection).

    Attributes:
        altered: light of *forged or altered?*.
        irregular_issue: light of *irregularly issued?*; None in a screening case, which does not carry it.
    """

    document_id: str
    sha256: tuple[str, ...]
    kind: str
    folder: str
    desk: Desk | None
    altered: Light
    irregular_issue: Light | None
    groups: tuple[Group, ...]
    not_assessed: tuple[NotAssessed, ...]
    problems: tuple[Problem, ...]


class Verdict(StrEnum):
    """A person's judgement of a finding."""

    CONFIRMED = "confirmed"
    BENIGN = "benign"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A named person's verdict; appended, never edited. `evidence_hash` ties it to what was judged."""

    document_id: str
    code: str
    evidence_hash: str
    verdict: Verdict
    because: str
    judged_by: str
    judged_at: str
