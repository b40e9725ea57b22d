"""Stated probabilities against what happened: reliability diagram and expected calibration error."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

#: Edges of the bins: close together where a good reader puts nearly all of its lines, so that a bin hides little.
EDGES = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0)


def reliability(stated: Iterable[tuple[float, bool]]) -> dict[str, Any]:
    """Bins that hold a line, and the expected calibration error over them.

    The error is the mean over lines of |mean stated probability - share exact| of the line's bin (Naeini et al. 2015);
    finer bins can only raise it. A bin takes its lower edge in, the last one both.

    Raises:
        ValueError: for a probability outside 0-1.
    """
    bins: list[list[tuple[float, bool]]] = [[] for _ in EDGES[1:]]
    for probability, right in stated:
        if not 0.0 <= probability <= 1.0:
            raise ValueError(f"no probability: {probability}")
        bins[min(bisect_right(EDGES, probability), len(bins)) - 1].append((probability, right))
    rows = [_bin(low, high, lines) for (low, high), lines in zip(pairwise(EDGES), bins, strict=True) if lines]
    total = sum(row["n"] for row in rows)
    error = sum(row["n"] * abs(row["stated"] - row["exact"]) for row in rows) / total if total else None
    return {"lines": total, "expected_calibration_error": error, "bins": rows}


def _bin(low: float, high: float, lines: list[tuple[float, bool]]) -> dict[str, Any]:
    n = len(lines)
    return {
        "from": low,
        "to": high,
        "n": n,
        "stated": sum(probability for probability, _ in lines) / n,
        "exact": sum(right for _, right in lines) / n,
    }
