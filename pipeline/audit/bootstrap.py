"""Parametric bootstrap of the combined evidence: how often chance alone gives as much.

Each draw gives every unit of a table new counts around its expected values, with the over-dispersion of the table, and
sums their evidence as for the real counts. Permits flagged by several indicators at once are drawn as such (`Joint`):
night work is both out of hours and fast, and one permit must not count as two that agree by chance. Davison & Hinkley
(1997), Bootstrap Methods and their Application, section 4.2.

Beyond what was drawn, the tail falls at least as fast as exp(-evidence): under the null the mean Bayes factor is 1
(Ville 1939; Good 1950), so that P(S >= t) = e^-t times the probability density of a pattern at t, which falls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.audit.evidence import log_bayes_factor
from pipeline.audit.exposure import Ints
from pipeline.audit.strata import Floats

#: Counts drawn per table and run at most, in units.
MOST_DRAWN = 400_000
#: Drawn exceedances on which the tail is anchored.
_ANCHOR = 20


@dataclass(frozen=True)
class Joint:
    """Permits flagged by all of `members` (rows of the indicators) at once, and how many each unit expects."""

    members: tuple[int, ...]
    expected: Floats


@dataclass(frozen=True)
class Tail:
    """Evidence drawn under the null, descending, of all units in all draws."""

    drawn: Floats
    draws: int

    def expected_at_least(self, evidence: Floats) -> Floats:
        """How many units of the table reach this evidence by chance in one register."""
        ascending = self.drawn[::-1]
        reached = len(ascending) - np.searchsorted(ascending, evidence, side="left")
        anchor = min(_ANCHOR, len(self.drawn))
        beyond = np.maximum(evidence - (self.drawn[anchor - 1] if anchor else 0.0), 0.0)
        return np.where(reached >= anchor, reached, anchor * np.exp(-beyond)) / self.draws


def drawn_counts(
    expected: npt.NDArray[np.floating],
    alphas: Floats,
    joint: Sequence[Joint],
    draws: int,
    generator: np.random.Generator,
) -> Iterator[npt.NDArray[np.integer]]:
    """Counts under the null, indicator by indicator: (draws * units), the draws one after the other."""
    shared: dict[int, list[tuple[Ints, Ints]]] = {row: [] for row in range(len(expected))}
    for row, alpha in enumerate(alphas):
        alone = expected[row].astype(np.float64)
        for group in joint:
            if row in group.members:
                alone -= group.expected
        mean = np.tile(np.maximum(alone, 0.0), draws)
        factor = generator.standard_gamma(1.0 / alpha, len(mean)) * alpha if alpha > 0 else np.ones(1)
        counts = generator.poisson(mean * factor)
        for group in joint:
            # The habit of its first member is taken for that of all.
            if group.members[0] == row:
                drawn = generator.poisson(np.tile(group.expected, draws) * factor)
                at = np.flatnonzero(drawn)
                for member in group.members:
                    shared[member].append((at, drawn[at]))
        for at, more in shared.pop(row):
            counts[at] += more
        yield counts


def null_tail(
    expected: npt.NDArray[np.floating],
    alphas: Floats,
    caps: Floats,
    minimum: Floats,
    joint: Sequence[Joint],
    draws: int,
    generator: np.random.Generator,
) -> Tail:
    """Evidence of a table's units under the null.

    Args:
        expected: (indicators, units).
        alphas: over-dispersion per indicator.
        caps: what each indicator may say at most.
        minimum: events of an indicator from which a unit can be a pattern at all.
        joint: events of several indicators at once.
        draws: registers to draw; fewer where the table is large.
        generator: of the draws.
    """
    units = expected.shape[1]
    draws = max(1, min(draws, MOST_DRAWN // max(units, 1)))
    counts = drawn_counts(expected, alphas, joint, draws, generator)
    evidence = np.zeros(draws * units)
    pattern = np.zeros(draws * units, dtype=bool)
    for count, mean, alpha, cap, least in zip(counts, expected, alphas, caps, minimum, strict=True):
        none = log_bayes_factor(0.0, mean, float(alpha))
        evidence += np.tile(none, draws)
        some = np.flatnonzero(count)
        of_unit = some % units
        told = np.minimum(log_bayes_factor(count[some], mean[of_unit], float(alpha)), cap)
        evidence[some] += told - none[of_unit]
        pattern[some] |= (count[some] >= least) & (told > 0)
    return Tail(np.sort(evidence[pattern])[::-1], draws)
