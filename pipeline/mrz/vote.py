"""Readings of one zone by several engines -> the lines they support best, character by character.

Only a character that an engine read at a place can be chosen there. What weighs: the engines' probabilities, agreement
between families, what the standard lets the field hold, and known weaknesses of a family. A check digit decides
one thing only: whether a field is taken whole from another reading when the vote's own version of it does not agree
and the other reading's does. Every character taken from another engine than the line's primary one is recorded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Hamming, Levenshtein

from pipeline.mrz.digits import check_digits
from pipeline.mrz.repair import complete
from pipeline.ocr.engine import Character, LineReading
from pipeline.reference.mrz_fields import LAYOUTS, Covered, Holds, Place, holds_at
from pipeline.types.mrz import SHAPE, MrzFormat

#: Probability that an engine leaves to a character it did not name: one that names its runners-up leaves little to
#: others, Tesseract names none and is sure of its mistakes.
_UNNAMED = {"overseal": 0.004}
_UNNAMED_ELSE = 0.03
#: A reading of another length is worth its alignment only if it differs from the rest in at most this share.
_MOST_UNLIKE = 0.2
#: A reading whose characters stand a place off, for one that was seen too much or too little, is nearer by this many
#: edits once it is aligned.
_SLIPPED = 2
#: A filler that was added to reach the line's length was seen by nobody.
_ADDED = 0.5
#: How sure a line is of the length that it was fitted to.
_FITTED = 0.8
#: Prior of a letter where digits belong, or the reverse, for a character that an engine did read.
_OUT_OF_CLASS = 0.02
#: A field is taken whole from another reading only if the pixels speak against that by less than this (nats): what two
#: engines are about equally sure of, a check digit may settle; what one is sure of, it may not.
_MOST_AGAINST = 1.0


@dataclass(frozen=True, slots=True)
class Choice:
    """One place of a voted line: the character, 0-1 how sure, and what else it could be."""

    character: str
    probability: float
    alternatives: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class VotedLine:
    """One line of the zone.

    Attributes:
        raw: as the preferred engine gave it; `engine` names that engine.
        text: voted, of the format's length; `choices` its places.
        repairs: each difference from `raw`, in words.
        agreed: whether two families gave this very text.
        engines: whose readings took part; others were too unlike to be laid beside it.
    """

    raw: str
    engine: str
    choices: tuple[Choice, ...]
    repairs: tuple[str, ...]
    agreed: bool
    engines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The characters joined."""
        return "".join(choice.character for choice in self.choices)


@dataclass(frozen=True, slots=True)
class _Aligned:
    """A reading spread over the places of a line; None where it has nothing for a place."""

    reading: LineReading
    completed: str
    repairs: tuple[str, ...]
    places: tuple[Character | None, ...]


def vote(layout: MrzFormat, zones: Sequence[tuple[LineReading, ...]]) -> tuple[VotedLine, ...] | None:
    """The lines that the readings support; None where no reading of some line has the format's length.

    Args:
        layout: the format.
        zones: one tuple of readings (a line each) by engine and crop, the preferred engine first.
    """
    count, length = SHAPE[layout]
    aligned: list[list[_Aligned]] = []
    for line in range(count):
        readings = [zone[line] for zone in zones if len(zone) == count]
        spread = _spread(readings, length, line + 1)
        if not spread:
            return None
        aligned.append(spread)
    texts = [_voted(layout, line, aligned[line], length) for line in range(count)]
    texts = _whole_fields(layout, texts, aligned)
    return tuple(_finished(layout, line, tuple(texts), aligned[line]) for line in range(count))


def _spread(readings: Sequence[LineReading], length: int, number: int) -> list[_Aligned]:
    """Readings aligned to the first one of the right length; none where there is no such."""
    done = [_completed(reading, length, number) for reading in readings]
    base = next((text for text, _, _ in done if len(text) == length), None)
    if base is None:
        return []
    return [
        _Aligned(reading, text, repairs, _places(own, text, base))
        for reading, (text, repairs, own) in zip(readings, done, strict=True)
        if len(text) == length or Levenshtein.distance(text, base) <= _MOST_UNLIKE * length
    ]


