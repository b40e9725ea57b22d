from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.mrz.assemble import ABSTAIN, assembled, doubtful, hopeless, layout_of, plausibility, refusal, voted
from pipeline.mrz.digits import check_digits
from pipeline.mrz.vote import scored
from pipeline.ocr.engine import Character, LineReading
from pipeline.reference.mrz_fields import Holds
from pipeline.types.mrz import ALPHABET, MrzFormat, MrzReading
from tests.mrz.writing import Holder, write

TD3 = write(MrzFormat.TD3, Holder())


def reading(text: str, engine: str, probability: float = 0.995, unsure: dict[int, float] | None = None) -> LineReading:
    at = unsure or {}
    characters = tuple(Character(c, at.get(i, probability)) for i, c in enumerate(text))
    return LineReading(text, characters, engine, engine)


def zone(lines: tuple[str, ...], engine: str, probability: float = 0.995) -> tuple[LineReading, ...]:
    return tuple(reading(line, engine, probability) for line in lines)


def read(*zones: tuple[LineReading, ...]) -> MrzReading:
    found = voted(zones)
    assert found is not None
    return assembled(*found)


def changed(lines: tuple[str, ...], line: int, column: int, character: str) -> tuple[str, ...]:
    text = lines[line]
    new = text[:column] + character + text[column + 1 :]
    return tuple(new if index == line else old for index, old in enumerate(lines))


def test_two_families_that_agree() -> None:
    result = read(zone(TD3, "overseal"), zone(TD3, "tesseract"))
    assert result.lines == result.raw_lines == TD3
    assert result.agreed
    assert result.valid
    assert result.repairs == ()
    assert result.confidence > 0.99


def test_one_engine_alone_never_agrees() -> None:
    result = read(zone(TD3, "overseal"))
    assert result.lines == TD3
    assert not result.agreed
    assert result.confidence < 0.999
    assert result.engines == ("overseal",)


def test_a_printed_wrong_digit_stays_wrong() -> None:
    wrong = changed(TD3, 1, 9, "5")
    result = read(zone(wrong, "overseal"), zone(wrong, "tesseract"))
    assert result.lines == wrong
    assert not result.valid
    assert not doubtful(*(voted([zone(wrong, "overseal"), zone(wrong, "tesseract")]) or (MrzFormat.TD3, ())))


@settings(max_examples=60)
@given(st.data())
def test_no_character_comes_out_that_no_engine_read(data: st.DataObject) -> None:
    texts = []
    for _ in range(2):
        lines = list(TD3)
        for _ in range(data.draw(st.integers(0, 6))):
            line, column = data.draw(st.integers(0, 1)), data.draw(st.integers(0, 43))
            lines[line] = lines[line][:column] + data.draw(st.sampled_from(ALPHABET)) + lines[line][column + 1 :]
        texts.append(tuple(lines))
    found = voted([zone(texts[0], "overseal"), zone(texts[1], "tesseract")])
    if found is None:
        return
    for number, voted_line in enumerate(found[1]):
        for column, choice in enumerate(voted_line.choices):
            offered = {texts[0][number][column], texts[1][number][column]}
            assert choice.character in offered | {"<"}
            assert 0.0 <= choice.probability <= 1.0
        assert bool(voted_line.repairs) == (voted_line.text != voted_line.raw)


def test_the_letter_is_taken_where_the_other_family_reads_it_and_recorded() -> None:
    mistaken = changed(TD3, 0, 4, "0")
    result = read(zone(mistaken, "overseal", 0.99), zone(TD3, "tesseract", 0.9))
    assert result.lines == TD3
    assert result.raw_lines == mistaken
    assert result.repairs
    assert not result.agreed
    both = changed(TD3, 1, 20, "E")
    mixed = read(
        zone(mistaken, "overseal", 0.99),
        (reading(TD3[0][:43] + "K", "tesseract", 0.6), *zone(both, "tesseract", 0.3)[1:]),
    )
    assert mixed.lines == TD3
    assert mixed.repairs


def test_a_digit_in_a_letters_field_stays_where_both_read_it() -> None:
    mistaken = changed(TD3, 0, 4, "0")
    result = read(zone(mistaken, "overseal"), zone(mistaken, "tesseract"))
    assert result.lines == mistaken
    found = voted([zone(mistaken, "overseal"), zone(mistaken, "tesseract")])
    assert found is not None
    assert doubtful(*found)


