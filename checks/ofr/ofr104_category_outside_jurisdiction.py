"""The office issued a category of permit that lies outside its jurisdiction (OFR104).

What it looks at:
    The category of each permit against the list of categories that the issuing office may issue.

Why it matters:
    A mandate sends an application to those who know the trade and its sponsors. A permit of another office's category
    went round them.

What else it can be:
    - The competent office was closed, and this one stood in; taken where the application was lodged at an office that
      has the category and was closed on a day between the application and the issue, or where who approved it was at
      this office as cover or delegate only.
    - The mandate was changed, and the register holds only the present one; taken where this office issued at least 20
      permits of the category, 2 in a hundred of all it issued between the first and the last of them, and 3 officers
      approved them, or where an earlier delivery of the register has the category in the mandate.

When it is not applied:
    The register has no jurisdictions. An office without a list, or with `*`, may issue all; a category that stands in
    no office's list and was issued by none of those that may issue all is not judged.

What to check next:
    Ask the office for the order by which it took the case over.

Source:
    Bertrand and others, Corruption in Driving Licensing Process in Delhi, Economic and Political Weekly 2008
    (applicants moved to other offices)
"""

from __future__ import annotations

import polars as pl

from checks.ofr.postings import ACTING, postings
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Permits of a category, and officers who approved them, that show a mandate rather than an exception.
MANDATED = 20
MANDATED_BY = 3
#: Their share of all that the office issued in that time.
MANDATED_SHARE = 0.02


