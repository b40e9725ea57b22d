"""The row checks of a run: one after the other over the whole register, what they flag kept on disk.

Only counts leave a check. What it flagged lies as Parquet in a folder of the run, where the documents that match rows
find it again, and from where the rows without a document go into the reports.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from checks.rows import RowCheck, RowContext, Tables, finding_of, run_rows
from pipeline.cases import IRREGULAR_ISSUE, SPEAKS_FOR
from pipeline.reference.policy import Policies
from pipeline.register.register import Register
from pipeline.report.row_view import RowFlags
from pipeline.settings import Settings
from pipeline.types.findings import Finding, NotAssessed, Outcome, OutcomeKind, Strength
from pipeline.types.runs import CheckTally

log = logging.getLogger(__name__)

_SPEAKS = [str(hypothesis) for named in SPEAKS_FOR.values() for hypothesis in named]
#: Before the names of the tables of an earlier delivery.
EARLIER = "earlier."


@dataclass(slots=True)
class RowRun:
    """The row checks of one run.

    Attributes:
        hash: of everything delivered; answers hold for it alone.
        folder: private folder of the run; a Parquet file for each check that flagged something.
        precisions: measured precision by code.
        answers: how each check ended, by code, once it was run.
        matched: numbers of permits that a document of the run was matched to.
        strongest: strength of the strongest finding that speaks for altered, counterfeit or irregular issue; 0: none.
    """

    register: Register
    hash: str
    tables: Tables
    context: RowContext
    checks: Sequence[RowCheck]
    folder: Path
    precisions: Mapping[str, float] = field(default_factory=dict)
    answers: dict[str, Outcome] = field(default_factory=dict)
    matched: set[str] = field(default_factory=set)
    strongest: int = 0


@dataclass(frozen=True, slots=True)
class RowTotals:
    """A register in numbers: rows taken and refused, and permits with a finding above weak, with or without a scan."""

    rows: int
    refused: int
    above_weak: int


def row_run(
    register: Register,
    earlier: Register | None,
    settings: Settings,
    today: dt.date,
    law: Policies,
    checks: Sequence[RowCheck],
    folder: Path,
    precisions: Mapping[str, float],
) -> RowRun:
    """Bring register, earlier delivery and law together.

    Args:
        register: as loaded.
        earlier: a delivery of the same register before it.
        settings: thresholds, and the state whose law holds.
        today: the day to judge for.
        law: the packs at hand.
        checks: which to run.
        folder: empty folder for what they flag.
        precisions: measured precision by code.
    """
    tables = dict(register.tables)
    delivered = set(register.delivered)
    if earlier is not None:
        tables |= {f"{EARLIER}{name}": table for name, table in earlier.tables.items()}
        delivered |= {f"{EARLIER}{name}" for name in earlier.delivered}
    pack = next((pack for pack in law.packs if pack.state == settings.register.state), None)
    context = RowContext(today, pack, frozenset(delivered), settings.checks)
    both = f"{register.hash} {earlier.hash}" if earlier else register.hash
    return RowRun(register, both, tables, context, checks, folder, precisions)


def judge_rows(run: RowRun, index: int) -> CheckTally:
    """Run one check over the register; returns its counts, in rows of the table that it judges."""
    check = run.checks[index]
    outcome = run_rows(check, run.tables, run.context)
    flagged = outcome.flags
    rows = run.register.rows.get(check.subject, 0)
    run.answers[check.code] = Outcome(check.code, check.version, outcome.kind, (), outcome.reason)
    tally = CheckTally()
    match outcome.kind:
        case OutcomeKind.NOT_APPLICABLE:
            tally.not_applicable[outcome.reason] = rows
        case OutcomeKind.ERROR:
            tally.error = 1
        case OutcomeKind.CLEAR | OutcomeKind.FLAG:
            tally.flag = flagged.select("table", "key").n_unique()
            tally.clear = max(0, rows - tally.flag)
    if flagged.height:
        flagged.write_parquet(run.folder / f"{check.code}.parquet")
        speaking = flagged.filter(pl.col("hypothesis").is_in(_SPEAKS))["strength"].max()
        run.strongest = max(run.strongest, int(str(speaking or 0)))
    return tally


def row_outcomes(run: RowRun, permits: Collection[str]) -> dict[str, tuple[Outcome, ...]]:
    """What the row checks say of each of these permits, in the order of the checks."""
    run.matched.update(permits)
    found: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for check, path in flag_files(run):
        flags = pl.scan_parquet(path).filter(pl.col("permit_number").is_in(list(permits))).collect()
        for flag in flags.iter_rows(named=True):
            finding = finding_of(check, flag, run.precisions.get(check.code))
            found[flag["permit_number"], check.code].append(finding)
    return {
        permit: tuple(_outcome(run, check, found[permit, check.code]) for check in run.checks) for permit in permits
    }


def _outcome(run: RowRun, check: RowCheck, findings: Sequence[Finding]) -> Outcome:
    if findings:
        return Outcome(check.code, check.version, OutcomeKind.FLAG, tuple(findings))
    answer = run.answers[check.code]
    if answer.kind is OutcomeKind.FLAG:
        return Outcome(check.code, check.version, OutcomeKind.CLEAR)
    return answer


def row_questions(run: RowRun) -> tuple[NotAssessed, ...]:
    """Why some of the checks could not be made, one line for each reason, with the codes it holds for."""
    codes: dict[str, list[str]] = defaultdict(list)
    for code, answer in run.answers.items():
        if answer.kind in (OutcomeKind.NOT_APPLICABLE, OutcomeKind.ERROR):
            codes[answer.reason if answer.kind is OutcomeKind.NOT_APPLICABLE else "internal error"].append(code)
    return tuple(
        NotAssessed(IRREGULAR_ISSUE, f"{why} ({', '.join(sorted(held))})") for why, held in sorted(codes.items())
    )


def unscanned(run: RowRun, *, protection: bool) -> list[RowFlags]:
    """What was flagged on rows that no document of the run was matched to.

    Args:
        run: after its last batch.
        protection: only checks whose findings are signs that a holder may be a victim.
    """
    matched = pl.col("permit_number").is_in(list(run.matched)).fill_null(value=False)
    return [
        RowFlags(
            check.code,
            check.version,
            check.title,
            check.innocent,
            check.next_check,
            pl.scan_parquet(path).filter(~matched),
        )
        for check, path in flag_files(run)
        if check.protection or not protection
    ]


def row_totals(run: RowRun) -> RowTotals:
    """The register in numbers."""
    above = [
        pl.scan_parquet(path).filter(pl.col("strength") > int(Strength.WEAK)).select("permit_number")
        for _, path in flag_files(run)
    ]
    permits = pl.concat(above).drop_nulls().unique().select(pl.len()).collect().item() if above else 0
    return RowTotals(sum(run.register.rows.values()), sum(run.register.refused.values()), permits)


def flag_files(run: RowRun) -> list[tuple[RowCheck, Path]]:
    """The checks that flagged something, and where it lies."""
    files = [(check, run.folder / f"{check.code}.parquet") for check in run.checks]
    return [(check, path) for check, path in files if path.exists()]
