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
    distinct, inverse = np.unique(codes, return_inverse=True)
    return inverse.astype(np.int32), len(distinct)


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


def _kept(exposure: pl.DataFrame, lost: Counter[str]) -> pl.DataFrame:
    """The rows that can be counted, by permit number; a step that would leave all as they are copies nothing."""
    named = [name for name in COLUMNS.values() if name in exposure.columns]
    kept = exposure.select("permit_number", "stratum", pl.col("issued_on").cast(pl.Date), *named)
    for column, reason in (
        ("permit_number", "no permit number"),
        ("office_id", "no office"),
        ("issued_on", "no day of issue"),
    ):
        if missing := kept[column].null_count():
            kept = kept.filter(pl.col(column).is_not_null())
            lost[reason] = missing
    if not kept["permit_number"].is_sorted():
        kept = kept.sort("permit_number", maintain_order=True)
    again = kept["permit_number"] == kept["permit_number"].shift(1)
    if repeated := int(again.sum()):
        kept = kept.filter(~again.fill_null(value=False))
        lost["permit number repeated"] = repeated
    return kept


def permits(exposure: pl.DataFrame, flags: pl.DataFrame, masks: pl.DataFrame | None = None) -> Permits:
    """The exposure coded; rows without number, office or day, and repeated numbers, are left out and counted."""
    lost: Counter[str] = Counter()
    kept = _kept(exposure, lost)

    parties = {}
    for kind, name in COLUMNS.items():
        party = _party(kept[name].cast(pl.String)) if name in kept.columns else None
        if party is not None:
            parties[kind] = party
        if party is not None and kind != "office":
            lost[f"no {kind}"] = int((party.codes < 0).sum())
    stratum = _party(
        kept["stratum"].cast(pl.String).fill_null("unknown") if len(kept) else pl.Series([], dtype=pl.String)
    )
    wide = stratum.codes if stratum else np.empty(0, np.int32)
    office = parties["office"].codes if "office" in parties else np.empty(0, np.int32)
    months = kept.select(pl.col("issued_on").dt.year() * 12 + pl.col("issued_on").dt.month()).to_series()
    middle, _ = dense(joined(office, wide))
    month = months.cast(pl.Int32).to_numpy()
    narrow, _ = dense(joined(middle, month))
    numbers = kept["permit_number"].cast(pl.String)
    return Permits(
        numbers=numbers,
        days=kept["issued_on"].cast(pl.Int32).to_numpy(),
        months=month - (month.min() if len(month) else 0),
        cells=(wide, middle, narrow),
        strata=stratum.ids if stratum else (),
        parties=parties,
        flags=_positions(flags, numbers, lost, "flags"),
        masks=_positions(masks, numbers, lost, "masks"),
        coverage={reason: n for reason, n in lost.items() if n},
    )
