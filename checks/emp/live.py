"""How many permits of an employer are live at once.

A permit is live from its issue to the end of its validity, its revocation, or the next permit of the same holder,
whichever comes first; so a renewal, and a worker who changed employer, count once. A void permit never is.
"""

from __future__ import annotations

import polars as pl

DAY = 86_400
#: Seconds after the end of a permit in which the next one of the same holder still carries it on.
CARRIED_ON = 30 * DAY
#: Seconds since 1970 stay below this, until 2106; so many kinds of event have their order at one instant.
_INSTANTS = 1 << 32
_KINDS = 1 << 2
NEVER = _INSTANTS - 1


def seconds(instant: str) -> pl.Expr:
    """Whole seconds of the wall clock since 1970, by the offset written with the instant, kept within 0 and NEVER."""
    offset = pl.col(f"{instant}_offset").fill_null(0).cast(pl.Int64)
    return (pl.col(instant).dt.epoch("s") + offset * 60).clip(0, NEVER)


def midnight(date: pl.Expr) -> pl.Expr:
    """Whole seconds since 1970 at the start of a day, kept within 0 and NEVER."""
    return (date.cast(pl.Int32).cast(pl.Int64) * DAY).clip(0, NEVER)


def lives(permits: pl.LazyFrame) -> pl.LazyFrame:
    """Columns row, category, employer, `start`, `end` (seconds) and `added`, for each permit that is live at any time.

    `employer` is a hash, as is the holder on the way, because sorting numbers costs half of sorting text. `added`: the
    permit puts a further worker with the employer, and does not carry on the permit before of the same holder. Permits
    without employer, issue or end of validity are left out, and so is one revoked on an unknown day.
    """
    status = pl.col("status").fill_null("")
    counts = (status != "void") & ((status != "revoked") | pl.col("revoked_at").is_not_null())
    start, end = pl.col("start"), pl.col("end")
    # 48 bits of the holder above 16 of the day make one key to sort by; `holder` itself says who is the same.
    order = (pl.col("holder") // 2**16) * 2**16 + (start // DAY).cast(pl.UInt64)
    same = pl.col("holder") == pl.col("holder").shift(1)
    follows = pl.col("holder") == pl.col("holder").shift(-1)
    here = pl.col("employer") == pl.col("employer").shift(1)
    carried = same & here & (start <= end.shift(1) + CARRIED_ON)
    return (
        permits.filter(counts)
        .drop_nulls(["employer_id", "issued_at", "valid_until"])
        .select(
            "row",
            "category",
            pl.col("employer_id").hash().alias("employer"),
            pl.when(pl.col("holder_id").is_not_null()).then(pl.col("holder_id").hash()).alias("holder"),
            seconds("issued_at").alias("start"),
            pl.min_horizontal(midnight(pl.col("valid_until")) + DAY, seconds("revoked_at")).alias("end"),
        )
        .filter(start < end)
        .sort(order)
        .with_columns(
            (~carried.fill_null(False)).alias("added"),
            pl.when(follows)
            .then(end.clip(start, pl.max_horizontal(start, start.shift(-1))))
            .otherwise(end)
            .alias("end"),
        )
        .drop("holder")
    )


def beyond(lived: pl.LazyFrame, limits: pl.LazyFrame) -> pl.LazyFrame:
    """`row`, `code`, `live` and `limit` of permits that add a worker where more are then live than the limit.

    One pass over all events in order: a permit adds one at its start and takes it away at its end, and so does a limit,
    so that all counts are back at 0 when the events of the next code begin.

    Args:
        lived: rows of `lives` with `code`, a whole number below 2**28 for what is counted together, and `least`, the
            smallest limit of the code at any time.
        limits: `code`, `start`, `end` (seconds) and `quantity`; limits of one code that hold at once are added.
    """
    # Where there never were more permits in all than the smallest limit, nobody need count.
    many = lived.filter(pl.len().over("code") > pl.col("least"))
    kind = pl.col("key") % _KINDS
    return (
        pl.concat([_limit_events(limits), _permit_events(many)])
        .sort("key")
        .with_columns(
            pl.when(kind == 3).then(1).when(kind == 2).then(-1).otherwise(0).cast(pl.Int32).cum_sum().alias("live"),
            pl.col("quantity").cum_sum().alias("limit"),
        )
        .filter(pl.col("row").is_not_null() & (pl.col("live") > pl.col("limit")))
        .select("row", (pl.col("key") // (_INSTANTS * _KINDS)).alias("code"), "live", "limit")
    )


def _permit_events(lived: pl.LazyFrame) -> pl.LazyFrame:
    end = lived.select(_key("end", 2), pl.lit(None, pl.Int64).alias("row"), pl.lit(0, pl.Int64).alias("quantity"))
    start = lived.select(
        _key("start", 3), pl.when("added").then("row").alias("row"), pl.lit(0, pl.Int64).alias("quantity")
    )
    return pl.concat([end, start])


def _limit_events(limits: pl.LazyFrame) -> pl.LazyFrame:
    quantity = pl.col("quantity").cast(pl.Int64)
    end = limits.select(_key("end", 0), pl.lit(None, pl.Int64).alias("row"), -quantity)
    start = limits.select(_key("start", 1), pl.lit(None, pl.Int64).alias("row"), quantity)
    return pl.concat([end, start])


def _key(at: str, order: int) -> pl.Expr:
    """What events are sorted by: code, instant, and the order of what happens at one instant."""
    instant = pl.col("code").cast(pl.Int64) * _INSTANTS + pl.col(at)
    return (instant * _KINDS + order).alias("key")
