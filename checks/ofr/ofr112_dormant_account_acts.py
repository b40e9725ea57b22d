"""An account that was silent for long acted many times in one day (OFR112).

What it looks at:
    Each user's days with rows in the access log: 90 days or more without any, and then 10 rows or more in one day.

Why it matters:
    Accounts that nobody misses are the ones that others take: the owner is away and does not see what is done.

What else it can be:
    - The officer came back from leave or a course; there is no finding where leave covers at least half of the silent
      days.
    - A new post was taken up; taken where a posting of the officer begins within 14 days before that day.
    - The office was opened again; taken where at least 2 colleagues of the same office acted again on the same day.
    - The account is used only at times; taken where it acted so 3 times or more, each time after so long a silence.

When it is not applied:
    The register has no access log, or no leave, without which parental leave looks the same. An account's first day
    is not judged.

What to check next:
    Ask the officer about that day, and the administrator whether the password was set anew.

Source:
    ISO/IEC 27002:2022 clause 5.18 (unused access rights are removed)
"""

from __future__ import annotations

import polars as pl

from checks.ofr.desks import with_permit
from checks.ofr.postings import postings
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Days without a row, and rows on the day after.
SILENT_DAYS = 90
MANY = 10
#: Share of the silent days on leave.
AWAY = 0.5
#: Days between taking up a post and the first work.
SETTLING_DAYS = 14
#: Colleagues who acted again on the same day, and silences of one account.
COLLEAGUES = 2
OFTEN = 3


