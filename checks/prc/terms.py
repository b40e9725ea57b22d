"""Dates as whole numbers, so that years can be added to a million of them at once."""

from __future__ import annotations

import polars as pl


def number(day: pl.Expr) -> pl.Expr:
    """A date as the number YYYYMMDD; the order of dates is that of their numbers."""
    return day.dt.year().cast(pl.Int32) * 10_000 + day.dt.month().cast(pl.Int32) * 100 + day.dt.day().cast(pl.Int32)


def years_later(day: pl.Expr, years: pl.Expr) -> pl.Expr:
    """The number of the same day `years` later, which may be a part of one; 29 February stays the 29th."""
    months = day.dt.year().cast(pl.Int32) * 12 + day.dt.month().cast(pl.Int32) - 1 + (years * 12).round().cast(pl.Int32)
    return (months // 12) * 10_000 + (months % 12 + 1) * 100 + day.dt.day().cast(pl.Int32)


def completed_years(born: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Age in completed years."""
    return (number(day) - number(born)) // 10_000
