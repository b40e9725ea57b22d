"""The permit was issued in less time than a file of its class can be worked in (PRC105).

What it looks at:
    The time from application to issue of each work permit against the shortest time that the law or the procedure
    leaves for its category and channel.

Why it matters:
    Checks with other authorities, the examination of the papers and production take their time. A permit that took
    less was decided without them, or was ready before anybody applied. Files that somebody cared for are cleared
    faster.

What else it can be:
    - It is a renewal that was not marked as one; so it is taken where the holder had an earlier permit with the same
      employer.
    - The application came on paper and was entered later; so it is taken where its fee was paid a day or more before
      it, where its own row has an earlier lodging, or where 20 applications of one office were entered in that
      minute.
    - Only the date of a step was recorded, and its time of day is midnight.
    - The log has a clean-up of the file.

When it is not applied:
    No policy pack, or it has no shortest time for the class on the day of issue; the permit is no work permit; one of
    the times is missing. A permit issued before the application is another check's matter.

What to check next:
    Ask for the file and look for the answers that should have been waited for.

Source:
    Issuing state's law, topic feasible-minimum of its policy pack (article in the message); Chalendard, Fernandes,
    Raballand and Rijkers, Quarterly Journal of Economics 138(1), 2023 (speed of clearance).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.declaration import NotApplicable
from checks.law import law_of
from checks.office_time import office_time
from checks.prc.causes import first_of
from checks.prc.logs import tidied
from checks.prc.order import COLUMNS, date_only, renewed
from checks.prc.permits import detailed, named, work_permits
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Applications of one office entered in one minute; so many were typed from paper.
BULK = 20
#: A fee paid so much before the application was entered says that the application had come.
PAID_BEFORE = dt.timedelta(days=1)


def faster_than_feasible(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each work permit issued sooner after the application than its class allows."""
    if context.law is None:
        raise NotApplicable("no policy pack for this state")
    hours = max((rule.value for rule in context.law.rules if rule.topic == "feasible-minimum"), default=0.0)
    took = pl.col("issued_at") - pl.col("applied_at")
    soon = work_permits(tables, "applied_at", "issued_at").filter(
        took.is_between(pl.duration(), pl.duration(hours=hours), closed="left")
    )
    permits = office_time(detailed(soon.select("row"), tables, *COLUMNS), tables, "applied_at", "issued_at")
    category, channel = named("category"), pl.col("channel").str.to_lowercase()
    subjects = (pl.format("{}/{}", category, channel), pl.format("*/{}", channel), category)
    lawful = law_of(permits, context, "feasible-minimum", subjects, pl.col("issued_at_local").dt.date())
    fast = lawful.filter(took < pl.duration(hours=pl.col("law_value")))
    found = tidied(_with_file(renewed(fast, tables), tables), tables, "application_id", "permit_number")
    innocent = _innocent(context.threshold("PRC105", "bulk", BULK))
    return flags(
        found.with_columns(innocent.alias("innocent")),
        Cell(
            "permits",
            pl.col("permit_number"),
            "issued_at",
            pl.col("issued_at_local"),
            pl.format("at least {} hours after the application", pl.col("law_value").cast(pl.Int64)),
        ),
        "{} minutes from application {} to issue {}; {} by {} takes at least {} hours ({})",
        took.dt.total_minutes(),
        pl.col("applied_at_local"),
        pl.col("issued_at_local"),
        pl.col("category"),
        pl.col("channel"),
        pl.col("law_value").cast(pl.Int64),
        pl.col("law_citation"),
        cause="applied_at",
        permit=pl.col("permit_number"),
        likely_innocent=pl.col("innocent"),
        also=[
            Cell("permits", pl.col("permit_number"), "applied_at", pl.col("applied_at_local")),
            Cell("applications", pl.col("file"), "lodged_at", pl.col("lodged_at")),
            Cell("fees", pl.col("paid_by"), "paid_at", pl.col("paid_at")),
        ],
    )


def _innocent(most: float) -> pl.Expr:
    applied = pl.col("applied_at")
    entered_later = (
        ((pl.col("paid_at") <= applied - PAID_BEFORE).fill_null(False))
        | (pl.col("lodged_at") < applied - pl.duration(hours="law_value")).fill_null(False)
        | (pl.len().over("office_id", applied.dt.truncate("1m")) >= most)
    )
    return first_of(
        (pl.col("renewed"), "it is a renewal that was not marked as one"),
        (entered_later, "the application came on paper and was entered later"),
        (date_only("applied_at", "issued_at"), "only the date of a step was recorded"),
        (pl.col("tidied"), "the log has a clean-up of the file"),
    )


def _with_file(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The frame with lodging (`file`, `lodged_at`) and first payment (`paid_by`, `paid_at`) of the application."""
    ours = found.select("application_id")
    lodged = tables["applications"].select(
        pl.col("application_id"), pl.col("application_id").alias("file"), "lodged_at"
    )
    paid = (
        tables["fees"]
        .select("application_id", "paid_at", pl.col("receipt_number").alias("paid_by"))
        .drop_nulls(["application_id", "paid_at"])
        .join(ours, on="application_id", how="semi")
        .sort("paid_at")
        .unique("application_id", keep="first", maintain_order=True)
    )
    return found.join(lodged, on="application_id", how="left").join(paid, on="application_id", how="left")


CHECK = RowCheck(
    code="PRC105",
    name="faster-than-feasible",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.applied_at", "permits.issued_at"),
    innocent=(
        "it is a renewal that was not marked as one",
        "the application came on paper and was entered later",
        "only the date of a step was recorded",
        "the log has a clean-up of the file",
    ),
    next_check="Ask for the file and look for the answers that should have been waited for",
    source="Issuing state's law, topic feasible-minimum of its policy pack (article in the message); Chalendard, "
    "Fernandes, Raballand and Rijkers, Quarterly Journal of Economics 138(1), 2023 (speed of clearance)",
    thresholds=(("bulk", BULK),),
    rule=faster_than_feasible,
)