def _completed(reading: LineReading, length: int, number: int) -> tuple[str, tuple[str, ...], tuple[Character, ...]]:
    """A reading at the format's length by fillers alone, what was done, and its characters so."""
    if len(reading.fitted) == length:
        text = "".join(character.text for character in reading.fitted)
        told = f"line {number}: {_fillers(length - len(reading.text))}, as lines of a zone are of one length"
        return text, (told,), _one_unsure(reading.fitted)
    item = complete(reading.text, length, number)
    own = tuple(
        reading.characters[i]
        if i < len(reading.characters) and reading.characters[i].text == text
        else Character(text, _ADDED)
        for i, text in enumerate(item.text)
    )
    return item.text, item.repairs, own


def _fillers(more: int) -> str:
    return f"{more} fillers added" if more > 0 else f"{-more} fillers taken away"


def _one_unsure(fitted: tuple[Character, ...]) -> tuple[Character, ...]:
    """The characters, the last filler of the longest run no surer than `_FITTED`: one of them was added or lost."""
    text = "".join(character.text for character in fitted)
    run = max(re.finditer("<+", text), key=lambda found: len(found.group()), default=None)
    if run is None:
        return fitted
    at = run.end() - 1
    return (*fitted[:at], replace(fitted[at], probability=min(fitted[at].probability, _FITTED)), *fitted[at + 1 :])


def _places(own: tuple[Character, ...], completed: str, base: str) -> tuple[Character | None, ...]:
    length = len(base)
    slipped = Hamming.distance(base, completed, pad=True) > Levenshtein.distance(base, completed) + _SLIPPED
    if len(own) == length and not slipped:
        return own
    places: list[Character | None] = [None] * length
    for code in Levenshtein.opcodes(base, completed):
        if code.tag in ("equal", "replace"):
            for offset in range(code.src_end - code.src_start):
                places[code.src_start + offset] = own[code.dest_start + offset]
    return tuple(places)


def _voted(layout: MrzFormat, line: int, aligned: list[_Aligned], length: int) -> str:
    """Best character by place."""
    text = []
    for column in range(length):
        scores = scored(
            [(item.reading.family, item.places[column]) for item in aligned], holds_at(layout, line, column)
        )
        text.append(max(scores, key=lambda character: scores[character]))
    return "".join(text)


def scored(seen: Sequence[tuple[str, Character | None]], holds: Holds) -> dict[str, float]:
    """Log support of every character that some engine read at one place.

    Args:
        seen: (family, what it read there); readings of one family count as their mean.
        holds: what the standard lets the place hold.
    """
    named = dict.fromkeys(character.text for _, character in seen if character is not None)
    if len(named) == 1:
        return dict.fromkeys(named, 0.0)  # without a rival, support says nothing
    families = dict.fromkeys(family for family, character in seen if character is not None)
    scores = {}
    for candidate in named:
        total = math.log(_prior(candidate, holds))
        for family in families:
            logs = [math.log(_given(family, c, candidate)) for own, c in seen if own == family and c is not None]
            total += sum(logs) / len(logs)
        scores[candidate] = total
    return scores


def _prior(character: str, holds: Holds) -> float:
    if character == "<" or holds is Holds.BOTH:
        return 1.0
    return 1.0 if character.isalpha() == (holds is Holds.LETTERS) else _OUT_OF_CLASS


def _given(family: str, read: Character, candidate: str) -> float:
    """Probability that an engine of this family leaves to a candidate."""
    least = _UNNAMED.get(family, _UNNAMED_ELSE)
    if read.text == candidate:
        return max(read.probability, least)
    return max((p for text, p in read.alternatives if text == candidate and p > least), default=least)


def _whole_fields(layout: MrzFormat, texts: list[str], aligned: list[list[_Aligned]]) -> list[str]:
    """Take a field whole from another reading where only that one's check digit agrees."""
    covered = LAYOUTS[layout].digits
    for digit in covered:
        if _ok(layout, tuple(texts), digit.name):
            continue
        places = _own_places(layout, digit, covered)
        for index in range(len(aligned[digit.digit.line])):
            other = _with_field(layout, texts, aligned, places, index)
            if other is not None and _ok(layout, tuple(other), digit.name):
                texts = other
                break
    return texts


