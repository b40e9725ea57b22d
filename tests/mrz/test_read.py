from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from pipeline.errors import EngineError
from pipeline.imaging.page import Grey
from pipeline.mrz.read import MrzEngines, confirmed, make_engines, plain_page, read_mrz, read_upright
from pipeline.ocr.engine import Character, LineReading
from pipeline.ocr.passporteye import FoundBlock, PassportEye
from pipeline.ocr.tesseract_line import TesseractLines
from pipeline.settings import Reading
from pipeline.types import keys
from pipeline.types.facts import Facts
from pipeline.types.mrz import MrzFormat
from pipeline.types.problems import ProblemKind
from tests.mrz.drawing import drawn
from tests.mrz.writing import Holder, code_for, write

TD3 = write(MrzFormat.TD3, Holder())


class Recorded:
    """Answers every zone with the same recorded lines."""

    strip_height = 32

    def __init__(self, name: str, lines: Sequence[str], probability: float = 0.96) -> None:
        self.name = name
        self.family = name
        self.asked = 0
        self._lines = lines
        self._probability = probability

    def read_lines(self, crops: Sequence[Grey]) -> tuple[LineReading, ...]:
        self.asked += 1
        return tuple(
            LineReading(text, tuple(Character(c, self._probability) for c in text), self.name, self.family)
            for text in self._lines
        )


class Failing(Recorded):
    """Dies, or hangs beyond its limit: to its caller both are an EngineError."""

    def read_lines(self, crops: Sequence[Grey]) -> tuple[LineReading, ...]:
        self.asked += 1
        raise EngineError(f"{self.name} died")


class Fallback(PassportEye):
    def __init__(self, act: Callable[[], tuple[FoundBlock, ...]]) -> None:
        super().__init__(TesseractLines())
        self.asked = 0
        self._act = act

    def read_blocks(self, grey: Grey) -> tuple[FoundBlock, ...]:
        self.asked += 1
        return self._act()


def block(lines: Sequence[str]) -> FoundBlock:
    readings = tuple(
        LineReading(text, tuple(Character(c, 0.95) for c in text), "passporteye", "tesseract") for text in lines
    )
    return FoundBlock(readings, 10.0, 500.0, 900.0, 600.0)


def test_what_is_sure_and_in_order_is_read_by_one_engine() -> None:
    first, second = Recorded("a", TD3, 0.999), Recorded("b", TD3)
    result = read_mrz(plain_page(drawn(TD3)), MrzEngines((first, second), None))
    assert result.reading is not None
    assert result.reading.lines == TD3
    assert result.reading.engines == ("a",)
    assert (first.asked, second.asked) == (1, 0)
    assert result.problems == ()
    assert result.plausibility > 0.9
    assert result.pitch_px == pytest.approx(20.0, rel=0.06)
    number = Facts(result.facts).get(keys.MRZ_DOCUMENT_NUMBER)
    assert result.region is not None
    assert result.region.top <= number.box.top + 1e-6
    assert number.box.bottom <= result.region.bottom + 0.01


@pytest.mark.parametrize(
    ("line", "start", "text"),
    [(1, 9, "5"), (0, 2, "QQQ"), (0, 0, "X"), (1, 15, "39"), (1, 20, "Q")],
    ids=["check digit", "state in no list", "document code", "no such day", "sex"],
)
def test_what_would_be_found_wrong_is_read_by_a_second_family(line: int, start: int, text: str) -> None:
    lines = list(TD3)
    lines[line] = lines[line][:start] + text + lines[line][start + len(text) :]
    first, second = Recorded("a", lines, 0.999), Recorded("b", lines)
    result = read_mrz(plain_page(drawn(TD3)), MrzEngines((first, second), None))
    assert result.reading is not None
    assert result.reading.lines == tuple(lines)
    assert result.reading.agreed
    assert result.reading.engines == ("a", "b")
    assert first.asked == 1


def test_an_unsure_reading_is_looked_at_again_and_by_a_second_family() -> None:
    first, second = Recorded("a", TD3, 0.7), Recorded("b", TD3)
    result = read_mrz(plain_page(drawn(TD3)), MrzEngines((first, second), None))
    assert result.reading is not None
    assert result.reading.agreed
    assert (first.asked, second.asked) == (3, 1)


def test_a_reading_that_another_zone_contradicts_is_confirmed_once() -> None:
    page = plain_page(drawn(TD3))
    engines = MrzEngines((Recorded("a", TD3, 0.999), second := Recorded("b", TD3)), None)
    alone = read_mrz(page, engines)
    heard = confirmed(alone)
    assert heard.reading is not None
    assert heard.reading.agreed
    assert heard.reading.engines == ("a", "b")
    assert confirmed(heard) == heard
    assert second.asked == 1


