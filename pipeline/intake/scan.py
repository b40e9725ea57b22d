"""A file's bytes, read once: identity, format by content, limits."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pipeline.intake import heif
from pipeline.settings import Intake
from pipeline.types.problems import Problem, ProblemKind

_CHUNK = 1 << 20
#: As much as `sniff` looks at.
_HEAD = 1024
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Format(StrEnum):
    """What can be taken in."""

    JPEG = "JPEG"
    PNG = "PNG"
    TIFF = "TIFF"
    WEBP = "WEBP"
    BMP = "BMP"
    HEIF = "HEIF"
    PDF = "PDF"


@dataclass(frozen=True, slots=True)
class Scan:
    """One file that came in; its identity is the SHA-256 (hexadecimal) of its bytes."""

    sha256: str
    format: Format
    data: bytes = field(repr=False)


_MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"II*\x00", Format.TIFF),
    (b"MM\x00*", Format.TIFF),
    (b"II+\x00", Format.TIFF),
    (b"MM\x00+", Format.TIFF),
)

_BMP_HEADER_SIZES = frozenset({12, 40, 52, 56, 64, 108, 124})

#: Picture and office formats that exist, are recognised, and are not read.
_KNOWN_UNREAD: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "GIF"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"8BPS", "Photoshop"),
    (b"AT&TFORM", "DjVu"),
    (b"\x97JB2\r\n", "JBIG2"),
    (b"%!PS", "PostScript"),
    (b"PK\x03\x04", "ZIP or office document"),
    (b"Rar!", "RAR archive"),
    (b"7z\xbc\xaf", "7-Zip archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"\xd0\xcf\x11\xe0", "old office document"),
)


def open_scan(path: Path, limits: Intake) -> Scan | Problem:
    """Read one file once, within the limits; never blocks on a pipe or device and never follows a link.

    Whatever a folder listing said may have changed meanwhile, so the file is judged by what was opened.
    """
    try:
        descriptor = os.open(path, _OPEN)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        return problem_of(error)
    try:
        data = _read(descriptor, limits)
    except OSError as error:
        return problem_of(error)
    finally:
        os.close(descriptor)
    if isinstance(data, Problem):
        return data
    format_or_problem = sniff(data)
    if isinstance(format_or_problem, Problem):
        return format_or_problem
    return Scan(hashlib.sha256(data).hexdigest(), format_or_problem, data)


def _read(descriptor: int, limits: Intake) -> bytes | Problem:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        return problem(ProblemKind.NOT_A_FILE, "it is no regular file (a folder, pipe, socket or device)")
    chunks: list[bytes] = []
    size = before.st_size
    # A file may grow while it is read: the limit is held on what was read, too.
    while size <= limits.max_bytes and (chunk := os.read(descriptor, _CHUNK)):
        chunks.append(chunk)
        size = max(before.st_size, sum(map(len, chunks)))
    if size > limits.max_bytes:
        return problem(ProblemKind.TOO_LARGE, f"it has more than the {limits.max_bytes:,} bytes that are taken in")
    data = b"".join(chunks)
    after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        return problem(ProblemKind.TRUNCATED, "it was still being written; screen it again when it is complete")
    return data if data else problem(ProblemKind.EMPTY, "the file is empty")


def sniff(data: bytes) -> Format | Problem:
    """The format that the bytes themselves show; the file's name is not asked."""
    for magic, known in _MAGIC:
        if data.startswith(magic):
            return known
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Format.WEBP
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADER_SIZES:
        return Format.BMP
    # ISO 32000-1 Annex H (3.4.1): readers accept the header anywhere in the first 1024 bytes.
    if b"%PDF-" in data[:1024]:
        return Format.PDF
    if data[4:8] == b"ftyp":
        return _iso_media(data)
    for magic, name in _KNOWN_UNREAD:
        if data.startswith(magic):
            return problem(ProblemKind.UNSUPPORTED, f"{name} is not read; save it as JPEG, PNG, TIFF or PDF")
    return problem(ProblemKind.NOT_AN_IMAGE, "its content is no picture and no PDF")


def _iso_media(data: bytes) -> Format | Problem:
    """Which of the formats that share the ISO base media file format this is: HEIC is read."""
    brands = heif.brands(data)
    if brands & heif.HEVC_BRANDS:
        return Format.HEIF
    if brands & heif.AVIF_BRANDS:
        return problem(ProblemKind.UNSUPPORTED, "AVIF is not read; save it as JPEG, PNG, TIFF or PDF")
    if brands & heif.ANY_CODEC_BRANDS:
        return Format.HEIF
    return problem(ProblemKind.UNSUPPORTED, "video is not read; save a picture of the document as JPEG or PDF")


def is_picture(path: Path) -> bool:
    """Whether a file's first bytes are those of a format that is read."""
    try:
        descriptor = os.open(path, _OPEN)
    except (OSError, ValueError):
        return False
    try:
        head = os.read(descriptor, _HEAD) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return isinstance(sniff(head), Format)


def problem(kind: ProblemKind, message: str, page: int | None = None) -> Problem:
    """A Problem of this stage."""
    return Problem(kind, "intake", message, page)


def problem_of(error: OSError | ValueError) -> Problem:
    """What the operating system said, as a Problem; its text holds no path."""
    code = error.errno if isinstance(error, OSError) else errno.EINVAL
    if code in {errno.ENOENT, errno.ENOTDIR, errno.ESTALE}:
        return problem(ProblemKind.VANISHED, "it is not there any more, or never was")
    if code in {errno.EACCES, errno.EPERM}:
        return problem(ProblemKind.PERMISSION, "it may not be read by this user")
    if code in {errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.ENODEV}:
        return problem(ProblemKind.NOT_A_FILE, "it is a link or device, or became one")
    if code in {errno.ENAMETOOLONG, errno.EINVAL}:
        return problem(ProblemKind.NOT_A_FILE, "its name is not one that the system can open")
    return problem(ProblemKind.CORRUPT, f"the system cannot read it: {os.strerror(code or 0)}")
