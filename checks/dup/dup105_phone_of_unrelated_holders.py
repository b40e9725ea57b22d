"""Unrelated holders have one telephone number (DUP105).

What it looks at:
    Telephone numbers on permits of at least three holders with three surnames and more than one employer. It counts for
    more where one officer decided on all of them, and so many were not to be expected at that officer's share of the
    office's permits.

Why it matters:
    Somebody filed for people who do not know each other. One telephone behind them and one officer before them is the
    shape of an arrangement; a telephone alone is not.

What else it can be:
    - The telephone is that of an employer or agency in the register, or all have one employer; nothing is said then.
    - The agency gave its own telephone for its clients; so it is taken where one agency stands behind all.
    - It is the telephone of a hostel, a shop or a relative who speaks the language; so it is taken where several
      officers decided, and nothing is said from 10 holders on with three employers and three officers.

When it is not applied:
    The register has no telephone numbers or no holders. Where values shared before several officers are as many as two
    in a thousand permits, only those before one officer are named.

What to check next:
    Ask who answers this telephone, and who filed the applications

Source:
    FinCEN FIN-2020-A008 (unrelated customers with one address or telephone); limits are house values.
"""

from __future__ import annotations

import polars as pl

from checks.dup.contacts import CHANCE, COARSE, HOLDERS, PUBLIC, shared_contact
from checks.rows import RowCheck, RowContext, Tables
from pipeline.types.findings import Hypothesis, Strength


def phone_of_unrelated_holders(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each telephone that unrelated holders share."""
    return shared_contact(
        tables,
        context,
        "DUP105",
        "phone",
        own="it is the telephone of a hostel, a shop or a relative who speaks the language",
        agency="the agency gave its own telephone for its clients",
    )


CHECK = RowCheck(
    code="DUP105",
    name="phone-of-unrelated-holders",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.phone", "permits.holder_id"),
    innocent=(
        "the telephone is that of an employer or agency in the register",
        "the agency gave its own telephone for its clients",
        "it is the telephone of a hostel, a shop or a relative who speaks the language",
    ),
    next_check="Ask who answers this telephone, and who filed the applications",
    source="FinCEN FIN-2020-A008 (unrelated customers with one address or telephone); limits are house values",
    thresholds=(("holders", HOLDERS), ("public", PUBLIC), ("chance", CHANCE), ("coarse", COARSE)),
    rule=phone_of_unrelated_holders,
)
