"""The report of an inspection repeats that of another site nearly word for word (EMP111).

What it looks at:
    The texts of inspections in small letters, as pairs of clauses that follow each other: how much of a text, beyond
    what is official wording, stands in one earlier text on another site. It takes 70 in 100 of its letters, and 60
    letters in 2 pairs. By one inspector this is moderate, else weak.

Why it matters:
    A report that was copied was not written at the site. Quotas and licences rest on it.

What else it can be:
    - The official template has the same clauses everywhere; so a pair of clauses of 3 or more inspectors, or of one
      text in twenty (at least 20), is not counted. Where only its words are such, the figures in it must be the same.
    - An inspector has a standard wording of his own; so it is taken where half of an inspector's texts (of at least 8)
      repeat the same one.
    - One report was entered for several sites of one employer; so it is taken where both sites are the same
      employer's.

When it is not applied:
    The register has no inspections, or no texts. A second report on the same site is no finding.

What to check next:
    Ask the inspector's travel claims and photographs of both days.

Source:
    Inscribe, on documents that recycle a template (DUP-TEXT); common auditing practice for reports of visits.
"""

from __future__ import annotations

import polars as pl

from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Share of a text, letters of it, and pairs of clauses, that stand in another one.
ALIKE = 0.7
LETTERS = 60
PAIRS = 2
#: Inspectors who use a pair of clauses of the official template; texts, and share of all, that show one as well.
TEMPLATE_INSPECTORS = 3
TEMPLATE_TEXTS = 20
TEMPLATE_SHARE = 0.05
#: Texts of an inspector, and share of them that repeat one, that show a standard wording.
OWN_TEXTS = 8
OWN_SHARE = 0.5
#: Letters below which a clause is a heading or a figure.
CLAUSE = 12
#: Texts with one pair of clauses that are compared with each other; of more, the first ones.
_COMPARED = 6


