"""Rows of `permits` that one of the documents of a batch may be, found for all documents at once.

By number first: numbers and passport numbers as they stand. The shapes of glyphs and the birth dates are asked only for
documents that this leaves open, since the one reads every number letter by letter and the other brings many rows.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.reference.numbers import bare, shape, shape_in
from pipeline.register.match_wanted import Wanted, full_dates, plain

_COLUMNS = ("permit_number", "kind", "passport_number", "surname", "given_names", "birth_date", "valid_until")
#: Rows that the documents of a batch may have by birth date together; beyond, the passport number has to do.
_MOST = 200_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row of `permits` with what is compared; `issued`: the day of issue by the office's clock as delivered."""

    row: int
    number: str
    kind: str
    passport: str
    name: str
    born: dt.date | None
    issued: dt.date | None
    until: dt.date | None


Candidates = Mapping[str, tuple[Candidate, ...]]


def by_number(permits: pl.LazyFrame, documents: Mapping[str, Wanted]) -> Candidates:
    """The rows with the number or the passport number of each document, in the order of the register."""
    numbers = {text for one in documents.values() for text in (*one.as_read, *one.numbers)}
    passports = {text for one in documents.values() for text in one.passports}
    named = pl.col("permit_number").is_in(list(numbers)) | pl.col("passport_number").is_in(list(passports))
    return _by_document(documents, _rows(permits.filter(named)))


def by_likeness(permits: pl.LazyFrame, documents: Mapping[str, Wanted]) -> Candidates:
    """The rows with a number of like shape, or with the birth date, of each document."""
    if not documents:
        return {}
    shapes = {shape(number) for one in documents.values() for number in one.numbers}
    births = {date for one in documents.values() for date in full_dates(one.births)}
    alike = _rows(permits.filter(shape_in("permit_number").is_in(list(shapes))))
    born = _rows(permits.filter(pl.col("birth_date").is_in(list(births))).head(_MOST))
    return _by_document(documents, [*alike, *born])


def _rows(permits: pl.LazyFrame) -> list[Candidate]:
    local = pl.col("issued_at") + pl.duration(minutes=pl.col("issued_at_offset").fill_null(0))
    frame = permits.select("row", *_COLUMNS, local.dt.date().alias("issued")).collect()
    return [_candidate(row) for row in frame.iter_rows(named=True)]


def _candidate(row: Mapping[str, Any]) -> Candidate:
    return Candidate(
        row=row["row"],
        number=row["permit_number"],
        kind=row["kind"] or "work-permit",
        passport=bare(row["passport_number"] or ""),
        name=plain(f"{row['surname'] or ''} {row['given_names'] or ''}"),
        born=row["birth_date"],
        issued=row["issued"],
        until=row["valid_until"],
    )


def _by_document(documents: Mapping[str, Wanted], rows: Iterable[Candidate]) -> Candidates:
    listed = list(rows)
    by_shape = _index(listed, lambda row: shape(row.number))
    by_passport = _index(listed, lambda row: row.passport)
    by_birth = _index(listed, lambda row: row.born)
    found: dict[str, tuple[Candidate, ...]] = {}
    for document, one in documents.items():
        own: dict[int, Candidate] = {}
        for index, keys in (
            (by_shape, [shape(number) for number in one.numbers]),
            (by_passport, list(one.passports)),
            (by_birth, list(full_dates(one.births))),
        ):
            own |= {row.row: row for key in keys for row in index.get(key, ()) if row.kind in one.kinds}
        found[document] = tuple(own[number] for number in sorted(own))
    return found


def _index(rows: Iterable[Candidate], key: Callable[[Candidate], object]) -> dict[object, list[Candidate]]:
    index: dict[object, list[Candidate]] = defaultdict(list)
    for row in rows:
        index[key(row)].append(row)
    return index
