from __future__ import annotations

import itertools
import json
import unicodedata
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reference.transliteration import (
    LANGUAGE_OF_ISSUER,
    SPELLINGS_CAP,
    UnknownLetter,
    admits,
    any_table,
    letters_of,
    marks_lost,
    spellings,
)
from pipeline.types.mrz import ALPHABET

TABLES: dict[str, dict[str, Any]] = json.loads(
    resources.files("pipeline.reference").joinpath("icao9303.json").read_text(encoding="utf-8")
)["transliteration"]

#: Letters that the published table leaves without a spelling.
BLANK = {
    letter for letter, row in TABLES["arabic"].items() if row["mrz"] == "" and unicodedata.category(letter) == "Lo"
}
LETTERS = [letter for table in TABLES.values() for letter in table if letter not in BLANK]
ISSUERS = ["", "UTO", *LANGUAGE_OF_ISSUER]


@pytest.mark.parametrize("issuer", ISSUERS)
def test_every_letter_of_the_tables_has_spellings_that_are_accepted(issuer: str) -> None:
    for letter in LETTERS:
        listed = spellings(f"A{letter}B", issuer)
        assert listed.complete
        for text in listed.texts:
            assert set(text) <= set(ALPHABET)
            assert admits(letters_of(f"A{letter}B", issuer), text)


@pytest.mark.parametrize("letter", sorted(BLANK))
def test_a_letter_without_a_spelling_is_refused_and_not_dropped(letter: str) -> None:
    with pytest.raises(UnknownLetter):
        letters_of(letter)


@pytest.mark.parametrize(
    ("printed", "issuer", "expected"),
    [
        ("Ä", "", {"AE", "A"}),
        ("Ü", "", {"UE", "UXX", "U"}),
        ("ß", "", {"SS"}),
        ("ẞ", "", {"SS"}),
        ("Ñ", "", {"N", "NXX"}),
        ("Г", "", {"G"}),
        ("Г", "UKR", {"H"}),
        ("Г", "BLR", {"H"}),
        ("Щ", "BGR", {"SHT"}),
        ("Ќ", "MKD", {"KJ"}),
        ("Ж", "SRB", {"Z"}),
        ("Ю", "UKR", {"YU"}),
        ("АЮ", "UKR", {"AIU"}),
        ("А<Ю", "UKR", {"A<YU"}),
        ("Ь", "", {""}),
        ("ة", "", {"XAH"}),
        ("ةا", "", {"XTAA"}),
        ("محمّد", "", {"MXHMMD"}),
        ("Ș", "", {"S"}),
        ("ș", "", {"S"}),
    ],
)
def test_known_spellings(printed: str, issuer: str, expected: set[str]) -> None:
    assert set(spellings(printed, issuer).texts) == expected


def test_an_exception_follows_the_issuer_only() -> None:
    assert not admits(letters_of("ГОРОД", "UTO"), "HOROD")
    assert admits(letters_of("ГОРОД", "UKR"), "HOROD")
    assert admits(any_table("ГОРОД", "UTO"), "HOROD")


@pytest.mark.parametrize("coded", ["MUELLER", "MUXXLLER", "MULLER"])
def test_a_reading_that_lost_its_marks_may_stand_for_any_of_them(coded: str) -> None:
    assert admits(marks_lost("MULLER"), coded)


@pytest.mark.parametrize("letter", ["李", "Ω", "あ"])
def test_a_letter_of_no_table_is_refused(letter: str) -> None:
    with pytest.raises(UnknownLetter):
        spellings(letter)


def test_the_list_is_capped_and_says_so_while_acceptance_is_not() -> None:
    name = "ÜÄÖÑÜÄÖÑÜÄÖÑ"
    listed = spellings(name)
    assert len(listed.texts) == SPELLINGS_CAP
    assert not listed.complete
    last_of_all = "".join(options[-1] for options in letters_of(name))
    assert admits(letters_of(name), last_of_all)


names = st.text(alphabet=LETTERS + [chr(c) for c in range(ord("A"), ord("Z") + 1)] + ["<"], min_size=1, max_size=12)


@given(names, st.sampled_from(ISSUERS), st.data())
def test_any_choice_of_spellings_is_accepted_and_every_beginning_of_it_when_cut(
    name: str, issuer: str, data: st.DataObject
) -> None:
    letters = letters_of(name, issuer)
    text = "".join(data.draw(st.sampled_from(options)) for options in letters)
    assert admits(letters, text)
    assert admits(any_table(name, issuer), text)
    assert admits(marks_lost(name, issuer), text)
    at = data.draw(st.integers(0, len(text)))
    assert admits(letters, text[:at], cut=True)


@given(names, st.sampled_from(ISSUERS))
def test_the_listed_spellings_are_those_accepted(name: str, issuer: str) -> None:
    letters = letters_of(name, issuer)
    listed = spellings(name, issuer)
    assert all(admits(letters, text) for text in listed.texts)
    if listed.complete:
        assert set(listed.texts) == set(map("".join, itertools.product(*letters)))


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12), st.data())
def test_another_letter_is_not_accepted(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    other = data.draw(st.sampled_from([c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c != name[at]]))
    assert not admits(letters_of(name), name[:at] + other + name[at + 1 :])
