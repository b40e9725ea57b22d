"""The register now has fewer permits of a past month than it had before (REG126).

What it looks at:
    The permits that each office issued in each month, as counted in the register delivered before and in the present
    one; and, where the office's count held, those of each of its agencies. It is named where 3 or more are missing.

Why it matters:
    Counts of past months go into reports, and are compared with what was approved and paid. A past month that shrinks
    was edited afterwards.

What else it can be:
    - Rows were removed or corrected by order of another person; so it is taken where the access log has a ticket by
      another user, in the 7 days before, for so many of them that fewer than 3 are left.
    - Cards are recorded among the voids; so it is taken where so many of the missing are.
    - The present delivery leaves out a whole office or month; so it is taken where nearly all their permits are gone.
    - The present delivery is another extract of the register; so it is taken where the months together have lost at
      least 20 permits, and one in ten of the earlier delivery.

When it is not applied:
    There is no earlier delivery with office and time of issue. Rows that were delivered and could not be taken count as
    being there. Fewer than 3 missing permits are left to the checks on single rows.

What to check next:
    Compare both counts with the report of that month as it was sent to the ministry then.

Source:
    Alleged in ACC v. two BMET employees (Bangladesh, 2024; case statement, outcome not known to us): entries said
    to have been changed and removed to fit what was approved.
"""

from __future__ import annotations

import polars as pl

from checks.reg.days import month_of
from checks.reg.deliveries import EXTRACT_PERMITS, EXTRACT_SHARE, MONTH, counts, left_out
from checks.reg.keys import refused
from checks.reg.traces import REMOVAL, acts, ordered
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Permits by which a month must have shrunk.
FEWEST = 3


def counts_shrunk(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each office, or agency of an office, and month with fewer permits than before."""
    counted = counts(tables).cache()
    fewest = context.threshold("REG126", "fewest", FEWEST)
    by_office = counted.group_by(MONTH).agg(pl.col("before", "now").sum())
    fewer = pl.col("before") - pl.col("now") >= fewest
    offices = by_office.filter(fewer).with_columns(pl.lit(None, pl.String).alias("agency_id"))
    agencies = counted.filter(fewer & pl.col("agency_id").is_not_null()).join(offices, on=MONTH, how="anti")
    order = [*MONTH, "agency_id", "before", "now"]
    shrunk = pl.concat([offices.select(order), agencies.select(order)]).cache()
    known = tables["offices"].select("office_id", pl.col("office_id").alias("office"))
    found = (
        left_out(shrunk, counted)
        .join(_missing(shrunk, tables), on=[*MONTH, "agency_id"], nulls_equal=True)
        .join(known, on="office_id", how="left")
        .join(_lost(by_office), how="cross")
        .with_columns((pl.col("before") - pl.col("now")).alias("fewer"))
        .filter(pl.col("fewer") - pl.col("refused") >= fewest)
    )
    left = pl.col("fewer") - pl.col("refused")
    many = pl.col("lost") >= context.threshold("REG126", "extract_permits", EXTRACT_PERMITS)
    share = pl.col("lost") >= pl.col("all") * context.threshold("REG126", "extract_share", EXTRACT_SHARE)
    return flags(
        found,
        Cell(
            "earlier.permits", pl.col("permit_number"), "permit_number", pl.col("permit_number"), "in both deliveries"
        ),
        "office {}, agency {}, month from {}: {} permits in the register before, {} now",
        pl.col("office_id"),
        pl.col("agency_id").fill_null("any"),
        pl.col("month"),
        pl.col("before"),
        pl.col("now"),
        cause="permit_number",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when(pl.col("left_out"))
        .then(pl.lit("the present delivery leaves out a whole office or month"))
        .when(many & share)
        .then(pl.lit("the present delivery is another extract of the register"))
        .when(left - pl.col("ordered") < fewest)
        .then(pl.format("{} rows were removed or corrected by order of another person", "ordered"))
        .when(left - pl.col("ordered") - pl.col("voided") < fewest)
        .then(pl.format("{} cards are recorded among the voids", "voided")),
        also=[
            Cell("earlier.permits", pl.col("last_number"), "permit_number", pl.col("last_number")),
            Cell("offices", pl.col("office"), "office_id", pl.col("office")),
        ],
    )


def _lost(by_office: pl.LazyFrame) -> pl.LazyFrame:
    """`lost`: permits that all months together have fewer than before, of `all` there were."""
    fewer = (pl.col("before") - pl.col("now")).clip(lower_bound=0)
    return by_office.select(fewer.sum().alias("lost"), pl.col("before").sum().alias("all"))


def _missing(shrunk: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """For each count that shrank: first and last of the numbers missing, how many `ordered`, `voided` and `refused`."""
    columns = ("permit_number", "office_id", "agency_id", month_of("issued_at").alias("month"))
    before = tables["earlier.permits"].select(*columns, "issued_at").join(shrunk.select(MONTH), on=MONTH, how="semi")
    now = tables["permits"].select(columns).join(shrunk.select(MONTH), on=MONTH, how="semi").cache()
    before = before.cache()
    gone = pl.concat(
        [
            before.join(now, on=["permit_number", *MONTH], how="anti")
            .join(shrunk.filter(pl.col("agency_id").is_null()).select(MONTH), on=MONTH)
            .with_columns(pl.lit(None, pl.String).alias("agency_id")),
            before.join(now, on=["permit_number", *MONTH, "agency_id"], how="anti").join(
                shrunk.filter(pl.col("agency_id").is_not_null()).select(*MONTH, "agency_id"), on=[*MONTH, "agency_id"]
            ),
        ]
    ).cache()
    log = acts(tables, "edit", *REMOVAL)
    done = ordered(log.filter(pl.col("act") != "ticket"), log).filter(pl.col("ticket_row").is_not_null())
    return (
        gone.join(_named(done.select("object_id"), "ordered"), on="permit_number", how="left")
        .join(_named(tables["voids"].select("permit_number"), "voided"), on="permit_number", how="left")
        .join(_named(refused(tables, "permits"), "refused"), on="permit_number", how="left")
        .sort("issued_at", "permit_number")
        .group_by(*MONTH, "agency_id", maintain_order=True)
        .agg(
            pl.col("permit_number").first(),
            pl.col("permit_number").last().alias("last_number"),
            pl.col("ordered").count().cast(pl.Int64),
            (pl.col("voided").is_not_null() & pl.col("ordered").is_null()).sum().cast(pl.Int64),
            pl.col("refused").count().cast(pl.Int64),
        )
    )


def _named(keys: pl.LazyFrame, mark: str) -> pl.LazyFrame:
    return keys.select(pl.first().alias("permit_number")).drop_nulls().unique().with_columns(pl.lit(True).alias(mark))


CHECK = RowCheck(
    code="REG126",
    name="counts-shrunk",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=(
        *("permits.permit_number", "permits.office_id", "permits.issued_at"),
        *("earlier.permits.permit_number", "earlier.permits.office_id", "earlier.permits.issued_at"),
    ),
    innocent=(
        "Rows were removed or corrected by order of another person",
        "Cards are recorded among the voids",
        "The present delivery leaves out a whole office or month",
        "The present delivery is another extract of the register",
    ),
    next_check="Compare both counts with the report of that month as it was sent to the ministry then",
    source="Alleged in ACC v. two BMET employees (Bangladesh, 2024; case statement, outcome not known to us): entries "
    "said to have been changed and removed to fit what was approved",
    thresholds=(("fewest", FEWEST), ("extract_permits", EXTRACT_PERMITS), ("extract_share", EXTRACT_SHARE)),
    rule=counts_shrunk,
)
