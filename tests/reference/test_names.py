from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reference.names import (
    Agreement,
    compare_given_names,
    compare_surname,
    components,
    name_field,
    printed_forms,
)

WIDTH = 39


def both(surname: str, given_names: str, field: str, issuer: str = "UTO") -> tuple[Agreement, Agreement]:
    full = field.ljust(WIDTH, "<")
    return (
        compare_surname(surname, given_names, full, issuer).agreement,
        compare_given_names(surname, given_names, full, issuer).agreement,
    )


#: Names that a genuine document may have, with the MRZ as Doc 9303 has it (parts 3 and 4, examples of section 4.2.3).
GENUINE = [
    ("ERIKSSON", "ANNA MARIA", "ERIKSSON<<ANNA<MARIA"),
    ("Müller", "Jürgen", "MUELLER<<JUERGEN"),
    ("Müller", "Jürgen", "MULLER<<JUERGEN"),
    ("D'ARTAGNAN", "JEAN", "DARTAGNAN<<JEAN"),
    ("D’ARTAGNAN", "JEAN", "DARTAGNAN<<JEAN"),
    ("MARTIN", "JEAN-LUC", "MARTIN<<JEAN<LUC"),
    ("SMITH-JONES", "SUSIE MARGARET", "SMITH<JONES<<SUSIE<MARGARET"),
    ("VAN DER MUELLEN", "MARIANNE LOUISE", "VAN<DER<MUELLEN<<MARIANNE<LOUISE"),
    ("ARKFREITH", "", "ARKFREITH"),
    ("", "ARKFREITH", "ARKFREITH"),
    ("ARKFREITH", "XXX", "ARKFREITH"),
    ("SMITH III", "JOHN", "SMITH<<JOHN<III"),
    ("DR. SMITH", "JOHN", "SMITH<<JOHN"),
    ("SMITH JR", "JOHN", "SMITH<JR<<JOHN"),
    ("SMITH NÉE JONES", "MARY", "SMITH<<MARY"),
    ("SMITH NÉE JONES", "MARY", "SMITH<NEE<JONES<<MARY"),
    ("PAPANDROPOULOUS", "JONATHON ALEC", "PAPANDROPOULOUS<<JONATHON<ALEC"),
    ("PAPANDROPOULOUS", "JONATHON ALEC WARREN TREVOR", "PAPANDROPOULOUS<<JONATHON<ALEC<WARREN<T"),
    ("BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL", "DINGO POTOROO", "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WARNA"),
    ("BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL", "DINGO POTOROO", "BENNELONG<WOOLOOMOOLOO<WARRAN<<DINGO<PO"),
    ("ŞAHİN", "GÜLAY", "SAHIN<<GUELAY"),
    ("БОНДАРЕНКО", "ОЛЬГА", "BONDARENKO<<OLGA"),
    ("ERIKSSON / ЭРИКССОН", "ANNA", "ERIKSSON<<ANNA"),
    ("ERIKSSON", "ANNAMARIA", "ERIKSSON<<ANNA<MARIA"),
    ("ER1KSSON", "ANNA", "ERIKSSON<<ANNA"),
]


@pytest.mark.parametrize(("surname", "given_names", "field"), GENUINE)
def test_a_genuine_name_agrees(surname: str, given_names: str, field: str) -> None:
    agreed = (Agreement.ADMISSIBLE, Agreement.TRUNCATED)
    first, second = both(surname, given_names, field)
    assert first in agreed or not surname
    assert second in agreed or not given_names


