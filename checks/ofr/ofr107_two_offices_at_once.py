"""One user acted at two offices within less time than the way between them takes (OFR107).

What it looks at:
    The office of each workstation in the access log, user by user: two rows one after the other at two offices, less
    than 30 minutes apart. The finding is at the office to which the user was not posted that day or, where that does
    not decide, at the one with fewer of the user's rows that day.

Why it matters:
    Nobody is at two places. Another person holds the access, or its owner gave it away.

What else it can be:
    - Two offices are under one roof; taken where at least 5 users have gone between them so fast, on 20 days or more.
    - A clock was an hour off; taken where the offsets written at the two places differ, and not as the zones of the
      two offices do.
    - Maintenance ran in the user's name; rows of clean-up and migration are left out.

When it is not applied:
    The register does not say at which office a workstation stands: a workstation that is not listed (a remote access)
    and one that is listed at two offices are left out, and so is a user who is no officer of the register.

What to check next:
    Ask both offices who saw the officer that day, and take the addresses from which the two sessions came.

Source:
    The National (Abu Dhabi), officials sentenced over permits issued with a colleague's access; ISO/IEC 27002:2022
    clause 8.15 (logging)
"""

from __future__ import annotations

import polars as pl

from checks.office_time import office_time
from checks.ofr.desks import rows, sites, uses, with_permit
from checks.ofr.postings import postings
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Minutes that the way between two offices takes at least.
WAY = 30
#: Users and days that show that the way between two offices is short.
ROOF_USERS = 5
ROOF_DAYS = 20


