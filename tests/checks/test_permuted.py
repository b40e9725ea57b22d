"""Nationality, sex and place of birth are never evidence: permuting them changes no outcome."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from checks.base import run
from pipeline.reference.codes import Listing, codes_printed, listing, state_code, state_codes
from pipeline.types.facts import AnyFact, Fact, Facts
from pipeline.types.findings import Hypothesis, Outcome
from pipeline.types.keys import MRZ, MRZ_NATIONALITY, MRZ_SEX, VIZ_BIRTH_PLACE, VIZ_NATIONALITY, VIZ_SEX
from pipeline.types.mrz import MrzFormat, MrzReading
from pipeline.types.register import RegisterMatch, RegisterRow
from tests.checks.cases import document_check, load, paths

#: A check that compares a document with a legal ban, and so asks which nationality it is.
BANS = {"LNK107"}
#: Codes of one state beside each other stay where they are, so that what is the same stays the same.
FIXED = {"D", "DEU", "RKS", "XXK", "XKX", "UNK"}
CODES = sorted(
    code
    for code, listed in state_codes().listings.items()
    if listed in (Listing.LISTED, Listing.SPECIMEN) and code not in FIXED
)
#: (line, first) of nationality and sex in the formats that have them; Doc 9303 parts 4-7 clause 4.2, 0-based.
PLACES = {
    MrzFormat.TD3: ((1, 10), (1, 20)),
    MrzFormat.TD2: ((1, 10), (1, 20)),
    MrzFormat.MRVA: ((1, 10), (1, 20)),
    MrzFormat.MRVB: ((1, 10), (1, 20)),
    MrzFormat.TD1: ((1, 15), (1, 7)),
}

Permute = Callable[[str], str]


def rotated(shift: int) -> Mapping[str, str]:
    return {code: CODES[(index + shift) % len(CODES)] for index, code in enumerate(CODES)}


def nationality(shift: int) -> Permute:
    mapping = rotated(shift)

    def permute(written: str) -> str:
        stated = codes_printed(written)
        if len(stated) == 1 and state_code(written) not in mapping:
            return mapping.get(next(iter(stated)), written)
        return mapping.get(state_code(written), written)

    return permute


def sex(written: str) -> str:
    exchanged = {"M": "F", "F": "M", "MALE": "FEMALE", "FEMALE": "MALE"}
    return re.sub(r"[A-Z]+", lambda word: exchanged.get(word[0], word[0]), written)


def place(written: str) -> str:
    return written[::-1]


def in_line(line: str, first: int, length: int, permute: Permute) -> str:
    old = line[first : first + length]
    return line[:first] + permute(old.rstrip("<")).ljust(length, "<")[:length] + line[first + length :]


def in_zone(reading: MrzReading, permute_nationality: Permute, permute_sex: Permute) -> MrzReading:
    if reading.format not in PLACES:
        return reading

    def lines(listed: tuple[str, ...]) -> tuple[str, ...]:
        changed = list(listed)
        for (line, first), length, permute in zip(
            PLACES[reading.format], (3, 1), (permute_nationality, permute_sex), strict=True
        ):
            if line < len(changed):
                changed[line] = in_line(changed[line], first, length, permute)
        return tuple(changed)

    return dataclasses.replace(reading, lines=lines(reading.lines), raw_lines=lines(reading.raw_lines))


def permuted(facts: Facts, permute: Permute) -> Facts:
    changed: list[AnyFact] = []
    for fact in facts:
        key = fact.key
        if isinstance(fact.value, MrzReading) and key.endswith(MRZ.name):
            changed.append(dataclasses.replace(fact, value=in_zone(fact.value, permute, sex)))
        elif key.endswith((VIZ_NATIONALITY.name, MRZ_NATIONALITY.name)):
            changed.append(rewritten(fact, permute))
        elif key.endswith((VIZ_SEX.name, MRZ_SEX.name)):
            changed.append(rewritten(fact, sex))
        elif key.endswith(VIZ_BIRTH_PLACE.name):
            changed.append(rewritten(fact, place))
        else:
            changed.append(fact)
    return Facts(changed)


def in_register(match: RegisterMatch | None, permute: Permute) -> RegisterMatch | None:
    """The holder's nationality and sex in every row of the register, as in every zone."""
    if match is None:
        return None

    def row(one: RegisterRow | None) -> RegisterRow | None:
        change = {"nationality": permute, "sex": sex}
        return one and dataclasses.replace(
            one, cells={name: change.get(name, str)(text) for name, text in one.cells.items()}
        )

    others = tuple(one for other in match.others if (one := row(other)) is not None)
    return dataclasses.replace(match, row=row(match.row), others=others)


def rewritten(fact: Fact[str], permute: Permute) -> Fact[str]:
    return dataclasses.replace(fact, value=permute(fact.value), raw=permute(fact.raw.rstrip("<")), alternatives=())


def shape(outcome: Outcome, *, glyphs: bool) -> object:
    """What must not change. Whether a misread glyph explains a difference is about shapes of letters, so with
    `glyphs` left out it may."""
    if not glyphs:
        return (outcome.kind, len(outcome.findings))
    return (
        outcome.kind,
        [(f.strength, f.hypothesis, f.cause, f.likely_innocent, f.protection) for f in outcome.findings],
    )


def by_glyph(outcome: Outcome) -> bool:
    return any(finding.hypothesis is Hypothesis.CAPTURE for finding in outcome.findings)


@pytest.mark.parametrize("shift", [1, 57, 128])
@pytest.mark.parametrize("path", paths(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_permuting_who_the_holder_is_changes_no_outcome(path: Path, shift: int) -> None:
    case = load(path)
    check = document_check(case.code)
    permute = (lambda written: written) if case.code in BANS else nationality(shift)
    before = run(check, case.facts, case.context)
    context = dataclasses.replace(case.context, register=in_register(case.context.register, permute))
    after = run(check, permuted(case.facts, permute), context)
    glyphs = not (by_glyph(before) or by_glyph(after))
    assert shape(after, glyphs=glyphs) == shape(before, glyphs=glyphs)


def test_the_permutation_is_one() -> None:
    mapping = rotated(57)
    assert sorted(mapping.values()) == CODES
    assert all(listing(code) is not Listing.UNLISTED for code in CODES)
    assert nationality(1)("UTO") != "UTO"
