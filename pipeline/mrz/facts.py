"""A voted zone -> Facts: each field with its box, legibility, engine and what else its characters could be."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.mrz.parse import parse
from pipeline.mrz.vote import VotedLine
from pipeline.reference.mrz_fields import LAYOUTS, Place
from pipeline.types import keys
from pipeline.types.boxes import Box
from pipeline.types.facts import Alternative, AnyFact, Fact
from pipeline.types.mrz import MrzReading

#: px a character from which resolution takes nothing off legibility (settings: min_character_px).
FULL_PITCH_PX = 10.0
#: Pairs that engines cannot tell apart on sight; kept as alternatives whatever the engines say.
_LOOKALIKE = {"O": "0", "0": "O"}

#: Box of a run of characters, page fractions: (place, characters a line).
BoxOf = Callable[[Place, int], Box]


def facts_of(
    reading: MrzReading, voted: tuple[VotedLine, ...], box_of: BoxOf, pitch_px: float, region: Box
) -> tuple[AnyFact, ...]:
    """Every field and check digit as read, and a second, repaired Fact where `lines` say otherwise than `raw_lines`.

    Args:
        reading: the zone.
        voted: its lines, with probabilities.
        box_of: where characters stand.
        pitch_px: px a character.
        region: the whole zone.
    """
    resolution = min(1.0, pitch_px / FULL_PITCH_PX)
    engine = "+".join(reading.engines)
    found: list[AnyFact] = [
        Fact(keys.MRZ.name, "\n".join(reading.raw_lines), reading, 0, region, reading.confidence * resolution, engine)
    ]
    plain = {field.key.name: field for field in parse(reading.format, _fitted(reading))}
    for field in parse(reading.format, reading.lines):
        raw = plain.get(field.key.name)
        place = field.place
        line = voted[place.line]
        common = (0, box_of(place, len(line.choices)), _legibility(line, place) * resolution, line.engine)
        if raw is not None and (raw.raw, raw.value, raw.place) == (field.raw, field.value, place):
            found.append(Fact(field.key.name, raw.raw, field.value, *common, _alternatives(line, place)))
            continue
        if raw is not None:
            found.append(Fact(raw.key.name, raw.raw, raw.value, *common, _alternatives(line, place)))
        repairs = tuple(line.repairs) or (f"line {place.line + 1}: characters before this field were repaired",)
        found.append(Fact(field.key.name, raw.raw if raw is not None else "", field.value, *common, (), repairs))
    found.extend(_digit_facts(reading, voted, box_of, resolution))
    return tuple(found)


def _digit_facts(reading: MrzReading, voted: tuple[VotedLine, ...], box_of: BoxOf, resolution: float) -> list[AnyFact]:
    """Check digits as computed on `lines`; a digit that another engine supplied carries the repair."""
    facts: list[AnyFact] = []
    raw_lines = _fitted(reading)
    for covered, digit in zip(LAYOUTS[reading.format].digits, reading.check_digits, strict=True):
        line = voted[covered.digit.line]
        legible = min(_legibility(voted[place.line], place) for place in (*covered.over, covered.digit))
        raw = covered.digit.of(raw_lines)
        changed = any(place.of(raw_lines) != place.of(reading.lines) for place in (*covered.over, covered.digit))
        lines_changed = {place.line for place in (*covered.over, covered.digit)}
        repairs = tuple(text for index in sorted(lines_changed) for text in voted[index].repairs) if changed else ()
        facts.append(
            Fact(
                f"mrz.check.{digit.name}",
                raw,
                digit,
                0,
                box_of(covered.digit, len(line.choices)),
                legible * resolution,
                line.engine,
                _alternatives(line, covered.digit),
                repairs,
            )
        )
    return facts


def _fitted(reading: MrzReading) -> tuple[str, ...]:
    """Raw lines, cut or filled to the format's length so that fields can be taken out of them."""
    return tuple(
        raw[: len(line)].ljust(len(line), "<") for raw, line in zip(reading.raw_lines, reading.lines, strict=True)
    )


def _legibility(line: VotedLine, place: Place) -> float:
    """The least sure character, trailing fillers of the field apart."""
    choices = line.choices[place.start : place.end]
    inked = [choice.probability for choice in choices if choice.character != "<"]
    return min(inked or [choice.probability for choice in choices], default=0.0)


def _alternatives(line: VotedLine, place: Place) -> tuple[Alternative, ...]:
    found: list[Alternative] = []
    for offset, choice in enumerate(line.choices[place.start : place.end]):
        named = dict(choice.alternatives)
        found.extend(Alternative(offset, text, probability) for text, probability in named.items())
        other = _LOOKALIKE.get(choice.character)
        if other is not None and other not in named:
            found.append(Alternative(offset, other))
    return tuple(found)
