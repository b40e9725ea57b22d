"""Methods that audit offices use today, on the same tables: none compares like with like.

Each takes exposure and flags and gives alerts. Units are officers, agencies, employers and clinics; the lift is of
pairs of an officer and any of the others.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import polars as pl
from scipy.stats import hypergeom

from tests.bench.audit.alerts import Alert

Method = Callable[[pl.DataFrame, pl.DataFrame], list[Alert]]

PARTIES = ("agency", "employer", "clinic")
UNITS = ("officer", *PARTIES)
TOP, LEAST_PERMITS, LEAST_EVENTS = 10, 100, 3
Z, FENCE, LIFT_Q, FOREST_SHARE = 3.0, 1.5, 0.05, 0.05


def _counts(exposure: pl.DataFrame, flags: pl.DataFrame, unit: str) -> pl.DataFrame:
    """Of each unit and indicator: unit, code, n permits and k flagged; also where none is."""
    column = f"{unit}_id"
    exposed = exposure.filter(pl.col(column).is_not_null())
    n = exposed.group_by(pl.col(column).alias("unit")).len("n")
    k = flags.join(exposed.select("permit_number", pl.col(column).alias("unit")), on="permit_number")
    every = n.join(flags.select(pl.col("code").unique(maintain_order=True)), how="cross")
    counted = every.join(k.group_by("unit", "code").len("k"), on=["unit", "code"], how="left")
    return counted.with_columns(pl.col("k").fill_null(0).cast(pl.Int64), pl.col("n").cast(pl.Int64)).sort(
        "code", "unit"
    )


def _alerts(unit: str, rows: pl.DataFrame) -> Iterator[Alert]:
    for name, code in rows.select("unit", "code").iter_rows():
        yield Alert(code, ((unit, name),))


def top_by_count(exposure: pl.DataFrame, flags: pl.DataFrame) -> list[Alert]:
    """The ten officers and the ten agencies with the most flags, per indicator."""
    found: list[Alert] = []
    for unit in ("officer", "agency"):
        ranked = _counts(exposure, flags, unit).filter(pl.col("k") > 0)
        ranked = ranked.filter(pl.col("k").rank("ordinal", descending=True).over("code") <= TOP)
        found += _alerts(unit, ranked)
    return found


def above_three_sigma(exposure: pl.DataFrame, flags: pl.DataFrame) -> list[Alert]:
    """Units of a hundred permits or more, three binomial deviations above the rate of the whole register."""
    found: list[Alert] = []
    for unit in UNITS:
        rate = pl.col("k").sum().over("code") / pl.col("n").sum().over("code")
        z = (pl.col("k") - pl.col("n") * rate) / (pl.col("n") * rate * (1 - rate)).sqrt()
        rows = _counts(exposure, flags, unit).with_columns(z.alias("z"))
        found += _alerts(unit, rows.filter((pl.col("n") >= LEAST_PERMITS) & (pl.col("z") > Z)))
    return found


def above_the_fence(exposure: pl.DataFrame, flags: pl.DataFrame) -> list[Alert]:
    """Rate above the upper quartile by one and a half times the distance of the quartiles (Tukey 1977)."""
    found: list[Alert] = []
    for unit in UNITS:
        rows = _counts(exposure, flags, unit).filter(pl.col("n") >= LEAST_PERMITS)
        rows = rows.with_columns((pl.col("k") / pl.col("n")).alias("rate"))
        low, high = pl.col("rate").quantile(0.25).over("code"), pl.col("rate").quantile(0.75).over("code")
        above = pl.col("rate") > high + FENCE * (high - low)
        found += _alerts(unit, rows.filter(above & (pl.col("k") >= LEAST_EVENTS)))
    return found


def isolation_forest(exposure: pl.DataFrame, flags: pl.DataFrame) -> list[Alert]:
    """The five per cent of officers and of agencies that are the most easily set apart by their rates."""
    forest = importlib.import_module("sklearn.ensemble").IsolationForest
    found: list[Alert] = []
    for unit in ("officer", "agency"):
        rows = _counts(exposure, flags, unit).filter(pl.col("n") >= LEAST_PERMITS)
        rates = rows.with_columns((pl.col("k") / pl.col("n")).alias("rate")).pivot("code", index="unit", values="rate")
        if rates.is_empty():
            continue
        said = forest(contamination=FOREST_SHARE, random_state=1, n_jobs=1).fit_predict(rates.drop("unit").to_numpy())
        found += [Alert("", ((unit, name),)) for name in rates["unit"].filter(pl.Series(said == -1))]
    return found


def lift(exposure: pl.DataFrame, flags: pl.DataFrame) -> list[Alert]:
    """Pairs that meet more often than by Fisher's exact test over the whole register, by Benjamini and Hochberg."""
    found: list[Alert] = []
    for party in PARTIES:
        column = f"{party}_id"
        there = exposure.filter(pl.col(column).is_not_null())
        pairs = there.group_by("officer_id", column).len("k").filter(pl.col("k") >= LEAST_EVENTS)
        pairs = pairs.join(there.group_by("officer_id").len("n"), on="officer_id")
        pairs = pairs.join(there.group_by(column).len("m"), on=column).sort("officer_id", column)
        k, n, m = (pairs[name].cast(pl.Int64).to_numpy() for name in ("k", "n", "m"))
        p = hypergeom.sf(k - 1, there.height, n, m)
        for officer, other in pairs.filter(pl.Series(_discoveries(p))).select("officer_id", column).iter_rows():
            found.append(Alert("", (("officer", officer), (party, other))))
    return found


def _discoveries(p: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which tests are discoveries at `LIFT_Q` (Benjamini and Hochberg 1995)."""
    order = np.argsort(p)
    passed = np.flatnonzero(p[order] <= LIFT_Q * np.arange(1, len(p) + 1) / max(len(p), 1))
    found = np.zeros(len(p), np.bool_)
    found[order[: passed[-1] + 1 if len(passed) else 0]] = True
    return found


def methods() -> tuple[dict[str, Method], dict[str, str]]:
    """All baselines that can be run here, and those that cannot, each with the reason."""
    run: dict[str, Method] = {
        "top 10 by count": top_by_count,
        "z > 3, n >= 100": above_three_sigma,
        "quartile fence": above_the_fence,
        "isolation forest, 5 %": isolation_forest,
        "unstratified Fisher lift, BH .05": lift,
    }
    missing: Mapping[str, str] = {}
    if importlib.util.find_spec("sklearn") is None:
        del run["isolation forest, 5 %"]
        missing = {"isolation forest, 5 %": "scikit-learn is not installed"}
    return run, dict(missing)
