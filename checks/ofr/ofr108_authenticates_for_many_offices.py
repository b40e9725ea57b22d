"""One officer's credential authenticated permits of many offices within days (OFR108).

What it looks at:
    The access log's rows with the action authenticate, and the offices of the permits or applications in them. The
    findings are on those of offices to which the user was not posted that day, where they are of at least 3 such
    offices on one day or of at least 4 in one week (Monday to Sunday).

Why it matters:
    To authenticate is to be there, with a card or a finger. A credential that is at many offices at once has been
    lent or copied.

What else it can be:
    - A team goes from place to place; there is no finding where the user was posted as inspector, or as delegate or
      cover to the offices concerned, and it is taken where the channel of the permit is mobile.
    - One desk authenticates for all offices; taken where at least 3 officers of the same office do so in the same
      week.

When it is not applied:
    The access log names neither permits nor applications of the register. Without postings every office counts.

What to check next:
    Take the serial number and the place of the reader for each of these authentications.

Source:
    Sowetan, 24 November 2022, Home Affairs officials arrested (an official's fingerprints stood for the applications
    of others)
"""

from __future__ import annotations

import polars as pl

from checks.ofr.postings import postings
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Offices on one day, and in one week, at which nobody can be.
A_DAY = 3
A_WEEK = 4
#: Officers of one office who do so: their desk serves all.
DESK = 3


def authenticates_for_many_offices(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each user and permit, or application."""
    foreign = _foreign(_authentications(tables), tables)
    week = pl.col("day").dt.truncate("1w")
    found = foreign.with_columns(
        pl.col("office_id").n_unique().over("user_id", "day").alias("a_day"),
        pl.col("office_id").n_unique().over("user_id", week).alias("a_week"),
    ).filter(
        (pl.col("a_day") >= context.threshold("OFR108", "a_day", A_DAY))
        | (pl.col("a_week") >= context.threshold("OFR108", "a_week", A_WEEK))
    )
    desk = pl.when(pl.col("home").is_not_null()).then(pl.col("user_id").n_unique().over("home", week))
    return _told(found.with_columns(desk.alias("desk")), context.threshold("OFR108", "desk", DESK))


def _authentications(tables: Tables) -> pl.LazyFrame:
    """Columns row, user_id, day, object_type, object_id, office_id and channel of what was authenticated."""
    log = tables["access_log"].filter(pl.col("action") == "authenticate").drop_nulls(["user_id", "object_id"])
    log = log.select(
        "row",
        "user_id",
        "at",
        "object_type",
        "object_id",
        (pl.col("at") + pl.duration(minutes=pl.col("at_offset").fill_null(0))).dt.date().alias("day"),
    )
    permits = tables["permits"].select(pl.col("permit_number").alias("object_id"), "office_id", "channel")
    applications = tables["applications"].select(
        pl.col("application_id").alias("object_id"), "office_id", pl.lit(None, pl.String).alias("channel")
    )
    by_type = [("permit", permits), ("application", applications)]
    return pl.concat(
        [log.filter(pl.col("object_type") == kind).join(named, on="object_id", how="left") for kind, named in by_type]
    ).drop_nulls("office_id")


def _foreign(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """One row for each user and object of offices to which the user was not posted that day; with `home`, one such."""
    posted = postings(tables).select(
        "role", "since", "till", pl.col("officer").alias("user_id"), pl.col("office_id").alias("posted_to")
    )
    then = pl.col("day").is_between("since", "till").fill_null(False)
    here = then & ((pl.col("posted_to") == pl.col("office_id")) | (pl.col("role") == "inspector"))
    return (
        found.join(posted, on="user_id", how="left")
        .with_columns(
            here.fill_null(False).any().over("row").alias("here"),
            pl.when(then).then("posted_to").min().over("row").alias("home"),
        )
        .filter(pl.col("here").not_())
        .drop("role", "since", "till", "posted_to", "here")
        .sort("at", "row")
        .unique(["user_id", "object_id"], keep="first", maintain_order=True)
    )


def _told(found: pl.LazyFrame, desk: float) -> pl.LazyFrame:
    return flags(
        found,
        Cell("access_log", pl.col("row"), "user_id", pl.col("user_id"), pl.format("an officer of {}", "office_id")),
        "{} of office {} authenticated a {} of office {} on {}, of {} such offices that day and {} that week",
        pl.col("user_id"),
        pl.col("home"),
        pl.col("object_type"),
        pl.col("office_id"),
        pl.col("day"),
        pl.col("a_day"),
        pl.col("a_week"),
        cause="user_id",
        permit=pl.when(pl.col("object_type") == "permit").then("object_id"),
        likely_innocent=pl.when(pl.col("channel") == "mobile")
        .then(pl.lit("a team goes from place to place"))
        .when(pl.col("desk") >= desk)
        .then(pl.lit("one desk authenticates for all offices")),
        also=[
            Cell(
                "permits",
                pl.when(pl.col("object_type") == "permit").then("object_id"),
                "office_id",
                pl.col("office_id"),
            )
        ],
    )


CHECK = RowCheck(
    code="OFR108",
    name="authenticates-for-many-offices",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="access_log",
    needs=("access_log.user_id", "access_log.action", "access_log.object_id"),
    innocent=("a team goes from place to place", "one desk authenticates for all offices"),
    next_check="Take the serial number and the place of the reader for each of these authentications",
    source="Sowetan, 24 November 2022, Home Affairs officials arrested",
    thresholds=(("a_day", A_DAY), ("a_week", A_WEEK), ("desk", DESK)),
    rule=authenticates_for_many_offices,
)
