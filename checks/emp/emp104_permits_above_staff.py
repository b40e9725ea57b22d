"""The employer has several times more live permits than it declares staff (EMP104).

What it looks at:
    The number of permits of an employer that were live on the day each of them was issued, against 3 times the staff
    that the employer declares, and at least 15.

Why it matters:
    Workers beyond what a firm can employ do not work there. A firm that declared 4 staff has been granted more than a
    thousand visas.

What else it can be:
    - A project needs many more hands than the firm has; so it is taken where a quota or an approval of at least so
      many was in force on that day, and the employer was inspected within the 365 days before.
    - The firm lends workers to others and declares only its own office; so it is taken where an agency has its name.

When it is not applied:
    The register has no staff of employers, or no issue and end of validity of permits. A missing number of staff is no
    sign. Permits that are void, revoked or expired are not live, and a worker's renewal counts once.

What to check next:
    Ask for the employer's social security returns of that month, and who assessed its need.

Source:
    The Observer, 2024 (1,234 visas for a care firm in the United Kingdom that declared 4 staff).
"""

from __future__ import annotations

import polars as pl

from checks.emp.days import day_of
from checks.emp.listed import plain
from checks.emp.live import NEVER, beyond, lives
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Live permits for each of the staff that no growth explains.
TIMES_STAFF = 3.0
#: Live permits below which the ratio says nothing.
FEWEST = 15
#: Days in which an inspection has seen the project.
INSPECTED_DAYS = 365


def permits_above_staff(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit that adds a worker beyond the limit."""
    times = context.threshold("EMP104", "times_staff", TIMES_STAFF)
    fewest = context.threshold("EMP104", "fewest", FEWEST)
    quantity = pl.max_horizontal(pl.lit(fewest) - 1, pl.col("staff") * times).floor().cast(pl.Int64)
    limits = (
        tables["employers"]
        .drop_nulls("staff")
        .select(
            pl.col("row").alias("code"),
            pl.col("employer_id").hash().alias("employer"),
            "employer_id",
            "staff",
            quantity.alias("quantity"),
            pl.lit(0).alias("start"),
            pl.lit(NEVER).alias("end"),
        )
    )
    coded = limits.select("employer", "code", pl.col("quantity").alias("least"))
    dated = tables["permits"].select("row", "permit_number", "issued_at", day_of("issued_at").alias("issued_on"))
    found = (
        beyond(lives(tables["permits"]).join(coded, on="employer"), limits)
        .join(limits.select("code", "employer_id", "staff"), on="code")
        .join(dated, on="row")
        .join(_lenders(tables), on="employer_id", how="left")
    )
    return flags(
        _with_grants(found, tables, context),
        Cell("permits", pl.col("permit_number"), "employer_id", pl.col("employer_id")),
        "{} permits live at employer {} on {}, {} staff declared",
        pl.col("live"),
        pl.col("employer_id"),
        pl.col("issued_on"),
        pl.col("staff"),
        cause="staff",
        permit=pl.col("permit_number"),
        likely_innocent=pl.when("seen", pl.max_horizontal("quota", "approval") >= pl.col("live"))
        .then(
            pl.format(
                "{} workers were granted for a project, after an inspection", pl.max_horizontal("quota", "approval")
            )
        )
        .when(pl.col("lender").is_not_null())
        .then(pl.lit("an agency that lends workers has the same name")),
        also=[Cell("employers", pl.col("employer_id"), "staff", pl.col("staff"))],
    )


def _lenders(tables: Tables) -> pl.LazyFrame:
    """`employer_id`, `lender`: employers with the name of an agency."""
    named = plain(pl.col("name")).alias("plain")
    agencies = tables["agencies"].select(named, pl.col("name").alias("lender")).drop_nulls().unique("plain")
    return tables["employers"].select("employer_id", named).join(agencies, on="plain").drop("plain")


def _with_grants(found: pl.LazyFrame, tables: Tables, context: RowContext) -> pl.LazyFrame:
    """The rows with `quota` and `approval`, granted the employer on that day, and whether it had been `seen`."""
    days = pl.duration(days=int(context.threshold("EMP104", "inspected_days", INSPECTED_DAYS)))

    def granted(table: str) -> pl.LazyFrame:
        return tables[table].select("employer_id", pl.lit(table).alias("of"), "quantity", "valid_from", "valid_to")

    seen_on = day_of("started_at")
    inspected = tables["inspections"].select(
        "employer_id",
        pl.lit("inspections").alias("of"),
        seen_on.alias("valid_from"),
        (seen_on + days).alias("valid_to"),
    )
    day, end = pl.col("issued_on"), pl.col("valid_to").fill_null(pl.date(9999, 12, 31))
    papers = pl.concat([granted("quotas"), granted("approvals"), inspected], how="diagonal").drop_nulls("employer_id")
    in_force = found.join(papers, on="employer_id", how="left").with_columns(
        pl.when(day.is_between("valid_from", end)).then("of").alias("of")
    )
    of = pl.col("of")
    return in_force.group_by(found.collect_schema().names()).agg(
        pl.col("quantity").filter(of == "quotas").sum().alias("quota"),
        pl.col("quantity").filter(of == "approvals").sum().alias("approval"),
        (of == "inspections").any().alias("seen"),
    )


CHECK = RowCheck(
    code="EMP104",
    name="permits-above-staff",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=(
        "permits.permit_number",
        "permits.employer_id",
        "permits.issued_at",
        "permits.valid_until",
        "employers.staff",
    ),
    innocent=(
        "A project needs many more hands than the firm has",
        "The firm lends workers to others and declares only its own office",
    ),
    next_check="Ask for the employer's social security returns of that month, and who assessed its need",
    source="The Observer, 2024 (1,234 visas for a care firm in the United Kingdom that declared 4 staff)",
    thresholds=(("times_staff", TIMES_STAFF), ("fewest", FEWEST), ("inspected_days", INSPECTED_DAYS)),
    rule=permits_above_staff,
)
