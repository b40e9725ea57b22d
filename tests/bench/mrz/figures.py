"""Figures of one reader over pictures: pure functions from (picture, answer) pairs to numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rapidfuzz.distance import Levenshtein

from tests.bench.mrz.drive import Answer
from tests.bench.mrz.pictures import Picture
from tests.bench.mrz.zone import Lines, valid, zone
from tests.bench.screening.measure import share


@dataclass(frozen=True, slots=True)
class Read:
    """One picture, what the reader said of it, and the zone in that."""

    picture: Picture
    answer: Answer
    lines: Lines

    @property
    def exact(self) -> bool:
        """Every line as printed."""
        return self.picture.format is not None and self.lines == self.picture.lines


def read(pictures: Sequence[Picture], answers: Sequence[Answer], *, whole_page: bool = False) -> list[Read]:
    """Pictures with their answers, in order; `whole_page` as in `zone`."""
    return [
        Read(picture, answer, zone(answer.lines, whole_page=whole_page))
        for picture, answer in zip(pictures, answers, strict=True)
    ]


def figures(reads: Sequence[Read]) -> dict[str, Any]:
    """The columns of the table.

    `valid_but_wrong`: every check digit agrees and a character is wrong. `false_alarms`: printed right, read wrong, so
    that a check digit fails or a line has the wrong length. `cer`: edit distance to the printed lines over their
    characters, a zone that was not read counted as lost whole. CPU in seconds.
    """
    held = [one for one in reads if one.picture.format is not None]
    wrong = [one for one in held if one.lines and not one.exact]
    printed_wrong = [one for one in held if one.picture.printed_wrong]
    without = [one for one in reads if one.picture.format is None]
    seconds = [one.answer.cpu_s for one in reads]
    return {
        "with_mrz": len(held),
        "exact": sum(one.exact for one in held),
        "cer": character_error_rate(held),
        "valid_but_wrong": sum(valid(one.lines) for one in wrong),
        "false_alarms": sum(not valid(one.lines) and not one.picture.printed_wrong for one in wrong),
        "printed_wrong": len(printed_wrong),
        "exact_of_printed_wrong": sum(one.exact for one in printed_wrong),
        "nothing_read": sum(not one.lines for one in held),
        "without_mrz": len(without),
        "output_without_mrz": sum(bool(one.lines) for one in without),
        "cpu_median_s": round(float(np.median(seconds)), 4) if seconds else None,
        "cpu_p95_s": round(float(np.percentile(seconds, 95)), 4) if seconds else None,
        "failures": dict(Counter(one.answer.failure for one in reads if one.answer.failure)),
    }


def character_error_rate(reads: Sequence[Read]) -> float | None:
    """Insertions, deletions and substitutions over printed characters; None without any."""
    printed = sum(len("".join(one.picture.lines)) for one in reads)
    if not printed:
        return None
    lost = sum(Levenshtein.distance("\n".join(one.picture.lines), "\n".join(one.lines)) for one in reads)
    return round(lost / printed, 5)


def legible(reads: Sequence[Read]) -> dict[str, Any]:
    """Of legible zones: how many are read exactly, called not legible, or not read; exact by format and capture.

    Called not legible: nothing claimed, whether or not the reader saw a zone.
    """
    rows = [one for one in reads if one.picture.legible]
    return {
        "exact": share(one.exact for one in rows),
        "not_legible": share(not one.lines for one in rows),
        "of_these_zone_seen": sum(one.answer.not_legible for one in rows),
        "by_format": _by(rows, [str(one.picture.format) for one in rows]),
        "by_capture": _by(rows, [one.picture.capture for one in rows]),
    }


def not_exact_by_kind(reads: Sequence[Read]) -> dict[str, int]:
    """How zones that were not read exactly differ, legible ones only."""
    rows = (one for one in reads if one.picture.legible and not one.exact)
    return dict(Counter(_difference(one) for one in rows).most_common())


def _difference(one: Read) -> str:
    if not one.lines:
        return "nothing claimed"
    if len(one.lines) != len(one.picture.lines):
        return "another number of lines"
    pairs = list(zip(one.picture.lines, one.lines, strict=True))
    if any(len(printed) != len(said) for printed, said in pairs):
        return "a line of another length"
    return f"{sum(a != b for printed, said in pairs for a, b in zip(printed, said, strict=True))} characters differ"


def stated(reads: Sequence[Read]) -> Iterator[tuple[float, bool]]:
    """Each line's stated probability of being exact, and whether it was; readers that state none give nothing."""
    for one in reads:
        if len(one.answer.probabilities) != len(one.lines):
            continue
        printed = one.picture.lines
        for index, (line, probability) in enumerate(zip(one.lines, one.answer.probabilities, strict=True)):
            # With a line too many or too few its neighbours have other places, and may be right all the same.
            right = line == printed[index] if len(one.lines) == len(printed) else line in printed
            yield probability, right


def _by(reads: Sequence[Read], names: Sequence[str]) -> dict[str, Any]:
    return {
        name: share(one.exact for one, its in zip(reads, names, strict=True) if its == name)
        for name in sorted(set(names))
    }