def _ok(layout: MrzFormat, lines: tuple[str, ...], name: str) -> bool:
    return next(digit.ok for digit in check_digits(layout, lines) if digit.name == name)


def _own_places(layout: MrzFormat, digit: Covered, covered: tuple[Covered, ...]) -> tuple[Place, ...]:
    """What a digit alone covers: the composite's share is what no other digit vouches for."""
    if digit.name != "composite":
        return (*digit.over, digit.digit)
    vouched = [place for other in covered if other is not digit for place in (*other.over, other.digit)]
    loose = [
        place
        for place, _ in LAYOUTS[layout].fields.values()
        if place not in vouched
        and any(o.line == place.line and o.start <= place.start and place.end <= o.end for o in digit.over)
    ]
    return (*loose, digit.digit)


def _with_field(
    layout: MrzFormat, texts: list[str], aligned: list[list[_Aligned]], places: tuple[Place, ...], index: int
) -> list[str] | None:
    """The lines with some places as one reading has them; None where it has a gap there or the pixels are against."""
    lines = [list(text) for text in texts]
    against = 0.0
    for place in places:
        if index >= len(aligned[place.line]):
            return None
        for column in range(place.start, place.end):
            own = aligned[place.line][index].places[column]
            if own is None:
                return None
            seen = [(item.reading.family, item.places[column]) for item in aligned[place.line]]
            scores = scored(seen, holds_at(layout, place.line, column))
            against += max(scores.values()) - scores[own.text]
            lines[place.line][column] = own.text
    return None if against > _MOST_AGAINST else ["".join(line) for line in lines]


def _finished(layout: MrzFormat, line: int, texts: tuple[str, ...], aligned: list[_Aligned]) -> VotedLine:
    text = texts[line]
    primary = next(item for item in aligned if len(item.completed) == len(text))
    choices = []
    repairs = list(primary.repairs)
    for column, character in enumerate(text):
        seen = [(item.reading.family, item.places[column]) for item in aligned]
        choices.append(_choice(character, seen, holds_at(layout, line, column)))
        own = primary.places[column]
        if own is None or own.text != character:
            sources = dict.fromkeys(
                item.reading.engine
                for item in aligned
                if (c := item.places[column]) is not None and c.text == character
            )
            read = "nothing" if own is None else own.text
            repairs.append(
                f"line {line + 1} position {column + 1}: {character} as {' and '.join(sources)} read it, "
                f"not {read} as {primary.reading.engine} did"
            )
    agreeing = {item.reading.family for item in aligned if item.completed == text}
    engines = tuple(dict.fromkeys(item.reading.engine for item in aligned))
    raw, engine = primary.reading.text, primary.reading.engine
    return VotedLine(raw, engine, tuple(choices), tuple(repairs), len(agreeing) > 1, engines)


def _choice(character: str, seen: Sequence[tuple[str, Character | None]], holds: Holds) -> Choice:
    """How sure a place is: families that read the same add up, one that read otherwise, or nothing, takes away."""
    scores = scored(seen, holds)
    doubts: dict[str, float] = {}
    others: dict[str, float] = {}
    silent = {family for family, _ in seen} - {family for family, read in seen if read is not None}
    if silent:
        others[""] = _ADDED
    for family, read in seen:
        if read is None:
            continue
        if read.text == character:
            doubts[family] = min(doubts.get(family, 1.0), 1.0 - read.probability)
        else:
            others[read.text] = max(others.get(read.text, 0.0), read.probability)
        for text, probability in read.alternatives:
            if text != character:
                others[text] = max(others.get(text, 0.0), probability)
    top = max(scores.values())
    share = math.exp(scores[character] - top) / sum(math.exp(score - top) for score in scores.values())
    sure = share * (1.0 - math.prod(doubts.values()))
    ranked = sorted(others.items(), key=lambda item: -item[1])
    return Choice(character, min(max(sure, 0.0), 1.0), tuple(ranked))
