"""The agency is not in the register of agencies, or had no licence on the day (EMP108).

What it looks at:
    The agency of each permit against the register of agencies, and the dates of its licence against the day on which
    the application was lodged and the day of issue.

Why it matters:
    An agency without a licence may not bring applications. That its cases were taken all the same is the office's
    doing.

What else it can be:
    - A renewal of the licence was pending; so it is taken where the licence began within 30 days after the day, or had
      ended within 30 days before it.
    - The licence ended between lodging and issue; so it is taken where it was in force on the day of lodging.
    - One character of the agency's number was entered wrongly; so it is taken where the application names a registered
      agency whose number is one character off, or where the unknown number stands on this one permit only and a
      registered number is one character off.

When it is not applied:
    The register has no agencies, or permits without agencies. An agency whose row was delivered but could not be taken
    counts as known, and a licence without dates as valid. A licence of the same agency in an earlier delivery counts.

What to check next:
    Ask the licensing office for the agency's licences of that year.

Source:
    UNODC, The hidden links between corruption and trafficking in persons (recruitment agencies without licence).
"""

from __future__ import annotations

import polars as pl

from checks.emp.days import day_of
from checks.emp.listed import not_listed, with_slip
from checks.emp.papers import with_row_of
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Days around the end or start of a licence in which its renewal may be pending.
GAP_DAYS = 30


def agency_without_licence(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit whose agency is unknown, or had no licence when it lodged the application."""
    permits = tables["permits"].select(
        "permit_number",
        "agency_id",
        "application_id",
        day_of("applied_at").alias("applied_on"),
        day_of("issued_at").alias("issued_on"),
    )
    return pl.concat([_unknown(permits, tables), _unlicensed(permits, tables, context)])


def _unknown(permits: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    strangers = not_listed(permits, "agency_id", tables, "agencies")
    applied = with_row_of(strangers, tables, "applications", "application_id", applied="agency_id")
    return flags(
        with_slip(applied, "agency_id", tables, "agencies", "applied"),
        Cell("permits", pl.col("permit_number"), "agency_id", pl.col("agency_id"), "a registered agency"),
        "agency {} is not in the register of agencies; permit issued on {}",
        pl.col("agency_id"),
        pl.col("issued_on"),
        cause="agency_id",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when(pl.col("slip").is_not_null()).then(
            pl.format("one character off the registered agency {}", "slip")
        ),
        also=[
            Cell(
                "applications",
                pl.when(pl.col("applied").is_not_null()).then("application_id"),
                "agency_id",
                pl.col("applied"),
            )
        ],
    )


def _unlicensed(permits: pl.LazyFrame, tables: Tables, context: RowContext) -> pl.LazyFrame:
    gap = pl.duration(days=int(context.threshold("EMP108", "gap_days", GAP_DAYS)))
    start, end = pl.col("licence_from"), pl.col("licence_to")

    def outside(day: pl.Expr) -> pl.Expr:
        return ((day < start) | (day > end)).fill_null(False)

    agencies = tables["agencies"].select("agency_id", "licence_from", "licence_to")
    before = tables["earlier.agencies"].select(
        "agency_id", pl.col("licence_from").alias("earlier_from"), pl.col("licence_to").alias("earlier_to")
    )
    either = outside(pl.col("applied_on")) | outside(pl.col("issued_on"))
    few = permits.join(agencies, on="agency_id").filter(either)
    lodged = with_row_of(
        few, tables, "applications", "application_id", lodged="lodged_at", lodged_offset="lodged_at_offset"
    )
    applied_on = pl.coalesce(day_of("lodged"), "applied_on", "issued_on").alias("applied_on")
    found = lodged.with_columns(applied_on).join(before, on="agency_id", how="left")
    day = pl.when(outside(pl.col("applied_on"))).then("applied_on").otherwise("issued_on")
    covered = pl.col("day").is_between("earlier_from", "earlier_to").fill_null(False)
    pending = pl.col("day").is_between(start - gap, start) | pl.col("day").is_between(end, end + gap)
    return flags(
        found.with_columns(day.alias("day")).filter(outside(pl.col("day")) & ~covered),
        Cell("permits", pl.col("permit_number"), "agency_id", pl.col("agency_id"), "an agency licensed on that day"),
        "agency {} had a licence from {} to {}; application lodged on {}, permit issued on {}",
        pl.col("agency_id"),
        start,
        end,
        pl.col("applied_on"),
        pl.col("issued_on"),
        cause="agency_id",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when(pending)
        .then(pl.lit("a renewal of the licence was pending: it is a matter of days"))
        .when(~outside(pl.col("applied_on")))
        .then(pl.lit("the licence was in force when the application was lodged")),
        also=[
            Cell("agencies", pl.col("agency_id"), "licence_from", start),
            Cell("agencies", pl.col("agency_id"), "licence_to", end),
        ],
    )


CHECK = RowCheck(
    code="EMP108",
    name="agency-without-licence",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.agency_id", "agencies.agency_id"),
    innocent=(
        "A renewal of the licence was pending",
        "The licence ended between lodging and issue",
        "One character of the agency's number was entered wrongly",
    ),
    next_check="Ask the licensing office for the agency's licences of that year",
    source="UNODC, The hidden links between corruption and trafficking in persons (recruitment agencies without "
    "licence)",
    thresholds=(("gap_days", GAP_DAYS),),
    rule=agency_without_licence,
)
