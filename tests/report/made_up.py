"""Cases made up for the report's tests; nothing here was read from a document."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from pipeline.report.folder import FolderWriter
from pipeline.report.header import RunHeader
from pipeline.types.boxes import Box
from pipeline.types.findings import (
    Case,
    Desk,
    Evidence,
    Finding,
    Group,
    Hypothesis,
    Light,
    NotAssessed,
    PageEvidence,
    RowEvidence,
    Strength,
)
from pipeline.types.problems import Problem, ProblemKind
from pipeline.types.runs import CheckTally, RunSummary

BOX = Box(0.3, 0.25, 0.5, 0.3)


def summary() -> RunSummary:
    """A small run."""
    return RunSummary(
        run_id="r-1",
        started="2026-04-12T09:00:00+00:00",
        finished="2026-04-12T09:01:00+00:00",
        versions={"overseal": "0", "reading": "1", "policy": "p"},
        register_hash=None,
        today="2026-04-12",
        read=3,
        partial=1,
        unreadable=2,
        duplicates=1,
        problems={"empty": 2},
        checks={"MRZ101": CheckTally(3, 1, {"not read: mrz.reading": 2}, 0)},
        cases={"document-examiner": 1},
        assessed={"altered": 4, "irregular_issue": 0},
    )


def header() -> RunHeader:
    """Head of that run: no register."""
    return RunHeader(summary(), (NotAssessed("irregular_issue", "no register was given"),))


def jpeg(width: int = 60, height: int = 40) -> bytes:
    """A plain page image."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(buffer, "JPEG")
    return buffer.getvalue()


def images(document_id: str, page: int) -> bytes | None:
    """Every document has page images."""
    return jpeg()


def reading(text: str = "L898902C3", key: str = "viz.document_number", document_id: str | None = None) -> PageEvidence:
    """A printed value on the first page."""
    return PageEvidence(key, text, text, 0, BOX, document_id)


def finding(
    *evidence: Evidence,
    code: str = "XZN102",
    title: str = "Two numbers differ",
    message: str = "one is other than the other",
    hypothesis: Hypothesis = Hypothesis.ALTERED,
    protection: bool = False,
    likely: str | None = None,
) -> Finding:
    """A moderate finding on the evidence given."""
    return Finding(
        code=code,
        version=2,
        title=title,
        message=message,
        strength=Strength.MODERATE,
        hypothesis=hypothesis,
        legibility=0.91,
        evidence=evidence or (reading(), reading("L898902C8", "mrz.document_number")),
        innocent_causes=("a worn character", "renewed document"),
        next_check="look at the page",
        cause="document_number",
        protection=protection,
        likely_innocent=likely,
    )


def case(
    document_id: str = "d-1",
    *findings: Finding,
    folder: str = "screening",
    desk: Desk | None = Desk.DOCUMENT_EXAMINER,
    altered: Light = Light.LOOK,
    irregular_issue: Light | None = None,
    problems: tuple[Problem, ...] = (),
) -> Case:
    """A case with one group, or with none where there are no findings."""
    groups = (Group("document_number", ((findings[0].hypothesis, 1.5),), findings),) if findings else ()
    return Case(
        document_id=document_id,
        sha256=("ab" * 32,),
        kind="passport",
        folder=folder,
        desk=desk,
        altered=altered,
        irregular_issue=irregular_issue,
        groups=groups,
        not_assessed=(NotAssessed("seal", "no barcode on the page"),),
        problems=problems,
    )


def blurred(page: int = 0) -> Problem:
    """A page too soft to read."""
    return Problem(ProblemKind.BLURRED, "imaging", "edges 6 px wide", page)


def row() -> RowEvidence:
    """A cell of the register."""
    return RowEvidence("permits", "WP-1", "issued_at", "2024-01-01", "a working day")


def write(out: Path, *cases: Case, folder: str = "screening", banner: str | None = None) -> Path:
    """Write a folder with these cases and give its path."""
    assert folder in ("screening", "integrity", "protection")
    with FolderWriter(out, folder, banner, header(), images) as writer:  # type: ignore[arg-type]
        for one in cases:
            writer.add(one)
    return out / folder
