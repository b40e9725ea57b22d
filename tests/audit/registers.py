"""Small simulated registers: permits dealt at random, indicators that flag at base rates, and rings on request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipeline.types.leads import Indicator

RATES = {"OFF101": 0.03, "OFF102": 0.02, "OFF103": 0.004, "OFF105": 0.005, "OFF106": 0.001, "OFF114": 0.01}
INDICATORS = tuple(Indicator(code) for code in RATES)
_START = dt.date(2024, 1, 1)


@dataclass(frozen=True)
class Ring:
    """An officer and an office's n-th largest agency, whose permits between two days carry flags at the given rates."""

    officer: str
    office: str
    rank: int
    permits: int
    rates: dict[str, float]
    days: tuple[int, int]


def exposure(permits: int, seed: int, offices: int = 5, officers: int = 10, days: int = 730) -> pl.DataFrame:
    """Permits dealt at random: agencies file at one office and a little elsewhere, employers belong to an agency."""
    generator = np.random.default_rng(seed)
    office = generator.integers(0, offices, permits)
    popularity = generator.gamma(1.5, 1.0, 20)
    agency = office * 20 + generator.choice(20, permits, p=popularity / popularity.sum())
    officer = office * officers + generator.integers(0, officers, permits)
    stratum = generator.choice(["driver", "cook", "nurse", "mason"], permits, p=[0.4, 0.3, 0.2, 0.1])
    names = {"office_id": office, "officer_id": officer, "agency_id": agency}
    names["employer_id"] = agency * 15 + generator.integers(0, 15, permits)
    names["clinic_id"] = office * 3 + generator.integers(0, 3, permits)
    names["workstation_id"] = officer
    prefix = {"office_id": "O", "officer_id": "OF", "agency_id": "AG", "employer_id": "EM", "clinic_id": "CL"}
    columns = {name: [f"{prefix.get(name, 'WS')}-{code}" for code in codes] for name, codes in names.items()}
    issued = [_START + dt.timedelta(int(day)) for day in np.sort(generator.integers(0, days, permits))]
    numbers = [f"P{at:08d}" for at in range(permits)]
    return pl.DataFrame({"permit_number": numbers, "stratum": stratum, "issued_on": issued, **columns})


def flags(of: pl.DataFrame, seed: int, spread: float = 0.05) -> pl.DataFrame:
    """Flags at base rates that differ by office and stratum, and by officer with variance `spread`."""
    generator = np.random.default_rng(seed + 1)
    parts = []
    for code, rate in RATES.items():
        factor = np.ones(len(of))
        for column, shape in (("office_id", 4.0), ("stratum", 6.0), ("officer_id", 1.0 / spread if spread else 0.0)):
            if shape:
                _, at = np.unique(of[column].to_numpy(), return_inverse=True)
                factor *= generator.gamma(shape, 1.0 / shape, int(at.max()) + 1)[at]
        hit = generator.random(len(of)) < np.minimum(rate * factor, 1.0)
        parts.append(pl.DataFrame({"code": code, "permit_number": of["permit_number"].filter(pl.Series(hit))}))
    return pl.concat(parts)


def planted(of: pl.DataFrame, flagged: pl.DataFrame, rings: list[Ring], seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The register with rings: permits of the agency in those days go to the officer, and carry the ring's flags."""
    generator = np.random.default_rng(seed + 2)
    for ring in rings:
        day = (pl.col("issued_on") - _START).dt.total_days()
        agencies = of.filter(pl.col("office_id") == ring.office)["agency_id"].value_counts().sort("count", "agency_id")
        agency = agencies["agency_id"][-1 - ring.rank]
        theirs = of.filter(pl.col("agency_id") == agency, day.is_between(*ring.days))["permit_number"]
        chosen = theirs.sample(min(ring.permits, len(theirs)), seed=seed)
        of = of.with_columns(
            pl.when(pl.col("permit_number").is_in(chosen.to_list()))
            .then(pl.lit(ring.officer))
            .otherwise("officer_id")
            .alias("officer_id")
        )
        for code, rate in ring.rates.items():
            hit = chosen.filter(pl.Series(generator.random(len(chosen)) < rate))
            flagged = pl.concat([flagged, pl.DataFrame({"code": code, "permit_number": hit})])
    return of, flagged.unique(maintain_order=True)
