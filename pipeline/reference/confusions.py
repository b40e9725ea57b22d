"""Which glyphs an OCR engine takes for one another, and what it costs to believe that it did.

A cost of 0 means that no engine tells the two apart, 1 that none confuses them. Cost times legibility is what a
confusion is held against: on a poor scan a rare confusion is a good explanation, on a sharp one only a common one is.

Source: pairs named in Doc 9303-3 (OCR-B), in the issue trackers of MRZ readers and in our own measurements of two
engine families on specimens (November 2026); their order is measured, the figures are house values.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: Legibility (0-1) from which a reading may support more than a weak finding (house value; DOMAIN rule MRZ-CD asks 0.9
#: of the whole image, a field is smaller).
LEGIBLE = 0.85

#: Probability (0-1) from which an engine's other reading of a character counts (house value).
LIKELY_ALTERNATIVE = 0.1

#: What engine families of different make take for one another alike, so that their agreement says nothing (measured on
#: specimens in November 2026: the O of UTO is read as 0).
SHARED_CONFUSIONS = frozenset(frozenset(pair) for pair in ("O0", "I1"))

#: Cost times legibility up to which a confusion explains a difference.
EXPLAINED = 0.4

_PAIRS: tuple[tuple[float, str], ...] = (
    (0.10, "O0"),
    (0.20, "I1 IL 1L"),
    (0.30, "S5 B8 Z2 G6 <K D0 Q0 DO QO UV"),
    (0.40, "CG MN <L <C <S <E <X VY IJ IT 1T 1J 4A"),
    (0.60, "38 17 56 68 08 49 27 35 06 09 58 89 36 14"),
    (0.60, "RP EF FP HN HM KX VW NW BR BD CO CQ TY S8 G0 JU EB PB KR XY AR 7T UO UJ LE FT G8 3B SB"),
)

#: Glyph sequences that look like one glyph.
_SEQUENCES: tuple[tuple[str, str, float], ...] = (
    ("RN", "M", 0.3),
    ("VV", "W", 0.3),
    ("CL", "D", 0.4),
    ("LI", "U", 0.4),
)

#: Each place that differs costs a little beside its own cost, so that few places beat many cheap ones.
PLACE_COST = 0.05
#: Recognisers merge two equal neighbours and lose thin strokes more often than other glyphs.
_LOST_DOUBLE, _LOST_THIN, _LOST = 0.4, 0.5, 1.0
_THIN = frozenset("I1LJ<")


@dataclass(frozen=True, slots=True)
class Step:
    """One place where two texts differ.

    Attributes:
        expected: what the first text has there; empty where the second has more.
        seen: what the second text has there; empty where it has less.
        position: 0-based, in the first text.
        cost: 0-1, of the OCR confusion that would explain it.
    """

    expected: str
    seen: str
    position: int
    cost: float

    def __str__(self) -> str:
        if not self.expected:
            return f"{self.seen} more after character {self.position}"
        if not self.seen:
            return f"{self.expected} less at character {self.position + 1}"
        return f"{self.seen} for {self.expected} at character {self.position + 1}"


def _costs() -> dict[frozenset[str], float]:
    return {frozenset(pair): cost for cost, pairs in reversed(_PAIRS) for pair in pairs.split()}


_COST = _costs()


def glyph_cost(one: str, other: str) -> float:
    """Cost (0-1) of taking one glyph for the other; 0 for the same glyph."""
    return 0.0 if one == other else _COST.get(frozenset((one, other)), 1.0)


def lookalikes(glyph: str, legibility: float) -> tuple[str, ...]:
    """Other glyphs it could be at that legibility (0-1), the likeliest first."""
    found = [
        (cost, other)
        for pair, cost in _COST.items()
        if glyph in pair and cost * legibility <= EXPLAINED
        for other in pair - {glyph}
    ]
    return tuple(other for _, other in sorted(found))


def difference(expected: str, seen: str) -> tuple[Step, ...]:
    """Cheapest way from one text to the other, as the places where they differ; empty when they are equal.

    Both in capitals. Runs in the product of the lengths.
    """
    best: dict[tuple[int, int], tuple[float, tuple[int, int] | None]] = {(0, 0): (0.0, None)}
    for i, j in itertools.product(range(len(expected) + 1), range(len(seen) + 1)):
        total = best[i, j][0]
        for di, dj, cost in _moves(expected, seen, i, j):
            onward = (i + di, j + dj)
            offer = total + cost + (PLACE_COST if expected[i : i + di] != seen[j : j + dj] else 0.0)
            if onward not in best or offer < best[onward][0]:
                best[onward] = (offer, (i, j))
    return tuple(_walk_back(expected, seen, best))


def _moves(expected: str, seen: str, i: int, j: int) -> Iterator[tuple[int, int, float]]:
    if i < len(expected):
        yield 1, 0, _lost(expected, i)
    if j < len(seen):
        yield 0, 1, _lost(seen, j)
    if i < len(expected) and j < len(seen):
        yield 1, 1, glyph_cost(expected[i], seen[j])
    for many, one, cost in _SEQUENCES:
        if expected.startswith(many, i) and seen.startswith(one, j):
            yield 2, 1, cost
        if expected.startswith(one, i) and seen.startswith(many, j):
            yield 1, 2, cost


def _lost(text: str, at: int) -> float:
    if text[at] in text[max(at - 1, 0) : at] + text[at + 1 : at + 2]:
        return _LOST_DOUBLE
    return _LOST_THIN if text[at] in _THIN else _LOST


def _walk_back(
    expected: str, seen: str, best: dict[tuple[int, int], tuple[float, tuple[int, int] | None]]
) -> list[Step]:
    steps: list[Step] = []
    here: tuple[int, int] = (len(expected), len(seen))
    while (before := best[here][1]) is not None:
        left, right = expected[before[0] : here[0]], seen[before[1] : here[1]]
        if left != right:
            spent = best[here][0] - best[before][0] - PLACE_COST
            steps.append(Step(left, right, before[0], round(spent, 3)))
        here = before
    return steps[::-1]


def explained(steps: Iterable[Step], legibility: float) -> bool:
    """Whether one confusable glyph, or the same one several times, explains all of a difference.

    Args:
        steps: from `difference`; none explains nothing.
        legibility: 0-1, of the poorer of the two readings.
    """
    listed = tuple(steps)
    pairs = {frozenset((step.expected, step.seen)) for step in listed}
    return len(pairs) == 1 and all(step.cost * legibility <= EXPLAINED for step in listed)


def in_words(steps: Iterable[Step], legibility: float) -> str:
    """The difference character by character, with what a confusion would cost: `0 for O at character 3 (cost 0.10)`."""
    listed = [f"{step} (cost {step.cost:.2f})" for step in steps]
    return f"{'; '.join(listed)}; legibility {legibility:.2f}"
