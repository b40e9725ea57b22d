"""What the checks on the order of steps have in common: the law that sets it, and the slips that explain a breach."""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.declaration import NotApplicable
from checks.law import law_of
from checks.office_time import office_time
from checks.prc.logs import logged
from checks.prc.permits import detailed
from checks.prc.slips import with_slip
from checks.rows import RowContext, Tables, settled

#: Columns of a permit that the order checks show or weigh.
COLUMNS = (
    *("permit_number", "office_id", "application_id", "medical_id", "receipt_number", "lmt_id"),
    *("holder_id", "employer_id", "channel", "category"),
    *("applied_at", "applied_at_offset", "assessed_at", "assessed_at_offset", "decided_at", "decided_at_offset"),
    *("issued_at", "issued_at_offset", "handed_at", "handed_at_offset", "valid_from", "valid_until"),
)
#: So near to the stamp of the permit, the log of the same act bears it out.
BORNE_OUT = dt.timedelta(days=1)


def breaches(found: pl.LazyFrame, tables: Tables, *instants: str) -> pl.LazyFrame:
    """The rows found with COLUMNS, office times of the issue and of `instants`, and what the log says of the print.

    Args:
        found: `row` of permits, with whatever columns the check adds: the instants with their offsets.
        tables: the register.
        instants: columns of `found` or COLUMNS.
    """
    full = settled(detailed(found, tables, *COLUMNS))
    return logged(office_time(full, tables, "issued_at", *instants), tables, "print")


def by_law(found: pl.LazyFrame, context: RowContext, step: str) -> pl.LazyFrame:
    """The rows in which the law puts the step before the issue on the day of issue, with `law_citation`.

    Raises:
        NotApplicable: without a policy pack, or where it does not name the step.
    """
    rules = context.law.rules if context.law else ()
    if context.law and not any(rule.topic == "process-order" and rule.subject == step for rule in rules):
        raise NotApplicable(f"the policy pack says nothing of process-order for {step}")
    day = pl.col("issued_at_local").dt.date()
    issue = law_of(found, context, "process-order", "issue", day).rename({"law_value": "_issue_place"})
    both = law_of(issue.drop("law_citation"), context, "process-order", step, day)
    return both.filter(pl.col("law_value") < pl.col("_issue_place")).drop("law_value", "_issue_place")


def as_written(column: str) -> pl.Expr:
    """An instant as it was written: date and time of day, without a zone."""
    return (pl.col(column) + pl.duration(minutes=pl.col(f"{column}_offset").fill_null(0))).dt.replace_time_zone(None)


def day_written(column: str) -> pl.Expr:
    """The date of an instant as it was written."""
    return as_written(column).dt.date()


def date_only(*columns: str) -> pl.Expr:
    """Whether one of these instants was written at midnight, as where only a date was recorded."""
    return pl.any_horizontal(as_written(column).dt.time() == dt.time() for column in columns)


def with_slip_of_issue(found: pl.LazyFrame, *before: pl.Expr) -> pl.LazyFrame:
    """The frame with `slip_of_issue`, the slip that puts the date of issue after `before` and in its place otherwise.

    None where the log bears the stamp out: no pen wrote the same slip into both.

    Args:
        found: from `breaches`.
        before: dates.
    """
    first = pl.max_horizontal(*before, day_written("assessed_at"), day_written("decided_at"))
    last = pl.min_horizontal(day_written("handed_at"), "valid_from", "valid_until")
    free = pl.when(~borne_out("issued_at", "logged_at")).then(last)
    return with_slip(found, "slip_of_issue", pl.col("issued_at_local").dt.date(), first, free)


def renewed(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The frame with `renewed`: whether the holder had an earlier permit with the same employer."""
    keys = ["holder_id", "employer_id"]
    known = found.select(keys).drop_nulls().unique()
    others = tables["permits"].select(*keys, "issued_at").join(known, on=keys, how="semi")
    first = others.group_by(keys).agg(pl.col("issued_at").min().alias("_first"))
    earlier = (pl.col("_first") < pl.col("issued_at")).fill_null(False)
    return found.join(first, on=keys, how="left").with_columns(earlier.alias("renewed")).drop("_first")


def share_of_office(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The frame with `share`: how much of all permits of its office the rows found are."""
    all_of_office = tables["permits"].group_by("office_id").agg(pl.len().alias("_all"))
    share = pl.len().over("office_id") / pl.col("_all")
    return found.join(all_of_office, on="office_id", how="left").with_columns(share.alias("share")).drop("_all")


def borne_out(stamp: str, logged_at: str) -> pl.Expr:
    """Whether the access log has the act at about the time that the permit says."""
    return ((pl.col(logged_at) - pl.col(stamp)).abs() <= BORNE_OUT).fill_null(False)
