"""findings.csv: one row for each piece of evidence of each finding (DESIGN section 4)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

from pipeline.report.cells import cell
from pipeline.types.findings import Case, Evidence, Finding, PageEvidence

NAME = "findings.csv"
COLUMNS = (
    "document_id",
    "code",
    "version",
    "title",
    "hypothesis",
    "strength",
    "legibility",
    "cause",
    "message",
    "page",
    "box",
    "table",
    "key",
    "column",
    "value",
    "expected",
)


class FindingsCsv:
    """Writes findings to an open text file (opened with `newline=""`); the header is written at once."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        self._writer.writerow(COLUMNS)

    def add(self, case: Case) -> None:
        """Append the rows of a case."""
        for row in rows(case):
            self._writer.writerow(map(cell, row))


def rows(case: Case) -> Iterator[tuple[object, ...]]:
    """Rows of a case in the order of COLUMNS; page 0-based, box `left top right bottom` in page fractions.

    Evidence in a linked document stays under the case's id; its key says which document page and box belong to
    (`passport.viz.surname`).
    """
    for group in case.groups:
        for finding in group.findings:
            for item in finding.evidence:
                yield _row(case.document_id, finding, item)


def _row(document_id: str, finding: Finding, item: Evidence) -> tuple[object, ...]:
    head = (
        finding.code,
        finding.version,
        finding.title,
        finding.hypothesis,
        finding.strength.label,
        f"{finding.legibility:.3f}",
        finding.cause,
        finding.message,
    )
    if isinstance(item, PageEvidence):
        box = " ".join(f"{edge:.5f}" for edge in item.box.as_tuple())
        return (document_id, *head, item.page, box, "", item.key, "", item.value, "")
    return (document_id, *head, "", "", item.table, item.key, item.column, item.value, item.expected)
