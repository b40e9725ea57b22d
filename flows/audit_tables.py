"""Tables of an audit, from a register and what its row checks flagged: exposure, flags and masks.

Flags that the register's own data explain by an innocent cause are no events, and no evidence of their absence either:
such permits are masked, as are those that lack what every counted check needs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from checks.office import Measure, OfficeCheck
from checks.office_time import office_time
from checks.rows import Tables
from flows.audit_circumstances import circumstances
from flows.audit_staff import assignment_log, postings_ended
from flows.rows import RowRun, flag_files
from pipeline.audit.assignment_log import LOG
from pipeline.audit.innocent import Circumstances
from pipeline.types.findings import Outcome, OutcomeKind

#: What is handed to the statistics; `desk`, `weekday` and `hour` stand beside it for the causes that are tried.
EXPOSURE = pl.Schema(
    {
        "permit_number": pl.String(),
        "office_id": pl.String(),
        "stratum": pl.String(),
        "issued_on": pl.Date(),
        "officer_id": pl.String(),
        "agency_id": pl.String(),
        "employer_id": pl.String(),
        "clinic_id": pl.String(),
        "workstation_id": pl.String(),
    }
)
CIRCUMSTANCES = pl.Schema({"desk": pl.String(), "weekday": pl.Int8(), "hour": pl.Int8()})
FLAGS = pl.Schema({"code": pl.String(), "permit_number": pl.String()})

_PERMITS = "permits."
#: Columns of permits that name a party beside the officer.
_COUNTERPARTS = ("permits.agency_id", "permits.employer_id", "permits.clinic_id", "medicals.clinic_id")


@dataclass(frozen=True, slots=True)
class AuditTables:
    """Everything that the statistics and the report are made of.

    Attributes:
        exposure: columns of EXPOSURE and CIRCUMSTANCES, a row a permit of the period.
        flags: events, columns of FLAGS, each once; `masks`: what counts neither way.
        flagged_by: `permit_number` and `code` of the row checks that flagged it, explained or not.
        assessed: indicators that could be judged.
        not_assessed: (code, reason) of the others.
        left_out: permits of the register outside the exposure, by reason.
        known: what the innocent causes are tried on beside the permits.
        ends: of postings, columns of `timing.ENDS`; None where the register does not tell.
        log: of assignment, columns of `assignment_log.LOG` that the register has.
    """

    exposure: pl.DataFrame
    flags: pl.DataFrame
    masks: pl.DataFrame
    flagged_by: pl.DataFrame
    assessed: tuple[OfficeCheck, ...]
    not_assessed: tuple[tuple[str, str], ...]
    left_out: dict[str, int]
    known: Circumstances
    ends: pl.DataFrame | None = None
    log: pl.DataFrame = field(default_factory=LOG.to_frame)


def audit_tables(
    run: RowRun, indicators: Sequence[OfficeCheck], first: dt.date | None, last: dt.date | None
) -> AuditTables:
    """The tables of an audit.

    Args:
        run: after its row checks.
        indicators: which to count.
        first: first day of issue of the period; None: from the beginning.
        last: last day of it; None: to the end.
    """
    exposure, left_out = _exposure(run.tables, first, last)
    delivered = run.context.delivered
    reasons = {check.code: why_not(check, delivered, run.answers) for check in indicators}
    assessed = tuple(check for check in indicators if not reasons[check.code])
    raised = _raised(run).join(exposure.select("permit_number"), on="permit_number", how="semi")
    flags, masks = _events(run, assessed, raised, exposure)
    return AuditTables(
        exposure=exposure,
        flags=flags,
        masks=masks,
        flagged_by=raised.select("permit_number", "code").unique().sort("permit_number", "code"),
        assessed=assessed,
        not_assessed=tuple((code, reason) for code, reason in reasons.items() if reason),
        left_out=left_out,
        known=circumstances(run.tables, delivered),
        ends=postings_ended(run.tables, delivered),
        log=assignment_log(run.tables, delivered, first, last),
    )


def _exposure(tables: Tables, first: dt.date | None, last: dt.date | None) -> tuple[pl.DataFrame, dict[str, int]]:
    """One row a permit of the period, by number, and how many permits were left out, by reason."""
    permits = tables["permits"].unique("permit_number", keep="first", maintain_order=True)
    one = pl.col("agency_id", "employer_id", "clinic_id")
    local = office_time(permits.with_columns(one.replace("", None)), tables, "issued_at")
    joined = (
        local.join(_by_key(tables, "stations", "station_id", "workstation_id"), on="station_id", how="left")
        .join(_by_key(tables, "applications", "application_id", "desk", "decided_by"), on="application_id", how="left")
        .join(
            _by_key(tables, "medicals", "medical_id", "clinic_id").rename({"clinic_id": "examined_by"}),
            on="medical_id",
            how="left",
        )
    )
    at = pl.col("issued_at_local")
    stratum = pl.concat_str([pl.col(name).fill_null("-") for name in ("kind", "channel", "category")], separator="/")
    every = joined.select(
        "permit_number",
        "office_id",
        stratum.alias("stratum"),
        at.dt.date().alias("issued_on"),
        pl.coalesce("approved_by", "decided_by").alias("officer_id"),
        "agency_id",
        "employer_id",
        pl.coalesce("clinic_id", "examined_by").alias("clinic_id"),
        "workstation_id",
        "desk",
        (at.dt.weekday() - 1).alias("weekday"),
        # A date without a time of day is recorded as midnight.
        pl.when(at.dt.time() != dt.time()).then(at.dt.hour()).alias("hour"),
    ).cast(dict([*EXPOSURE.items(), *CIRCUMSTANCES.items()]))
    inside = pl.lit(value=True)
    if first is not None:
        inside &= pl.col("issued_on") >= first
    if last is not None:
        inside &= pl.col("issued_on") <= last
    if first is None and last is None:
        exposure = every.sort("permit_number").collect(engine="streaming")
    else:
        exposure = every.filter(inside).sort("permit_number").collect(engine="streaming")
    rows = int(tables["permits"].select(pl.len()).collect().item())
    numbers = int(permits.select(pl.len()).collect().item())
    counted = {
        "permit number again": rows - numbers,
        "outside the period, or no day of issue": numbers - exposure.height,
    }
    return exposure, {reason: count for reason, count in counted.items() if count}


def _by_key(tables: Tables, name: str, key: str, *columns: str) -> pl.LazyFrame:
    """Columns of a table by its key, each key once."""
    return tables[name].select(key, *columns).unique(key, keep="first", maintain_order=True)


def why_not(check: OfficeCheck, delivered: frozenset[str], answers: Mapping[str, Outcome]) -> str:
    """Why an indicator cannot be judged; "" where it can.

    Args:
        check: the indicator.
        delivered: `table.column` of what the register has.
        answers: how each row check ended, by code.
    """
    missing = sorted(name for name in check.needs if name not in delivered)
    if missing:
        return f"not in the register: {', '.join(missing)}"
    if check.measure is not Measure.FLAGS:
        return "" if delivered.intersection(_COUNTERPARTS) else _NO_PARTY
    if _judging(check, answers):
        return ""
    return "; ".join(f"{code}: {answers[code].reason or 'internal error'}" for code in check.counts)


_NO_PARTY = "not in the register: agencies, employers or clinics of the permits"


def _judging(check: OfficeCheck, answers: Mapping[str, Outcome]) -> list[str]:
    """Codes of its row checks that could be made."""
    made = (OutcomeKind.CLEAR, OutcomeKind.FLAG)
    return [code for code in check.counts if answers[code].kind in made]


def _raised(run: RowRun) -> pl.DataFrame:
    """`code` of the row check, `permit_number` and `explained` of everything flagged on a permit."""
    parts = [
        pl.scan_parquet(path).select(
            pl.lit(check.code).alias("code"),
            "permit_number",
            pl.col("likely_innocent").is_not_null().alias("explained"),
        )
        for check, path in flag_files(run)
    ]
    empty = pl.LazyFrame(schema={**FLAGS, "explained": pl.Boolean()})
    return pl.concat([empty, *parts]).drop_nulls("permit_number").collect()


def _events(
    run: RowRun, assessed: Sequence[OfficeCheck], raised: pl.DataFrame, exposure: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Flags and masks of every indicator; no permit is in both for one indicator."""
    flags, masks = [pl.DataFrame(schema=FLAGS)], [pl.DataFrame(schema=FLAGS)]
    lonely = _lonely(run.tables, exposure) if any(check.company for check in assessed) else None
    for check in assessed:
        if check.measure is not Measure.FLAGS:
            continue
        ours = raised.filter(pl.col("code").is_in(check.counts))
        events = ours.filter(~pl.col("explained")).select("permit_number").unique()
        masked = [ours.filter(pl.col("explained")).select("permit_number"), _not_judged(run, check, exposure)]
        if check.company and lonely is not None:
            masked.append(lonely)
            events = events.join(lonely, on="permit_number", how="anti")
        mask = pl.concat(masked).unique().join(events, on="permit_number", how="anti")
        flags.append(events.select(pl.lit(check.code).alias("code"), "permit_number"))
        masks.append(mask.select(pl.lit(check.code).alias("code"), "permit_number"))
    return pl.concat(flags).sort("code", "permit_number"), pl.concat(masks).sort("code", "permit_number")


