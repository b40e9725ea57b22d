"""Permits and flags as arrays of numbers: what every table of the audit is counted from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

#: Possible codes per entry up to which they are marked and not sorted.
_COUNTED = 30
#: Kinds of party, and the column of the exposure table that names them.
COLUMNS = {
    "office": "office_id",
    "officer": "officer_id",
    "agency": "agency_id",
    "employer": "employer_id",
    "clinic": "clinic_id",
    "workstation": "workstation_id",
}


@dataclass(frozen=True)
class Party:
    """One kind of party: its code per permit (-1 where unknown) and the ids behind the codes."""

    codes: Codes
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Permits:
    """The exposure, one entry a permit, in order of permit number.

    Attributes:
        numbers: permit numbers.
        days: days since 1970-01-01.
        months: months since the first month of the exposure.
        cells: codes of the strata from wide to narrow: stratum; office and stratum; office, stratum and month.
        strata: label of each stratum code of `cells[0]`.
        parties: by kind; a kind without one known id is absent.
        flags: by indicator code, positions of the flagged permits, ascending, each once.
        masks: by indicator code, positions that cannot be judged.
        coverage: what was left out, by reason.
    """

    numbers: pl.Series
    days: Codes
    months: Codes
    cells: tuple[Codes, Codes, Codes]
    strata: tuple[str, ...]
    parties: Mapping[str, Party]
    flags: Mapping[str, Ints]
    masks: Mapping[str, Ints]
    coverage: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.days)


def dense(codes: npt.NDArray[np.integer]) -> tuple[Codes, int]:
    """Codes renumbered without gaps from 0 in ascending order, and how many there are."""
    lowest, highest = (int(codes.min()), int(codes.max())) if len(codes) else (0, 0)
    if highest - lowest < _COUNTED * len(codes):
        # Few possible codes: marking those that occur is several times faster than sorting.
        occurs = np.zeros(highest - lowest + 1, dtype=bool)
        occurs[codes - lowest] = True
        renumbered = np.cumsum(occurs, dtype=np.int32) - 1
        return renumbered[codes - lowest], int(occurs.sum())
    # Ranks without gaps are such codes, found on every core.
    ranked = pl.Series(codes).rank("dense").cast(pl.Int32).to_numpy() - np.int32(1)
    return ranked, int(ranked.max(initial=-1)) + 1


def joined(first: Codes, second: Codes) -> npt.NDArray[np.int64]:
    """One code for two; equal where both are equal; negative where either is."""
    width = int(second.max(initial=0)) + 1
    both = first.astype(np.int64) * width + second
    both[(first < 0) | (second < 0)] = -1
    return both


def _party(column: pl.Series) -> Party | None:
    ids = column.drop_nulls().unique().sort()
    if not len(ids):
        return None
    codes = column.cast(pl.Enum(ids)).to_physical().cast(pl.Int32).fill_null(-1)
    return Party(codes.to_numpy(), tuple(ids))


def _positions(pairs: pl.DataFrame | None, numbers: pl.Series, lost: Counter[str], what: str) -> dict[str, Ints]:
    """Positions by indicator code; a permit that the exposure lacks is counted as lost, and a pair counts once."""
    if pairs is None or not len(pairs):
        return {}
    pairs = pairs.select(pl.col("code", "permit_number").cast(pl.String)).unique()
    if not len(numbers):
        lost[f"{what} of permits without exposure"] += len(pairs)
        return {}
    # The numbers are sorted: no table of places is needed.
    at = np.minimum(numbers.search_sorted(pairs["permit_number"]).to_numpy(), len(numbers) - 1)
    there = numbers.gather(at) == pairs["permit_number"]
    found = pairs.select("code", at=pl.Series(at.astype(np.int64))).filter(there).sort("code", "at")
    if missing := len(pairs) - len(found):
        lost[f"{what} of permits without exposure"] += missing
    return {str(code): rows["at"].to_numpy() for (code,), rows in found.group_by("code", maintain_order=True)}


@dataclass(frozen=True)
class _Rows:
    """The rows of an exposure that can be counted, in order of permit number; columns are read one at a time.

    Attributes:
        places: of the rows, None where all are counted as they stand.
    """

    exposure: pl.LazyFrame
    numbers: pl.Series
    issued: pl.Series
    places: pl.Series | None

    def column(self, name: str) -> pl.Series:
        """A column as text."""
        values = self.exposure.select(pl.col(name).cast(pl.String)).collect().to_series()
        return values if self.places is None else values.gather(self.places)


def _rows(exposure: pl.LazyFrame, lost: Counter[str]) -> _Rows:
    first = exposure.select(
        pl.col("permit_number").cast(pl.String),
        pl.col("issued_on").cast(pl.Date),
        pl.col("office_id").is_not_null().alias("placed"),
    ).collect()
    known = pl.Series([True]).new_from_index(0, len(first))
    for told, reason in (
        (first["permit_number"].is_not_null(), "no permit number"),
        (first["placed"], "no office"),
        (first["issued_on"].is_not_null(), "no day of issue"),
    ):
        lost[reason] = int((known & ~told).sum())
        known = known & told
    if known.all() and first["permit_number"].is_sorted() and not _again(first["permit_number"]).any():
        return _Rows(exposure, first["permit_number"], first["issued_on"], None)
    ordered = first.with_row_index("place").filter(known).sort("permit_number", "place")
    again = _again(ordered["permit_number"])
    lost["permit number repeated"] = int(again.sum())
    ordered = ordered.filter(~again)
    return _Rows(exposure, ordered["permit_number"], ordered["issued_on"], ordered["place"])


def _again(numbers: pl.Series) -> pl.Series:
    """Whether each of sorted numbers is the one before it."""
    return (numbers == numbers.shift(1)).fill_null(value=False)


def permits(exposure: pl.DataFrame | pl.LazyFrame, flags: pl.DataFrame, masks: pl.DataFrame | None = None) -> Permits:
    """The exposure coded; rows without number, office or day, and repeated numbers, are left out and counted."""
    lost: Counter[str] = Counter()
    exposure = exposure.lazy()
    rows = _rows(exposure, lost)
    named = exposure.collect_schema().names()

    parties = {}
    for kind, name in COLUMNS.items():
        party = _party(rows.column(name)) if name in named else None
        if party is not None:
            parties[kind] = party
        if party is not None and kind != "office":
            lost[f"no {kind}"] = int((party.codes < 0).sum())
    stratum = _party(rows.column("stratum").fill_null("unknown"))
    nobody = np.empty(0, np.int32)
    wide = stratum.codes if stratum else nobody
    office = parties["office"].codes if "office" in parties else nobody
    month = (rows.issued.dt.year() * 12 + rows.issued.dt.month()).cast(pl.Int32).to_numpy()
    # From 0, so that cells have few possible codes.
    month = month - (month.min() if len(month) else 0)
    middle, _ = dense(joined(office, wide))
    narrow, _ = dense(joined(middle, month))
    return Permits(
        numbers=rows.numbers,
        days=rows.issued.cast(pl.Int32).to_numpy(),
        months=month,
        cells=(wide, middle, narrow),
        strata=stratum.ids if stratum else (),
        parties=parties,
        flags=_positions(flags, rows.numbers, lost, "flags"),
        masks=_positions(masks, rows.numbers, lost, "masks"),
        coverage={reason: n for reason, n in lost.items() if n},
    )
