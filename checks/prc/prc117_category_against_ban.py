"""The register has a permit in a category that the law had closed to that nationality on the day of issue (PRC117).

What it looks at:
    Category and nationality of each permit against the bans on deployment in force on the day of issue. This is a
    comparison with the law, and the article is cited; a nationality is never evidence of anything else.

Why it matters:
    A ban of that kind is known to every officer who decides, and the system shows it. The permit was granted past it.

What else it can be:
    - A waiver or transitional provision is on file; so it is taken where the application has a reason for an override,
      or was lodged before the ban came into force.
    - The category or the nationality was coded wrongly.

When it is not applied:
    No policy pack, it has no ban, or category, nationality or time of issue is missing.

What to check next:
    Read the article cited; ask the issuing office for the waiver.

Source:
    Issuing state's law, topic deployment-ban of its policy pack (article in the message).
"""

from __future__ import annotations

import polars as pl

from checks.law import law_of
from checks.office_time import office_time
from checks.prc.permits import named
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

TOPIC = "deployment-ban"


def category_against_ban(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit that a ban in force on the day of issue excludes."""
    columns = ("permit_number", "office_id", "application_id", "category", "nationality", "applied_at")
    closed = pl.concat_str(named("category"), named("nationality"), separator="/")
    permits = (
        tables["permits"].select(*columns, "issued_at", "issued_at_offset").with_columns(closed.alias("closed"))
    ).filter(pl.col("issued_at").is_not_null())
    # Bans name few pairs; only those need the day at their office.
    banned = law_of(permits, context, TOPIC, pl.col("closed"), pl.col("issued_at").dt.date())
    near = banned.filter(pl.col("law_citation").is_not_null()).drop("law_value", "law_citation")
    local = office_time(near, tables, "issued_at").with_columns(pl.col("issued_at_local").dt.date().alias("issued_on"))
    found = law_of(local, context, TOPIC, pl.col("closed"), pl.col("issued_on")).filter(
        pl.col("law_citation").is_not_null()
    )
    files = tables["applications"].select("application_id", "lodged_at", "override_reason")
    joined = found.join(files, on="application_id", how="left").rename({"law_citation": "cited"}).drop("law_value")
    lodged = pl.min_horizontal("lodged_at", "applied_at").dt.date()
    then = law_of(joined, context, TOPIC, pl.col("closed"), lodged)
    return flags(
        then,
        Cell("permits", pl.col("permit_number"), "category", pl.col("category"), "a category open to the nationality"),
        "category {}, nationality {}, issued {}: closed by law ({})",
        pl.col("category"),
        pl.col("nationality"),
        pl.col("issued_on"),
        pl.col("cited"),
        cause="ban",
        likely_innocent=pl.when(pl.col("override_reason").str.strip_chars() != "")
        .then(pl.lit("a waiver or transitional provision is on file"))
        .when(pl.col("law_citation").is_null() & lodged.is_not_null())
        .then(pl.lit("the application was lodged before the ban came into force")),
        also=[Cell("permits", pl.col("permit_number"), "nationality", pl.col("nationality"))],
    )


CHECK = RowCheck(
    code="PRC117",
    name="category-against-ban",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.category", "permits.nationality"),
    innocent=(
        "a waiver or transitional provision is on file",
        "the category or the nationality was coded wrongly",
    ),
    next_check="Read the article cited; ask the issuing office for the waiver",
    source="Issuing state's law, topic deployment-ban of its policy pack (article in the message)",
    rule=category_against_ban,
)
