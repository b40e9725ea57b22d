"""One field in two zones: whether the readings carry a difference, and what would explain it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from checks.agreement import dissent, likely
from checks.base import Context, Found
from pipeline.reference.confusions import LEGIBLE, Step, explained, in_words
from pipeline.types.facts import AnyFact, Fact, Facts, Key
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import DOC_TEMPLATE
from pipeline.types.mrz import CheckDigit

P = TypeVar("P")
C = TypeVar("C")
T = TypeVar("T")

#: With more mandatory fields than this not found, the template is not the page's own: values are then read beside
#: labels that it does not expect.
MOST_MISSING = 2
#: More places than this are not listed one by one.
_LISTED = 3


@dataclass(frozen=True, slots=True)
class Pair(Generic[P, C]):
    """The printed and the coded reading of one field."""

    printed: Fact[P]
    coded: Fact[C]

    @property
    def evidence(self) -> tuple[AnyFact, ...]:
        """Both readings, the printed one in front."""
        return self.printed, self.coded

    @property
    def legibility(self) -> float:
        """Of the poorer reading, 0-1."""
        return min(self.printed.legibility, self.coded.legibility)


def doubt(code: str, pair: Pair[P, C], facts: Facts, context: Context, digit: Key[CheckDigit] | None) -> str:
    """Why the readings cannot carry more than a weak finding, in words; empty if they can.

    `digit` is the check digit over the field, if there is one (None); agreement of engines is asked for either way.
    The check's `code` names its thresholds `legible` and `most_missing`.
    """
    template = facts.find(DOC_TEMPLATE)
    most = context.threshold(code, "most_missing", MOST_MISSING)
    if template is not None and len(template.value.missing) > most:
        return "the page's layout was only partly recognised, so a value may belong to another label"
    if pair.legibility < context.threshold(code, "legible", LEGIBLE):
        return f"poor print or scan, legibility {pair.legibility:.2f}"
    if digit is not None:
        found = facts.repaired(digit) or facts.find(digit)
        if found is not None and not found.value.ok:
            return "the MRZ's own check digit of this field does not agree with what was read there"
    return dissent(facts, pair.coded)


def misread(steps: tuple[Step, ...], legibility: float) -> str:
    """The one glyph that explains a difference, a look-alike or one lost in reading, in words; empty if none does.

    A single glyph more or less moves all that follow: readers lose glyphs, but nobody alters a field so.
    """
    if explained(steps, legibility):
        return f"one look-alike glyph explains it: {in_words(steps, legibility)}"
    if len(steps) == 1 and not (steps[0].expected and steps[0].seen):
        return f"one glyph lost or added in reading explains it: {in_words(steps, legibility)}"
    return ""


def second_reading(fact: Fact[str], agrees: Callable[[str], bool]) -> str:
    """The engine's own other reading of one character with which the zones agree, in words; empty if none."""
    for other in fact.alternatives:
        if likely(other) and other.position < len(fact.raw):
            text = fact.raw[: other.position] + other.character + fact.raw[other.position + 1 :]
            if agrees(text):
                return f"the engine also read {other.character} at character {other.position + 1}, and then they agree"
    return ""


def weighed(
    message: str,
    pair: Pair[P, C],
    steps: tuple[Step, ...],
    innocent: str,
    unsure: str,
) -> Found:
    """A difference as a finding: innocent where one glyph explains it or the reading is doubtful, else as declared.

    A single place that differs is at most moderate: what one glyph may do is never strong. `steps` say where the two
    differ, the MRZ's text first; `innocent` is a second reading, in words; `unsure` comes from `doubt`.
    """
    cause = misread(steps, pair.legibility) or innocent or unsure
    listed = f": {in_words(steps, pair.legibility)}" if 0 < len(steps) <= _LISTED else ""
    if cause:
        return Found(message + listed, pair.evidence, cause, None, Hypothesis.CAPTURE, Strength.WEAK)
    return Found(message + listed, pair.evidence, strength=Strength.MODERATE if len(steps) == 1 else None)


def clerical(message: str, pair: Pair[P, C], why: str, cause: str | None = None) -> Found:
    """A weak finding that a slip or habit of the office explains."""
    return Found(message, pair.evidence, why, cause, Hypothesis.CLERICAL, Strength.WEAK)