def _not_judged(run: RowRun, check: OfficeCheck, exposure: pl.DataFrame) -> pl.DataFrame:
    """`permit_number` of permits that lack a column which each of the counted checks needs."""
    needs = {row.code: [need for need in row.needs if need.startswith(_PERMITS)] for row in run.checks}
    able = [
        pl.all_horizontal(pl.col(need.removeprefix(_PERMITS)).is_not_null() for need in needs[code])
        for code in _judging(check, run.answers)
        if needs[code]
    ]
    none = exposure.select("permit_number").clear()
    if len(able) < len(_judging(check, run.answers)):
        return none
    unable = run.tables["permits"].filter(~pl.any_horizontal(able)).select("permit_number").unique().collect()
    return unable.join(exposure.select("permit_number"), on="permit_number", how="semi")


def _lonely(tables: Tables, exposure: pl.DataFrame) -> pl.DataFrame:
    """`permit_number` of permits of office and month in which one officer alone did every step."""
    hands = tables["permits"].select(
        "permit_number", pl.concat_list("entered_by", "approved_by", "printed_by", "handed_by").alias("hand")
    )
    month = pl.col("issued_on").dt.truncate("1mo").alias("month")
    known = exposure.lazy().select("permit_number", "office_id", month)
    acted = known.join(hands, on="permit_number").explode("hand").drop_nulls("hand")
    alone = acted.group_by("office_id", "month").agg(pl.col("hand").n_unique()).filter(pl.col("hand") < 2)
    return known.join(alone, on=["office_id", "month"], how="semi").select("permit_number").collect()
