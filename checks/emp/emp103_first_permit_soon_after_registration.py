"""The employer was registered only days or weeks before its first permit (EMP103).

What it looks at:
    The date of registration of each employer against the date of issue of its first permit.

Why it matters:
    A firm set up in order to obtain permits obtains them at once, before it has premises, accounts or trade. On its
    own it says little; many such firms with one assessor or one agency say more.

What else it can be:
    - A start-up hires its first workers; so it is taken where the employer had no more than 2 permits in its first 90
      days.
    - A company of a group, or a successor, took workers over; so it is taken where an older employer has the same
      owner, address or telephone number. An address or number of more than 10 employers does not count.

When it is not applied:
    The register has no dates of registration, or no date of issue. A first permit before the registration is another
    matter (EMP102).

What to check next:
    See what the employer showed of its trade when the first quota was assessed, and who assessed it.

Source:
    The Observer, 2024, on firms some months old that were licensed as sponsors of visas in the United Kingdom.
"""

from __future__ import annotations

import polars as pl

from checks.emp.days import day_of
from checks.emp.related import COMMON, relatives
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Days between registration and first permit that are too few for a firm to have traded.
YOUNG_DAYS = 30
#: So few permits in the first days are those of a start-up.
START_UP_PERMITS = 2
START_UP_DAYS = 90


def first_permit_soon_after_registration(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each employer whose first permit followed its registration closely."""
    young = pl.duration(days=int(context.threshold("EMP103", "young_days", YOUNG_DAYS)))
    first_days = pl.duration(days=int(context.threshold("EMP103", "start_up_days", START_UP_DAYS)))
    employers = tables["employers"].select("employer_id", "registered_on").drop_nulls()
    early = (
        tables["permits"]
        .select("permit_number", "employer_id", "issued_at", day_of("issued_at").alias("issued_on"))
        .join(employers, on="employer_id")
        .filter(pl.col("issued_on") <= pl.col("registered_on") + first_days)
    )
    firsts = (
        early.sort("issued_at", "permit_number")
        .group_by("employer_id", "registered_on", maintain_order=True)
        .agg(pl.col("permit_number").first(), pl.col("issued_on").first(), pl.len().alias("permits"))
        .filter(pl.col("issued_on").is_between(pl.col("registered_on"), pl.col("registered_on") + young))
    )
    others = relatives(tables["employers"], context.threshold("EMP103", "common", COMMON))
    older = pl.when(pl.col("other_registered") < pl.col("registered_on")).then("other")
    found = (
        firsts.join(others, on="employer_id", how="left")
        .with_columns(older.alias("older"))
        .sort("older", nulls_last=True)
        .unique("employer_id", keep="first", maintain_order=True)
    )
    few = pl.col("permits") <= context.threshold("EMP103", "start_up_permits", START_UP_PERMITS)
    return flags(
        found,
        Cell("employers", pl.col("employer_id"), "registered_on", pl.col("registered_on")),
        "registered on {}, first permit on {}; {} permits in the first {} days",
        pl.col("registered_on"),
        pl.col("issued_on"),
        pl.col("permits"),
        pl.lit(int(context.threshold("EMP103", "start_up_days", START_UP_DAYS))),
        cause="employer_id",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when(pl.col("older").is_not_null())
        .then(pl.format("the older employer {} has the same {}", "older", "by"))
        .when(few)
        .then(pl.lit("a start-up hires its first workers")),
        also=[Cell("permits", pl.col("permit_number"), "issued_at", pl.col("issued_on"))],
    )


CHECK = RowCheck(
    code="EMP103",
    name="first-permit-soon-after-registration",
    version=1,
    strength=Strength.WEAK,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="employers",
    needs=("permits.permit_number", "permits.employer_id", "permits.issued_at", "employers.registered_on"),
    innocent=(
        "A start-up hires its first workers",
        "A company of a group, or a successor, took workers over",
    ),
    next_check="See what the employer showed of its trade when the first quota was assessed, and who assessed it",
    source="The Observer, 2024, on firms some months old that were licensed as sponsors of visas in the United Kingdom",
    thresholds=(
        ("young_days", YOUNG_DAYS),
        ("start_up_permits", START_UP_PERMITS),
        ("start_up_days", START_UP_DAYS),
        ("common", COMMON),
    ),
    rule=first_permit_soon_after_registration,
)
