"""The innocent cause of each row, and what it does to the finding."""

from __future__ import annotations

import polars as pl

from checks.prc.slips import EXCHANGED, MISTYPED, OLD_YEAR, WRONG_TIME
from pipeline.types.findings import Hypothesis, Strength

#: How the reason of an override says that somebody else decided.
APPEAL = r"(?i)appeal|court|tribunal|ombuds|judg"
TICKET = r"(?i)ticket|waiver|\bT-?\d"


def first_of(*causes: tuple[pl.Expr, str] | pl.Expr) -> pl.Expr:
    """The first cause that holds, null where none does.

    Args:
        causes: a condition with its text, or an expression that is the text.
    """
    return pl.coalesce(
        *(cause if isinstance(cause, pl.Expr) else pl.when(cause[0]).then(pl.lit(cause[1])) for cause in causes)
    )


def clerical(cause: pl.Expr) -> pl.Expr:
    """The hypothesis where the cause is a slip of the pen, null (as declared) elsewhere."""
    slips = cause.is_in([EXCHANGED, OLD_YEAR, MISTYPED, WRONG_TIME])
    return pl.when(slips).then(pl.lit(str(Hypothesis.CLERICAL)))


def weighed(cause: pl.Expr, strong: pl.Expr) -> pl.Expr:
    """Strength: weak where an innocent cause holds, else strong under the condition, else moderate."""
    return (
        pl.when(cause.is_not_null())
        .then(int(Strength.WEAK))
        .when(strong)
        .then(int(Strength.STRONG))
        .otherwise(int(Strength.MODERATE))
    )
