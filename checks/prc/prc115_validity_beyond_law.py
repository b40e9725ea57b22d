"""The permit is valid longer than the law allows, or from before its issue (PRC115).

What it looks at:
    First and last day of validity against the day of issue and the longest validity in force on it for the kind of
    document.

Why it matters:
    The register itself says what was granted. A validity that the law does not have was typed by somebody who could
    pass over the limit, and is worth money; one that begins before anybody applied covers work done without a permit.

What else it can be:
    - The year of the last day was typed one too high; so it is taken where the day of a year before is the last that
      the law allows.
    - The law had just changed; so it is taken where a limit in force 90 days before or after the issue allows the
      validity.
    - A renewal takes up where the previous permit ended; so it is taken for the first day where a permit of the
      holder ended in the month before it.
    - The law lets a decision take effect from the day of the application; so it is taken where the first day is not
      before that.
    - Day and month were exchanged or one digit of a date was typed wrongly; so it is taken where such a slip in the
      first day makes it the day of issue.

When it is not applied:
    No policy pack, or it has no longest validity for the kind on the day of issue; a date is missing. Validity is
    counted from the later of issue and first day. A first day before the issue is moderate at most.

What to check next:
    Read the article cited; ask for the decision and the validity it grants.

Source:
    Issuing state's law, topic maximum-validity of its policy pack (article in the message).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.law import law_of
from checks.office_time import office_time
from checks.prc.causes import clerical, first_of, weighed
from checks.prc.order import day_written
from checks.prc.permits import WORK_PERMIT, detailed
from checks.prc.slips import with_slip
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Before and after a change of the law in which the other limit may have been applied.
TRANSITION = 90
#: Days between the end of a permit and the beginning of the one that takes up there.
TAKES_UP = 31
_COLUMNS = (
    *("permit_number", "office_id", "kind", "holder_id", "issued_at", "issued_at_offset"),
    *("applied_at", "applied_at_offset", "valid_from", "valid_until"),
)


def validity_beyond_law(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit that is valid too long, and for each that is valid too early."""
    days = tables["permits"].select(
        "row", "valid_from", "valid_until", pl.col("kind").fill_null(WORK_PERMIT), day_written("issued_at").alias("day")
    )
    span = (pl.col("valid_until") - pl.max_horizontal("day", "valid_from")).dt.total_days()
    # A year has 365 days at least: what is left is looked at by calendar.
    long = law_of(days, context, "maximum-validity", pl.col("kind"), pl.col("day")).filter(
        span > pl.col("law_value") * 365
    )
    early = days.filter(pl.col("valid_from") < pl.col("day")).select("row")
    return pl.concat([_too_long(long.select("row"), tables, context), _too_early(early, tables)])


def _too_long(rows: pl.LazyFrame, tables: Tables, context: RowContext) -> pl.LazyFrame:
    kind, day, until = pl.col("kind").fill_null(WORK_PERMIT), pl.col("issued_on"), pl.col("valid_until")
    permits = _local(rows, tables).with_columns(pl.max_horizontal("issued_on", "valid_from").alias("start"))
    years = (
        sorted({int(rule.value) for rule in context.law.rules if rule.topic == "maximum-validity"})
        if context.law
        else []
    )

    def last(value: str) -> pl.Expr:
        """The last day of so many years from the start."""
        return pl.coalesce(
            pl.lit(None, pl.Date),
            *(pl.when(pl.col(value) == one).then(pl.col("start").dt.offset_by(f"{one}y")) for one in years),
        )

    for name, moved in (("before", f"-{TRANSITION}d"), ("after", f"{TRANSITION}d")):
        other = law_of(permits, context, "maximum-validity", kind, day.dt.offset_by(moved))
        permits = other.rename({"law_value": name}).drop("law_citation")
    lawful = law_of(permits, context, "maximum-validity", kind, day).with_columns(last("law_value").alias("last"))
    found = lawful.filter(until > pl.col("last"))
    one_high = until.dt.offset_by("-1y").is_between(pl.col("last").dt.offset_by("-1d"), pl.col("last"))
    innocent = first_of(
        (until <= pl.max_horizontal(last("before"), last("after")), "the law had just changed"),
        (one_high, "the year of the last day was typed one too high"),
    )
    return flags(
        found.with_columns(innocent.alias("innocent")),
        Cell("permits", pl.col("permit_number"), "valid_until", until, pl.format("to {}", "last")),
        "{} issued {}, valid from {} to {}; at most {} years ({})",
        kind,
        pl.col("issued_on"),
        pl.col("valid_from"),
        until,
        pl.col("law_value").cast(pl.Int64),
        pl.col("law_citation"),
        cause="valid_until",
        likely_innocent=pl.col("innocent"),
        also=[Cell("permits", pl.col("permit_number"), "issued_at", pl.col("issued_at_local"))],
    )


def _too_early(rows: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    first, issued = pl.col("valid_from"), pl.col("issued_on")
    found = _with_previous(_local(rows, tables).filter(first < issued), tables)
    takes_up = pl.col("previous_until").is_not_null()
    innocent = first_of(
        (takes_up, "a renewal takes up where the previous permit ended"),
        (first >= day_written("applied_at"), "the law lets a decision take effect from the day of the application"),
        pl.col("slip"),
    )
    return flags(
        with_slip(found, "slip", first, issued, issued).with_columns(innocent.alias("innocent")),
        Cell("permits", pl.col("permit_number"), "valid_from", first, pl.format("from {}", issued)),
        "applied for {}, issued {}, valid from {}",
        pl.col("applied_at"),
        pl.col("issued_at_local"),
        first,
        cause="valid_from",
        likely_innocent=pl.col("innocent"),
        strength=weighed(pl.col("innocent"), pl.lit(False)),
        hypothesis=clerical(pl.col("innocent")),
        also=[Cell("permits", pl.col("permit_number"), "issued_at", pl.col("issued_at_local"))],
    )


def _local(rows: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    local = office_time(detailed(rows, tables, *_COLUMNS), tables, "issued_at")
    return local.with_columns(pl.col("issued_at_local").dt.date().alias("issued_on"))


def _with_previous(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The permits with `previous_until`: the end of the holder's permit that ended shortly before the first day."""
    others = (
        tables["permits"]
        .select("holder_id", pl.col("valid_until").alias("previous_until"))
        .drop_nulls()
        .join(found.select("holder_id"), on="holder_id", how="semi")
        .sort("previous_until")
    )
    return found.sort("valid_from").join_asof(
        others,
        left_on="valid_from",
        right_on="previous_until",
        by="holder_id",
        strategy="backward",
        check_sortedness=False,
        tolerance=dt.timedelta(days=TAKES_UP),
    )


CHECK = RowCheck(
    code="PRC115",
    name="validity-beyond-law",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.valid_until"),
    innocent=(
        "the year of the last day was typed one too high",
        "the law had just changed",
        "a renewal takes up where the previous permit ended",
        "the law lets a decision take effect from the day of the application",
        "day and month were exchanged or one digit of a date was typed wrongly",
    ),
    next_check="Read the article cited; ask for the decision and the validity it grants",
    source="Issuing state's law, topic maximum-validity of its policy pack (article in the message)",
    rule=validity_beyond_law,
)
