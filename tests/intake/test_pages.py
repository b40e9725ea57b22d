from __future__ import annotations

import io
import struct
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile, TiffImagePlugin

from pipeline.errors import MissingDependency
from pipeline.intake import decode, pdf
from pipeline.intake.decode import webp_size
from pipeline.intake.heif import HeifPicture, open_heif
from pipeline.intake.pages import Raster, rasters
from pipeline.intake.scan import Format, Scan, sniff
from pipeline.settings import Intake
from pipeline.types.problems import Problem, ProblemKind
from tests.faults.hostile_files import card, encrypted_pdf, sound
from tests.intake.pictures import heic

LIMITS = Intake()


def pages(data: bytes, limits: Intake = LIMITS) -> list[Raster | Problem]:
    format = sniff(data)
    assert isinstance(format, Format)
    return list(rasters(Scan("ab" * 32, format, data), limits))


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def only_raster(data: bytes) -> Raster:
    (page,) = pages(data)
    assert isinstance(page, Raster), page
    return page


def kinds(found: list[Raster | Problem]) -> list[ProblemKind]:
    return [one.kind for one in found if isinstance(one, Problem)]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP", "BMP"])
def test_pixels_arrive_as_blue_green_red(format: str) -> None:
    image = card()
    image.paste((200, 30, 10), (300, 200, 400, 300))
    raster = only_raster(saved(image, format))
    assert raster.colour.shape == (520, 760, 3)
    assert raster.colour.dtype == np.uint8
    assert np.abs(raster.colour[250, 350].astype(int) - (10, 30, 200)).max() < 12


def test_tiff_and_pdf_have_pages() -> None:
    for format in ("TIFF", "PDF"):
        found = pages(sound(format))
        assert [one.scan_page for one in found if isinstance(one, Raster)] == [0, 1]


def test_exif_orientation_is_told_and_not_applied() -> None:
    raster = only_raster(sound("JPEG"))
    assert raster.exif_orientation == 6
    assert raster.colour.shape == (520, 760, 3)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F"])
def test_every_kind_of_pixel(mode: str) -> None:
    grey = card().convert("L")
    if mode == "I;16":
        image = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    elif mode in {"I", "F"}:
        image = Image.fromarray(np.asarray(grey).astype(np.int32 if mode == "I" else np.float32) * 200)
    else:
        image = card().convert(mode)
        grey = image.convert("L")
    raster = only_raster(saved(image, "TIFF" if mode in {"CMYK", "YCbCr", "I", "F"} else "PNG"))
    shown = raster.colour.mean(axis=2)
    assert np.corrcoef(shown.ravel(), np.asarray(grey, np.float64).ravel())[0, 1] > 0.95


def test_transparency_is_shown_on_white() -> None:
    image = card().convert("RGBA")
    image.paste((0, 0, 0, 0), (300, 200, 400, 300))
    assert only_raster(saved(image, "PNG")).colour[250, 350].tolist() == [255, 255, 255]


def test_a_thumbnail_in_a_tiff_is_no_page() -> None:
    stream = io.BytesIO()
    card().save(stream, "TIFF", save_all=True, append_images=[card().resize((76, 52))])
    data = bytearray(stream.getvalue())
    (first,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, first)
    (second,) = struct.unpack_from("<I", data, first + 2 + 12 * count)
    # The first entry of the second directory becomes NewSubfileType = reduced version.
    struct.pack_into("<HHII", data, second + 2, 254, 4, 1, 1)
    assert len(pages(bytes(data))) == 1


def test_limits_hold_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    few = Intake(max_pixels=100_000)
    made = {format: sound(format) for format in ("PNG", "WEBP", "BMP", "JPEG")}
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("decoded"))
    for format, data in made.items():
        assert kinds(pages(data, few)) == [ProblemKind.TOO_MANY_PIXELS], format


def test_too_many_pages_are_not_begun() -> None:
    for format in ("TIFF", "PDF"):
        assert kinds(pages(sound(format), Intake(max_pages=1))) == [ProblemKind.TOO_MANY_PAGES]


def test_a_progressive_picture_of_endless_passes() -> None:
    data = sound("JPEG")
    hostile = data[:-2] + b"\xff\xda" * 3000 + data[-2:]
    assert kinds(pages(hostile, Intake(max_pixels=400_000))) == [ProblemKind.TOO_MANY_PIXELS]


def test_blank_pages_are_told() -> None:
    noise = np.random.default_rng(1).normal(240, 3, (800, 600)).clip(0, 255).astype(np.uint8)
    assert kinds(pages(saved(Image.fromarray(noise), "JPEG"))) == [ProblemKind.BLANK]
    few = Image.new("L", (1700, 2200), 255)
    few.paste(card().resize((380, 260)), (200, 200))
    assert kinds(pages(saved(few, "PNG"))) == []


def test_passwords_and_garbage() -> None:
    assert kinds(pages(encrypted_pdf())) == [ProblemKind.ENCRYPTED]
    assert kinds(pages(b"%PDF-1.4\nnothing\n%%EOF\n")) == [ProblemKind.CORRUPT]