def test_a_field_is_taken_whole_from_the_engine_whose_digit_agrees() -> None:
    misread = changed(TD3, 1, 3, "B")
    assert not check_digits(MrzFormat.TD3, misread)[0].ok
    characters = [Character(c, 0.995) for c in misread[1]]
    characters[3] = Character("B", 0.6, (("8", 0.4),))
    torn = LineReading(misread[1], tuple(characters), "overseal", "overseal")
    result = read((reading(misread[0], "overseal"), torn), zone(TD3, "tesseract", 0.3))
    assert result.lines == TD3
    assert result.raw_lines == misread
    assert result.repairs
    assert not result.agreed


def test_a_sure_engine_is_not_overruled_by_a_check_digit() -> None:
    printed = changed(TD3, 1, 3, "1")
    for sure in (0.05, 0.95):
        result = read(zone(printed, "overseal", 0.999), zone(changed(printed, 1, 3, TD3[1][3]), "tesseract", sure))
        assert result.lines == result.raw_lines == printed


def test_trailing_fillers_are_completed_in_lines_only() -> None:
    short = (TD3[0].rstrip("<") + "<<<", TD3[1])
    result = read(zone(short, "tesseract"), zone(TD3, "overseal"))
    assert result.lines == TD3
    alone = read(zone(short, "tesseract"))
    assert alone.raw_lines == short
    assert alone.lines == TD3
    assert len(alone.repairs) == 1


def test_an_unlike_reading_of_another_length_has_no_voice() -> None:
    noise = ("X" * 41, "7" * 47)
    result = read(zone(TD3, "overseal"), zone(noise, "tesseract"))
    assert result.lines == TD3
    assert result.engines == ("overseal",)


def test_a_place_of_which_one_family_has_nothing_is_told() -> None:
    dropped = (TD3[0], TD3[1][:5] + TD3[1][6:])
    found = voted([zone(TD3, "overseal"), zone(dropped, "tesseract")])
    assert found is not None
    assert ("", 0.5) in found[1][1].choices[5].alternatives
    assert not found[1][1].choices[30].alternatives


def test_a_line_fitted_to_its_length_by_fillers_is_a_repair() -> None:
    raw = TD3[0].replace("<<<<", "<<<", 1)
    fitted = tuple(Character(one, 0.995) for one in TD3[0])
    first = LineReading(raw, tuple(Character(one, 0.995) for one in raw), "overseal", "overseal", fitted)
    result = read((first, reading(TD3[1], "overseal")))
    assert result.lines == TD3
    assert result.raw_lines == (raw, TD3[1])
    assert result.repairs == ("line 1: 1 fillers added, as lines of a zone are of one length",)
    assert result.line_probabilities[0] < 0.95


def test_a_dropped_character_does_not_shift_the_others() -> None:
    dropped = (TD3[0], TD3[1][:12] + TD3[1][13:])
    result = read(zone(dropped, "tesseract"), zone(TD3, "overseal"))
    assert result.lines == TD3


def test_no_format_in_noise() -> None:
    noise = zone(("PASSPORT", "REPUBLIC OF UTOPIA"), "overseal")
    assert layout_of([noise]) is None
    assert voted([noise]) is None
    assert hopeless(noise)
    assert hopeless(zone(("", ""), "overseal"))
    assert not hopeless(zone(TD3, "overseal"))
    assert voted([]) is None


def test_unsure_readings_are_not_claimed() -> None:
    unsure = reading(TD3[0], "overseal", unsure={8: ABSTAIN / 2})
    result = read((unsure, reading(TD3[1], "overseal")))
    assert refusal(result) == "it is not legible enough to claim"
    assert not refusal(read(zone(TD3, "overseal")))


def test_plausibility_follows_digits() -> None:
    assert plausibility(read(zone(TD3, "overseal"))) > plausibility(read(zone(changed(TD3, 1, 9, "5"), "overseal")))


def test_families_count_once_however_often_they_read() -> None:
    seen = [("tesseract", Character("O", 0.9)), ("tesseract", Character("O", 0.9)), ("pp-ocr", Character("0", 0.9))]
    assert scored(seen, Holds.BOTH) == scored(seen[1:], Holds.BOTH)
