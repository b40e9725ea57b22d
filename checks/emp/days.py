"""The date on the paper of an instant."""

from __future__ import annotations

import polars as pl


def day_of(column: str) -> pl.Expr:
    """Local date of an instant, by the offset that was written with it (`<column>_offset`); in UTC where none was."""
    return (pl.col(column) + pl.duration(minutes=pl.col(f"{column}_offset").fill_null(0))).dt.date()
