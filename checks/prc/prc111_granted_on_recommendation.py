"""The permit was granted on the recommendation of somebody outside the process (PRC111).

What it looks at:
    Issued permits whose application names who recommended it.

Why it matters:
    A referral shortens the way of a file and names its patron. One says little; that one patron's files always pass
    says more, and is counted elsewhere.

What else it can be:
    - It is the practice of diplomatic and official travel, whose documents are left out.
    - A supervisor of the office itself referred it; so it is taken where the one who recommended is an officer.
    - The body refers many as a matter of routine; so it is taken where it recommended at least 20 applications at
      five offices or more.

When it is not applied:
    The register does not say who recommended.

What to check next:
    Ask for the letter of recommendation, and whether the procedure for referrals was followed.

Source:
    GAO-06-115 (2005), on referrals of visa applicants; alleged in the special audits 2011-13 of the Auditor General
    of Belize, parts of which the government publicly disputed.
"""

from __future__ import annotations

import polars as pl

from checks.prc.causes import first_of
from checks.prc.permits import detailed, matched, work_permits
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Applications and offices from which a body's recommendations are routine.
ROUTINE = 20
OFFICES = 5


def granted_on_recommendation(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each work permit whose application somebody recommended."""
    who = pl.col("recommended_by").str.strip_chars()
    referred = (
        tables["applications"]
        .filter(who != "")
        .select("application_id", who, pl.col("office_id").alias("of_office"))
        .with_columns(
            pl.len().over("recommended_by").alias("times"),
            pl.col("of_office").n_unique().over("recommended_by").alias("offices"),
        )
    )
    permits = work_permits(tables, "application_id")
    found = detailed(
        matched(permits, referred.select("application_id"), "application_id"),
        tables,
        *("permit_number", "application_id", "issued_at"),
    )
    officers = tables["officers"].select(pl.col("officer_id").alias("recommended_by"), pl.lit(True).alias("in_house"))
    full = found.join(referred, on="application_id").join(officers, on="recommended_by", how="left")
    routine = (pl.col("times") >= context.threshold("PRC111", "routine", ROUTINE)) & (pl.col("offices") >= OFFICES)
    innocent = first_of(
        (pl.col("in_house"), "a supervisor of the office itself referred it"),
        (routine, "the body refers many as a matter of routine"),
    )
    return flags(
        full.with_columns(innocent.alias("innocent")),
        Cell("applications", pl.col("application_id"), "recommended_by", pl.col("recommended_by"), "nobody"),
        "permit {} issued {} on the recommendation of {}, who recommended {} applications",
        pl.col("permit_number"),
        pl.col("issued_at"),
        pl.col("recommended_by"),
        pl.col("times"),
        cause="recommended_by",
        permit=pl.col("permit_number"),
        likely_innocent=pl.col("innocent"),
    )


CHECK = RowCheck(
    code="PRC111",
    name="granted-on-recommendation",
    version=1,
    strength=Strength.WEAK,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=(
        "permits.permit_number",
        "permits.issued_at",
        "permits.application_id",
        "applications.application_id",
        "applications.recommended_by",
    ),
    innocent=(
        "it is the practice of diplomatic and official travel",
        "a supervisor of the office itself referred it",
        "the body refers many as a matter of routine",
    ),
    next_check="Ask for the letter of recommendation, and whether the procedure for referrals was followed",
    source="GAO-06-115 (2005), on referrals of visa applicants; alleged in the special audits 2011-13 of the Auditor "
    "General of Belize, parts of which the government publicly disputed",
    thresholds=(("routine", ROUTINE),),
    rule=granted_on_recommendation,
)
