"""Numbers of an audit as they are printed: as many digits as say something, and never a zero that is none."""

from __future__ import annotations

from math import floor, isfinite, log10


def number(value: float) -> str:
    """A count to expect, a ratio or a limit: `1,854`, `12.40`, `0.033`, `< 0.0001`; `–` where there is none."""
    if not isfinite(value):
        return "–"
    size = abs(value)
    if size == 0 or 1 <= size < 100:
        return f"{value:.2f}"
    if size >= 100:
        return f"{value:,.0f}"
    if size < 1e-4:
        return "< 0.0001"
    return f"{value:.{1 - floor(log10(size))}f}"


def chance(value: float) -> str:
    """A probability that should be small: `0.013`, `< 0.001`."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def sure(value: float) -> str:
    """A probability that should be large: `0.94`, `> 0.99`; nothing is certain."""
    return "> 0.99" if value > 0.99 else f"{value:.2f}"
