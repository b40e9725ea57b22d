"""Unrelated holders have one address (DUP106).

What it looks at:
    Addresses on permits of at least three holders with three surnames and more than one employer. It counts for more
    where one officer decided on all of them and at that officer's share of the office's permits so many were not to be
    expected.

Why it matters:
    An address that people of different employers share on paper only is where their letters go, or nobody's. With one
    officer before all of them it is the shape of an arrangement; an address alone is not.

What else it can be:
    - The address is that of an employer or agency in the register, or all have one employer, as in a firm's own hostel;
      nothing is said then.
    - The agency gave its own address for its clients; so it is taken where one agency stands behind all.
    - It is a hostel, a dormitory or a house with many flats; so it is taken where several officers decided, and nothing
      is said from 10 holders on with three employers and three officers.

When it is not applied:
    The register has no addresses or no holders. Where values shared before several officers are as many as two in a
    thousand permits, as when only the town is written, only those before one officer are named.

What to check next:
    Look at the address: how many can live there, and who takes in the letters

Source:
    FinCEN FIN-2020-A008 (unrelated customers with one address or telephone); limits are house values.
"""

from __future__ import annotations

import polars as pl

from checks.dup.contacts import CHANCE, COARSE, HOLDERS, PUBLIC, shared_contact
from checks.rows import RowCheck, RowContext, Tables
from pipeline.types.findings import Hypothesis, Strength


def address_of_unrelated_holders(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each address that unrelated holders share."""
    return shared_contact(
        tables,
        context,
        "DUP106",
        "address",
        own="it is a hostel, a dormitory or a house with many flats",
        agency="the agency gave its own address for its clients",
    )


CHECK = RowCheck(
    code="DUP106",
    name="address-of-unrelated-holders",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.address", "permits.holder_id"),
    innocent=(
        "the address is that of an employer or agency in the register",
        "the agency gave its own address for its clients",
        "it is a hostel, a dormitory or a house with many flats",
    ),
    next_check="Look at the address: how many can live there, and who takes in the letters",
    source="FinCEN FIN-2020-A008 (unrelated customers with one address or telephone); limits are house values",
    thresholds=(("holders", HOLDERS), ("public", PUBLIC), ("chance", CHANCE), ("coarse", COARSE)),
    rule=address_of_unrelated_holders,
)