@pytest.mark.parametrize(
    ("surname", "given_names", "field", "expected"),
    [
        ("LINDQVIST", "ANNA", "ERIKSSON<<ANNA", (Agreement.DIFFERENT, Agreement.ADMISSIBLE)),
        ("ERIKSSON", "BERTA", "ERIKSSON<<ANNA", (Agreement.ADMISSIBLE, Agreement.DIFFERENT)),
        ("ERIKSSON", "ANNA MARIA", "ERIKSSON<<ANNA", (Agreement.ADMISSIBLE, Agreement.SHORTENED)),
        ("ERIKSSON", "ANNA", "ERIKSSON<<ANNA<MARIA", (Agreement.ADMISSIBLE, Agreement.PARTLY_PRINTED)),
        ("ERIK", "ANNA", "ERIKSSON<<ANNA", (Agreement.PARTLY_PRINTED, Agreement.ADMISSIBLE)),
        ("ERIKS", "ANNA", "ERIKSSON<<ANNA", (Agreement.DIFFERENT, Agreement.ADMISSIBLE)),
        ("ERIC", "ANNA", "ERIKSSON<<ANNA", (Agreement.DIFFERENT, Agreement.ADMISSIBLE)),
        ("ANNA", "ERIKSSON", "ERIKSSON<<ANNA", (Agreement.REORDERED, Agreement.REORDERED)),
        ("MULLER", "ANNA", "MUELLER<<ANNA", (Agreement.MARK_LOST, Agreement.ADMISSIBLE)),
        ("ГОРОД", "ANNA", "HOROD<<ANNA", (Agreement.OTHER_TABLE, Agreement.ADMISSIBLE)),
    ],
)
def test_what_keeps_two_names_apart_has_a_name(
    surname: str, given_names: str, field: str, expected: tuple[Agreement, Agreement]
) -> None:
    assert both(surname, given_names, field) == expected


def test_the_smallest_edit_is_given_glyph_by_glyph() -> None:
    match = compare_surname("MÜLLER", "ANNA", "MUELLEN<<ANNA".ljust(WIDTH, "<"), "UTO")
    assert match.nearest == "MUELLER"
    assert [(step.expected, step.seen, step.position) for step in match.steps] == [("R", "N", 6)]


def test_a_filler_read_as_k_is_one_step() -> None:
    match = compare_given_names("ERIKSSON", "ANNA MARIA", "ERIKSSON<<ANNAKMARIA".ljust(WIDTH, "<"), "UTO")
    assert [(step.expected, step.seen) for step in match.steps] == [("<", "K")]


def test_letters_behind_the_fillers_that_end_a_name_are_left_out() -> None:
    assert name_field("ERIKSSON<<ANNA<<<<<<K<<") == name_field("ERIKSSON<<ANNA<<<<<<<<<")
    assert name_field("ERIKSSON<<ANNA<<<<<<K<<").secondary == "ANNA"


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("O'Connor", "OCONNOR"),
        ("Jean-Luc  Paul", "JEAN<LUC<PAUL"),
        ("Smith, Jr.", "SMITH<JR"),
        ("--", ""),
        ("", ""),
        ("<script>", "SCRIPT"),
        ("=CMD()", "CMD"),
    ],
)
def test_punctuation(printed: str, expected: str) -> None:
    assert components(printed) == expected


words = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=9).filter(
    lambda word: printed_forms(f"QQ {word}") == (f"QQ<{word}",)
)


@given(st.lists(words, min_size=1, max_size=4), st.lists(words, min_size=1, max_size=5))
def test_a_written_name_is_read_back_and_its_cut_is_lawful(surname: list[str], given_names: list[str]) -> None:
    field = ("<".join(surname) + "<<" + "<".join(given_names))[:WIDTH]
    agreed = (Agreement.ADMISSIBLE, Agreement.TRUNCATED)
    first, second = both(" ".join(surname), " ".join(given_names), field)
    if len(field) < WIDTH or field[-1] != "<":
        assert first in agreed
        assert second in agreed


@given(st.lists(words, min_size=1, max_size=2), st.lists(words, min_size=2, max_size=2))
def test_a_name_cut_with_room_to_spare_is_not_lawful(surname: list[str], given_names: list[str]) -> None:
    field = "<".join(surname) + "<<" + given_names[0]
    _, second = both(" ".join(surname), " ".join(given_names), field)
    assert second is Agreement.SHORTENED


@given(st.text(max_size=300), st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ<0123456789", max_size=44))
def test_hostile_text_ends_in_an_agreement_or_an_unknown_letter(printed: str, field: str) -> None:
    try:
        match = compare_surname(printed, printed, field, "UTO")
    except ValueError:
        return
    assert match.agreement in Agreement
