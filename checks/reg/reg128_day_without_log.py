"""The access log has nothing on any permit that an office issued on one day (REG128).

What it looks at:
    The permits that each office issued on each day against the object numbers of the access log. A day is named where
    at least 5 permits were issued, none of them stands in the log, and most of the office's permits do.

Why it matters:
    The log is written by the system, not by its users. A day of issue that left no entry was worked past the system, or
    its entries were taken away; records have been withheld from auditors.

What else it can be:
    - The log was out of order that day; so it is taken where two or more offices issued permits on that day and none of
      them is in the log.
    - The entries stand under the numbers of the applications; a day on which one of these was printed or handed out is
      not named.

When it is not applied:
    The register has no access log. Days before the first and after the last permit of the office that stands in the log
    are passed over, and so are offices of which fewer than half of the permits do.

What to check next:
    Ask the keepers of the system for the log of that day as it was backed up.

Source:
    Belize, Auditor General, special audits of passports, visas and nationality, 2011-2013 (records withheld).
"""

from __future__ import annotations

import polars as pl

from checks.reg.days import day_of
from checks.reg.keys import having, unknown
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Permits of a day, all without an entry, from which the day is named.
FEWEST = 5
_DAY = ["office_id", "on"]


def day_without_log(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each office and day that left nothing in the log."""
    rows = tables["permits"].drop_nulls(["office_id", "issued_at"])
    issued = rows.select("row", "permit_number", "office_id", day_of("issued_at").alias("on"))
    silent = _not_logged(issued, tables).sort("on", "permit_number").group_by(_DAY, maintain_order=True)
    numbers = silent.agg(
        pl.len().alias("silent"), pl.col("permit_number").first(), pl.col("permit_number").last().alias("last_number")
    )
    days = issued.group_by(_DAY).len("issued").join(numbers, on=_DAY, how="left")
    logged = pl.col("issued") - pl.col("silent").fill_null(0)
    seen = pl.col("on").filter(pl.col("logged") > 0)
    told = days.with_columns(logged.alias("logged")).with_columns(
        pl.col("logged").sum().over("on").alias("logged_that_day"),
        pl.len().over("on").alias("offices_that_day"),
        (pl.col("logged").sum() * 2 >= pl.col("issued").sum()).over("office_id").alias("usual"),
        pl.col("on").is_between(seen.min(), seen.max()).over("office_id").alias("within"),
    )
    fewest = context.threshold("REG128", "fewest", FEWEST)
    hole = (pl.col("logged") == 0) & (pl.col("issued") >= fewest) & pl.col("usual") & pl.col("within")
    known = tables["offices"].select("office_id", pl.col("office_id").alias("office"))
    return flags(
        told.filter(hole).join(known, on="office_id", how="left"),
        Cell(
            "permits", pl.col("permit_number"), "permit_number", pl.col("permit_number"), "an entry in the access log"
        ),
        "none of the {} permits that office {} issued on {} stands in the access log",
        pl.col("issued"),
        pl.col("office_id"),
        pl.col("on"),
        cause="access_log",
        permit=pl.lit(None, pl.String),
        likely_innocent=pl.when((pl.col("offices_that_day") > 1) & (pl.col("logged_that_day") == 0)).then(
            pl.format("the log was out of order that day: it has none of {} offices", "offices_that_day")
        ),
        also=[
            Cell("permits", pl.col("last_number"), "permit_number", pl.col("last_number")),
            Cell("offices", pl.col("office"), "office_id", pl.col("office")),
        ],
    )


def _not_logged(issued: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The permits that are not in the log, nor were printed or handed out under the number of their application."""
    log = tables["access_log"].select("object_id", "action")
    printed = log.filter(pl.col("action") == "print").select("object_id")
    # The log is five times as long as the permits: nearly all are found among the prints, and few are left to look for.
    rest = unknown(issued, "permit_number", printed)
    files = tables["permits"].select("row", "application_id")
    rest = rest.join(files, on="row").cache()
    sought = pl.concat([rest.select(pl.col(name).alias("object_id")) for name in ("permit_number", "application_id")])
    found = having(log, "object_id", sought.drop_nulls()).cache()
    made = found.filter(pl.col("action").is_in(["print", "hand"]))
    unseen = rest.join(found, left_on="permit_number", right_on="object_id", how="anti")
    return unseen.join(made, left_on="application_id", right_on="object_id", how="anti")


CHECK = RowCheck(
    code="REG128",
    name="day-without-log",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=(
        *("permits.permit_number", "permits.office_id", "permits.issued_at"),
        *("access_log.at", "access_log.action", "access_log.object_id"),
    ),
    innocent=(
        "The log was out of order that day",
        "The entries stand under the numbers of the applications",
    ),
    next_check="Ask the keepers of the system for the log of that day as it was backed up",
    source="Belize, Auditor General, special audits of passports, visas and nationality, 2011-2013 (records withheld)",
    thresholds=(("fewest", FEWEST),),
    rule=day_without_log,
)
