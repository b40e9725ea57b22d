"""At one officer's desk a colleague was signed in for some minutes between that officer's own steps (OFR106).

What it looks at:
    The order of users at each workstation in the access log. A workstation is an officer's own desk where at least
    half of the officer's rows at that office, and a twentieth of all or ten, are from it. A turn of somebody whose
    own desk it is not counts where it lasts at most 10 minutes and begins and ends within 5 minutes of the turns
    before and after it, one of them the owner's.

Why it matters:
    A second pair of eyes does not come and go in minutes. Steps of two names at one desk, turn about, are what the
    log shows when one person uses two accesses.

What else it can be:
    - A counter is shared by several officers; there is no finding at a workstation that is nobody's own desk, and it
      is taken where at least 3 others have used the workstation 10 times or more.
    - Two officers have one desk; there is no finding at a workstation that is the own desk of both.
    - A supervisor released the case at the clerk's desk; taken where the other user was posted there as supervisor
      and did nothing but approve, override or authenticate.

When it is not applied:
    The register has no access log with users and workstations. Rows that are not about a permit are left out.

What to check next:
    Compare the door or attendance record of the second officer with those minutes.

Source:
    The National (Abu Dhabi), officials sentenced over permits issued with a colleague's access; ISO/IEC 27002:2022
    clause 5.17 (authentication information is personal and not shared)
"""

from __future__ import annotations

import polars as pl

from checks.office_time import office_time
from checks.ofr.desks import rows, uses, with_permit
from checks.ofr.postings import postings
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Minutes between two turns at a desk, and the longest turn of a visitor.
BETWEEN = 5
TURN = 10
#: So many others who used a desk so often make it a shared counter.
OTHERS = 3
OFTEN = 10

_RELEASING = ("approve", "override", "authenticate")
_INSTANT = pl.Datetime("us", "UTC")


