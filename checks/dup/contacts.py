"""Telephones and addresses that stand on permits of several people, weighed by how rare that is."""

from __future__ import annotations

import polars as pl

from checks.rows import Cell, RowContext, Tables, flags
from pipeline.types.findings import Strength

#: Fewest holders with different surnames that are neither a household nor a slip.
HOLDERS = 3
#: Holders from which, with three employers and three officers, a value is that of a hostel or a shop.
PUBLIC = 10
_SEVERAL = 3
#: Chance that one officer decided on all of them, at the officer's share of the office's permits, at most.
CHANCE = 0.01
#: Values shared before several officers, as a share of all permits, from which the column is too coarse to speak.
COARSE = 0.002
_OF_ALL = ("employer_id", "agency_id", "approved_by")


def shared_contact(
    tables: Tables, context: RowContext, code: str, column: str, *, own: str, agency: str
) -> pl.LazyFrame:
    """One finding for each value that unrelated holders share, on the permit issued first.

    Args:
        tables: the register.
        context: for the thresholds.
        code: of the check.
        column: `phone` or `address`.
        own: innocent cause where several officers decided.
        agency: innocent cause where one agency stands behind all.
    """
    groups = _unrelated(tables, context, code, column).cache()
    texts = tables["permits"].select("row", "permit_number", column, pl.col("approved_by").alias("officer"))
    found = (
        groups.join(texts, on="row")
        .join(texts.select("row", pl.col("permit_number").alias("last")), left_on="last_row", right_on="row")
        .join(_shares(groups.select("row"), tables), on="row", how="left")
    )
    one_officer, one_agency = pl.col("one_approved_by"), pl.col("one_agency_id")
    chance = pl.col("share") ** (pl.col("holder_id") - 1)
    rare = (one_officer & (chance <= context.threshold(code, "chance", CHANCE))).fill_null(False)
    return flags(
        found,
        Cell("permits", pl.col("permit_number"), column, pl.col(column)),
        f"one {column} of {{}} holders with {{}} surnames and {{}} employers; decided by {{}}",
        pl.col("holder_id"),
        pl.col("surname"),
        pl.col("employer_id"),
        pl.when(one_officer)
        .then(pl.format("officer {} alone", pl.col("officer")))
        .otherwise(pl.format("{} officers", pl.col("approved_by"))),
        cause=column,
        strength=pl.when(rare & ~one_agency).then(pl.lit(int(Strength.MODERATE))).otherwise(pl.lit(int(Strength.WEAK))),
        likely_innocent=pl.when(one_agency).then(pl.lit(agency)).when(~one_officer).then(pl.lit(own)),
        also=[Cell("permits", pl.col("last"), column, pl.col(column))],
    )


def _unrelated(tables: Tables, context: RowContext, code: str, column: str) -> pl.LazyFrame:
    """`row` and `last_row` of each value that people share who have neither surname nor employer in common.

    With the number of different `holder_id`, `surname` and each of _OF_ALL, and `one_<name>`: there is one, and none
    is empty.
    """
    named = ("holder_id", "surname", *_OF_ALL)
    # By hash, and first by the ends only: most values are one person's, and numbers are counted faster than texts.
    hashed = (pl.when(pl.col(name).is_not_null()).then(pl.col(name).hash()).alias(name) for name in named)
    permits = tables["permits"].filter(pl.col(column).is_not_null() & pl.col("holder_id").is_not_null())
    rows = permits.select("row", "issued_at", pl.col(column).hash().alias("key"), *hashed)
    ends = ("holder_id", "surname", "employer_id")
    differing = rows.group_by("key").agg(
        *(pl.col(name).min().name.suffix("_least") for name in ends),
        *(pl.col(name).max().name.suffix("_most") for name in ends),
        pl.col("employer_id").has_nulls().alias("none"),
    )
    several = differing.filter(
        pl.col("none") | (pl.col("employer_id_least") != pl.col("employer_id_most")),
        *(pl.col(f"{name}_least") != pl.col(f"{name}_most") for name in ("holder_id", "surname")),
    )
    private = rows.join(several, on="key", how="semi").join(
        _known(tables, permits, several, column), on="key", how="anti"
    )
    groups = (
        private.sort("issued_at", "row", nulls_last=True)
        .group_by("key", maintain_order=True)
        .agg(
            pl.col("row").first(),
            pl.col("row").last().alias("last_row"),
            pl.col(named).drop_nulls().n_unique(),
            *(
                ((pl.col(name).n_unique() == 1) & (pl.col(name).null_count() == 0)).alias(f"one_{name}")
                for name in _OF_ALL
            ),
        )
    )
    fewest, many = context.threshold(code, "holders", HOLDERS), context.threshold(code, "public", PUBLIC)
    public = (pl.col("holder_id") >= many) & (pl.col("employer_id") >= _SEVERAL) & (pl.col("approved_by") >= _SEVERAL)
    unrelated = groups.filter((pl.col("holder_id") >= fewest) & (pl.col("surname") >= fewest) & ~public)
    common = (~pl.col("one_approved_by")).sum() >= pl.col("all") * context.threshold(code, "coarse", COARSE)
    count = tables["permits"].select(pl.len().alias("all"))
    # A few of them are never too many, however small the register.
    coarse = common & ((~pl.col("one_approved_by")).sum() > PUBLIC)
    return unrelated.join(count, how="cross").filter(pl.col("one_approved_by") | ~coarse)


def _known(tables: Tables, permits: pl.LazyFrame, several: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """`key` of the values that are an employer's or agency's, however they are spelled."""
    plain = pl.col(column).str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]", "").alias("plain")
    known = pl.concat([tables[name].select(plain) for name in ("employers", "agencies")]).drop_nulls()
    keyed = permits.select(column, pl.col(column).hash().alias("key"))
    values = keyed.join(several, on="key", how="semi").unique()
    return values.with_columns(plain).join(known, on="plain", how="semi").select("key")


def _shares(groups: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """`row` of groups and `share`: of the office's permits, those that the first one's officer decided."""
    first = tables["permits"].select("row", "office_id", "approved_by").join(groups, on="row", how="semi")
    permits = tables["permits"].select("office_id", "approved_by").join(first, on="office_id", how="semi")
    counts = permits.group_by("office_id", "approved_by").len("own")
    shares = counts.with_columns((pl.col("own") / pl.col("own").sum().over("office_id")).alias("share"))
    return first.join(shares, on=["office_id", "approved_by"]).select("row", "share")
