"""What it is worth that two permits share a telephone or an address: the rarer the value, the more.

Agreement on a value that a share u of all holders has by chance weighs log2(1/u) bits (Fellegi and Sunter 1969, *A
theory for record linkage*, JASA 64; by frequency of the value: Winkler 2000, *Frequency-based matching in the
Fellegi-Sunter model*, US Census Bureau RR2000/06). A value that is not the holder's own tells nothing about holders and
weighs nothing: that of an agency or employer, and that of a hostel or a shop which many unrelated holders give.
"""

from __future__ import annotations

import polars as pl

#: Columns of permits in which sharing is weighed.
CONTACTS = ("phone", "address")
#: Holders from which, at several offices or before several officers and employers, a value is a hostel's or a shop's.
PUBLIC_HOLDERS = 10
_SEVERAL = 3
WEIGHTS = pl.Schema(
    {"column": pl.String(), "value": pl.String(), "permits": pl.Int64(), "holders": pl.Int64(), "bits": pl.Float64()}
)
LINKS = pl.Schema(
    {"column": pl.String(), "permits": pl.List(pl.String()), "everywhere": pl.Int64(), "bits": pl.Float64()}
)


def shared_values(permits: pl.LazyFrame, organisations: pl.LazyFrame) -> pl.DataFrame:
    """Telephones and addresses of more than one holder, and what it is worth to share one.

    Args:
        permits: `holder_id`, `office_id`, `approved_by`, `employer_id`, `phone`, `address`; text, may be null.
        organisations: `phone` and `address` of agencies and employers.

    Returns:
        Columns of WEIGHTS: in how many permits and of how many holders a value stands; `bits` >= 0.
    """
    known = permits.filter(pl.col("holder_id").is_not_null())
    every = known.select(pl.col("holder_id").hash().n_unique()).collect().item()
    parts = [_of_column(known, organisations, column, max(1, int(every))) for column in CONTACTS]
    return pl.concat([pl.DataFrame(schema=WEIGHTS), *parts]).sort("column", "value")


def _of_column(permits: pl.LazyFrame, organisations: pl.LazyFrame, column: str, every: int) -> pl.DataFrame:
    held = permits.filter(pl.col(column).is_not_null())
    # By hash, and by the ends first: most values are one holder's, and numbers are counted faster than texts.
    keyed = held.select(pl.col(column).hash().alias("key"), pl.col("holder_id").hash().alias("holder"))
    ends = keyed.group_by("key").agg(pl.col("holder").min().alias("least"), pl.col("holder").max().alias("most"))
    several = ends.filter(pl.col("least") != pl.col("most")).select("key")
    rows = held.with_columns(pl.col(column).hash().alias("key")).join(several, on="key", how="semi")
    counted = (
        rows.group_by(pl.col(column).alias("value"))
        .agg(pl.len().alias("permits"), pl.col("holder_id", "office_id", "approved_by", "employer_id").n_unique())
        .with_columns(_plain("value"))
    )
    plain = organisations.select(_plain(column)).drop_nulls().unique()
    handled = (pl.col("approved_by") >= _SEVERAL) & (pl.col("employer_id") >= _SEVERAL)
    public = (pl.col("holder_id") >= PUBLIC_HOLDERS) & ((pl.col("office_id") >= _SEVERAL) | handled)
    weighed = counted.join(plain.with_columns(pl.lit(value=True).alias("own")), on="plain", how="left").select(
        pl.lit(column).alias("column"),
        "value",
        "permits",
        pl.col("holder_id").alias("holders"),
        pl.when(public | pl.col("own").fill_null(value=False))
        .then(0.0)
        .otherwise(bits(pl.col("holder_id"), every))
        .alias("bits"),
    )
    return weighed.cast(WEIGHTS).collect()


def bits(holders: pl.Expr, every: int) -> pl.Expr:
    """Weight of agreement on a value that so many of `every` holders have: -log2 of its frequency."""
    return -(holders / every).log(2)


def shared_by(permits: pl.DataFrame, weights: pl.DataFrame) -> pl.DataFrame:
    """What several holders of some permits share, and what that is worth, most first; without what weighs nothing.

    Args:
        permits: `permit_number`, `holder_id`, `phone`, `address` of the permits looked at.
        weights: of `shared_values`.

    Returns:
        Columns of LINKS: `permits` are those of the permits looked at that share a value, by number; `everywhere`, on
        how many permits of the register it stands. The value itself is left out: it is somebody's.
    """
    parts = []
    for column in CONTACTS:
        worth = weights.filter(pl.col("column") == column, pl.col("bits") > 0)
        own = permits.select("permit_number", "holder_id", pl.col(column).alias("value")).drop_nulls()
        found = (
            own.join(worth, on="value")
            .group_by("value")
            .agg(
                pl.col("permit_number").sort().alias("shared"),
                pl.col("holder_id").n_unique(),
                pl.col("permits").first().alias("everywhere"),
                pl.col("bits").first(),
            )
            .filter(pl.col("holder_id") > 1)
        )
        parts.append(
            found.select(pl.lit(column).alias("column"), pl.col("shared").alias("permits"), "everywhere", "bits")
        )
    every = pl.concat([pl.DataFrame(schema=LINKS), *(part.cast(LINKS) for part in parts)])
    return every.sort("bits", "column", pl.col("permits").list.first(), descending=[True, False, False])


def agreeing(pairs: pl.DataFrame, permits: pl.DataFrame, weights: pl.DataFrame) -> pl.DataFrame:
    """What two permits of different holders agree on, in words: `same phone (weight 12.5 bits)`.

    Args:
        pairs: `permit_number`, `other_permit`.
        permits: `permit_number`, `phone`, `address`, each number once.
        weights: of `shared_values`.

    Returns:
        The pairs that share something, with `agree`.
    """
    beside = pairs.select("permit_number", "other_permit").unique()
    both = beside.join(permits, on="permit_number").join(
        permits, left_on="other_permit", right_on="permit_number", suffix="_other"
    )
    parts = []
    for column in CONTACTS:
        worth = weights.filter(pl.col("column") == column).select("value", "bits")
        same = both.filter(pl.col(column) == pl.col(f"{column}_other")).join(worth, left_on=column, right_on="value")
        words = pl.format(f"same {column} (weight {{}} bits)", pl.col("bits").round(1))
        parts.append(same.select("permit_number", "other_permit", words.alias("agree")))
    return pl.concat(parts).group_by("permit_number", "other_permit").agg(pl.col("agree").sort().str.join("; "))


def _plain(column: str) -> pl.Expr:
    """A value in capitals, letters and digits only, so that it is found however it is spelled."""
    return pl.col(column).str.to_uppercase().str.replace_all(r"[^\p{L}\p{N}]", "").alias("plain")
