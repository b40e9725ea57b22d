"""A user acted from a workstation of an office to which the user was not posted (OFR113).

What it looks at:
    The office of each workstation in the access log against the postings of the user on that day; a posting as
    delegate or cover, and one as inspector anywhere, is in order.

Why it matters:
    An access belongs to one person at one place. Used from another office, it is in other hands, or its owner is
    where nobody sent the owner.

What else it can be:
    - The officer was on a visit to that office; taken where the log has none of the officer's rows at an office of
      the officer's own on that day.
    - Work was handed over after a transfer; taken where a posting to that office ended within 7 days before the day.
    - The posting was entered late; taken where a posting to that office begins within 7 days after the day.
    - The workstation was moved, and the list of stations is behind; taken where at least half of the rows from that
      workstation, and 20 or more, are by users who were never posted to the office of the list.
    - It is a desk for visitors; taken where it is nobody's own desk (OFR106) and at least 5 such users have used it.

When it is not applied:
    The register does not say at which office a workstation stands, or has no postings. A user without any posting is
    not judged, nor are days before the first posting that is known of the user.

What to check next:
    Ask that office who sat at the workstation, and the officer for an account of that day.

Source:
    The National (Abu Dhabi), officials sentenced over permits issued with a colleague's access; ISO/IEC 27002:2022
    clause 5.17 (authentication information is personal and not shared)
"""

from __future__ import annotations

import polars as pl

from checks.office_time import office_time
from checks.ofr.desks import rows, sites, uses, with_permit
from checks.ofr.postings import postings
from checks.ofr.spells import spells
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Days between a row and a posting for which a late entry or a hand-over of work is taken.
HANDOVER_DAYS = 7
#: Share of the rows of a workstation by strangers to its office that shows that it was moved.
MOVED = 0.5
#: Rows by strangers from which on such a share says something.
MOVED_ROWS = 20
#: Strangers who show that a desk is for visitors.
VISITORS = 5


