"""The permit's category was closed to holders of this nationality code by law on the day of issue (PRC117).

What it looks at:
    Category and nationality code of each permit against the bans in the law in force on the day of issue. A row is
    compared with a law; no weight is given to a nationality.

Why it matters:
    A ban binds the office. A permit against it was granted by somebody who passed over it.

What else it can be:
    - A waiver is on file; so it is taken where the application has a reason for an override.
    - A transitional provision held; so it is taken where the application was lodged before the ban was in force.
    - The category was coded wrongly; so it is taken where the application has another category, which is open.

When it is not applied:
    No policy pack, or it has no bans.

What to check next:
    Read the article cited; ask the issuing office for the waiver.

Source:
    Issuing state's law, topic deployment-ban of its policy pack (article in the message).
"""

from __future__ import annotations

import polars as pl

from checks.declaration import NotApplicable
from checks.law import law_of
from checks.office_time import office_time
from checks.prc.causes import first_of
from checks.prc.order import day_written
from checks.prc.permits import detailed, named
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

TOPIC = "deployment-ban"
_COLUMNS = (
    *("permit_number", "office_id", "application_id", "category", "nationality"),
    *("issued_at", "issued_at_offset", "applied_at", "applied_at_offset"),
)


def category_against_ban(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit in a category that the law had closed to its nationality code."""
    if context.law is None:
        raise NotApplicable("no policy pack for this state")
    codes = sorted({rule.subject.rpartition("/")[2] for rule in context.law.rules if rule.topic == TOPIC})
    named_by_law = tables["permits"].filter(named("nationality").is_in(codes)).select("row")
    permits = office_time(detailed(named_by_law, tables, *_COLUMNS), tables, "issued_at").with_columns(
        pl.col("issued_at_local").dt.date().alias("issued_on")
    )
    subject = pl.format("{}/{}", named("category"), named("nationality"))
    banned = law_of(permits, context, TOPIC, subject, pl.col("issued_on")).filter(pl.col("law_value").is_not_null())
    found = _with_application(banned, tables, context)
    waiver = pl.col("override_reason").fill_null("").str.strip_chars() != ""
    lodged = pl.coalesce(day_written("lodged_at"), day_written("applied_at"))
    innocent = first_of(
        (waiver, "a waiver is on file"),
        (pl.col("banned_then").is_null() & lodged.is_not_null(), "a transitional provision held"),
        (
            (pl.col("applied_category") != named("category")) & pl.col("banned_as_applied").is_null(),
            "the category was coded wrongly",
        ),
    )
    return flags(
        found.with_columns(innocent.alias("innocent")),
        Cell("permits", pl.col("permit_number"), "category", pl.col("category"), "a category open by law"),
        "category {}, nationality {}, issued {}: closed by law ({})",
        pl.col("category"),
        pl.col("nationality"),
        pl.col("issued_on"),
        pl.col("law_citation"),
        cause="category",
        likely_innocent=pl.col("innocent"),
        also=[
            Cell("permits", pl.col("permit_number"), "issued_at", pl.col("issued_at_local")),
            Cell("applications", pl.col("answered"), "override_reason", pl.col("override_reason")),
        ],
    )


def _with_application(banned: pl.LazyFrame, tables: Tables, context: RowContext) -> pl.LazyFrame:
    """The permits with their application, and whether the ban held on its day (`banned_then`) or for its category."""
    files = tables["applications"].select(
        "application_id",
        pl.col("application_id").alias("answered"),
        "lodged_at",
        "lodged_at_offset",
        "override_reason",
        named("category").alias("applied_category"),
    )
    full = banned.rename({"law_citation": "_citation"}).drop("law_value").join(files, on="application_id", how="left")
    lodged = pl.coalesce(day_written("lodged_at"), day_written("applied_at"))
    nationality = named("nationality")
    then = law_of(full, context, TOPIC, pl.format("{}/{}", named("category"), nationality), lodged)
    first = then.rename({"law_value": "banned_then"}).drop("law_citation")
    as_applied = law_of(
        first, context, TOPIC, pl.format("{}/{}", pl.col("applied_category"), nationality), pl.col("issued_on")
    )
    return as_applied.drop("law_citation").rename({"law_value": "banned_as_applied", "_citation": "law_citation"})


CHECK = RowCheck(
    code="PRC117",
    name="category-against-ban",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.category", "permits.nationality"),
    innocent=(
        "a waiver is on file",
        "a transitional provision held",
        "the category was coded wrongly",
    ),
    next_check="Read the article cited; ask the issuing office for the waiver",
    source="Issuing state's law, topic deployment-ban of its policy pack (article in the message)",
    rule=category_against_ban,
)
