from __future__ import annotations

import pytest

from pipeline.reference.codes import (
    Listing,
    codes_printed,
    document_code_fault,
    listed_lookalike,
    listing,
    same_state,
    state_code,
    state_codes,
)
from pipeline.types.mrz import MrzFormat


@pytest.mark.parametrize(
    "code",
    [
        *("D", "GBD", "GBN", "GBO", "GBP", "GBS", "RKS", "EUE", "UNO", "UNA", "UNK", "XBA", "XIM", "XCC", "XCE", "XCO"),
        *("XEC", "XPO", "XES", "XMP", "XOM", "XDC", "XXA", "XXB", "XXC", "XXX", "ANT", "NTZ", "IAO", "USA", "SSD"),
    ],
)
def test_every_code_of_doc_9303_and_iso_is_listed(code: str) -> None:
    assert listing(code) is Listing.LISTED


@pytest.mark.parametrize(
    ("code", "where"),
    [
        ("UTO", Listing.SPECIMEN),
        ("WSA", Listing.PSEUDO),
        ("YUG", Listing.WITHDRAWN),
        ("XXK", Listing.MET),
        ("QQZ", Listing.UNLISTED),
        ("", Listing.UNLISTED),
    ],
)
def test_other_codes_say_where_they_stand(code: str, where: Listing) -> None:
    assert listing(code) is where


def test_the_iso_list_is_whole() -> None:
    codes = [code for code, where in state_codes().listings.items() if where is not Listing.UNLISTED]
    # 249 of ISO 3166-1 and those of Doc 9303 and our own lists.
    assert len([code for code in codes if len(code) == 3]) >= 249 + 29
    assert all(code.isascii() and code.isupper() and len(code) in (1, 3) for code in codes)


def test_every_word_leads_back_to_a_listed_code() -> None:
    for word, codes in state_codes().named.items():
        assert codes_printed(word) >= codes


@pytest.mark.parametrize(
    ("printed", "codes"),
    [
        ("UTO", {"UTO"}),
        ("UT0", {"UTO"}),
        ("D<<", {"D"}),
        ("UTOPIAN", {"UTO"}),
        ("Utopian / UTO", {"UTO"}),
        ("Republic of Utopia", {"UTO"}),
        ("FEDERAL REPUBLIC OF GERMANY", {"D", "DEU"}),
        ("Côte d'Ivoire", {"CIV"}),
        ("ELBONIA", set()),
        ("", set()),
    ],
)
def test_what_a_printed_state_can_mean(printed: str, codes: set[str]) -> None:
    assert codes_printed(printed) == codes


def test_one_state_with_several_codes_is_the_same() -> None:
    assert same_state("D", frozenset({"DEU"}))
    assert same_state("RKS", frozenset({"XXK"}))
    assert not same_state("FRA", frozenset({"D", "DEU"}))


def test_codes_are_read_without_fillers_and_digits() -> None:
    assert state_code("D<<") == "D"
    assert state_code(" ut0 ") == "UTO"


def test_a_look_alike_of_a_listed_code() -> None:
    assert listed_lookalike("UTQ", 0.9) == "UTO"
    assert listed_lookalike("QQZ", 0.97) is None


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("P", MrzFormat.TD3),
        ("PD", MrzFormat.TD3),
        ("PM", MrzFormat.TD3),
        ("I", MrzFormat.TD1),
        ("IP", MrzFormat.TD1),
        ("IR", MrzFormat.TD1),
        ("AC", MrzFormat.TD1),
        ("ID", MrzFormat.TD2),
        ("C", MrzFormat.TD2),
        ("V", MrzFormat.MRVA),
        ("VC", MrzFormat.MRVB),
        ("ID", MrzFormat.FRAID),
    ],
)
def test_allowed_document_codes(code: str, form: MrzFormat) -> None:
    assert document_code_fault(code, form) == ""


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("AI", MrzFormat.TD1),
        ("IV", MrzFormat.TD1),
        ("AC", MrzFormat.TD2),
        ("X", MrzFormat.TD3),
        ("", MrzFormat.TD3),
        ("P", MrzFormat.MRVA),
    ],
)
def test_document_codes_that_are_not_allowed(code: str, form: MrzFormat) -> None:
    assert document_code_fault(code, form)