def category_outside_jurisdiction(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit of a category that its office may not issue."""
    mandates = _mandates(tables["offices"])
    offices = tables["offices"].select("office_id", pl.col("jurisdiction").str.strip_chars().fill_null(""))
    all_of_it = pl.col("jurisdiction").is_in(["", "*"])
    limited, unlimited = offices.filter(~all_of_it), offices.filter(all_of_it).select("office_id")
    permits = tables["permits"].select(
        "permit_number",
        pl.col("row").alias("permit_row"),
        "office_id",
        "application_id",
        pl.col("category").alias("written"),
        _plain("category"),
        "approved_by",
        pl.col("applied_at").dt.date().alias("applied_on"),
        pl.coalesce("issued_at", "decided_at").dt.date().alias("issued_on"),
    )
    found = (
        permits.join(limited, on="office_id")
        .join(_known(mandates, unlimited, permits), on="category", how="semi")
        .join(mandates, on=["office_id", "category"], how="anti")
    )
    found = _stood_in(_acting(found, tables), mandates, unlimited, tables)
    return _told(_before(_shares(found, permits), tables), context)


def _plain(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_uppercase()


def _mandates(offices: pl.LazyFrame) -> pl.LazyFrame:
    """Columns office_id, category: what is written in the lists."""
    listed = offices.select("office_id", pl.col("jurisdiction").str.split(";").alias("category")).explode("category")
    return listed.with_columns(_plain("category")).filter(~pl.col("category").is_in(["", "*"])).unique()


def _known(mandates: pl.LazyFrame, unlimited: pl.LazyFrame, permits: pl.LazyFrame) -> pl.LazyFrame:
    """Categories that are in some office's list, or were issued by an office that may issue all."""
    issued = permits.join(unlimited, on="office_id", how="semi").select("category").drop_nulls().unique()
    return pl.concat([mandates.select("category"), issued]).unique()


def _acting(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """With acting_row: the posting as cover or delegate of who approved, where there was no other that day."""
    posted = postings(tables).select(
        "role", "since", "till", pl.col("officer").alias("approved_by"), "office_id", "posting_row"
    )
    then = pl.col("issued_on").is_between("since", "till").fill_null(False)
    acting = pl.col("role").is_in(ACTING).fill_null(False)
    at_home = (then & acting.not_()).any().over("permit_row")
    return (
        found.join(posted, on=["approved_by", "office_id"], how="left")
        .with_columns(pl.when(then & acting & at_home.not_()).then("posting_row").alias("acting_row"))
        .drop("role", "since", "till", "posting_row")
        .sort("acting_row", nulls_last=True)
        .unique("permit_row", keep="first", maintain_order=True)
    )


def _stood_in(found: pl.LazyFrame, mandates: pl.LazyFrame, unlimited: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """With lodged_office, and closed_row: a closed day of it, where it is competent."""
    lodged = tables["applications"].select("application_id", pl.col("office_id").alias("lodged_office"))
    competent = mandates.select(pl.col("office_id").alias("lodged_office"), "category", pl.lit(True).alias("competent"))
    for_all = unlimited.select(pl.col("office_id").alias("lodged_office"), pl.lit(True).alias("for_all"))
    closed = tables["closures"].select(
        pl.col("office_id").alias("lodged_office"), pl.col("date").alias("closed_on"), pl.col("row").alias("closed_row")
    )
    then = pl.col("closed_on").is_between("applied_on", "issued_on") & (pl.col("competent") | pl.col("for_all"))
    return (
        found.join(lodged, on="application_id", how="left")
        .join(competent, on=["lodged_office", "category"], how="left")
        .join(for_all, on="lodged_office", how="left")
        .join(closed, on="lodged_office", how="left")
        .with_columns(pl.when(then).then("closed_row").alias("closed_row"))
        .with_columns(pl.when(then).then("closed_on").alias("closed_on"))
        .sort("closed_row", nulls_last=True)
        .unique("permit_row", keep="first", maintain_order=True)
    )


def _shares(found: pl.LazyFrame, permits: pl.LazyFrame) -> pl.LazyFrame:
    """With n, how many permits of the category the office issued, and `share` of all from the first to the last."""
    one = ("office_id", "category")
    days = permits.group_by("office_id", pl.col("issued_on").alias("on")).agg(pl.len().alias("issued"))
    spans = found.group_by(*one).agg(
        pl.len().alias("n"), pl.col("issued_on").min().alias("first"), pl.col("issued_on").max().alias("last")
    )
    shares = (
        spans.join(days, on="office_id")
        .filter(pl.col("on").is_between("first", "last"))
        .group_by(*one)
        .agg(pl.col("n").first(), (pl.col("n").first() / pl.col("issued").sum()).alias("share"))
    )
    return found.join(shares, on=one, how="left")


def _before(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """With `earlier`: whether an earlier delivery of the register has the category in this office's mandate."""
    earlier = _mandates(tables["earlier.offices"]).with_columns(pl.lit(True).alias("earlier"))
    return found.join(earlier, on=["office_id", "category"], how="left")


def _told(found: pl.LazyFrame, context: RowContext) -> pl.LazyFrame:
    mandated = context.threshold("OFR104", "mandated", MANDATED)
    share = context.threshold("OFR104", "mandated_share", MANDATED_SHARE)
    by = context.threshold("OFR104", "mandated_by", MANDATED_BY)
    all_of_it = ("office_id", "category")
    several = pl.col("approved_by").n_unique().over(all_of_it) >= by
    usual = several & (pl.col("n") >= mandated) & (pl.col("share") >= share)
    stood_in = pl.col("closed_row").is_not_null() | pl.col("acting_row").is_not_null()
    return flags(
        found,
        Cell("permits", pl.col("permit_number"), "category", pl.col("written"), pl.col("jurisdiction")),
        "{}, issued by office {} on {}, whose jurisdiction is {}",
        pl.col("written"),
        pl.col("office_id"),
        pl.col("issued_on"),
        pl.col("jurisdiction"),
        cause="category",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when(stood_in)
        .then(pl.lit("the competent office was closed, and this one stood in"))
        .when(usual | pl.col("earlier"))
        .then(pl.lit("the mandate was changed, and the register holds only the present one")),
        also=[
            Cell("offices", pl.col("office_id"), "jurisdiction", pl.col("jurisdiction")),
            Cell("closures", pl.col("closed_row"), "date", pl.col("closed_on")),
            Cell("postings", pl.col("acting_row"), "officer_id", pl.col("approved_by")),
        ],
    )


CHECK = RowCheck(
    code="OFR104",
    name="category-outside-jurisdiction",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.office_id", "permits.category", "offices.jurisdiction"),
    innocent=(
        "the competent office was closed, and this one stood in",
        "the mandate was changed, and the register holds only the present one",
    ),
    next_check="Ask the office for the order by which it took the case over",
    source="Bertrand and others, Corruption in Driving Licensing Process in Delhi, Economic and Political Weekly 2008",
    thresholds=(("mandated", MANDATED), ("mandated_by", MANDATED_BY), ("mandated_share", MANDATED_SHARE)),
    rule=category_outside_jurisdiction,
)