def workstation_of_another_office(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each user, object and day."""
    posted = postings(tables).select(
        "role", "since", "till", pl.col("officer").alias("user_id"), pl.col("office_id").alias("site")
    )
    strange = _strange_uses(tables, posted, context)
    columns = ("row", "at", "at_offset", "user_id", "workstation_id", "object_type", "object_id")
    found = rows(tables).select(columns).join(strange, on=["user_id", "workstation_id"])
    unposted = _unposted(found, tables, posted)
    at_home = _at_home(unposted, _presence(strange, tables), posted)
    return _told(with_permit(at_home, tables), context)


def _strange_uses(tables: Tables, posted: pl.LazyFrame, context: RowContext) -> pl.LazyFrame:
    """Users and workstations whose rows do not all lie within one spell of postings to that office.

    Columns user_id, workstation_id, site, strangers (users who were never posted there, of a workstation that is
    nobody's own desk) and moved (whether at least that share of the workstation's rows is by strangers).
    """
    moved, least = context.threshold("OFR113", "moved", MOVED), context.threshold("OFR113", "moved_rows", MOVED_ROWS)
    held = spells(posted.select("user_id", "site", "since", "till"), "user_id", "site")
    at_workstation = "workstation_id"
    within = (pl.col("first_local").dt.date() >= pl.col("since")) & (pl.col("last_local").dt.date() <= pl.col("till"))
    by_strangers = pl.when("stranger").then("used").otherwise(0).sum().over(at_workstation)
    return (
        office_time(uses(tables).drop_nulls("site"), tables, "first", "last", office="site")
        .join(held, on=["user_id", "site"], how="left")
        .with_columns(within.fill_null(False).any().over("user_id", at_workstation).alias("within"))
        .unique(["user_id", at_workstation], keep="first")
        .with_columns(pl.col("since").is_null().alias("stranger"))
        .with_columns(
            pl.when(pl.col("own").any().over(at_workstation).not_())
            .then(pl.col("stranger").sum().over(at_workstation))
            .alias("strangers"),
            ((by_strangers >= least) & (by_strangers >= moved * pl.col("used").sum().over(at_workstation))).alias(
                "moved"
            ),
        )
        .filter(pl.col("within").not_())
        .select("user_id", at_workstation, "site", "strangers", "moved")
    )


def _unposted(found: pl.LazyFrame, tables: Tables, posted: pl.LazyFrame) -> pl.LazyFrame:
    """Rows on days without a posting to that office, with `day`, and days to the `next` and from the `last` one."""
    known = posted.group_by("user_id").agg(
        pl.col("since").min().alias("known_from"), (pl.col("role") == "inspector").any().alias("roving")
    )
    day = pl.col("day")
    to_come, gone = (pl.col("since") - day).dt.total_days(), (day - pl.col("till")).dt.total_days()
    return (
        office_time(found, tables, "at", office="site")
        .with_columns(pl.col("at_local").dt.date().alias("day"))
        .join(known, on="user_id")
        .filter((day >= pl.col("known_from")) & pl.col("roving").fill_null(False).not_())
        .join(posted.select("user_id", "site", "since", "till"), on=["user_id", "site"], how="left")
        .with_columns(
            day.is_between("since", "till").fill_null(False).any().over("row").alias("there"),
            pl.when(to_come > 0).then(to_come).min().over("row").alias("next"),
            pl.when(gone > 0).then(gone).min().over("row").alias("last"),
        )
        .filter(pl.col("there").not_())
        .drop("since", "till", "there", "known_from", "roving")
        .sort("at", "row")
        .unique(["user_id", "object_id", "workstation_id", "day"], keep="first", maintain_order=True)
    )


def _presence(strange: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """Days of these users at offices, by the day at Greenwich: user_id, on, home (the office), home_row."""
    return (
        rows(tables)
        .select("user_id", "workstation_id", pl.col("at").dt.date().alias("on"), pl.col("row").alias("home_row"))
        .join(strange.select("user_id").unique(), on="user_id", how="semi")
        .join(sites(tables).rename({"site": "home"}), on="workstation_id")
        .group_by("user_id", "on", "home")
        .agg(pl.col("home_row").min())
    )


def _at_home(found: pl.LazyFrame, presence: pl.LazyFrame, posted: pl.LazyFrame) -> pl.LazyFrame:
    """With home, an office to which the user was posted that day, and home_row, a row there on that day."""
    homes = posted.select("user_id", "since", "till", pl.col("site").alias("home"))
    own = pl.col("day").is_between("since", "till").fill_null(False) & (pl.col("home") != pl.col("site"))
    return (
        found.with_columns(pl.col("at").dt.date().alias("on"))
        .join(presence, on=["user_id", "on"], how="left")
        .join(homes, on=["user_id", "home"], how="left")
        .with_columns(pl.when(own).then("home").alias("home"), pl.when(own).then("home_row").alias("home_row"))
        .drop("since", "till", "on")
        .sort("home_row", nulls_last=True)
        .unique("row", keep="first", maintain_order=True)
    )


def _told(found: pl.LazyFrame, context: RowContext) -> pl.LazyFrame:
    days = context.threshold("OFR113", "handover_days", HANDOVER_DAYS)
    visitors = context.threshold("OFR113", "visitors", VISITORS)
    return flags(
        found,
        Cell("access_log", pl.col("row"), "workstation_id", pl.col("workstation_id"), pl.format("office {}", "home")),
        "{} of office {} acted on {} at workstation {} of office {}",
        pl.col("user_id"),
        pl.col("home"),
        pl.col("at_local"),
        pl.col("workstation_id"),
        pl.col("site"),
        cause="user_id",
        permit=pl.col("permit"),
        likely_innocent=pl.when("moved")
        .then(pl.lit("the workstation was moved, and the list of stations is behind"))
        .when(pl.col("strangers") >= visitors)
        .then(pl.lit("it is a desk for visitors"))
        .when(pl.col("last") <= days)
        .then(pl.lit("work was handed over after a transfer"))
        .when(pl.col("next") <= days)
        .then(pl.lit("the posting was entered late"))
        .when(pl.col("home").is_null())
        .then(pl.lit("the officer was on a visit to that office")),
        also=[
            Cell("access_log", pl.col("row"), "user_id", pl.col("user_id")),
            Cell("access_log", pl.col("home_row"), "user_id", pl.col("user_id")),
            Cell("permits", pl.col("permit"), "permit_number", pl.col("permit")),
        ],
    )


CHECK = RowCheck(
    code="OFR113",
    name="workstation-of-another-office",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="access_log",
    needs=(
        "access_log.user_id",
        "access_log.workstation_id",
        "stations.workstation_id",
        "stations.office_id",
        "postings.officer_id",
        "postings.office_id",
        "postings.from",
    ),
    innocent=(
        "the officer was on a visit to that office",
        "work was handed over after a transfer",
        "the posting was entered late",
        "the workstation was moved, and the list of stations is behind",
        "it is a desk for visitors",
    ),
    next_check="Ask that office who sat at the workstation, and the officer for an account of that day",
    source="The National (Abu Dhabi), officials sentenced over permits issued with a colleague's access",
    thresholds=(("handover_days", HANDOVER_DAYS), ("moved", MOVED), ("moved_rows", MOVED_ROWS), ("visitors", VISITORS)),
    rule=workstation_of_another_office,
)
