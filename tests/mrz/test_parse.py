from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.mrz.digits import check_digits
from pipeline.mrz.parse import birth_date, expiry_date, format_of, parse
from pipeline.reference.mrz_fields import LAYOUTS
from pipeline.types import keys
from pipeline.types.dates import PartialDate
from pipeline.types.mrz import SHAPE, MrzFormat
from tests.mrz.writing import Holder, code_for, write

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
words = st.text(LETTERS, min_size=1, max_size=9)
numbers = st.text(LETTERS + "0123456789", min_size=1, max_size=9)
holders = st.builds(
    Holder,
    surname=words,
    given=words,
    number=numbers,
    state=st.sampled_from(["UTO", "D", "XXA", "UNO"]),
    nationality=st.sampled_from(["UTO", "D", "XXB"]),
    sex=st.sampled_from("MF<"),
    birth=st.sampled_from(["740812", "000229", "74<<<<", "7408<<"]),
    expiry=st.sampled_from(["320415", "240229", "690615"]),
    optional=st.text("ABC123", max_size=7),
)


@given(holders, st.sampled_from(MrzFormat))
def test_what_is_written_is_parsed_back(holder: Holder, layout: MrzFormat) -> None:
    lines = write(layout, Holder(**{**holder.__dict__, "code": code_for(layout)}))
    assert [len(line) for line in lines] == [SHAPE[layout][1]] * SHAPE[layout][0]
    assert format_of(lines) is layout
    found = {field.key.name: field.value for field in parse(layout, lines)}
    assert found[keys.MRZ_SURNAME.name] == holder.surname
    assert found[keys.MRZ_GIVEN_NAMES.name] == holder.given
    assert found[keys.MRZ_DOCUMENT_NUMBER.name] == holder.number
    assert found[keys.MRZ_SEX.name] == holder.sex
    birth = found[keys.MRZ_BIRTH_DATE.name]
    assert isinstance(birth, PartialDate)
    assert birth.iso()[2:].replace("-", "") == holder.birth.replace("<", "X")
    if layout is not MrzFormat.FRAID:
        expiry = found[keys.MRZ_EXPIRY_DATE.name]
        assert isinstance(expiry, PartialDate)
        assert expiry.iso()[2:].replace("-", "") == holder.expiry
        assert found[keys.MRZ_NATIONALITY.name] == holder.nationality
        assert found[keys.MRZ_ISSUING_STATE.name] == holder.state
    assert all(digit.ok for digit in check_digits(layout, lines))


@given(holders, st.sampled_from(MrzFormat))
def test_each_field_says_where_it_stands(holder: Holder, layout: MrzFormat) -> None:
    lines = write(layout, Holder(**{**holder.__dict__, "code": code_for(layout)}))
    for field in parse(layout, lines):
        assert field.place.of(lines).rstrip("<") == field.raw.rstrip("<")


@pytest.mark.parametrize(
    "lines", [(), ("A" * 44,), ("A" * 44, "A" * 43), ("A" * 40,) * 2, ("A" * 30,) * 2, ("A" * 44,) * 3]
)
def test_other_shapes_are_no_mrz(lines: tuple[str, ...]) -> None:
    assert format_of(lines) is None


def test_visas_are_told_by_their_code() -> None:
    assert format_of(("V<UTO".ljust(44, "<"), "1" * 44)) is MrzFormat.MRVA
    assert format_of(("VBUTO".ljust(36, "<"), "1" * 36)) is MrzFormat.MRVB
    assert format_of(("I<UTO".ljust(36, "<"), "1" * 36)) is MrzFormat.TD2


def test_one_name_holder_has_no_given_names() -> None:
    lines = write(MrzFormat.TD3, Holder(surname="ARKFREITH", given=""))
    found = {field.key.name: field.value for field in parse(MrzFormat.TD3, lines)}
    assert found[keys.MRZ_SURNAME.name] == "ARKFREITH"
    assert keys.MRZ_GIVEN_NAMES.name not in found


def test_a_cut_name_keeps_its_last_letter() -> None:
    lines = write(MrzFormat.TD1, Holder(code="I", surname="PAPANDROPOULOUS", given="JONATHON<ALEXANDER"))
    name = next(field for field in parse(MrzFormat.TD1, lines) if field.key == keys.MRZ_NAME)
    assert name.raw == "PAPANDROPOULOUS<<JONATHON<ALEX"


@pytest.mark.parametrize(
    ("text", "iso"),
    [("691231", "2069-12-31"), ("700101", "1970-01-01"), ("990615", "1999-06-15"), ("310228", "2031-02-28")],
)
def test_expiry_century(text: str, iso: str) -> None:
    date = expiry_date(text)
    assert date is not None
    assert date.iso() == iso


@pytest.mark.parametrize(
    ("text", "expiry", "iso"),
    [
        ("740812", "320415", "1974-08-12"),
        ("240812", "320415", "2024-08-12"),
        ("320416", "320415", "1932-04-16"),
        ("320415", "320415", "2032-04-15"),
        ("33<<<<", "320415", "1933-XX-XX"),
        ("<<0812", "320415", "XXXX-08-12"),
        ("360101", "991331", "1936-01-01"),
    ],
)
def test_birth_is_never_after_expiry(text: str, expiry: str, iso: str) -> None:
    date = birth_date(text, expiry_date(expiry))
    assert date is not None
    assert date.iso() == iso


@pytest.mark.parametrize("text", ["741345", "74O812", "740230", "7408", "7<0812"])
def test_what_no_calendar_has_stays_text(text: str) -> None:
    lines = write(MrzFormat.TD3, Holder())
    second = lines[1][:13] + text.ljust(6, "A") + lines[1][19:]
    found = {field.key.name: field.value for field in parse(MrzFormat.TD3, (lines[0], second))}
    assert keys.MRZ_BIRTH_DATE.name not in found
    assert found[keys.MRZ_BIRTH_DATE_TEXT.name] == text.ljust(6, "A")


def test_fields_and_digits_lie_within_the_lines_and_apart() -> None:
    for layout, (count, length) in SHAPE.items():
        used: set[tuple[int, int]] = set()
        places = [place for place, _ in LAYOUTS[layout].fields.values()]
        for place in places + [covered.digit for covered in LAYOUTS[layout].digits]:
            assert 0 <= place.line < count
            assert place.end <= length
            cells = {(place.line, column) for column in range(place.start, place.end)}
            assert not cells & used
            used |= cells
        assert len(used) == count * length
