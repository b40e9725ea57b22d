"""The permit was issued without the biometric check that the law asks for (PRC113).

What it looks at:
    Permits whose biometric check is recorded as missing, or as left out for an outage, though the law asks for one on
    the day of issue.

Why it matters:
    The check ties the permit to a person who was there. Without it a permit can be made for somebody who never came,
    or who is in the register under another name.

What else it can be:
    - The devices were out of order; so it is taken where at least a fifth and five of the permits that the office
      took in, or issued, on that day lack the check, or where an outage was recorded by two officers, or for all.
    - The holder is exempt and the code was not entered; so it is taken for renewals and where an earlier permit of
      the holder has the check.
    - The log has a clean-up of the file.

When it is not applied:
    No policy pack, or it asks for no check of this kind of document on the day of issue. Nothing recorded, or exempt,
    gives no finding.

What to check next:
    Ask for the log of the capture device, and whether the holder was there.

Source:
    Issuing state's law, topic biometric-check of its policy pack; alleged in the special audits 2011-13 of the
    Auditor General of Belize, parts of which the government publicly disputed.
"""

from __future__ import annotations

import polars as pl

from checks.law import law_of
from checks.office_time import office_time
from checks.prc.causes import first_of
from checks.prc.logs import tidied
from checks.prc.permits import WORK_PERMIT, detailed
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Permits of one office and day without the check, in number and as a share, from which the devices were out of order.
OUT_OF_ORDER = 5
SHARE = 0.2
_COLUMNS = (
    *("permit_number", "office_id", "application_id", "holder_id", "kind", "channel", "biometric_check"),
    *("applied_at", "applied_at_offset", "issued_at", "issued_at_offset"),
)


def no_biometric_check(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit issued without the check."""
    without = tables["permits"].filter(pl.col("biometric_check").is_in(["missing", "outage"])).select("row")
    local = office_time(detailed(without, tables, *_COLUMNS), tables, "issued_at").filter(
        pl.col("issued_at").is_not_null()
    )
    day = pl.col("issued_at_local").dt.date()
    bound = law_of(local, context, "biometric-check", pl.col("kind").fill_null(WORK_PERMIT), day).filter(
        pl.col("law_value").is_not_null()
    )
    found = tidied(
        _with_earlier(_with_outage(bound, tables, context), tables), tables, "application_id", "permit_number"
    )
    renewal = (pl.col("channel") == "renewal") | pl.col("done_before")
    innocent = first_of(
        (pl.col("outage"), "the devices were out of order"),
        (renewal.fill_null(False), "the holder is exempt and the code was not entered"),
        (pl.col("tidied"), "the log has a clean-up of the file"),
    )
    return flags(
        found.with_columns(innocent.alias("innocent")),
        Cell("permits", pl.col("permit_number"), "biometric_check", pl.col("biometric_check"), "done"),
        "issued {}, biometric check {} ({})",
        pl.col("issued_at_local"),
        pl.col("biometric_check"),
        pl.col("law_citation"),
        cause="biometric_check",
        permit=pl.col("permit_number"),
        likely_innocent=pl.col("innocent"),
    )


def _with_outage(found: pl.LazyFrame, tables: Tables, context: RowContext) -> pl.LazyFrame:
    """The permits with `outage`: many that came in, or were issued, at the office on that day lack the check."""
    least = context.threshold("PRC113", "out_of_order", OUT_OF_ORDER)
    share = context.threshold("PRC113", "share", SHARE)
    many = (pl.col("without").sum() >= least) & (pl.col("without").mean() >= share)
    outage = (pl.col("biometric_check") == "outage").fill_null(False)
    recorders = pl.col("entered_by").filter("out").drop_nulls().n_unique()
    marks = []
    for step in ("applied_at", "issued_at"):
        day, mark = pl.col(step).dt.date().alias("_day"), f"_{step}"
        marks.append(mark)
        days = found.select("office_id", day).unique()
        without = pl.col("biometric_check").is_in(["missing", "outage"])
        counted = (
            tables["permits"]
            .select("office_id", day, "entered_by", without.fill_null(False).alias("without"), outage.alias("out"))
            .join(days, on=["office_id", "_day"], how="semi")
            .group_by("office_id", "_day")
            .agg((many | (pl.col("out").any() & (pl.col("without").all() | (recorders >= 2)))).alias(mark))
        )
        found = found.with_columns(day).join(counted, on=["office_id", "_day"], how="left").drop("_day")
    return found.with_columns(pl.any_horizontal(marks).fill_null(False).alias("outage")).drop(marks)


def _with_earlier(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The permits with `done_before`: the holder's prints were taken for an earlier permit."""
    done = (
        tables["permits"]
        .filter((pl.col("biometric_check") == "done") & pl.col("holder_id").is_not_null())
        .select("holder_id", "issued_at")
        .join(found.select("holder_id"), on="holder_id", how="semi")
        .group_by("holder_id")
        .agg(pl.col("issued_at").min().alias("_first"))
    )
    before = (pl.col("_first") < pl.col("issued_at")).fill_null(False)
    return found.join(done, on="holder_id", how="left").with_columns(before.alias("done_before")).drop("_first")


CHECK = RowCheck(
    code="PRC113",
    name="no-biometric-check",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.biometric_check"),
    innocent=(
        "the devices were out of order",
        "the holder is exempt and the code was not entered",
        "the log has a clean-up of the file",
    ),
    next_check="Ask for the log of the capture device, and whether the holder was there",
    source="Issuing state's law, topic biometric-check of its policy pack; alleged in the special audits 2011-13 of "
    "the Auditor General of Belize, parts of which the government publicly disputed",
    thresholds=(("out_of_order", OUT_OF_ORDER), ("share", SHARE)),
    rule=no_biometric_check,
)
