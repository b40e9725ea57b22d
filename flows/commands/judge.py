"""`overseal judge import FILE`: judgements recorded outside the review pages, appended."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flows.cli import settings_file, store_option
from pipeline.errors import ExitCode
from pipeline.settings import load

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pipeline.types.findings import Judgement


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    action = actions.add_parser("import", help="append the judgements of a CSV file")
    action.add_argument("file", type=Path, metavar="FILE.csv")
    store_option(action)
    settings_file(action)


def run(given: argparse.Namespace) -> ExitCode:
    """Append what can be used, name every row that cannot; 2 when there was such a row."""
    from pipeline.report.judgements import read_judgements
    from pipeline.store.database import open_store
    from pipeline.store.judgements import append_judgements

    read, refused = read_judgements(given.file)
    store = open_store(given.store or load(given.settings).store)
    unknown = 0
    try:
        with store.write() as connection:
            known: list[Judgement] = []
            for judgement in read:
                matched = list(_of_findings(connection, judgement))
                unknown += not matched
                known += matched
            added = append_judgements(connection, known)
    finally:
        store.close()
    for error in refused:
        print(f"row {error.row}, column {error.column or '-'}: {error.reason}", file=sys.stderr)
    print(f"{added} judgements added, {len(known) - added} known before, {len(refused)} rows refused")
    if unknown:
        print(f"{unknown} rows refused: the store has no such finding of that document", file=sys.stderr)
    return ExitCode.USAGE if refused or unknown else ExitCode.NOTHING_FLAGGED


def _of_findings(connection: Connection, judgement: Judgement) -> Iterator[Judgement]:
    """The judgement tied to the evidence of each finding it speaks of."""
    from pipeline.report.judgements import evidence_hash
    from pipeline.store.runs import cases_of_document

    hashes = {
        evidence_hash(finding, case.sha256)
        for case in cases_of_document(connection, judgement.document_id)
        for group in case.groups
        for finding in group.findings
        if finding.code == judgement.code.upper()
    }
    for found in sorted(hashes):
        if judgement.evidence_hash in ("", found):
            yield dataclasses.replace(judgement, code=judgement.code.upper(), evidence_hash=found)
