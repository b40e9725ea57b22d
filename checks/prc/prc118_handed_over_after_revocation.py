"""The permit was printed or handed over after it had been revoked (PRC118).

What it looks at:
    The times of issue and hand-over of each permit against the time at which it was revoked.

Why it matters:
    A revoked permit that goes out all the same is genuine in every feature; only the register knows better.

What else it can be:
    - The revocation reached the counter late; so it is taken where the hand-over followed within two days.
    - It was revoked because another permit took its place; so it is taken where the holder has a permit issued within
      30 days of the revocation.

When it is not applied:
    The permit has no time of revocation, or none of issue and hand-over.

What to check next:
    Ask who handed it over, and whether the holder was told that it had been revoked.

Source:
    INTERPOL, stolen and lost travel documents (revoked documents in use); our own choice of the two days.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.prc.causes import first_of
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

LAG_DAYS = 2
REPLACED_DAYS = 30


def handed_over_after_revocation(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit with a later hand-over, or else a later issue, than its revocation."""
    columns = ("permit_number", "holder_id", "issued_at", "handed_at", "revoked_at", "status")
    revoked = tables["permits"].select(*columns).filter(pl.col("revoked_at").is_not_null())
    after = pl.max_horizontal("handed_at", "issued_at")
    found = _replaced(revoked.with_columns(after.alias("after")).filter(after > pl.col("revoked_at")), tables)
    lag = dt.timedelta(days=context.threshold("PRC118", "lag_days", LAG_DAYS))
    innocent = first_of(
        (pl.col("after") - pl.col("revoked_at") <= lag, "the revocation reached the counter late"),
        (pl.col("replaced"), "it was revoked because another permit took its place"),
    )
    return flags(
        found.with_columns(innocent.alias("innocent")),
        Cell("permits", pl.col("permit_number"), "revoked_at", pl.col("revoked_at"), pl.format("after {}", "after_on")),
        "revoked {}, issued {}, handed over {}",
        pl.col("revoked_at"),
        pl.col("issued_at"),
        pl.col("handed_at"),
        cause="revoked_at",
        likely_innocent=pl.col("innocent"),
        also=[
            Cell("permits", pl.col("permit_number"), "handed_at", pl.col("handed_at")),
            Cell("permits", pl.col("permit_number"), "status", pl.col("status")),
        ],
    )


def _replaced(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The rows with `after_on` and `replaced`: whether the holder has another permit issued near the revocation."""
    holders = found.select("holder_id").drop_nulls().unique()
    others = (
        tables["permits"].select("holder_id", "permit_number", "issued_at").join(holders, on="holder_id", how="semi")
    )
    pairs = found.select("permit_number", "holder_id", "revoked_at").join(others, on="holder_id", suffix="_other")
    near = (pl.col("issued_at") - pl.col("revoked_at")).abs() <= dt.timedelta(days=REPLACED_DAYS)
    other = pl.col("permit_number_other") != pl.col("permit_number")
    replaced = pairs.filter(near & other).select("permit_number", pl.lit(True).alias("replaced")).unique()
    joined = found.join(replaced, on="permit_number", how="left")
    return joined.with_columns(pl.col("replaced").fill_null(False), pl.col("after").dt.date().alias("after_on"))


CHECK = RowCheck(
    code="PRC118",
    name="handed-over-after-revocation",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.revoked_at", "permits.issued_at"),
    innocent=(
        "the revocation reached the counter late",
        "it was revoked because another permit took its place",
    ),
    next_check="Ask who handed it over, and whether the holder was told that it had been revoked",
    source="INTERPOL, stolen and lost travel documents (revoked documents in use); our own choice of the two days",
    thresholds=(("lag_days", LAG_DAYS),),
    rule=handed_over_after_revocation,
)
