"""One printed field against the others of its document, robustly."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.types.facts import AnyFact, Facts
from pipeline.types.printed import FieldQuality

#: Makes the median absolute deviation of normal data their standard deviation.
MAD_TO_SIGMA = 1.4826

Measure = Callable[[FieldQuality], float | None]


@dataclass(frozen=True, slots=True)
class Measured:
    """A printed field with its capture measured; `facts` are the reading, if there is one, and the measurement."""

    name: str
    quality: FieldQuality
    facts: tuple[AnyFact, ...]
    characters: int

    @property
    def centre(self) -> float:
        """Height on the page, page fraction."""
        box = self.facts[0].box
        return (box.top + box.bottom) / 2


def fields_measured(facts: Facts) -> list[Measured]:
    """Every field of the printed zone that was measured, in the order read."""
    read = {fact.key: fact for fact in facts if not fact.repairs}
    fields = []
    for fact in read.values():
        zone, _, name = fact.key.partition(".")
        if zone != "quality" or not isinstance(fact.value, FieldQuality):
            continue
        printed = read.get(f"viz.{name}")
        characters = sum(character.isalnum() for character in printed.raw) if printed else 0
        fields.append(Measured(name, fact.value, (printed, fact) if printed else (fact,), characters))
    return fields


def outliers(
    fields: Sequence[Measured], measure: Measure, z: float, ratio: float, least_spread: float, fewest: int
) -> Iterator[tuple[Measured, float, float]]:
    """Fields at least `z` robust deviations and a factor of `ratio` from the median of all: (field, value, median).

    Args:
        fields: all fields of the document.
        measure: what to compare; fields without it are left out.
        z: robust deviations, inclusive.
        ratio: factor to the median, either way, inclusive.
        least_spread: share of the median below which the spread is not taken to lie.
        fewest: fields with the measure below which nothing is compared.
    """
    values = _values(fields, measure)
    if len(values) < fewest:
        return
    middle = statistics.median(value for _, value in values)
    if middle <= 0:
        return
    spread = max(_spread(values, middle), least_spread * middle)
    for field, value in values:
        factor = max(value / middle, middle / value) if value > 0 else ratio
        if abs(value - middle) / spread >= z and factor >= ratio:
            yield field, value, middle


def outliers_by_difference(
    fields: Sequence[Measured], measure: Measure, z: float, difference: float, least_spread: float, fewest: int
) -> Iterator[tuple[Measured, float, float]]:
    """As `outliers`, for a measure whose zero means nothing: at least `difference` from the median, both inclusive."""
    values = _values(fields, measure)
    if len(values) < fewest:
        return
    middle = statistics.median(value for _, value in values)
    spread = max(_spread(values, middle), least_spread)
    for field, value in values:
        if abs(value - middle) / spread >= z and abs(value - middle) >= difference:
            yield field, value, middle


def _values(fields: Sequence[Measured], measure: Measure) -> list[tuple[Measured, float]]:
    return [(field, value) for field in fields if (value := measure(field.quality)) is not None]


def _spread(values: Sequence[tuple[Measured, float]], middle: float) -> float:
    return MAD_TO_SIGMA * statistics.median(abs(value - middle) for _, value in values)
