"""An officer took a step on a permit for an employer that the same officer owns (OFR111).

What it looks at:
    The owner of the employer of each permit against the officers who entered, approved, printed and handed it over.

Why it matters:
    Nobody decides in a case of their own. An owner who acts on the case decides over the owner's gain.

What else it can be:
    - Owners and officers are numbered apart, and one number names two people; taken where at least 5 in a hundred
      employers have an owner whose identifier is also an officer's.
    - A step without a decision was taken; taken where the officer only printed the permit or handed it over.

When it is not applied:
    The register does not name owners, or no officers. The finding is strong where the owner approved.

What to check next:
    Ask the company register who owned the employer on that day, and whether the officer declared it.

Source:
    United Nations Convention against Corruption, article 7(4) (conflicts of interest)
"""

from __future__ import annotations

import polars as pl

from checks.ofr.steps import APPROVAL, ENTRY, STEPS
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Share of employers with an officer's identifier as owner at which the two are numbered apart.
NUMBERED_APART = 0.05


def acted_for_own_employer(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit."""
    officers = tables["officers"].select(pl.col("officer_id").alias("owner_id"), pl.lit(True).alias("officer"))
    owners = (
        tables["employers"]
        .select("employer_id", "owner_id")
        .drop_nulls("owner_id")
        .join(officers, on="owner_id", how="left")
        .with_columns((pl.col("officer").is_not_null().sum() / pl.len()).alias("share"))
        .filter("officer")
    )
    did = {step: pl.col(step.officer) == pl.col("owner_id") for step in STEPS}
    found = (
        tables["permits"]
        .select("permit_number", "employer_id", *(step.officer for step in STEPS))
        .join(owners, on="employer_id")
        .filter(pl.any_horizontal(did.values()))
    )
    words = pl.concat_str(
        [pl.when(own).then(pl.lit(step.done)) for step, own in did.items()], separator=", ", ignore_nulls=True
    )
    number = pl.col("permit_number")
    apart = pl.col("share") >= context.threshold("OFR111", "numbered_apart", NUMBERED_APART)
    innocent = (
        pl.when(apart)
        .then(pl.lit("owners and officers are numbered apart, and one number names two people"))
        .when((did[APPROVAL] | did[ENTRY]).fill_null(False).not_())
        .then(pl.lit("a step without a decision was taken"))
    )
    decided = pl.when(did[APPROVAL].fill_null(False)).then(int(Strength.STRONG)).otherwise(int(Strength.MODERATE))
    return flags(
        found,
        Cell("permits", number, "employer_id", pl.col("employer_id"), "an employer of somebody else"),
        "{} owns {}, and for this permit: {}",
        pl.col("owner_id"),
        pl.col("employer_id"),
        words,
        cause="employer_id",
        likely_innocent=innocent,
        strength=pl.when(innocent.is_not_null()).then(int(Strength.WEAK)).otherwise(decided),
        also=[
            Cell("employers", pl.col("employer_id"), "owner_id", pl.col("owner_id")),
            *(
                Cell("permits", pl.when(own).then(number), step.officer, pl.col("owner_id"))
                for step, own in did.items()
            ),
        ],
    )


CHECK = RowCheck(
    code="OFR111",
    name="acted-for-own-employer",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.employer_id", "employers.owner_id", "officers.officer_id"),
    innocent=(
        "owners and officers are numbered apart, and one number names two people",
        "a step without a decision was taken",
    ),
    next_check="Ask the company register who owned the employer on that day, and whether the officer declared it",
    source="United Nations Convention against Corruption, article 7(4) (conflicts of interest)",
    thresholds=(("numbered_apart", NUMBERED_APART),),
    rule=acted_for_own_employer,
)