def two_offices_at_once(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each user and object at the office where the user should not have been."""
    way = pl.duration(minutes=context.threshold("OFR107", "way_minutes", WAY))
    near = _near(_where_spans_meet(tables, way), way)
    odd = _odd_ones(_neighbours(_dated(near, tables)), way)
    return _told(with_permit(odd, tables), context)


def _where_spans_meet(tables: Tables, way: pl.Expr) -> pl.LazyFrame:
    """Rows of users in the time in which they used more than one office: row, user_id, site, at, object."""
    at_office = (
        uses(tables)
        .drop_nulls("site")
        .group_by("user_id", "site")
        .agg(pl.col("first").min(), pl.col("last").max())
        .join(tables["officers"].select(pl.col("officer_id").alias("user_id")), on="user_id", how="semi")
        .filter(pl.len().over("user_id") > 1)
    )
    # Ordered by their beginning, an office's span meets an earlier one where it begins before the latest end so far.
    so_far = pl.col("last").cum_max().shift().over("user_id", order_by="first")
    meets = at_office.with_columns(so_far.alias("so_far")).filter(pl.col("first") <= pl.col("so_far") + way)
    spans = meets.group_by("user_id").agg(
        (pl.col("first").min() - way).alias("span_from"),
        (pl.min_horizontal("last", "so_far").max() + way).alias("span_to"),
    )
    return (
        rows(tables)
        .select("row", "at", "at_offset", "user_id", "workstation_id", "object_type", "object_id")
        .join(spans, on="user_id")
        .filter(pl.col("at").is_between("span_from", "span_to"))
        .join(sites(tables), on="workstation_id")
        .drop("span_from", "span_to")
    )


def _near(found: pl.LazyFrame, way: pl.Expr) -> pl.LazyFrame:
    """The rows that lie less than the way from a row of the same user at another office, with `there`.

    `there`: the user's rows at that office on that day, by the day at Greenwich.
    """
    user, site, at = pl.col("user_id"), pl.col("site"), pl.col("at")
    hop = (user == user.shift()) & (site != site.shift()) & (at - at.shift() < way)
    return (
        found.with_columns(pl.len().over("user_id", "site", at.dt.date()).alias("there"))
        .sort("user_id", "at", "row")
        .with_columns(hop.fill_null(False).alias("hop"))
        .with_columns((pl.col("hop") | pl.col("hop").shift(-1).fill_null(False)).alias("hop"))
        .filter("hop")
        .drop("hop")
    )


def _dated(near: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """With at_local, day, ahead and the office's rank for that user and day.

    `ahead`: minutes by which the written offset exceeds the zone's. The rank is higher where the user was posted, then
    where the user has more rows that day.
    """
    posted = postings(tables).select(
        "since", "till", pl.col("officer").alias("user_id"), pl.col("office_id").alias("site")
    )
    local = office_time(near, tables, "at", office="site").with_columns(pl.col("at_local").dt.date().alias("day"))
    zone = (pl.col("at_local") - pl.col("at").dt.replace_time_zone(None)).dt.total_minutes()
    then = pl.col("day").is_between("since", "till").fill_null(False).any().over("row")
    return (
        local.join(posted, on=["user_id", "site"], how="left")
        .with_columns(
            (then.cast(pl.Int64) * 1_000_000 + pl.col("there")).alias("rank"),
            (pl.col("at_offset") - zone).alias("ahead"),
        )
        .unique("row", keep="first")
        .drop("since", "till", "there")
    )


def _neighbours(near: pl.LazyFrame) -> pl.LazyFrame:
    """With the user's row before and after it: before_at, before_site and so on."""
    names = ("at", "site", "row", "rank", "ahead", "at_offset", "at_local")
    return near.sort("user_id", "at", "row").with_columns(
        pl.when(pl.col("user_id") == pl.col("user_id").shift(by)).then(pl.col(name).shift(by)).alias(f"{side}_{name}")
        for by, side in ((1, "before"), (-1, "after"))
        for name in names
    )


def _odd_ones(near: pl.LazyFrame, way: pl.Expr) -> pl.LazyFrame:
    """The rows at the office of lower rank, with the other_* row nearest in time, one for each user, object and day."""
    names = ("at", "site", "row", "ahead", "at_offset", "at_local")
    to_before = pl.when(pl.col("before_site") != pl.col("site")).then(pl.col("at") - pl.col("before_at"))
    to_after = pl.when(pl.col("after_site") != pl.col("site")).then(pl.col("after_at") - pl.col("at"))
    # Of two places of one rank the later row is the odd one.
    before = (to_before < way) & (pl.col("rank") <= pl.col("before_rank"))
    after = (to_after < way) & (pl.col("rank") < pl.col("after_rank"))
    from_before = before.fill_null(False) & (after.fill_null(False).not_() | (to_before <= to_after))
    return (
        near.filter(before.fill_null(False) | after.fill_null(False))
        .with_columns(
            pl.when(from_before).then(f"before_{name}").otherwise(f"after_{name}").alias(f"other_{name}")
            for name in names
        )
        .sort("at", "row")
        .unique(["user_id", "object_id", "site", "day"], keep="first", maintain_order=True)
    )


def _told(found: pl.LazyFrame, context: RowContext) -> pl.LazyFrame:
    users = context.threshold("OFR107", "roof_users", ROOF_USERS)
    days = context.threshold("OFR107", "roof_days", ROOF_DAYS)
    pair = (pl.min_horizontal("site", "other_site"), pl.max_horizontal("site", "other_site"))
    roof = (pl.col("user_id").n_unique().over(pair) >= users) & (pl.col("day").n_unique().over(pair) >= days)
    clock = (pl.col("ahead") != pl.col("other_ahead")) & (pl.col("at_offset") != pl.col("other_at_offset"))
    apart = (pl.col("at") - pl.col("other_at")).abs().dt.total_minutes()
    return flags(
        found.with_columns(roof.alias("roof"), clock.fill_null(False).alias("clock")),
        Cell(
            "access_log",
            pl.col("row"),
            "workstation_id",
            pl.col("workstation_id"),
            pl.format("office {}", "other_site"),
        ),
        "{} at office {} at {} and at office {} at {}, {} minutes apart",
        pl.col("user_id"),
        pl.col("site"),
        pl.col("at_local"),
        pl.col("other_site"),
        pl.col("other_at_local"),
        apart,
        cause="user_id",
        permit=pl.col("permit"),
        likely_innocent=pl.when("roof")
        .then(pl.lit("two offices are under one roof"))
        .when("clock")
        .then(pl.lit("a clock was an hour off")),
        also=[
            Cell("access_log", pl.col("row"), "at", pl.col("at_local")),
            Cell("access_log", pl.col("other_row"), "at", pl.col("other_at_local")),
            Cell("permits", pl.col("permit"), "permit_number", pl.col("permit")),
        ],
    )


CHECK = RowCheck(
    code="OFR107",
    name="two-offices-at-once",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="access_log",
    needs=(
        "access_log.user_id",
        "access_log.workstation_id",
        "stations.workstation_id",
        "stations.office_id",
        "officers.officer_id",
    ),
    innocent=(
        "two offices are under one roof",
        "a clock was an hour off",
        "maintenance ran in the user's name",
    ),
    next_check="Ask both offices who saw the officer that day, and take the addresses from which the two sessions came",
    source="The National (Abu Dhabi), officials sentenced over permits issued with a colleague's access",
    thresholds=(("way_minutes", WAY), ("roof_users", ROOF_USERS), ("roof_days", ROOF_DAYS)),
    rule=two_offices_at_once,
)