def test_pdf_pages_larger_than_a3_are_drawn_smaller() -> None:
    raster = only_raster(saved(card(size=(3000, 1500)), "PDF", resolution=30))
    assert max(raster.colour.shape) == pytest.approx(16.54 * LIMITS.pdf_dpi, abs=2)


def test_slow_drawing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PAGE_CPU_SECONDS", -1.0)
    assert ProblemKind.TIMEOUT in kinds(pages(_many_strokes()))


def _many_strokes() -> bytes:
    content = b"0 0 m 300 300 l S " * 3000
    data = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    data += b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    data += b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R>>endobj\n"
    data += b"4 0 obj<</Length %d>>stream\n" % len(content) + content + b"\nendstream endobj\n"
    return data + b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def test_heic_pixels_arrive_as_blue_green_red() -> None:
    raster = only_raster(heic("card"))
    assert raster.colour.shape == (260, 380, 3)
    assert np.abs(raster.colour[125, 175].astype(int) - (10, 30, 200)).max() < 20
    assert raster.exif_orientation == 1


def test_a_heic_is_turned_by_its_container_or_by_exif_and_never_by_both() -> None:
    tagged, turned = only_raster(heic("tagged")), only_raster(heic("turned"))
    assert (tagged.exif_orientation, tagged.colour.shape) == (6, (260, 380, 3))
    assert (turned.exif_orientation, turned.colour.shape) == (1, (380, 260, 3))


def test_a_heic_that_describes_its_picture_behind_the_pixels_is_turned_once() -> None:
    data = heic("turned")
    boxes, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big") or len(data) - at
        boxes.append(data[at : at + size])
        at += size
    boxes.sort(key=lambda box: box[4:8] == b"meta")
    assert boxes[-1][4:8] == b"meta"
    assert open_heif(b"".join(boxes)).exif_orientation == open_heif(data).exif_orientation == 1


def test_of_several_pictures_in_a_heic_the_primary_one_counts() -> None:
    first, primary = only_raster(heic("card")), only_raster(heic("several"))
    assert np.abs(primary.colour[::-1, ::-1].astype(int) - first.colour).mean() < 4


def test_limits_of_a_heic_hold_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HeifPicture, "decoded", lambda *_: pytest.fail("decoded"))
    assert kinds(pages(heic("card"), Intake(max_pixels=90_000))) == [ProblemKind.TOO_MANY_PIXELS]


@pytest.mark.parametrize("stated", [16, 300, 60_000])
def test_a_heic_that_lies_about_its_size(stated: int) -> None:
    data = bytearray(heic("card"))
    at = data.index(b"ispe") + 8
    struct.pack_into(">II", data, at, stated, stated)
    assert all(isinstance(one, Problem) for one in pages(bytes(data)))


def test_a_heif_of_another_codec_is_told_as_such() -> None:
    data = heic("card").replace(b"hvc1", b"av01").replace(b"hvcC", b"av1C")
    assert kinds(pages(data)) == [ProblemKind.UNSUPPORTED]


def test_a_wheel_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(MissingDependency, match="pi-heif"):
        pages(heic("card"))


@settings(max_examples=60, deadline=None)
@given(format=st.sampled_from(["JPEG", "PNG", "WEBP", "BMP", "PDF", "HEIF"]), share=st.floats(0.02, 0.97))
def test_nothing_of_a_picture_cut_short_is_passed_on(format: str, share: float) -> None:
    data = heic("card") if format == "HEIF" else sound(format)
    found = pages(data[: int(len(data) * share)])
    assert found
    assert all(isinstance(one, Problem) for one in found)


@settings(max_examples=60, deadline=None)
@given(format=st.sampled_from(["JPEG", "PNG", "TIFF", "WEBP", "BMP", "PDF", "HEIF"]), data=st.data())
def test_damaged_files_end_as_pages_or_problems(format: str, data: st.DataObject) -> None:
    hurt = bytearray(heic("card") if format == "HEIF" else sound(format))
    for _ in range(data.draw(st.integers(1, 8))):
        hurt[data.draw(st.integers(12, len(hurt) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(sniff(bytes(hurt)), Problem) or pages(bytes(hurt))


def test_webp_sizes() -> None:
    for options in ({"lossless": True}, {"quality": 80}):
        assert webp_size(saved(Image.new("RGB", (123, 45)), "WEBP", **options)) == (123, 45)
    assert webp_size(b"RIFF") is None


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_a_fault_of_ours_is_not_told_as_the_files(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> object:
        raise TypeError("ours")

    monkeypatch.setattr(decode, "_bgr", fail)
    with pytest.raises(TypeError, match="ours"):
        pages(sound(format))


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_want_of_memory_is_not_the_files_fault(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = sound(format)

    def fail(*_: object) -> object:
        raise MemoryError

    monkeypatch.setattr(Image.Image, "load", fail)
    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    monkeypatch.setattr(TiffImagePlugin.TiffImageFile, "load", fail)
    with pytest.raises(MemoryError):
        pages(data)