def dormant_account_acts(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each user and day."""
    many = context.threshold("OFR112", "many", MANY)
    woke = _woke(tables, context.threshold("OFR112", "silent_days", SILENT_DAYS), many)
    found = _settled(_not_away(woke, tables), tables, context.threshold("OFR112", "settling_days", SETTLING_DAYS))
    together = pl.when(pl.col("home").is_not_null()).then(pl.len().over("home", "day") - 1)
    burst = found.with_columns(together.alias("together")).filter(pl.col("acts") >= many)
    return _told(_with_object(burst, tables), context)


def _woke(tables: Tables, silent: float, many: float) -> pl.LazyFrame:
    """Days on which an account woke: user_id, day, acts, first_row; the last day `before` and a row of it; wakings.

    `wakings`: how often the account acted many times after such a silence.
    """
    log = tables["access_log"].drop_nulls("user_id").select("row", "at", "user_id")
    days = (
        log.join(_perhaps_silent(log, silent), on="user_id", how="semi")
        .group_by("user_id", pl.col("at").dt.date().alias("day"))
        .agg(pl.len().alias("acts"), pl.col("row").min().alias("first_row"), pl.col("row").max().alias("last_row"))
        .sort("user_id", "day")
    )
    same = pl.col("user_id") == pl.col("user_id").shift()
    return (
        days.with_columns(
            pl.when(same).then(pl.col("day").shift()).alias("before"),
            pl.when(same).then(pl.col("last_row").shift()).alias("before_row"),
        )
        .filter((pl.col("day") - pl.col("before")).dt.total_days() >= silent)
        .with_columns((pl.col("acts") >= many).sum().over("user_id").alias("wakings"))
    )


def _perhaps_silent(log: pl.LazyFrame, silent: float) -> pl.LazyFrame:
    """Users with two thirds of the time without a row somewhere, by stretches of a third of it: few, and found fast."""
    third = max(int(silent) // 3, 1)
    stretches = log.group_by("user_id", (pl.col("at").dt.date().cast(pl.Int32) // third).alias("stretch")).agg()
    gap = pl.col("stretch") - pl.col("stretch").shift()
    woke = (pl.col("user_id") == pl.col("user_id").shift()) & (gap > 2)
    marked = stretches.sort("user_id", "stretch").with_columns(woke.alias("woke"))
    return marked.filter("woke").select("user_id").unique()


def _not_away(woke: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """Wakings after a silence of which less than half was leave."""
    leave = tables["leave"].select("from", "to", pl.col("officer_id").alias("user_id"))
    begin, end = pl.max_horizontal("from", "before"), pl.min_horizontal("to", "day")
    away = pl.when(pl.col("from").is_not_null()).then((end - begin).dt.total_days().clip(0)).otherwise(0)
    overlap = away.sum().over("first_row")
    return (
        woke.join(leave, on="user_id", how="left")
        .filter(overlap < AWAY * (pl.col("day") - pl.col("before")).dt.total_days())
        .unique("first_row", keep="first")
        .drop("from", "to")
    )


def _settled(woke: pl.LazyFrame, tables: Tables, settling: float) -> pl.LazyFrame:
    """With home, an office to which the user was posted that day, and new_row, a posting that began just before."""
    posted = postings(tables).select(
        "posting_row", "since", "till", pl.col("officer").alias("user_id"), pl.col("office_id").alias("home")
    )
    then = pl.col("day").is_between("since", "till")
    fresh = then & ((pl.col("day") - pl.col("since")).dt.total_days() <= settling)
    return (
        woke.join(posted, on="user_id", how="left")
        .with_columns(pl.when(fresh).then("posting_row").alias("new_row"), pl.when(then).then("home").alias("home"))
        .sort("new_row", "home", nulls_last=True)
        .unique("first_row", keep="first", maintain_order=True)
        .drop("posting_row", "since", "till")
    )


def _with_object(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """With permit, the first one of that day in the log, where there was any."""
    log = tables["access_log"].select("row", "user_id", pl.col("at").dt.date().alias("day"), "object_type", "object_id")
    that_day = with_permit(found.join(log, on=["user_id", "day"]), tables)
    return that_day.sort(pl.col("permit").is_null(), "row").unique("first_row", keep="first", maintain_order=True)


def _told(found: pl.LazyFrame, context: RowContext) -> pl.LazyFrame:
    often = context.threshold("OFR112", "often", OFTEN)
    colleagues = context.threshold("OFR112", "colleagues", COLLEAGUES)
    return flags(
        found,
        Cell("access_log", pl.col("first_row"), "user_id", pl.col("user_id")),
        "{} acted {} times on {}, for the first time since {}, {} days before",
        pl.col("user_id"),
        pl.col("acts"),
        pl.col("day"),
        pl.col("before"),
        (pl.col("day") - pl.col("before")).dt.total_days(),
        cause="user_id",
        permit=pl.col("permit"),
        likely_innocent=pl.when(pl.col("new_row").is_not_null())
        .then(pl.lit("a new post was taken up"))
        .when(pl.col("together") >= colleagues)
        .then(pl.lit("the office was opened again"))
        .when(pl.col("wakings") >= often)
        .then(pl.lit("the account is used only at times")),
        also=[
            Cell("access_log", pl.col("before_row"), "user_id", pl.col("user_id")),
            Cell("postings", pl.col("new_row"), "officer_id", pl.col("user_id")),
            Cell("permits", pl.col("permit"), "permit_number", pl.col("permit")),
        ],
    )


CHECK = RowCheck(
    code="OFR112",
    name="dormant-account-acts",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="access_log",
    needs=("access_log.at", "access_log.user_id", "leave.officer_id"),
    innocent=(
        "the officer came back from leave or a course",
        "a new post was taken up",
        "the office was opened again",
        "the account is used only at times",
    ),
    next_check="Ask the officer about that day, and the administrator whether the password was set anew",
    source="ISO/IEC 27002:2022 clause 5.18 (unused access rights are removed)",
    thresholds=(
        ("silent_days", SILENT_DAYS),
        ("many", MANY),
        ("settling_days", SETTLING_DAYS),
        ("colleagues", COLLEAGUES),
        ("often", OFTEN),
    ),
    rule=dormant_account_acts,
)
