"""Picture files to pixels, by Pillow and libheif, with limits held before anything is decoded."""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from pipeline.intake.heif import open_heif
from pipeline.intake.scan import Format, problem
from pipeline.settings import Intake
from pipeline.types.problems import Problem, ProblemKind

Decoded = tuple[NDArray[np.uint8], int]
T = TypeVar("T")

#: Warning filters are the process's, so only one thread may change them at a time.
_WARNINGS = threading.Lock()
#: Below this a picture holds no readable character.
_MIN_SIDE = 16
#: A progressive JPEG is gone over once a scan: cameras write about ten, a hostile file thousands.
_MAX_PASSES = 12
#: TIFF NewSubfileType (TIFF 6.0 section 8): bit 0 a reduced version, bit 2 a transparency mask of another page.
_SUBFILE_TYPE, _NOT_A_PAGE = 254, 0b101
#: What a damaged file makes Pillow raise: it parses headers with plain Python and documents no exception type. Only
#: calls of Pillow and of libheif are guarded by it: the same errors in our own code, and want of memory, are not the
#: file's fault.
_DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    EOFError,
    AssertionError,
    RuntimeError,
    BufferError,
)
#: libheif of a container whose pictures are in AV1, JPEG 2000, VVC, ...
_NO_DECODER = "compression format has not been built in"
_CUT_SHORT = ("truncated", "unexpected end", "premature end", "only got", "not enough", "not complete")


def decode_image(data: bytes, format: Format, limits: Intake) -> Iterator[Decoded | Problem]:
    """Yield (colour, EXIF orientation) for each page, or its Problem; colour is height x width x 3, BGR.

    Only TIFF has pages; of an animated or multi-picture file the first picture counts, of a HEIC the primary one. What
    is transparent is shown on white.
    """
    if format is Format.HEIF:
        yield _heif(data, limits)
        return
    unfit = _webp_problem(data, limits) if format is Format.WEBP else None
    if unfit:
        yield unfit
        return
    strict = format is Format.TIFF
    opened = _guarded(lambda: Image.open(io.BytesIO(data), formats=(format.value,)), strict=strict, page=None)
    if isinstance(opened, Problem):
        yield opened
        return
    # Within compressed data 0xFF is always followed by 0x00 or a restart mark, so this counts a JPEG's passes.
    passes = data.count(b"\xff\xda") if format is Format.JPEG else 1
    with opened as image:
        frames = _guarded(lambda: _frames(image, limits.max_pages), strict=True, page=None) if strict else [0]
        if isinstance(frames, Problem):
            yield frames
        elif len(frames) > limits.max_pages:
            yield problem(ProblemKind.TOO_MANY_PAGES, f"it has more than the {limits.max_pages} pages taken in")
        else:
            for number, frame in enumerate(frames):
                yield _page(image, frame, number, passes, limits)


def _heif(data: bytes, limits: Intake) -> Decoded | Problem:
    picture = _guarded(lambda: open_heif(data), strict=False, page=None)
    if isinstance(picture, Problem):
        return picture
    unfit = _size_problem(*picture.size, 1, limits, 0)
    if unfit:
        return unfit
    pixels = _guarded(lambda: _loaded(picture.decoded()), strict=False, page=0)
    return pixels if isinstance(pixels, Problem) else (_bgr(pixels), picture.exif_orientation)


def _webp_problem(data: bytes, limits: Intake) -> Problem | None:
    """What must be known before Pillow opens a WebP: its decoder allocates the canvas, and calls a cut file damaged."""
    if int.from_bytes(data[4:8], "little") + 8 > len(data):
        return _damaged("truncated", None)
    size = webp_size(data)
    return _pixels_problem(*size, limits, None) if size else None


def webp_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a WebP's canvas from its first chunk (RFC 9649 sections 2.5-2.7); None if it has none."""
    chunk, body = data[12:16], data[20:30]
    if len(body) < 10:
        return None
    if chunk == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    return None


def _frames(image: Image.Image, max_pages: int) -> list[int]:
    """Indices of the pictures that are pages; stops beyond the limit."""
    found: list[int] = []
    for index in count():
        try:
            image.seek(index)
        except EOFError:
            break
        subfile = getattr(image, "tag_v2", {}).get(_SUBFILE_TYPE, 0)
        if not (isinstance(subfile, int) and subfile & _NOT_A_PAGE):
            found.append(index)
        if len(found) > max_pages or index > 4 * max_pages:
            break
    return found or [0]


