"""The document was issued without the biometric check that the law asks for (PRC113).

What it looks at:
    What the register says of the biometric check of each permit, where the law in force on the day of issue asks for
    one of that kind of document.

Why it matters:
    The check ties the document to the person. Where it is left out, nobody knows who came to the counter.

What else it can be:
    - The device was out of order; so it is taken where an outage was recorded for at least 3 applications of the office
      on the day on which this one was lodged and the days beside it, by two officers on that day, or for every
      application of that day; or where the check was left out of at least 5 of that day, and at least half of them.
    - The result was not carried over into the register.

When it is not applied:
    No policy pack, its law asks for no check of that kind on that day, or the register says nothing of the check. A
    check that was made, and an exemption recorded as such, are in order.

What to check next:
    Ask for the device's log of that day, and whether the holder was at the counter.

Source:
    Issuing state's law, topic biometric-check of its policy pack; the Auditor General of Belize reported approved
    passports without the required checks (special audit, parts of which the government publicly disputed).
"""

from __future__ import annotations

import polars as pl

from checks.law import law_of
from checks.office_time import office_time
from checks.prc.permits import WORK_PERMIT
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Words of the register for a check that was left out.
OUTAGE = "outage"
LEFT_OUT = ("missing", OUTAGE)
#: So many outages of one office on three days, or so many checks left out on one, and such a share of the day's
#: documents: the device, not one document.
OUTAGES = 3
OF_ONE_DAY = 5
SHARE_OF_DAY = 0.5


def no_biometric_check(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each document issued without the check."""
    columns = ("permit_number", "kind", "office_id", "issued_at", "issued_at_offset", "applied_at")
    permits = (
        tables["permits"].select(*columns, "biometric_check", "entered_by").filter(pl.col("issued_at").is_not_null())
    )
    left_out = pl.col("biometric_check").is_in(LEFT_OUT)
    outage = pl.col("biometric_check") == OUTAGE
    days = permits.group_by("office_id", _day().alias("day")).agg(
        left_out.sum().alias("out_that_day"),
        pl.len().alias("that_day"),
        outage.sum().alias("outages"),
        pl.col("entered_by").filter(outage).drop_nulls().n_unique().alias("recorders"),
    )
    local = office_time(permits.filter(left_out), tables, "issued_at").with_columns(
        _day().alias("day"), pl.col("kind").fill_null(WORK_PERMIT)
    )
    lawful = law_of(local, context, "biometric-check", pl.col("kind"), pl.col("issued_at_local").dt.date())
    found = lawful.filter(pl.col("law_citation").is_not_null()).join(days, on=["office_id", "day"], how="left")
    for shift in (-1, 1):
        beside = days.select(
            "office_id", pl.col("day").dt.offset_by(f"{shift}d"), pl.col("outages").alias(f"outages_{shift}")
        )
        found = found.join(beside, on=["office_id", "day"], how="left")
    outages = pl.sum_horizontal("outages", "outages_-1", "outages_1")
    most = context.threshold("PRC113", "of_one_day", OF_ONE_DAY)
    share = context.threshold("PRC113", "share_of_day", SHARE_OF_DAY)
    device = (pl.col("out_that_day") >= most) & (pl.col("out_that_day") >= share * pl.col("that_day"))
    none_made = pl.col("out_that_day") == pl.col("that_day")
    device |= outage & (
        none_made | (outages >= context.threshold("PRC113", "outages", OUTAGES)) | (pl.col("recorders") >= 2)
    )
    return flags(
        found,
        Cell("permits", pl.col("permit_number"), "biometric_check", pl.col("biometric_check"), "done or exempt"),
        "biometric check {}, issued {}; left out of {} of the {} applications of that office and day ({})",
        pl.col("biometric_check"),
        pl.col("issued_at_local"),
        pl.col("out_that_day"),
        pl.col("that_day"),
        pl.col("law_citation"),
        cause="biometric_check",
        likely_innocent=pl.when(device).then(pl.lit("the device was out of order")),
    )


def _day() -> pl.Expr:
    """The day on which the holder was at the counter: that of the application, where it is known."""
    return pl.coalesce("applied_at", "issued_at").dt.date()


CHECK = RowCheck(
    code="PRC113",
    name="no-biometric-check",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.biometric_check"),
    innocent=("the device was out of order", "the result was not carried over into the register"),
    next_check="Ask for the device's log of that day, and whether the holder was at the counter",
    source="Issuing state's law, topic biometric-check of its policy pack; the Auditor General of Belize reported "
    "approved passports without the required checks (special audit, parts of which the government publicly disputed)",
    thresholds=(("outages", OUTAGES), ("of_one_day", OF_ONE_DAY), ("share_of_day", SHARE_OF_DAY)),
    rule=no_biometric_check,
)
