"""The permit was issued before the medical examination or its certificate (PRC102).

What it looks at:
    The time of issue of each work permit against the examination and the certificate that it names.

Why it matters:
    The law lets nobody be admitted to work unexamined. A permit that is older than the examination was granted
    without it; the certificate was got afterwards to complete the file, perhaps without anybody being examined.

What else it can be:
    - Day and month were exchanged, one digit of a date was typed wrongly, or the old year was typed in January; so it
      is taken where such a slip in the date of issue puts all steps in order and the access log does not bear the
      date out, or where one of the two medical dates alone is late and a slip explains it.
    - The permit was provisional, for at most 90 days, until the certificate was there.
    - The holder had an earlier certificate, which a new one replaced; so it is taken where the register has one that
      is at most 180 days older than the permit.
    - The steps of one day were entered in another order.

When it is not applied:
    No policy pack, its law does not put the medical before the issue on that day, the permit is no work permit, or
    the register does not have the medical that it names. If only the certificate is later than the permit, the
    finding is moderate.

What to check next:
    Ask the clinic for its own record of the examination.

Source:
    Issuing state's law, topic process-order of its policy pack; ICAO Doc 9303-2 appendix D (false evidence).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.prc.causes import clerical, first_of, weighed
from checks.prc.order import breaches, by_law, day_written, with_slip_of_issue
from checks.prc.permits import matched, work_permits
from checks.prc.slips import with_slip
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: A permit for so many days bridges the time until the certificate is there.
PROVISIONAL_DAYS = 90
#: An examination is relied on for half a year.
CERTIFICATE_DAYS = 180
#: From examination to certificate at most.
RESULT_DAYS = 30


def issued_before_medical(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each work permit issued before it was known that its holder is fit."""
    medicals = tables["medicals"].select(
        "medical_id",
        "examined_at",
        "examined_at_offset",
        pl.col("issued_at").alias("certified_at"),
        pl.col("issued_at_offset").alias("certified_at_offset"),
        pl.max_horizontal("examined_at", "issued_at").alias("fit_at"),
    )
    early = matched(
        work_permits(tables, "medical_id", "issued_at"), medicals.select("medical_id", "fit_at"), "medical_id"
    ).filter(pl.col("issued_at") < pl.col("fit_at"))
    full = breaches(early.select("row"), tables).join(medicals, on="medical_id")
    late = pl.col("fit_at") > pl.col("issued_at")
    # A medical number that stands twice: the row in order is the one meant.
    full = full.filter(late.all().over("row")).unique("row", keep="any")
    found = by_law(_with_earlier(full, tables), context, "medical").with_columns(
        pl.max_horizontal(day_written("examined_at"), day_written("certified_at")).alias("fit_on"),
        pl.col("issued_at_local").dt.date().alias("issued_on"),
    )
    return flags(
        _with_slips(found).with_columns(_innocent(context).alias("innocent")),
        Cell(
            "permits", pl.col("permit_number"), "issued_at", pl.col("issued_at_local"), pl.format("from {}", "fit_on")
        ),
        "issued {}, examined {}, certificate {} ({})",
        pl.col("issued_at_local"),
        pl.col("examined_at"),
        pl.col("certified_at"),
        pl.col("law_citation"),
        cause="issued_at",
        permit=pl.col("permit_number"),
        likely_innocent=pl.col("innocent"),
        strength=weighed(pl.col("innocent"), pl.col("examined_at") > pl.col("issued_at")),
        hypothesis=clerical(pl.col("innocent")),
        also=[
            Cell("medicals", pl.col("medical_id"), "examined_at", pl.col("examined_at")),
            Cell("medicals", pl.col("medical_id"), "issued_at", pl.col("certified_at")),
            Cell("access_log", pl.col("logged_row"), "at", pl.col("logged_at")),
        ],
    )


def _with_slips(found: pl.LazyFrame) -> pl.LazyFrame:
    """The permits with the slips in the date of issue, or in the one of the two medical dates that alone is late."""
    issued, examined, certified = pl.col("issued_at"), day_written("examined_at"), day_written("certified_at")
    first = pl.when(pl.col("examined_at") <= issued).then(examined)
    certificate = with_slip(found, "slip_of_certificate", certified, first, pl.col("issued_on"))
    last = pl.when(pl.col("certified_at") <= issued).then(certified)
    both = with_slip(certificate, "slip_of_examination", examined, certified.dt.offset_by(f"-{RESULT_DAYS}d"), last)
    return with_slip_of_issue(both, pl.col("fit_on"))


def _innocent(context: RowContext) -> pl.Expr:
    provisional = context.threshold("PRC102", "provisional_days", PROVISIONAL_DAYS)
    for_days = pl.col("valid_until") - pl.col("valid_from")
    return first_of(
        (for_days <= pl.duration(days=provisional), "the permit was provisional"),
        (pl.col("had_earlier"), "the holder had an earlier certificate"),
        pl.coalesce("slip_of_issue", "slip_of_certificate", "slip_of_examination"),
        (pl.col("fit_on") == pl.col("issued_on"), "the steps of one day were entered in another order"),
    )


def _with_earlier(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The frame with `had_earlier`: another certificate of the holder was good when the permit was issued."""
    others = (
        tables["medicals"]
        .select("holder_id", pl.max_horizontal("examined_at", "issued_at").alias("_good_from"))
        .drop_nulls()
        .join(found.select("holder_id"), on="holder_id", how="semi")
    )
    good = found.sort("issued_at").join_asof(
        others.sort("_good_from"),
        left_on="issued_at",
        right_on="_good_from",
        by="holder_id",
        strategy="backward",
        check_sortedness=False,
        tolerance=dt.timedelta(days=CERTIFICATE_DAYS),
    )
    return good.with_columns(pl.col("_good_from").is_not_null().alias("had_earlier")).drop("_good_from")


CHECK = RowCheck(
    code="PRC102",
    name="issued-before-medical",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.medical_id", "medicals.medical_id"),
    innocent=(
        "day and month were exchanged, one digit of a date was typed wrongly, or the old year was typed in January",
        "the permit was provisional",
        "the holder had an earlier certificate",
        "the steps of one day were entered in another order",
    ),
    next_check="Ask the clinic for its own record of the examination",
    source="Issuing state's law, topic process-order of its policy pack; ICAO Doc 9303-2 appendix D (false evidence)",
    thresholds=(("provisional_days", PROVISIONAL_DAYS),),
    rule=issued_before_medical,
)
