"""The words of the machine-readable zone, and its check digit arithmetic (ICAO Doc 9303-3 clause 4.9)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: Every character an MRZ may hold (Doc 9303-3 clause 4.2).
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

_WEIGHTS = (7, 3, 1)


class MrzFormat(StrEnum):
    """Layouts by document size; FRAID is the pre-2021 French national card, 2 x 36 and no ICAO fields."""

    TD1 = "TD1"
    TD2 = "TD2"
    TD3 = "TD3"
    MRVA = "MRVA"
    MRVB = "MRVB"
    FRAID = "FRAID"


#: Lines and characters per line of each format (Doc 9303 parts 4-7, table of B.1).
SHAPE: dict[MrzFormat, tuple[int, int]] = {
    MrzFormat.TD1: (3, 30),
    MrzFormat.TD2: (2, 36),
    MrzFormat.TD3: (2, 44),
    MrzFormat.MRVA: (2, 44),
    MrzFormat.MRVB: (2, 36),
    MrzFormat.FRAID: (2, 36),
}


def character_value(character: str) -> int:
    """Value of one MRZ character: digits 0-9, letters 10-35, filler 0.

    Raises:
        ValueError: for a character that the MRZ does not have.
    """
    if len(character) != 1:
        raise ValueError(f"one character expected: {character!r}")
    if character == "<":
        return 0
    if "0" <= character <= "9":
        return ord(character) - ord("0")
    if "A" <= character <= "Z":
        return ord(character) - ord("A") + 10
    raise ValueError(f"not an MRZ character: {character!r}")


def check_digit(text: str) -> str:
    """Check digit of a field: weights 7-3-1 repeating, modulus 10 (Doc 9303-3 clause 4.9).

    Raises:
        ValueError: for a character that the MRZ does not have.
    """
    total = sum(character_value(character) * _WEIGHTS[i % 3] for i, character in enumerate(text))
    return str(total % 10)


@dataclass(frozen=True, slots=True)
class CheckDigit:
    """One printed check digit against the one computed over what was read.

    Attributes:
        name: number, birth_date, expiry, optional or composite.
        read: the character printed at its place.
        computed: over the characters read; None when one of them is no MRZ character.
        ok: whether they agree, lawful conventions included.
        deviation: the lawful convention that made it agree, in words, else "".
    """

    name: str
    read: str
    computed: str | None
    ok: bool
    deviation: str = ""


@dataclass(frozen=True, slots=True)
class MrzReading:
    """A machine-readable zone as it was read.

    Attributes:
        lines: what the reader believes is printed, fillers completed.
        raw_lines: what the engine returned.
        check_digits: every digit of the format, in the order number, birth_date, expiry, optional, composite.
        confidence: 0-1, how likely all lines are exact, agreement of engines taken in.
        engines: the engines that took part.
        agreed: whether two engine families gave the same `lines`.
        repairs: each change between raw_lines and lines, in words.
        line_probabilities: 0-1, how likely each line is exact; empty where that was not worked out.
    """

    format: MrzFormat
    lines: tuple[str, ...]
    raw_lines: tuple[str, ...]
    check_digits: tuple[CheckDigit, ...]
    confidence: float
    engines: tuple[str, ...]
    agreed: bool
    repairs: tuple[str, ...] = ()
    line_probabilities: tuple[float, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether every check digit agrees. Names, nationality, sex and issuer are under none of them."""
        return bool(self.check_digits) and all(digit.ok for digit in self.check_digits)
