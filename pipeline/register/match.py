"""Which row of the register each document of a batch belongs to, and what the register says around it.

Set-wise: the documents of a batch are looked for together, in a fixed number of passes over each table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import polars as pl

from pipeline.reference.numbers import bare, bare_in, shape
from pipeline.register.match_blocks import Stock, stocks
from pipeline.register.match_candidates import by_likeness, by_number
from pipeline.register.match_choice import Choice, choose
from pipeline.register.match_rows import Tables, as_rows, corrections, fetched, linked_rows
from pipeline.register.match_wanted import Wanted, foreign, wanted
from pipeline.types.facts import Facts
from pipeline.types.register import MatchedBy, RegisterMatch, RegisterRow

#: Numbers of permits looked at to learn how this register writes them.
_SAMPLE = 1_000
#: Ways of a match that leave the document's own number without a row.
_NO_NUMBER = (MatchedBy.NONE, MatchedBy.HOLDER_AND_DATES)


def match_documents(documents: Mapping[str, Facts], tables: Tables) -> dict[str, RegisterMatch]:
    """Where each document stands in the register.

    A document that the register cannot know is left out: one of another state, one of a kind that the register has no
    rows of, and an ordinary passport without a row.

    Args:
        documents: readings by document id.
        tables: every table of `register_tables`; one that was not delivered is empty.
    """
    asked = _asked(documents, tables)
    if not asked:
        return {}
    chosen = _chosen(asked, tables["permits"])
    known = _known(asked, chosen, tables)
    return _matches(known, {document: chosen[document] for document in known}, tables)


def _chosen(asked: Mapping[str, Wanted], permits: pl.LazyFrame) -> dict[str, Choice]:
    found = by_number(permits, asked)
    chosen = {document: choose(one, found[document]) for document, one in asked.items()}
    left = {document: asked[document] for document, choice in chosen.items() if not choice.settled}
    more = by_likeness(permits, left)
    for document, one in left.items():
        rows = {row.row: row for row in (*found[document], *more[document])}
        chosen[document] = choose(one, tuple(rows[number] for number in sorted(rows)))
    return chosen


def _asked(documents: Mapping[str, Facts], tables: Tables) -> dict[str, Wanted]:
    """The documents that are of a kind and state that the register has rows of."""
    looked = {document: one for document, facts in documents.items() if (one := wanted(facts)) is not None}
    if not looked:
        return {}
    kinds, countries = pl.collect_all(
        [
            tables["permits"].select(pl.col("kind").fill_null("work-permit").unique()),
            tables["offices"].select(pl.col("country").drop_nulls().mode().sort().head(1)),
        ]
    )
    held = frozenset(kinds["kind"])
    state = countries["country"][0] if countries.height else ""
    return {document: one for document, one in looked.items() if one.kinds & held and not foreign(one, state)}


def _known(asked: Mapping[str, Wanted], chosen: Mapping[str, Choice], tables: Tables) -> dict[str, Wanted]:
    """Without a row, only documents that the register must have: of its state, or numbered as it numbers."""
    lost = [one for document, one in asked.items() if chosen[document].row is None and one.listed and not one.states]
    forms = _forms(tables) if any(one.numbers for one in lost) else frozenset()
    return {
        document: one
        for document, one in asked.items()
        if chosen[document].row is not None
        or (one.listed and (one.states or not one.number or _form(one.number) in forms))
    }


def _forms(tables: Tables) -> frozenset[str]:
    """How the numbers of this register are built."""
    permits = tables["permits"].select(pl.col("permit_number").head(_SAMPLE)).collect()["permit_number"]
    blocks = tables["blocks"].select("first_number").collect()["first_number"]
    return frozenset(map(_form, [*permits, *blocks]))


def _form(number: str) -> str:
    return "".join("9" if c.isdigit() else "A" for c in shape(number))


def _matches(known: Mapping[str, Wanted], chosen: Mapping[str, Choice], tables: Tables) -> dict[str, RegisterMatch]:
    numbers = {number for one in known.values() for number in one.read}
    absent = {document: one for document, one in known.items() if one.read and chosen[document].by in _NO_NUMBER}
    stock = stocks(tables, {document: one.read for document, one in absent.items()})
    permits = _permits(tables, chosen.values(), stock.values())
    rows = {document: permits[choice.row.row] for document, choice in chosen.items() if choice.row is not None}
    linked = linked_rows(tables, rows, {document: known[document].officer for document in rows})
    edits, tickets = corrections(tables["access_log"], {row.key for row in rows.values()})
    voids = _by_number(fetched(tables, "voids", bare_in("permit_number").is_in(list(numbers))), "permit_number")
    refused = _refused(tables, numbers)
    as_of = _as_of(tables)
    matches: dict[str, RegisterMatch] = {}
    for document, one in known.items():
        choice, row, held = chosen[document], rows.get(document), stock.get(document, Stock())
        own = row.key if row is not None else ""
        matches[document] = RegisterMatch(
            by=choice.by,
            reason=choice.reason,
            looked_for=one.number,
            row=row,
            others=tuple(permits[other.row] for other in choice.others),
            linked=linked.get(document, ()),
            edits=edits.get(own, ()),
            tickets=tickets.get(own, ()),
            block=held.block,
            neighbours=tuple(permits[number] for number in held.neighbours),
            last_of_office=held.last_of_office,
            void=next(
                (voids[n] for n in (one.read if choice.by is not MatchedBy.LIKENESS else (bare(own),)) if n in voids),
                None,
            ),
            refused=row is None and any(number in refused for number in one.read),
            as_of=as_of,
        )
    return matches


def _permits(tables: Tables, chosen: Iterable[Choice], stock: Iterable[Stock]) -> dict[int, RegisterRow]:
    """The rows of `permits` that are shown, by their number in the file."""
    numbers = {row.row for one in chosen for row in (one.row, *one.others) if row is not None}
    numbers |= {number for one in stock for number in one.neighbours}
    frame = tables["permits"].filter(pl.col("row").is_in(sorted(numbers))).collect()
    return dict(zip(frame["row"], as_rows("permits", frame), strict=True))


def _by_number(rows: Iterable[RegisterRow], column: str) -> dict[str, RegisterRow]:
    found: dict[str, RegisterRow] = {}
    for row in rows:
        found.setdefault(bare(row.cell(column)), row)
    return found


def _refused(tables: Tables, numbers: set[str]) -> frozenset[str]:
    chosen = (pl.col("table") == "permits") & bare_in("key").is_in(list(numbers))
    keys = tables["refused"].filter(chosen).select("key").collect()["key"]
    return frozenset(map(bare, keys))


def _as_of(tables: Tables) -> str:
    local = pl.col("as_of") + pl.duration(minutes=pl.col("as_of_offset").fill_null(0))
    latest: dt.date | None = tables["snapshot"].select(local.dt.date().max()).collect().item()
    return latest.isoformat() if latest is not None else ""
