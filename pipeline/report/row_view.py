"""What the checks on a register's rows flagged, as a report shows it: by check, then the rows themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.report.words import BANDS, HYPOTHESES
from pipeline.types.findings import Hypothesis, RowEvidence, Strength

#: Rows shown in full; all of them are in row_findings.csv.
SHOWN = 200


@dataclass(frozen=True, slots=True)
class RowFlags:
    """What one check flagged on rows that no document of the run belongs to.

    Attributes:
        flags: a row for each finding: table, key, column, value, expected, cause, message, permit_number, strength,
            hypothesis, likely_innocent, and `also`, a list of further cells.
    """

    code: str
    version: int
    title: str
    innocent: tuple[str, ...]
    next_check: str
    flags: pl.LazyFrame


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check: how many findings of which strength."""

    code: str
    title: str
    findings: int
    weak: int


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding on a row."""

    code: str
    title: str
    message: str
    strength: Strength
    band: str
    hypothesis: str
    likely_innocent: str | None
    innocent: tuple[str, ...]
    next_check: str
    cells: tuple[RowEvidence, ...]


@dataclass(frozen=True, slots=True)
class RowLine:
    """A permit, or another row, with its findings, the strongest first."""

    table: str
    key: str
    findings: tuple[FindingLine, ...]


@dataclass(frozen=True, slots=True)
class RowView:
    """The section of a report; `subjects` counts the permits and other rows with findings above weak."""

    checks: tuple[CheckLine, ...]
    subjects: int
    rows: tuple[RowLine, ...]


def row_view(flagged: Sequence[RowFlags]) -> RowView:
    """The section: every check, and the rows with the most independent and strongest findings above weak."""
    if not flagged:
        return RowView((), 0, ())
    by_code = {one.code: one for one in flagged}
    every = _every(flagged)
    counted = {
        code: (findings, weak)
        for code, findings, weak in every.group_by("code")
        .agg(pl.len(), (pl.col("strength") == int(Strength.WEAK)).sum().alias("weak"))
        .collect()
        .iter_rows()
    }
    above = every.filter(pl.col("strength") > int(Strength.WEAK))
    subjects = (
        above.group_by("subject_table", "subject_key")
        .agg(pl.col("strength").max(), pl.col("cause").n_unique())
        .sort("strength", "cause", "subject_table", "subject_key", descending=[True, True, False, False])
        .collect()
    )
    shown = subjects.head(SHOWN)
    details = (
        above.join(shown.lazy().select("subject_table", "subject_key"), on=["subject_table", "subject_key"])
        .sort("strength", "code", descending=[True, False])
        .collect()
        .partition_by("subject_table", "subject_key", as_dict=True)
    )
    rows = [
        RowLine(
            table, key, tuple(_line(by_code[row["code"]], row) for row in details[table, key].iter_rows(named=True))
        )
        for table, key in shown.select("subject_table", "subject_key").iter_rows()
    ]
    lines = [CheckLine(one.code, one.title, *counted.get(one.code, (0, 0))) for one in flagged]
    return RowView(tuple(line for line in lines if line.findings), subjects.height, tuple(rows))


def _every(flagged: Sequence[RowFlags]) -> pl.LazyFrame:
    """All findings, each with its subject: the permit concerned, else the row itself."""
    on_permit = pl.col("permit_number").is_not_null()
    parts = [
        one.flags.with_columns(
            pl.lit(one.code).alias("code"),
            pl.when(on_permit).then(pl.lit("permits")).otherwise(pl.col("table")).alias("subject_table"),
            pl.when(on_permit).then(pl.col("permit_number")).otherwise(pl.col("key")).alias("subject_key"),
        )
        for one in flagged
    ]
    return pl.concat(parts)


def _line(check: RowFlags, row: dict[str, object]) -> FindingLine:
    also = row["also"]
    cells = [row, *(also if isinstance(also, list) else [])]
    likely = row["likely_innocent"]
    strength = Strength(int(str(row["strength"])))
    return FindingLine(
        code=check.code,
        title=check.title,
        message=str(row["message"]),
        strength=strength,
        band=BANDS[strength],
        hypothesis=HYPOTHESES[Hypothesis(str(row["hypothesis"]))],
        likely_innocent=None if likely is None else str(likely),
        innocent=check.innocent,
        next_check=check.next_check,
        cells=tuple(
            RowEvidence(*(str(cell[name] or "") for name in ("table", "key", "column", "value", "expected")))
            for cell in cells
        ),
    )