def inspection_texts_alike(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each text that repeats one on another site."""
    texts = tables["inspections"].drop_nulls(["inspector_id", "site_id", "text"])
    shared = (
        _own(_pairs(texts), context)
        .explode("other")
        .filter(pl.col("other") < pl.col("turn"))
        .group_by("turn", "row", "all", "other")
        .agg(pl.col("letters").sum(), pl.len().alias("pairs"))
        .filter(
            (pl.col("letters") >= pl.col("all") * context.threshold("EMP111", "alike", ALIKE))
            & (pl.col("letters") >= context.threshold("EMP111", "letters", LETTERS))
            & (pl.col("pairs") >= context.threshold("EMP111", "pairs", PAIRS))
        )
        .sort("letters", "other", descending=[True, False])
        .unique("turn", keep="first", maintain_order=True)
    )
    return _found(shared, texts, context)


def _pairs(texts: pl.LazyFrame) -> pl.LazyFrame:
    """Each clause of each text with the one before it, by `turn`, the place of the text in order of time.

    Columns turn, row, inspector, `letters` of the clause, and two hashes of the pair: `words`, of its letters, and
    `pair`, of its letters and figures.
    """
    part = pl.col("part")
    begins = pl.col("turn") != pl.col("turn").shift(1)

    def with_before(column: str) -> pl.Expr:
        before = pl.when(~begins).then(pl.col(column).shift(1)).fill_null(0)
        return pl.struct(before.alias("before"), pl.col(column).alias("clause")).hash()

    return (
        texts.sort("started_at", "row")
        .with_row_index("turn")
        .select(
            "turn",
            "row",
            pl.col("inspector_id").hash().alias("inspector"),
            pl.col("text").str.to_lowercase().str.split(r"[.;:,!?\r\n]+", literal=False).alias("part"),
        )
        .explode("part")
        .with_columns(part.str.replace_all(r"[^\p{L}0-9]+", ""))
        .with_columns(part.hash().alias("pair"), part.str.replace_all("[0-9]+", "").alias("part"))
        .with_columns(part.hash().alias("words"), part.str.len_chars().cast(pl.Int64).alias("letters"))
        .filter(pl.col("letters") >= CLAUSE)
        .select(
            "turn",
            "row",
            "inspector",
            "letters",
            with_before("pair").alias("pair"),
            with_before("words").alias("words"),
        )
    )


def _own(pairs: pl.LazyFrame, context: RowContext) -> pl.LazyFrame:
    """The pairs that are not of the official template, with the letters of `all` of a text's.

    Where the words of a pair are official, its figures are not, and say whether it is the same. `other`: texts with the
    pair, the first ones and the one before this; so the work grows with the texts and not with their square.
    """
    inspectors = context.threshold("EMP111", "template_inspectors", TEMPLATE_INSPECTORS)
    common = pl.max_horizontal(
        pl.lit(context.threshold("EMP111", "template_texts", TEMPLATE_TEXTS)),
        pl.col("turn").n_unique() * context.threshold("EMP111", "template_share", TEMPLATE_SHARE),
    )

    def official(pair: str) -> pl.Expr:
        return (pl.col("inspector").n_unique().over(pair) >= inspectors) | (pl.len().over(pair) >= common)

    turn = pl.col("turn")
    firsts = turn.head(_COMPARED).over("pair", mapping_strategy="join")
    return (
        pairs.with_columns(pl.when(official("words")).then("pair").otherwise("words").alias("pair"))
        .with_columns(official("pair").alias("official"))
        .filter(~pl.col("official"))
        .with_columns(pl.col("letters").sum().over("turn").alias("all"), turn.shift(1).over("pair").alias("before"))
        .with_columns(pl.concat_list(firsts, "before").list.unique().alias("other"))
    )


def _found(shared: pl.LazyFrame, texts: pl.LazyFrame, context: RowContext) -> pl.LazyFrame:
    names = ("inspection_id", "site_id", "employer_id", "inspector_id", "text")
    turns = texts.sort("started_at", "row").with_row_index("turn")
    written = texts.select("row", *names, pl.len().over("inspector_id").alias("texts"))
    other = turns.select(pl.col("turn").alias("other"), *(pl.col(name).alias(f"other_{name}") for name in names))
    found = (
        shared.join(written, on="row")
        .join(other, on="other")
        .filter(pl.col("site_id") != pl.col("other_site_id"))
        .with_columns(
            pl.len().over("inspector_id", "other").alias("copies"),
            (pl.col("inspector_id") == pl.col("other_inspector_id")).alias("same_hand"),
        )
    )
    own = (pl.col("texts") >= context.threshold("EMP111", "own_texts", OWN_TEXTS)) & (
        pl.col("copies") >= pl.col("texts") * context.threshold("EMP111", "own_share", OWN_SHARE)
    )
    innocent = (
        pl.when(pl.col("employer_id") == pl.col("other_employer_id"))
        .then(pl.lit("one report was entered for several sites of one employer"))
        .when(own)
        .then(pl.lit("a standard wording of the inspector's own"))
    )
    weak = innocent.is_not_null() | ~pl.col("same_hand")
    return flags(
        found,
        Cell("inspections", pl.col("inspection_id"), "text", pl.col("text")),
        "{} in 100 of what inspector {} wrote on {} stands in {} on {}, by {}",
        (pl.col("letters") * 100 / pl.col("all")).round().cast(pl.Int64),
        pl.col("inspector_id"),
        pl.col("site_id"),
        pl.col("other_inspection_id"),
        pl.col("other_site_id"),
        pl.col("other_inspector_id"),
        cause="text",
        likely_innocent=innocent,
        strength=pl.when(weak).then(int(Strength.WEAK)),
        also=[Cell("inspections", pl.col("other_inspection_id"), "text", pl.col("other_text"))],
    )


CHECK = RowCheck(
    code="EMP111",
    name="inspection-texts-alike",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="inspections",
    needs=("inspections.inspection_id", "inspections.site_id", "inspections.inspector_id", "inspections.text"),
    innocent=(
        "The official template has the same clauses everywhere",
        "An inspector has a standard wording of his own",
        "One report was entered for several sites of one employer",
    ),
    next_check="Ask the inspector's travel claims and photographs of both days",
    source="Inscribe, on documents that recycle a template (DUP-TEXT); common auditing practice for reports of visits",
    thresholds=(
        ("alike", ALIKE),
        ("letters", LETTERS),
        ("pairs", PAIRS),
        ("template_inspectors", TEMPLATE_INSPECTORS),
        ("template_texts", TEMPLATE_TEXTS),
        ("template_share", TEMPLATE_SHARE),
        ("own_texts", OWN_TEXTS),
        ("own_share", OWN_SHARE),
    ),
    rule=inspection_texts_alike,
)
