"""Engines' lines -> one MrzReading, its format and whether it may be claimed. Text only: no pixels."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from pipeline.mrz.digits import check_digits
from pipeline.mrz.exactness import exactness
from pipeline.mrz.parse import format_of, parse
from pipeline.mrz.repair import complete
from pipeline.mrz.vote import VotedLine, vote
from pipeline.ocr.engine import LineReading
from pipeline.reference.codes import Listing, document_code_fault, listing, state_code
from pipeline.reference.mrz_fields import LAYOUTS, Holds
from pipeline.types import keys
from pipeline.types.mrz import ALPHABET, SHAPE, MrzFormat, MrzReading

#: A place less sure than this leaves a doubt that other looks may settle.
DOUBT = 0.8
#: A reading less likely than this to be exact is not claimed.
ABSTAIN = 0.7
#: A reading less plausible is none: no check digit agrees.
LEAST_PLAUSIBLE = 0.3
#: Characters: no line of an MRZ reads shorter than this, however faint.
_LEAST_LENGTH = 22
#: First letters of every document code (Doc 9303-4 to -7, clause 4.2.2.1).
_CODES = "ACIPV"
#: An engine's line this far from a format's length is no line of it.
_MOST_OFF = 4

#: Codes of which nothing would be said, the specimens' own included: their check rests on one code alone.
_LISTED = (Listing.LISTED, Listing.MET, Listing.SPECIMEN)
#: Doc 9303-4 to -7, clause 4.2.2; X is met in the field.
_SEXES = "MF<X"

Zone = tuple[LineReading, ...]


def layout_of(zones: Sequence[Zone]) -> MrzFormat | None:
    """The format that the readings of one zone have by number, length and start of their lines; None for no MRZ."""
    lengths: Counter[tuple[int, int]] = Counter()
    for zone in zones:
        for count, length in set(SHAPE.values()):
            if len(zone) == count:
                off = [abs(len(complete(line.text, length, 1).text) - length) for line in zone]
                as_read = sum(len(line.text) == length for line in zone)
                if all(by <= _MOST_OFF for by in off):
                    lengths[count, length] += count + 2 * off.count(0) + 3 * as_read
    if not lengths or max(lengths.values()) == 0:
        return None
    (count, length), _ = max(lengths.items(), key=lambda item: item[1])
    for zone in zones:
        if len(zone) == count and len(first := complete(zone[0].text, length, 1).text) == length:
            return format_of((first, *("<" * length for _ in range(count - 1))))
    return None


def voted(zones: Sequence[Zone]) -> tuple[MrzFormat, tuple[VotedLine, ...]] | None:
    """Format and voted lines of a zone; None where the readings give no line of the right length."""
    layout = layout_of(zones)
    if layout is None:
        return None
    lines = vote(layout, [zone for zone in zones if len(zone) == SHAPE[layout][0]])
    return None if lines is None else (layout, lines)


def doubtful(layout: MrzFormat, lines: tuple[VotedLine, ...]) -> bool:
    """Whether another look could change something: a place is unsure, or holds what its field may not hold."""
    return least_sure(lines) < DOUBT or _out_of_class(layout, tuple(line.text for line in lines))


def questionable(layout: MrzFormat, lines: tuple[VotedLine, ...]) -> bool:
    """Whether the zone, read so, would be found wrong: a digit that differs, a code in no list, an impossible date.

    It may well be printed so; then a second family should have read it too.
    """
    texts = tuple(line.text for line in lines)
    if not all(digit.ok for digit in check_digits(layout, texts)):
        return True
    fields = {field.key.name: str(field.raw) for field in parse(layout, texts)}
    states = [fields[key.name] for key in (keys.MRZ_ISSUING_STATE, keys.MRZ_NATIONALITY) if key.name in fields]
    unlisted = any(listing(state_code(code)) not in _LISTED for code in states)
    fault = bool(document_code_fault(fields.get(keys.MRZ_DOCUMENT_CODE.name, ""), layout))
    sex = fields.get(keys.MRZ_SEX.name, "<") not in _SEXES
    undated = {keys.MRZ_BIRTH_DATE_TEXT.name, keys.MRZ_EXPIRY_DATE_TEXT.name} & fields.keys()
    return unlisted or fault or sex or bool(undated) or _out_of_class(layout, texts)


def _out_of_class(layout: MrzFormat, texts: tuple[str, ...]) -> bool:
    unlike = {Holds.LETTERS: str.isdigit, Holds.DIGITS: str.isalpha}
    return any(
        unlike[holds](character)
        for place, holds in LAYOUTS[layout].fields.values()
        if holds in unlike
        for character in place.of(texts)
    )


def least_sure(lines: tuple[VotedLine, ...]) -> float:
    """Probability of the least sure place."""
    return min(choice.probability for line in lines for choice in line.choices)


def assembled(layout: MrzFormat, lines: tuple[VotedLine, ...]) -> MrzReading:
    """The reading that voted lines make; its engines are those that have read every line."""
    engines = tuple(name for name in lines[0].engines if all(name in line.engines for line in lines))
    texts = tuple(line.text for line in lines)
    exact = tuple(exactness([choice.probability for choice in line.choices], line.engine) for line in lines)
    return MrzReading(
        format=layout,
        lines=texts,
        raw_lines=tuple(line.raw for line in lines),
        check_digits=check_digits(layout, texts),
        confidence=math.prod(exact),
        line_probabilities=exact,
        engines=engines,
        agreed=all(line.agreed for line in lines),
        repairs=tuple(repair for line in lines for repair in line.repairs),
    )


def refusal(reading: MrzReading) -> str:
    """Why a reading is too unsure to be given out, in words; empty where it is sure enough.

    What two families read alike is printed so, whatever its check digits say; of what one has read, digits that
    disagree all and letters where digits stand say that it was read a character off.
    """
    text = "".join(reading.lines)
    if not set(text) <= set(ALPHABET) or "<" not in text:
        return "it holds what no zone holds, or no filler"
    if reading.confidence < ABSTAIN:
        return "it is not legible enough to claim"
    if reading.agreed:
        return ""
    if plausibility(reading) < LEAST_PLAUSIBLE:
        return "no check digit agrees, and one engine family only has read it so"
    return "its lines are cut short or out of step" if _out_of_step(reading) else ""


def _out_of_step(reading: MrzReading) -> bool:
    """Whether the lines were read a character or a format off.

    Letters then stand where check digits do: one can be print (a misread or altered digit), nobody prints several. Or
    a passport's code (Doc 9303-4 clause 4.2.2) stands before lines shorter than a passport's: their ends were lost. Or
    no code of any format begins so and most digits disagree: their beginnings were lost.
    """
    cut_off = reading.lines[0].startswith("P") and len(reading.lines[0]) < SHAPE[MrzFormat.TD3][1]
    agreeing = sum(digit.ok for digit in reading.check_digits)
    beheaded = reading.lines[0][0] not in _CODES and 2 * agreeing < len(reading.check_digits)
    return cut_off or beheaded or sum(digit.read.isalpha() for digit in reading.check_digits) > 1


def hopeless(zone: Zone) -> bool:
    """Whether an engine's lines cannot be those of an MRZ: too short, or without the filler that every one has."""
    return all(len(line.text) < _LEAST_LENGTH for line in zone) or not any("<" in line.text for line in zone)


def plausibility(reading: MrzReading) -> float:
    """0-1, how much a reading looks like an MRZ read the right way up: digits that agree, fillers, sureness."""
    agreeing = sum(digit.ok for digit in reading.check_digits) / max(len(reading.check_digits), 1)
    return 0.7 * agreeing + 0.3 * reading.confidence