def test_a_second_family_that_dies_leaves_the_reading_and_a_problem() -> None:
    page = plain_page(drawn(TD3))
    engines = MrzEngines((Recorded("a", TD3, 0.999), Failing("b", ())), None)
    heard = confirmed(read_mrz(page, engines))
    assert heard.reading is not None
    assert not heard.reading.agreed
    assert [problem.kind for problem in heard.problems] == [ProblemKind.ENGINE]


def test_an_engine_that_dies_is_a_problem_and_the_other_reads_on() -> None:
    engines = MrzEngines((Failing("a", ()), Recorded("b", TD3)), None)
    result = read_mrz(plain_page(drawn(TD3)), engines)
    assert result.reading is not None
    assert not result.reading.agreed
    assert [problem.kind for problem in result.problems] == [ProblemKind.ENGINE]


@pytest.mark.parametrize(
    "lines", [(), ("",), ("", ""), ("\x00<script>", "=CMD()<"), ("<" * 5000, "é" * 44), ("A", "B", "C")]
)
def test_bad_text_gives_no_reading_and_no_crash(lines: Sequence[str]) -> None:
    engines = MrzEngines((Recorded("a", lines), Recorded("b", lines)), None)
    result = read_mrz(plain_page(drawn(TD3)), engines)
    assert result.reading is None
    assert result.problems[-1].kind is ProblemKind.PARTIAL_MRZ
    assert result.region is not None


def test_a_second_engine_is_not_started_for_what_is_hopeless() -> None:
    second = Recorded("b", TD3)
    read_mrz(plain_page(drawn(TD3)), MrzEngines((Recorded("a", ("REPUBLIC", "OF UTOPIA")), second), None))
    assert second.asked == 0


def test_unsure_text_is_not_given_out() -> None:
    engines = MrzEngines((Recorded("a", TD3, 0.3),), None)
    result = read_mrz(plain_page(drawn(TD3)), engines)
    assert result.reading is None
    assert result.facts == ()
    assert result.problems[-1].kind is ProblemKind.PARTIAL_MRZ


def test_the_fallback_is_asked_only_where_nothing_was_found() -> None:
    fallback = Fallback(lambda: (block(TD3),))
    engine = Recorded("a", TD3)
    read_mrz(plain_page(drawn(TD3)), MrzEngines((engine,), fallback))
    assert fallback.asked == 0
    blank = plain_page(np.full((600, 900, 3), 255, np.uint8))
    result = read_mrz(blank, MrzEngines((engine,), fallback))
    assert fallback.asked == 1
    assert result.reading is not None
    assert result.reading.engines == ("passporteye",)
    assert not result.reading.agreed
    assert read_mrz(blank, MrzEngines((engine,), fallback), search_harder=False).reading is None
    assert fallback.asked == 1


def test_a_fallback_that_dies_is_a_problem() -> None:
    def die() -> tuple[FoundBlock, ...]:
        raise EngineError("passporteye failed on a page")

    blank = plain_page(np.full((600, 900, 3), 255, np.uint8))
    result = read_mrz(blank, MrzEngines((), Fallback(die)))
    assert [problem.kind for problem in result.problems] == [ProblemKind.ENGINE, ProblemKind.NO_MRZ]


@pytest.fixture(scope="module")
def engines() -> MrzEngines:
    return make_engines(Reading())


@pytest.mark.live
@pytest.mark.parametrize("layout", MrzFormat)
def test_every_format_is_read(layout: MrzFormat, engines: MrzEngines) -> None:
    number = "881092310285" if layout is MrzFormat.FRAID else "L898902C3"
    lines = write(layout, Holder(code=code_for(layout), number=number, birth="651206"))
    result = read_mrz(plain_page(drawn(lines)), engines)
    assert result.reading is not None
    assert result.reading.lines == lines
    assert result.reading.format is layout
    assert result.reading.valid
    assert result.reading.engines[0] == "overseal"


@pytest.mark.live
@pytest.mark.parametrize(("turns", "mirrored"), [(0, False), (1, False), (2, False), (3, False), (0, True)])
def test_any_orientation_is_found(turns: int, mirrored: bool, engines: MrzEngines) -> None:
    colour = np.rot90(drawn(TD3), turns)
    colour = np.ascontiguousarray(colour[:, ::-1] if mirrored else colour)
    result, applied, flipped = read_upright(colour, engines)
    assert result.reading is not None
    assert result.reading.lines == TD3
    assert (applied, flipped) == (turns, mirrored)


@pytest.mark.live
def test_a_wrong_printed_digit_is_read_as_printed(engines: MrzEngines) -> None:
    wrong = (TD3[0], TD3[1][:9] + "5" + TD3[1][10:])
    result = read_mrz(plain_page(drawn(wrong)), engines)
    assert result.reading is not None
    assert result.reading.lines == wrong
    assert not result.reading.valid
    assert result.reading.engines == ("overseal", "tesseract")