def _page(image: Image.Image, frame: int, number: int, passes: int, limits: Intake) -> Decoded | Problem:
    strict = image.format == Format.TIFF
    size = _guarded(lambda: _sought(image, frame), strict=strict, page=number)
    if isinstance(size, Problem):
        return size
    unfit = _size_problem(*size, passes, limits, number)
    if unfit:
        return unfit
    pixels = _guarded(lambda: _loaded(image), strict=strict, page=number)
    return pixels if isinstance(pixels, Problem) else (_bgr(pixels), _orientation(image))


def _sought(image: Image.Image, frame: int) -> tuple[int, int]:
    image.seek(frame)
    return image.size


def _loaded(image: Image.Image) -> Image.Image:
    """The decoded picture as RGB, RGBA where parts of it are transparent, or grey of more than eight bits.

    Palette and transparency are the file's own words, so putting them in is decoding still.
    """
    image.load()
    if image.mode.startswith("I") or image.mode == "F":
        return image
    clear = "transparency" in image.info or image.mode in {"RGBA", "RGBa", "LA", "La", "PA"}
    return image.convert("RGBA" if clear else "RGB")


def _guarded(step: Callable[[], T], *, strict: bool, page: int | None) -> T | Problem:
    """Run one step of decoding; what the decoder raises becomes a Problem, and if `strict` what it warns of, too."""
    with _WARNINGS, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            result = step()
        except Image.DecompressionBombError:
            return problem(ProblemKind.TOO_MANY_PIXELS, "its header states more pixels than can be decoded", page)
        except _DECODER_ERRORS as error:
            return _damaged(str(error), page)
    # Only in a TIFF do Pillow's warnings concern the pixels (a directory cut short); elsewhere they are about metadata.
    texts = [str(warning.message) for warning in warned if strict]
    cut = next((text for text in texts if "Metadata Warning" not in text and "bomb" not in text), None)
    return result if cut is None else _damaged(cut, page)


def _damaged(said: str, page: int | None) -> Problem:
    if _NO_DECODER in said:
        return problem(ProblemKind.UNSUPPORTED, "its pictures are not coded as HEVC; save it as JPEG or PNG", page)
    if any(words in said.lower() for words in _CUT_SHORT):
        return problem(ProblemKind.TRUNCATED, "the picture ends before it is complete; get the file again", page)
    return problem(ProblemKind.CORRUPT, "the picture is damaged and cannot be decoded; get the file again", page)


def _size_problem(width: int, height: int, passes: int, limits: Intake, page: int) -> Problem | None:
    too_many = _pixels_problem(width, height, limits, page)
    if too_many:
        return too_many
    if passes * width * height > _MAX_PASSES * limits.max_pixels:
        return problem(ProblemKind.TOO_MANY_PIXELS, "it needs more passes to decode than any camera writes", page)
    if min(width, height) < _MIN_SIDE:
        return problem(ProblemKind.NOT_AN_IMAGE, f"{width} x {height} px can hold no text", page)
    return None


def _pixels_problem(width: int, height: int, limits: Intake, page: int | None) -> Problem | None:
    if width * height <= limits.max_pixels:
        return None
    text = f"{width} x {height} px are more than the {limits.max_pixels:,} that are decoded"
    return problem(ProblemKind.TOO_MANY_PIXELS, text, page)


def _orientation(image: Image.Image) -> int:
    """EXIF orientation of a loaded picture; metadata that cannot be read says nothing."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _DECODER_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _bgr(pixels: Image.Image) -> NDArray[np.uint8]:
    if pixels.mode not in {"RGB", "RGBA"}:
        return np.repeat(_eight_bits(np.asarray(pixels), pixels.mode)[:, :, None], 3, axis=2)
    if pixels.mode == "RGBA":
        paper = Image.new("RGB", pixels.size, "white")
        paper.paste(pixels, mask=pixels.getchannel("A"))
        pixels = paper
    return np.asarray(cv2.cvtColor(np.asarray(pixels), cv2.COLOR_RGB2BGR), np.uint8)


def _eight_bits(samples: NDArray[np.generic], mode: str) -> NDArray[np.uint8]:
    """Grey samples of more than eight bits; 16-bit by their top byte, others stretched from least to most."""
    if mode.startswith("I;16"):
        return (samples.astype(np.uint16) >> 8).astype(np.uint8)
    values = np.nan_to_num(samples.astype(np.float64), posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if mode == "I" and low >= 0 and 255 < high <= 65535:
        low, high = 0.0, 65535.0
    return ((values - low) * (255.0 / max(high - low, 1e-9))).astype(np.uint8)
