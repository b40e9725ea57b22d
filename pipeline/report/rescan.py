"""Which pages to scan again, and why: a list for the person at the scanner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.types.findings import Case, Desk, Finding, PageEvidence
from pipeline.types.problems import Problem, ProblemKind

NAME = "rescan.html"

#: What a better scan would change, by problem; these count whatever desk the case goes to.
ADVICE: dict[ProblemKind, str] = {
    ProblemKind.LOW_RESOLUTION: "scan at 300 dpi or more, or hold the camera nearer",
    ProblemKind.BLURRED: "lay it flat on the glass, or hold the camera still and focus",
    ProblemKind.GLARE: "no flash, no lamp above; take it out of its cover",
    ProblemKind.LOW_CONTRAST: "more even light; clean the glass; no copy of a copy",
    ProblemKind.SKEWED: "lay it straight, all four edges in the picture",
    ProblemKind.BLANK: "check which side was scanned",
}
#: These may have other reasons than the scan, so they count only where the case asks for a new scan.
_IF_DESK: dict[ProblemKind, str] = {
    ProblemKind.NO_MRZ: "whole page in the picture, the lines at its foot included",
    ProblemKind.PARTIAL_MRZ: "whole page in the picture, the lines at its foot sharp from end to end",
    ProblemKind.UNKNOWN_TEMPLATE: "whole page in the picture, all four edges",
    ProblemKind.TIMEOUT: "scan again as one plain page",
    ProblemKind.TRUNCATED: "export the file again",
    ProblemKind.CORRUPT: "export the file again",
}
_ELSE = "scan again at 300 dpi or more, flat and evenly lit"


@dataclass(frozen=True, slots=True)
class RescanRow:
    """One page (0-based; None: the whole document) to scan again."""

    document_id: str
    kind: str
    page: int | None
    reasons: tuple[str, ...]
    advice: tuple[str, ...]


def rescan_rows(case: Case) -> Iterator[RescanRow]:
    """Rows of a case, page by page; none where a new scan would help nobody."""
    asked = case.desk is Desk.RESCAN
    known = {**ADVICE, **_IF_DESK} if asked else ADVICE
    pages: dict[int | None, list[tuple[str, str]]] = {}
    for problem in case.problems:
        if problem.kind in known:
            pages.setdefault(problem.page, []).append((_reason(problem), known[problem.kind]))
    for finding in _capture_findings(case):
        pages.setdefault(_page(finding), []).append((finding.title, finding.next_check))
    if asked and not pages:
        reasons = [problem.message for problem in case.problems] or ["could not be judged from this scan"]
        pages[None] = [(reason, _ELSE) for reason in reasons]
    for page, why in sorted(pages.items(), key=lambda entry: -1 if entry[0] is None else entry[0]):
        reasons_once = tuple(dict.fromkeys(reason for reason, _ in why))
        yield RescanRow(case.document_id, case.kind, page, reasons_once, tuple(dict.fromkeys(do for _, do in why)))


def _reason(problem: Problem) -> str:
    words = problem.kind.replace("-", " ")
    return f"{words}: {problem.message}" if problem.message else words


def _capture_findings(case: Case) -> Iterator[Finding]:
    return (finding for group in case.groups for finding in group.findings if finding.code.startswith("QLT"))


def _page(finding: Finding) -> int | None:
    return next((item.page for item in finding.evidence if isinstance(item, PageEvidence)), None)
