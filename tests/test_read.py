from __future__ import annotations

import io
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fixtures.utopia.truth import Truth, read
from pipeline.errors import EngineError, UsageError
from pipeline.imaging.page import Colour
from pipeline.ocr.engine import TextLine
from pipeline.read import Readers, make_readers, read_file
from pipeline.settings import Settings
from pipeline.types import keys
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import Facts
from pipeline.types.problems import ProblemKind
from pipeline.types.readings import FileReading

SPECIMENS = Path(__file__).parents[1] / "fixtures" / "specimens"
SETTINGS = Settings()


@cache
def _readers() -> Readers:
    return make_readers(SETTINGS)


@cache
def _truths() -> dict[str, Truth]:
    return {truth.file: truth for truth in read(SPECIMENS / "truth.jsonl")}


def _read(path: Path, readers: Readers | None = None) -> FileReading:
    return read_file(path, "bundle", readers or _readers(), SETTINGS)


@pytest.mark.live
@pytest.mark.parametrize("file", ["one/passport.jpg", "five/residence-card.jpg", "one/visa-a.jpg"])
def test_a_specimen_gives_its_kind_its_lines_and_its_page_for_people(file: str) -> None:
    truth = _truths()[file]
    reading = _read(SPECIMENS / file)
    (record,) = reading.records
    assert reading.status == "read"
    assert (record.kind, record.template) == (truth.document_kind, truth.template)
    assert record.mrz is not None
    assert record.mrz.lines == truth.mrz_lines
    assert record.mrz.engines == ("overseal",)
    (image,) = reading.images
    assert image.document_id == record.document_id
    assert Image.open(io.BytesIO(image.jpeg)).format == "JPEG"


@pytest.mark.live
@pytest.mark.parametrize(
    "turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.FLIP_LEFT_RIGHT]
)
def test_a_turned_or_mirrored_passport_is_read_all_the_same(turn: Image.Transpose, tmp_path: Path) -> None:
    Image.open(SPECIMENS / "one/passport.jpg").transpose(turn).save(tmp_path / "turned.png")
    (record,) = _read(tmp_path / "turned.png").records
    assert record.mrz is not None
    assert record.mrz.lines == _truths()["one/passport.jpg"].mrz_lines
    page = record.pages[0]
    assert page.mirrored or page.rotation


@pytest.mark.live
def test_a_permit_without_a_zone_is_read_in_full_and_lacks_nothing() -> None:
    (record,) = _read(SPECIMENS / "one/work-permit.jpg").records
    assert record.kind is DocumentKind.WORK_PERMIT
    assert record.mrz is None
    assert ProblemKind.NO_MRZ not in {problem.kind for problem in record.problems}
    assert Facts(record.facts).get(keys.DOC_TEMPLATE).value.missing == ()


class _Dying:
    """A page engine that dies."""

    name = "dying"
    family = "none"

    def read_page(self, colour: Colour) -> tuple[TextLine, ...]:
        raise EngineError("the engine died")

    def read_box(self, colour: Colour, box: tuple[int, int, int, int]) -> TextLine | None:
        raise EngineError("the engine died")


@pytest.mark.live
def test_an_engine_that_dies_is_a_problem_of_the_page_and_the_zone_is_still_read() -> None:
    reading = _read(SPECIMENS / "one/passport.jpg", replace(_readers(), text=_Dying()))
    (record,) = reading.records
    assert reading.status == "partial"
    assert record.mrz is not None
    assert ProblemKind.ENGINE in {problem.kind for problem in record.problems}


@pytest.mark.live
def test_a_page_of_nothing_known_is_unknown_and_says_so(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    Image.fromarray(noise).resize((800, 600)).save(tmp_path / "noise.png")
    reading = _read(tmp_path / "noise.png")
    (record,) = reading.records
    assert reading.status == "partial"
    assert record.kind is DocumentKind.UNKNOWN
    assert {ProblemKind.NO_MRZ, ProblemKind.UNKNOWN_TEMPLATE} <= {problem.kind for problem in record.problems}


def test_what_is_no_image_is_unreadable_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "letter.jpg").write_text("Dear Sir or Madam")
    reading = _read(tmp_path / "letter.jpg")
    assert (reading.status, reading.records) == ("unreadable", ())
    assert [problem.kind for problem in reading.problems] == [ProblemKind.NOT_AN_IMAGE]


def test_seconds_of_a_file_are_on_the_clock_of_its_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = count()
    monkeypatch.setattr("pipeline.read._cpu_seconds", lambda: float(next(now)))
    (tmp_path / "letter.jpg").write_text("Dear Sir or Madam")
    assert _read(tmp_path / "letter.jpg").seconds == 1.0


def test_a_template_of_the_users_own_may_not_hide_a_shipped_one(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[1] / "pipeline" / "reference" / "templates" / "icao-passport.toml"
    (tmp_path / "icao-passport.toml").write_bytes(shipped.read_bytes())
    with pytest.raises(UsageError, match="name of a shipped one"):
        make_readers(Settings(templates=(tmp_path / "icao-passport.toml",)))


def test_each_page_of_a_file_is_told_when_it_is_done(tmp_path: Path) -> None:
    blank = Image.new("RGB", (400, 300), "white")
    blank.save(tmp_path / "blank.tif", save_all=True, append_images=[blank, blank])
    done: list[None] = []
    reading = read_file(tmp_path / "blank.tif", "bundle", _readers(), SETTINGS, lambda: done.append(None))
    assert [problem.kind for problem in reading.problems] == [ProblemKind.BLANK] * len(done)
    assert len(done) == 3
