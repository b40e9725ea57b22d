"""Rows whose key stands in an earlier row of the same file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pipeline.register.typed import FAULTS

REPEATED = "the key stands in an earlier row; that one was taken"


def drop_repeated(parts: Sequence[Path], key: str) -> pl.DataFrame:
    """Take the later rows of a key out of a table's parts.

    Args:
        parts: Parquet files of the table, in order of their rows.
        key: column whose values may stand once only.

    Returns:
        The rows taken out, with the columns of FAULTS.
    """
    table = pl.scan_parquet(list(parts))
    hashed = pl.col(key).hash()
    # Eight bytes a row are held; the keys themselves only of those that may be repeated.
    hashes = table.select(hashed).collect(engine="streaming").to_series()
    doubtful = hashes.filter(hashes.is_duplicated()).unique()
    if doubtful.is_empty():
        return FAULTS.to_frame()
    candidates = table.filter(hashed.is_in(doubtful.implode())).select("row", key).collect(engine="streaming")
    later = candidates.sort("row").filter(~pl.col(key).is_first_distinct())
    for part in parts:
        frame = pl.read_parquet(part)
        kept = frame.join(later, on="row", how="anti", maintain_order="left")
        if kept.height < frame.height:
            kept.write_parquet(part)
    return later.select("row", key=key, column=pl.lit(key), reason=pl.lit(REPEATED)).cast(FAULTS)
