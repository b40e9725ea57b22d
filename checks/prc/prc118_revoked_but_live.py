"""The permit was revoked and is live all the same (PRC118).

What it looks at:
    Permits with a time of revocation: whether their status still counts as live, whether they were handed over after
    it, and whether the holder's next permit renewed them without a reason on file.

Why it matters:
    A revoked permit that the register shows as live passes every inspection. It was left so, or brought back, by
    somebody with access.

What else it can be:
    - The status follows the revocation by some days; so it is taken where the revocation is at most 14 days older
      than the register.
    - The permit was on its way when it was revoked; so it is taken where it was handed over at most 3 days after.
    - The revocation was set aside; so it is taken where the application has an appeal, a court or a ticket as its
      reason.

When it is not applied:
    The permit has no time of revocation. A status of revoked, void or expired is in order. That a revoked permit was
    renewed is weak by itself.

What to check next:
    Ask for the file of the revocation, and who changed the status last.

Source:
    ICAO Doc 9303-2 clause 4 and appendix D (cancelled documents in circulation); Interpol SLTD practice.
"""

from __future__ import annotations

import polars as pl

from checks.prc.causes import APPEAL, TICKET, first_of
from checks.prc.permits import detailed, matched, register_to
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Statuses of a permit that nobody can use.
DEAD = ("revoked", "void", "expired")
#: Days by which the status may follow the revocation, and the hand-over may not know of it.
LAG = 14
ON_ITS_WAY = 3
_COLUMNS = (
    *("permit_number", "application_id", "holder_id", "employer_id", "status", "issued_at", "handed_at", "revoked_at"),
)


def revoked_but_live(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit that is live, was handed over, or was renewed after its revocation."""
    revoked = tables["permits"].filter(pl.col("revoked_at").is_not_null()).select("row")
    reasons = tables["applications"].select("application_id", "override_reason")
    permits = detailed(revoked, tables, *_COLUMNS).join(reasons, on="application_id", how="left")
    return pl.concat([_live(permits, tables, context), _handed(permits), _renewed(permits, tables)])


def _set_aside() -> tuple[pl.Expr, str]:
    reason = pl.col("override_reason").fill_null("")
    return reason.str.contains(APPEAL) | reason.str.contains(TICKET), "the revocation was set aside"


def _live(permits: pl.LazyFrame, tables: Tables, context: RowContext) -> pl.LazyFrame:
    status = pl.col("status").str.strip_chars().str.to_lowercase()
    found = permits.filter(~status.is_in(DEAD)).with_columns(register_to(tables, context).alias("register_to"))
    lag = pl.duration(days=pl.lit(context.threshold("PRC118", "lag_days", LAG)))
    recent = pl.col("revoked_at") >= pl.col("register_to") - lag
    innocent = first_of((recent, "the status follows the revocation by some days"), _set_aside())
    return flags(
        found.with_columns(innocent.alias("innocent")),
        Cell("permits", pl.col("permit_number"), "status", pl.col("status"), "revoked"),
        "revoked {}, status {}",
        pl.col("revoked_at"),
        pl.col("status"),
        cause="revoked_at",
        likely_innocent=pl.col("innocent"),
        also=[Cell("permits", pl.col("permit_number"), "revoked_at", pl.col("revoked_at"))],
    )


def _handed(permits: pl.LazyFrame) -> pl.LazyFrame:
    handed, revoked = pl.col("handed_at"), pl.col("revoked_at")
    on_its_way = handed <= revoked + pl.duration(days=ON_ITS_WAY)
    innocent = first_of((on_its_way, "the permit was on its way when it was revoked"), _set_aside())
    return flags(
        permits.filter(handed > revoked).with_columns(innocent.alias("innocent")),
        Cell("permits", pl.col("permit_number"), "handed_at", handed, pl.format("not after {}", revoked.dt.date())),
        "revoked {}, handed over {}",
        revoked,
        handed,
        cause="revoked_at",
        likely_innocent=pl.col("innocent"),
        also=[Cell("permits", pl.col("permit_number"), "revoked_at", revoked)],
    )


def _renewed(permits: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """Renewals of a permit that had been revoked, of which the application says nothing."""
    before = permits.drop_nulls("holder_id").select(
        "holder_id",
        pl.col("permit_number").alias("previous"),
        pl.col("employer_id").alias("previous_employer"),
        pl.col("revoked_at").alias("previous_revoked_at"),
    )
    renewals = tables["permits"].filter(pl.col("channel") == "renewal").select("row", "holder_id", "issued_at")
    of_revoked = matched(renewals, before.select("holder_id").unique(), "holder_id").select("row")
    next_ = (
        detailed(of_revoked, tables, *_COLUMNS)
        .sort("issued_at")
        .join_asof(
            before.sort("previous_revoked_at"),
            left_on="issued_at",
            right_on="previous_revoked_at",
            by="holder_id",
            strategy="backward",
            check_sortedness=False,
        )
    )
    reasons = tables["applications"].select("application_id", "override_reason")
    found = next_.join(reasons, on="application_id", how="left").filter(
        pl.col("previous").is_not_null()
        & (pl.col("previous_employer") == pl.col("employer_id"))
        & (pl.col("override_reason").fill_null("") == "")
    )
    return flags(
        found,
        Cell("permits", pl.col("permit_number"), "channel", pl.lit("renewal"), "a new application"),
        "renewed {}, the permit {} before it was revoked {}",
        pl.col("issued_at"),
        pl.col("previous"),
        pl.col("previous_revoked_at"),
        cause="revoked_at",
        strength=Strength.WEAK,
        also=[Cell("permits", pl.col("previous"), "revoked_at", pl.col("previous_revoked_at"))],
    )


CHECK = RowCheck(
    code="PRC118",
    name="revoked-but-live",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.revoked_at", "permits.status"),
    innocent=(
        "the status follows the revocation by some days",
        "the permit was on its way when it was revoked",
        "the revocation was set aside",
    ),
    next_check="Ask for the file of the revocation, and who changed the status last",
    source="ICAO Doc 9303-2 clause 4 and appendix D (cancelled documents in circulation); Interpol SLTD practice",
    thresholds=(("lag_days", LAG),),
    rule=revoked_but_live,
)
