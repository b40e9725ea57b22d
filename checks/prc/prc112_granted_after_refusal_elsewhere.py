"""The permit was granted soon after a refusal, by another office or officer, with nothing new (PRC112).

What it looks at:
    Each refusal of a holder against the holder's next permit: how soon it came, from which office and officer, and
    whether employer, category, medical certificate or labour-market test are new.

Why it matters:
    Who was refused at one desk and passes at the next with the same papers has found the desk. Refused applicants
    were sent to an office that approved them in known cases.

What else it can be:
    - An appeal was upheld or a court ordered it; so it is taken where the application's reason says it.
    - There is a new application with new evidence; so it is taken where the employer or category is another one, or
      the medical certificate or the labour-market test is younger than the refusal.
    - The refusal was entered again later; so it is taken where the permit's own application was decided before it.

When it is not applied:
    More than 90 days lie between them, or the same officer of the same office changed the decision; or the register
    does not name holders. Another office within 30 days is strong, the rest moderate.

What to check next:
    Lay both files side by side and look for what changed.

Source:
    United States v. Sestak (2015): previously refused applicants approved; Bertrand and others, Economic and
    Political Weekly 2008 (applicants shift to other offices).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.prc.causes import APPEAL, first_of, weighed
from checks.prc.permits import detailed, matched, named
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: After so many days a permit is no longer an answer to the refusal.
SOON = 90
#: Another office within so many days was asked because of the refusal.
AT_ONCE = dt.timedelta(days=30)
_COLUMNS = ("permit_number", "holder_id", "application_id", "medical_id", "office_id", "approved_by")
_MORE = ("employer_id", "category", "issued_at", "decided_at")


def granted_after_refusal_elsewhere(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit whose holder had been refused elsewhere shortly before."""
    refusals = tables["refusals"].select(
        pl.col("row").alias("refusal"),
        "holder_id",
        "refused_at",
        "reason",
        pl.col("office_id").alias("refused_at_office"),
        pl.col("officer_id").alias("refused_by"),
        pl.col("application_id").alias("refused_application"),
    )
    permits = tables["permits"].filter(pl.col("issued_at").is_not_null()).select("row", "holder_id")
    holders = refusals.select("holder_id").unique()
    of_refused = detailed(matched(permits, holders, "holder_id"), tables, *_COLUMNS, *_MORE)
    after = of_refused.sort("issued_at").join_asof(
        refusals.drop_nulls("holder_id").sort("refused_at"),
        left_on="issued_at",
        right_on="refused_at",
        by="holder_id",
        strategy="backward",
        check_sortedness=False,
        tolerance=dt.timedelta(days=context.threshold("PRC112", "soon_days", SOON)),
    )
    office, officer = pl.col("refused_at_office"), pl.col("refused_by")
    elsewhere = (office != pl.col("office_id")).fill_null(False)
    by_another = (officer != pl.col("approved_by")).fill_null(False)
    found = _with_evidence(after.filter(pl.col("refusal").is_not_null() & (elsewhere | by_another)), tables)
    at_once = elsewhere & (pl.col("issued_at") - pl.col("refused_at") <= AT_ONCE)
    innocent = _innocent()
    return flags(
        found.with_columns(innocent.alias("innocent")),
        Cell("permits", pl.col("permit_number"), "issued_at", pl.col("issued_at")),
        "refused {} by {} of office {} ({}), permit issued {} by {} of office {}",
        pl.col("refused_at"),
        officer,
        office,
        pl.col("reason"),
        pl.col("issued_at"),
        pl.col("approved_by"),
        pl.col("office_id"),
        cause="decision",
        permit=pl.col("permit_number"),
        likely_innocent=pl.col("innocent"),
        strength=weighed(pl.col("innocent"), at_once),
        also=[
            Cell("refusals", pl.col("refusal"), "refused_at", pl.col("refused_at")),
            Cell("applications", pl.col("answered"), "override_reason", pl.col("override_reason")),
        ],
    )


def _with_evidence(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The permits with what their application, medical and the refused application say."""
    now = tables["applications"].select(
        "application_id", pl.col("application_id").alias("answered"), "override_reason", "lmt_closed_at"
    )
    before = tables["applications"].select(
        pl.col("application_id").alias("refused_application"),
        pl.col("employer_id").alias("employer_then"),
        named("category").alias("category_then"),
    )
    examined = (
        tables["medicals"]
        .join(found.select("medical_id"), on="medical_id", how="semi")
        .group_by("medical_id")
        .agg(pl.col("issued_at").max().alias("certified_at"))
    )
    return (
        found.join(now, on="application_id", how="left")
        .join(before, on="refused_application", how="left")
        .join(examined, on="medical_id", how="left")
    )


def _innocent() -> pl.Expr:
    refused = pl.col("refused_at")
    new = pl.any_horizontal(
        pl.col("employer_id") != pl.col("employer_then"),
        named("category") != pl.col("category_then"),
        pl.col("certified_at") > refused,
        pl.col("lmt_closed_at") > refused,
    ).fill_null(False)
    return first_of(
        (
            pl.col("override_reason").fill_null("").str.contains(APPEAL),
            "an appeal was upheld or a court ordered it",
        ),
        (new, "there is a new application with new evidence"),
        (pl.col("decided_at") < refused, "the refusal was entered again later"),
    )


CHECK = RowCheck(
    code="PRC112",
    name="granted-after-refusal-elsewhere",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=(
        *("permits.permit_number", "permits.holder_id", "permits.issued_at"),
        *("refusals.holder_id", "refusals.refused_at"),
    ),
    innocent=(
        "an appeal was upheld or a court ordered it",
        "there is a new application with new evidence",
        "the refusal was entered again later",
    ),
    next_check="Lay both files side by side and look for what changed",
    source="United States v. Sestak (2015): previously refused applicants approved; Bertrand and others, Economic and "
    "Political Weekly 2008 (applicants shift to other offices)",
    thresholds=(("soon_days", SOON),),
    rule=granted_after_refusal_elsewhere,
)
