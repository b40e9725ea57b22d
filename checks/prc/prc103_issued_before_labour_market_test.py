"""The permit was issued before its labour-market test was closed, or without one (PRC103).

What it looks at:
    The time of issue of each work permit against the time at which the labour-market test of its application was
    closed; and permits without a test whose category and channel the law does not exempt.

Why it matters:
    The test gives residents the first offer of the place. A permit that did not wait for it was decided before it
    could be known whether the place was free.

What else it can be:
    - Day and month were exchanged, one digit of a date was typed wrongly, or the old year was typed in January; so it
      is taken where such a slip in the date of issue puts all steps in order and the access log does not bear the
      date out.
    - It is a renewal that was not marked as one; so it is taken where the holder had an earlier permit with the same
      employer.
    - The tests of this office are kept elsewhere; so it is taken where a fifth of all its permits lack one.
    - The steps of one day were entered in another order.

When it is not applied:
    No policy pack, or its law does not put the test before the issue on that day; the permit is no work permit; the
    law exempts its category or channel. A permit that names a test without a closing time is passed over, and so is
    one whose application the register does not have.

What to check next:
    Ask the labour office for its record of the test and the day it was closed.

Source:
    Issuing state's law, topics process-order and labour-market-exemption of its policy pack (article in the message).
"""

from __future__ import annotations

import polars as pl

from checks.law import law_of
from checks.prc.causes import clerical, first_of, weighed
from checks.prc.order import breaches, by_law, day_written, renewed, share_of_office, with_slip_of_issue
from checks.prc.permits import matched, named, work_permits
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Share of an office's permits without a test from which its tests are taken to be kept elsewhere.
ELSEWHERE = 0.2


def issued_before_labour_market_test(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each work permit that did not wait for a labour-market test it needed."""
    tests = tables["applications"].select("application_id", "lmt_closed_at", "lmt_closed_at_offset")
    permits = work_permits(tables, "application_id", "issued_at", "lmt_id", "category", "channel")
    both = matched(
        _bound(permits, context, pl.col("category"), pl.col("issued_at").dt.date()).drop("category", "channel"),
        tests.drop("lmt_closed_at_offset"),
        "application_id",
    )
    untested = pl.col("lmt_closed_at").is_null() & pl.col("lmt_id").is_null()
    open_ = both.filter(untested | (pl.col("issued_at") < pl.col("lmt_closed_at"))).select("row")
    full = breaches(open_, tables).join(tests, on="application_id")
    bound = _bound(full, context, named("category"), pl.col("issued_at_local").dt.date())
    found = by_law(renewed(bound, tables), context, "labour-market-test").with_columns(
        day_written("lmt_closed_at").alias("closed_on"),
        pl.col("issued_at_local").dt.date().alias("issued_on"),
        pl.col("lmt_closed_at").is_null().alias("untested"),
    )
    late = _flags(found.filter(~pl.col("untested")), "issued_at", context)
    return pl.concat([late, _flags(share_of_office(found.filter("untested"), tables), "lmt_id", context)])


def _bound(permits: pl.LazyFrame, context: RowContext, category: pl.Expr, day: pl.Expr) -> pl.LazyFrame:
    """The permits that the law does not exempt from the test."""
    channel = pl.col("channel")
    subjects = (pl.format("{}/{}", category, channel), pl.format("*/{}", channel), category)
    lawful = law_of(permits, context, "labour-market-exemption", subjects, day, required=False)
    return lawful.filter(pl.col("law_value").is_null()).drop("law_value", "law_citation")


def _flags(found: pl.LazyFrame, column: str, context: RowContext) -> pl.LazyFrame:
    """Findings on permits without a test (`lmt_id`) or before its end (`issued_at`)."""
    renewal = (pl.col("renewed"), "it is a renewal that was not marked as one")
    if column == "lmt_id":
        elsewhere = pl.col("share") >= context.threshold("PRC103", "elsewhere", ELSEWHERE)
        innocent = first_of(renewal, (elsewhere, "the tests of this office are kept elsewhere"))
        value, expected = pl.col("lmt_id"), pl.lit("a labour-market test")
    else:
        one_day = pl.col("closed_on") == pl.col("issued_on")
        order = (one_day, "the steps of one day were entered in another order")
        found = with_slip_of_issue(found, pl.col("closed_on"))
        innocent = first_of(renewal, pl.col("slip_of_issue"), order)
        value, expected = pl.col("issued_at_local"), pl.format("from {}", "closed_on")
    return flags(
        found.with_columns(innocent.alias("innocent")),
        Cell("permits", pl.col("permit_number"), column, value, expected),
        "{} issued {}, labour-market test closed {} ({})",
        pl.col("category"),
        pl.col("issued_at_local"),
        pl.col("lmt_closed_at"),
        pl.col("law_citation"),
        cause=column,
        permit=pl.col("permit_number"),
        likely_innocent=pl.col("innocent"),
        strength=weighed(pl.col("innocent"), ~pl.col("untested")),
        hypothesis=clerical(pl.col("innocent")),
        also=[
            Cell("applications", pl.col("application_id"), "lmt_closed_at", pl.col("lmt_closed_at")),
            Cell("access_log", pl.col("logged_row"), "at", pl.col("logged_at")),
        ],
    )


CHECK = RowCheck(
    code="PRC103",
    name="issued-before-labour-market-test",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=(
        "permits.permit_number",
        "permits.issued_at",
        "permits.application_id",
        "permits.category",
        "applications.application_id",
        "applications.lmt_closed_at",
    ),
    innocent=(
        "day and month were exchanged, one digit of a date was typed wrongly, or the old year was typed in January",
        "it is a renewal that was not marked as one",
        "the tests of this office are kept elsewhere",
        "the steps of one day were entered in another order",
    ),
    next_check="Ask the labour office for its record of the test and the day it was closed",
    source="Issuing state's law, topics process-order and labour-market-exemption of its policy pack (article in the "
    "message)",
    thresholds=(("elsewhere", ELSEWHERE),),
    rule=issued_before_labour_market_test,
)