def desk_used_by_another(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit of such a turn."""
    between = pl.duration(minutes=context.threshold("OFR106", "between_minutes", BETWEEN))
    longest = pl.duration(minutes=context.threshold("OFR106", "turn_minutes", TURN))
    close = (
        (pl.col("begins") - pl.col("left_at") <= between)
        & (pl.col("back_at") - pl.col("ends") <= between)
        & (pl.col("ends") - pl.col("begins") <= longest)
    )
    often = context.threshold("OFR106", "often", OFTEN)
    visits = _turns(_at_desks(tables, often)).filter(
        pl.col("own").not_() & close & (pl.col("host") | pl.col("next_host"))
    )
    once = visits.sort("at", "row").unique(["object_id", "workstation_id", "begins"], keep="first", maintain_order=True)
    return _told(with_permit(_released(once, tables), tables), context.threshold("OFR106", "others", OTHERS))


def _at_desks(tables: Tables, often: float) -> pl.LazyFrame:
    """Rows on permits at own desks that others used too: with own, site and `regulars`, others who used it often."""
    at_desk, other = "workstation_id", pl.col("own").not_()
    used = uses(tables).with_columns(
        (pl.col("own").any().over(at_desk) & other.any().over(at_desk)).alias("visited"),
        (other & (pl.col("used") >= often)).sum().over(at_desk).alias("regulars"),
    )
    visited = used.filter("visited").select("user_id", at_desk, "own", "regulars", "site")
    about_permits = rows(tables).filter(pl.col("object_type") == "permit")
    return about_permits.select(
        "row", "at", "at_offset", "user_id", at_desk, "action", "object_type", "object_id"
    ).join(visited, on=["user_id", at_desk])


def _turns(found: pl.LazyFrame) -> pl.LazyFrame:
    """With the turn of each row, begins to ends, its actions, and the turns before and after it at the same desk.

    Adds left_at, host (whether it is the own desk), host_id, host_row of the one before; back_at, next_host of the one
    after. At the first and last turn of a desk left_at and back_at are ages away.
    """
    another = (pl.col("workstation_id") != pl.col("workstation_id").shift()).fill_null(True)
    ordered = found.sort("workstation_id", "at", "row").with_columns(
        another.alias("first_here"), (another | (pl.col("user_id") != pl.col("user_id").shift())).alias("fresh")
    )
    ordered = ordered.with_columns(
        pl.col("fresh").shift(-1).fill_null(True).alias("end"),
        pl.col("first_here").shift(-1).fill_null(True).alias("last_here"),
    )
    fresh, end = pl.when("fresh"), pl.when("end")
    before = pl.when("first_here").then(pl.lit(0).cast(_INSTANT)).otherwise(pl.col("at").shift())
    after = pl.when("last_here").then(pl.lit(2**52).cast(_INSTANT)).otherwise(pl.col("at").shift(-1))
    return ordered.with_columns(
        fresh.then("at").forward_fill().alias("begins"),
        end.then("at").backward_fill().alias("ends"),
        fresh.then(before).forward_fill().alias("left_at"),
        end.then(after).backward_fill().alias("back_at"),
        fresh.then(pl.col("own").shift().fill_null(False)).forward_fill().alias("host"),
        end.then(pl.col("own").shift(-1).fill_null(False)).backward_fill().alias("next_host"),
        fresh.then(pl.col("user_id").shift().fill_null("")).forward_fill().alias("host_id"),
        fresh.then(pl.col("row").shift().fill_null(0)).forward_fill().alias("host_row"),
    )


def _released(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """With at_local, and `released`: whether the visitor was supervisor there and only approved or authenticated."""
    posted = postings(tables).filter(pl.col("role") == "supervisor")
    posted = posted.select("since", "till", pl.col("officer").alias("user_id"), pl.col("office_id").alias("site"))
    same = found.with_columns(pl.col("at_offset").alias("begins_offset"), pl.col("at_offset").alias("ends_offset"))
    dated = office_time(same, tables, "at", "begins", "ends", office="site")
    then = pl.col("at_local").dt.date().is_between("since", "till").fill_null(False)
    releasing = pl.col("action").is_in(_RELEASING).all().over("workstation_id", "begins")
    return (
        dated.with_columns(releasing.alias("releasing"))
        .join(posted, on=["user_id", "site"], how="left")
        .with_columns((then.any().over("row") & pl.col("releasing")).alias("released"))
        .unique("row", keep="first", maintain_order=True)
    )


def _told(found: pl.LazyFrame, others: float) -> pl.LazyFrame:
    return flags(
        found,
        Cell("access_log", pl.col("row"), "user_id", pl.col("user_id"), pl.col("host_id")),
        "{} signed in at {} from {} to {}, {} before and after",
        pl.col("user_id"),
        pl.col("workstation_id"),
        pl.col("begins_local"),
        pl.col("ends_local").dt.time(),
        pl.col("host_id"),
        cause="user_id",
        permit=pl.col("permit"),
        likely_innocent=pl.when(pl.col("regulars") >= others)
        .then(pl.lit("a counter is shared by several officers"))
        .when("released")
        .then(pl.lit("a supervisor released the case at the clerk's desk")),
        also=[
            Cell("access_log", pl.col("row"), "workstation_id", pl.col("workstation_id")),
            Cell("access_log", pl.col("host_row"), "user_id", pl.col("host_id")),
            Cell("permits", pl.col("permit"), "permit_number", pl.col("permit")),
        ],
    )


CHECK = RowCheck(
    code="OFR106",
    name="desk-used-by-another",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="access_log",
    needs=("access_log.user_id", "access_log.workstation_id", "access_log.object_id"),
    innocent=(
        "a counter is shared by several officers",
        "two officers have one desk",
        "a supervisor released the case at the clerk's desk",
    ),
    next_check="Compare the door or attendance record of the second officer with those minutes",
    source="The National (Abu Dhabi), officials sentenced over permits issued with a colleague's access",
    thresholds=(("between_minutes", BETWEEN), ("turn_minutes", TURN), ("others", OTHERS), ("often", OFTEN)),
    rule=desk_used_by_another,
)
