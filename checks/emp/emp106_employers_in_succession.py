"""Employers with one owner, address or telephone number followed each other, and each used up its quota (EMP106).

What it looks at:
    Employers that share an owner, an address or a telephone number, in the order of their registration: whether each
    was dissolved before the next one began, or within 30 days of it, and whether each had permits for at least 80 in
    100 of its largest quota (at least 5). It takes 3 of them in a row, with at most 180 days between.

Why it matters:
    A firm that exists to obtain permits is given up when its quota is full, and the next one starts with a new quota
    and without a record.

What else it can be:
    - Companies of a group are alive at the same time; they do not follow each other, and are no finding.
    - Project companies of one owner are closed with the project; so it is taken where every one of them was inspected
      while it existed.
    - One tenant after another used the same premises; so it is taken where only the address is shared, and the owners
      and the trades differ. An address or number of more than 10 employers is not looked at.

When it is not applied:
    The register has no dates of registration and dissolution, or permits without employers.

What to check next:
    Ask who assessed the quotas of these employers, and where their workers went when each was dissolved.

Source:
    Singapore Ministry of Manpower, 2021: shell companies set up in turn to obtain work passes.
"""

from __future__ import annotations

import polars as pl

from checks.emp.days import day_of
from checks.emp.related import COMMON, ties
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Employers in a row, each with its quota used up.
IN_A_ROW = 3
#: Share of the largest quota that counts as used up, and the fewest permits that do.
USED_UP = 0.8
FEWEST = 5
#: Days by which the next one may begin before the end of the last, and after it.
OVERLAP_DAYS = 30
GAP_DAYS = 180


def employers_in_succession(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each employer in a row of successors."""
    rows = _rows(_used_up(tables, context), tables, context)
    only_address = (pl.col("by") == "address") & (pl.col("owners") == pl.len().over("chain"))
    tenants = only_address & (pl.col("sectors") > 1)
    return flags(
        rows.with_columns(tenants.alias("tenants")),
        Cell("employers", pl.col("employer_id"), "dissolved_on", pl.col("dissolved_on")),
        "one of {} employers in a row with the same {}; registered on {}, {} permits, dissolved on {}",
        pl.col("in_a_row"),
        pl.col("by"),
        pl.col("registered_on"),
        pl.col("permits"),
        pl.col("dissolved_on"),
        cause="employer_id",
        likely_innocent=pl.when(pl.col("inspected"))
        .then(pl.lit("project companies: each was inspected while it existed"))
        .when(pl.col("tenants"))
        .then(pl.lit("one tenant after another used the same premises: owners and trades differ")),
        also=[
            Cell("employers", pl.col("employer_id"), "registered_on", pl.col("registered_on")),
            Cell("employers", pl.col("before"), "dissolved_on", pl.col("before_dissolved")),
        ],
    )


def _used_up(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """Employers that used up their quota: employer_id, permits, sector and whether `inspected`."""
    share = context.threshold("EMP106", "used_up", USED_UP)
    fewest = context.threshold("EMP106", "fewest", FEWEST)
    lived = tables["employers"].select(
        "employer_id", "registered_on", "sector", pl.col("dissolved_on").fill_null(pl.date(9999, 12, 31)).alias("until")
    )
    permits = (
        tables["permits"]
        .select("employer_id", (pl.col("status").fill_null("") != "void").alias("counts"))
        .group_by("employer_id")
        .agg(pl.col("counts").sum().alias("permits"))
    )
    quotas = tables["quotas"].group_by("employer_id").agg(pl.col("quantity").max())
    seen = (
        tables["inspections"]
        .select("employer_id", day_of("started_at").alias("seen_on"))
        .join(lived, on="employer_id")
        .filter(pl.col("seen_on").is_between("registered_on", "until"))
        .select("employer_id", pl.lit(True).alias("inspected"))
        .unique()
    )
    return (
        lived.select("employer_id", "sector")
        .join(permits, on="employer_id")
        .join(quotas, on="employer_id", how="left")
        .filter(pl.col("permits") >= pl.max_horizontal(pl.lit(fewest), pl.col("quantity") * share))
        .join(seen, on="employer_id", how="left")
    )


def _rows(used_up: pl.LazyFrame, tables: Tables, context: RowContext) -> pl.LazyFrame:
    """Employers that stand in a row of successors, with `in_a_row`, the one `before`, and what all of them share."""
    common = context.threshold("EMP106", "common", COMMON)
    least = context.threshold("EMP106", "in_a_row", IN_A_ROW)
    overlap = pl.duration(days=int(context.threshold("EMP106", "overlap_days", OVERLAP_DAYS)))
    gap = pl.duration(days=int(context.threshold("EMP106", "gap_days", GAP_DAYS)))
    tied = (
        ties(tables["employers"])
        .filter((pl.col("by") == "owner_id") | (pl.col("sharing") <= common))
        .join(used_up, on="employer_id")
        .sort("by", "value", "registered_on", "employer_id")
    )
    same = (pl.col("by") == pl.col("by").shift(1)) & (pl.col("value") == pl.col("value").shift(1))
    last = pl.col("dissolved_on").shift(1)
    follows = same & pl.col("registered_on").is_between(last - overlap, last + gap)
    chained = tied.with_columns(
        (~follows.fill_null(False)).cum_sum().alias("chain"),
        pl.when(follows).then(pl.col("employer_id").shift(1)).alias("before"),
        pl.when(follows).then(last).alias("before_dissolved"),
    )
    preference = pl.col("by").replace_strict({"owner_id": 0, "phone": 1, "address": 2}, return_dtype=pl.Int8)
    return (
        chained.with_columns(
            pl.len().over("chain").alias("in_a_row"),
            pl.col("owner_id").n_unique().over("chain").alias("owners"),
            pl.col("sector").n_unique().over("chain").alias("sectors"),
            pl.col("inspected").fill_null(False).all().over("chain"),
        )
        .filter(pl.col("in_a_row") >= least)
        .sort(preference)
        .unique("employer_id", keep="first", maintain_order=True)
    )


CHECK = RowCheck(
    code="EMP106",
    name="employers-in-succession",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="employers",
    needs=("employers.registered_on", "employers.dissolved_on", "permits.employer_id"),
    innocent=(
        "Companies of a group are alive at the same time",
        "Project companies of one owner are closed with the project",
        "One tenant after another used the same premises",
    ),
    next_check="Ask who assessed the quotas of these employers, and where their workers went when each was dissolved",
    source="Singapore Ministry of Manpower, 2021: shell companies set up in turn to obtain work passes",
    thresholds=(
        ("in_a_row", IN_A_ROW),
        ("used_up", USED_UP),
        ("fewest", FEWEST),
        ("overlap_days", OVERLAP_DAYS),
        ("gap_days", GAP_DAYS),
        ("common", COMMON),
    ),
    rule=employers_in_succession,
)
