"""On the day of issue the employer was not registered yet, or was dissolved (EMP102).

What it looks at:
    The date of issue of each permit against the dates of registration and dissolution of its employer.

Why it matters:
    An employer that does not exist employs nobody. Permits have been sold on the quota of firms that had been struck
    off, and prepared for firms that were set up afterwards.

What else it can be:
    - The registration was entered some weeks late; so it is taken for a registration up to 42 days after the issue.
    - The permit was decided before the dissolution and made out after it; so it is taken where the register has a
      decision of before and at most 60 days lie between dissolution and issue.
    - The firm changed its legal form, and its successor took the workers over; so it is taken where another employer
      with the same owner, address or telephone number was registered within 60 days of the dissolution, or dissolved
      within 60 days of the registration. An address or number of more than 10 employers does not count.
    - One character of the employer's number was entered wrongly; so it is taken where the application names another
      employer, whose number is one character off.

When it is not applied:
    The register has no employers, or no date of issue. A date that is missing in the register of employers is no sign.

What to check next:
    Look the employer up in the office that registers companies, with the names of its predecessors and successors.

Source:
    Singapore Ministry of Manpower, prosecutions of persons who set up shell companies to obtain work passes.
"""

from __future__ import annotations

import polars as pl

from checks.emp.days import day_of
from checks.emp.listed import with_named_slip
from checks.emp.papers import with_row_of
from checks.emp.related import COMMON, relatives
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Days by which a registration may be entered late.
LATE_DAYS = 42
#: Days between a dissolution and the issue of a permit that had been decided before.
MADE_OUT_DAYS = 60
#: Days between the end of one firm and the start of its successor.
SUCCESSOR_DAYS = 60


def employer_not_in_being_on_day(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit issued outside the life of its employer."""
    issued = tables["permits"].select(
        "permit_number", "employer_id", "application_id", "decided_at", "decided_at_offset", "issued_at",
        day_of("issued_at").alias("issued_on"),
    )  # fmt: skip
    early = pl.col("issued_on") < pl.col("registered_on")
    gone = pl.col("issued_on") > pl.col("dissolved_on")
    employers = tables["employers"].select("employer_id", "registered_on", "dissolved_on")
    outside = issued.join(employers, on="employer_id").filter(early | gone)
    applied = with_row_of(outside, tables, "applications", "application_id", applied="employer_id")
    slipped = with_named_slip(applied, "employer_id", "applied")
    found = _with_heir(slipped, tables, context)

    def days(name: str, default: int) -> pl.Expr:
        return pl.duration(days=int(context.threshold("EMP102", name, default)))

    entered = early & (pl.col("registered_on") - pl.col("issued_on") <= days("late_days", LATE_DAYS))
    made_out = (
        gone
        & (day_of("decided_at") <= pl.col("dissolved_on"))
        & (pl.col("issued_on") - pl.col("dissolved_on") <= days("made_out_days", MADE_OUT_DAYS))
    )
    number = pl.col("employer_id")
    return flags(
        found,
        Cell(
            "permits", pl.col("permit_number"), "issued_at", pl.col("issued_on"), "a day on which the employer existed"
        ),
        "issued on {} for employer {}, registered on {}, dissolved on {}",
        pl.col("issued_on"),
        number,
        pl.col("registered_on"),
        pl.col("dissolved_on"),
        cause="employer_id",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when(pl.col("slip").is_not_null())
        .then(pl.format("the application names employer {}, one character off", "slip"))
        .when(entered)
        .then(pl.lit("the registration was entered some weeks late"))
        .when(made_out)
        .then(pl.lit("decided before the dissolution and made out after it"))
        .when(pl.col("heir").is_not_null())
        .then(pl.format("employer {} was there before or afterwards, with the same {}", "heir", "by")),
        also=[
            Cell("employers", number, "registered_on", pl.col("registered_on")),
            Cell("employers", number, "dissolved_on", pl.col("dissolved_on")),
        ],
    )


def _with_heir(outside: pl.LazyFrame, tables: Tables, context: RowContext) -> pl.LazyFrame:
    """The rows with `heir`, an employer that took over from theirs or from which theirs took over, and `by`."""
    near = pl.duration(days=int(context.threshold("EMP102", "successor_days", SUCCESSOR_DAYS)))
    others = relatives(tables["employers"], context.threshold("EMP102", "common", COMMON))
    after = (pl.col("other_registered") - pl.col("dissolved_on")).abs() <= near
    before = (pl.col("registered_on") - pl.col("other_dissolved")).abs() <= near
    heir = pl.when(after | before).then("other")
    return (
        outside.join(others, on="employer_id", how="left")
        .with_columns(heir.alias("heir"))
        .sort("heir", nulls_last=True)
        .unique("permit_number", keep="first", maintain_order=True)
    )


CHECK = RowCheck(
    code="EMP102",
    name="employer-not-in-being-on-day",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.employer_id", "permits.issued_at", "employers.employer_id"),
    innocent=(
        "The registration was entered some weeks late",
        "The permit was decided before the dissolution and made out after it",
        "The firm changed its legal form, and its successor took the workers over",
        "One character of the employer's number was entered wrongly",
    ),
    next_check="Look the employer up in the office that registers companies, with the names of its predecessors and "
    "successors",
    source="Singapore Ministry of Manpower, prosecutions of persons who set up shell companies to obtain work passes",
    thresholds=(
        ("late_days", LATE_DAYS),
        ("made_out_days", MADE_OUT_DAYS),
        ("successor_days", SUCCESSOR_DAYS),
        ("common", COMMON),
    ),
    rule=employer_not_in_being_on_day,
)
