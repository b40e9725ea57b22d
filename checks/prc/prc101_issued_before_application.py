"""The permit was issued before its application was lodged (PRC101).

What it looks at:
    The time of issue of each work permit against the time at which its application was lodged, in the row of the
    application and in that of the permit.

Why it matters:
    A permit answers an application. One that was issued first was decided without a file; the papers were made to fit
    afterwards, or a date was put back.

What else it can be:
    - Day and month were exchanged, one digit of a date was typed wrongly, or the old year was typed in January; so it
      is taken where such a slip in one of the two dates puts all steps in order and the access log does not bear the
      date out.
    - The application was registered again later, from paper or after an outage; so it is taken where the other record
      of the lodging lies before the issue, where the log has a clean-up of the file, or where at least 20 such
      applications of one office were registered on one day.
    - The steps of one day were entered in another order.

When it is not applied:
    No policy pack, its law does not put the application before the issue on that day, the permit is no work permit,
    or the register has neither lodging. An application that the register does not have is another check's matter.

What to check next:
    Ask for the application file and its stamp of receipt.

Source:
    Issuing state's law, topic process-order of its policy pack; alleged in the special audits 2011-13 of the Auditor
    General of Belize, parts of which the government publicly disputed.
"""

from __future__ import annotations

import polars as pl

from checks.declaration import NotApplicable
from checks.prc.causes import clerical, first_of
from checks.prc.logs import tidied
from checks.prc.order import breaches, by_law, day_written, with_slip_of_issue
from checks.prc.permits import matched, work_permits
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Applications of one office registered on one day after their permits; so many are papers entered afterwards.
BULK = 20


def issued_before_application(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each work permit issued before its application was lodged."""
    if not (context.has("applications.lodged_at") or context.has("permits.applied_at")):
        raise NotApplicable("not in the register: applications.lodged_at or permits.applied_at")
    lodgings = tables["applications"].select("application_id", "lodged_at", "lodged_at_offset")
    in_file = matched(work_permits(tables, "application_id", "issued_at"), lodgings, "application_id")
    in_permit = work_permits(tables, "applied_at", "issued_at")
    early = pl.concat(
        [
            in_file.filter(pl.col("issued_at") < pl.col("lodged_at")).select("row"),
            in_permit.filter(pl.col("issued_at") < pl.col("applied_at")).select("row"),
        ]
    )
    full = breaches(early, tables).join(lodgings, on="application_id", how="left")
    found = by_law(tidied(full, tables, "application_id", "permit_number"), context, "application").with_columns(
        pl.max_horizontal("lodged_at", "applied_at").alias("last"),
        pl.max_horizontal(day_written("lodged_at"), day_written("applied_at")).alias("last_on"),
        pl.col("issued_at_local").dt.date().alias("issued_on"),
    )
    bulk = pl.len().over("office_id", "last_on") >= context.threshold("PRC101", "bulk", BULK)
    other = pl.min_horizontal("lodged_at", "applied_at") <= pl.col("issued_at")
    innocent = first_of(
        pl.col("slip_of_issue"),
        (other | pl.col("tidied") | bulk, "the application was registered again later"),
        (pl.col("last_on") == pl.col("issued_on"), "the steps of one day were entered in another order"),
    )
    return flags(
        with_slip_of_issue(found, pl.col("last_on")).with_columns(innocent.alias("innocent")),
        Cell(
            "permits", pl.col("permit_number"), "issued_at", pl.col("issued_at_local"), pl.format("from {}", "last_on")
        ),
        "issued {}, application lodged {} ({})",
        pl.col("issued_at_local"),
        pl.col("last"),
        pl.col("law_citation"),
        cause="issued_at",
        permit=pl.col("permit_number"),
        likely_innocent=pl.col("innocent"),
        hypothesis=clerical(pl.col("innocent")),
        also=[
            Cell("permits", pl.col("permit_number"), "applied_at", pl.col("applied_at")),
            Cell("applications", lodged_key(), "lodged_at", pl.col("lodged_at")),
            Cell("access_log", pl.col("logged_row"), "at", pl.col("logged_at")),
        ],
    )


def lodged_key() -> pl.Expr:
    """The key of the application where the register has its lodging."""
    return pl.when(pl.col("lodged_at").is_not_null()).then("application_id")


CHECK = RowCheck(
    code="PRC101",
    name="issued-before-application",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at"),
    innocent=(
        "day and month were exchanged, one digit of a date was typed wrongly, or the old year was typed in January",
        "the application was registered again later, from paper or after an outage",
        "the steps of one day were entered in another order",
    ),
    next_check="Ask for the application file and its stamp of receipt",
    source="Issuing state's law, topic process-order of its policy pack; alleged in the special audits 2011-13 of the "
    "Auditor General of Belize, parts of which the government publicly disputed",
    thresholds=(("bulk", BULK),),
    rule=issued_before_application,
)
