"""Files that a careless sender, a broken scanner or an attacker could put into a folder; seeded and reproducible.

python -m tests.faults.hostile_files --count 300 OUT
"""

from __future__ import annotations

import argparse
import io
import os
import random
import struct
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

Mutator = Callable[[random.Random], tuple[str, bytes]]

#: Printed as a holder's name: markup, formulas, paths, templates, control marks and sheer length.
HOSTILE_TEXTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=CMD('calc')!A1",
    "+SUM(1+1)*cmd|' /C calc'!A0",
    "@HYPERLINK(1)",
    "{{7*7}} ${7*7} %s %n",
    "../../../etc/passwd",
    "'; DROP TABLE cases;--",
    "\u202eGNIDAER EDIS REHTO",
    "A" * 10_000,
)
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "PDF")
_SUFFIX = {"JPEG": "jpg", "PNG": "png", "TIFF": "tif", "WEBP": "webp", "BMP": "bmp", "PDF": "pdf"}
_MRZ = ("P<UTOSPECIMEN<<HOSTILE<<<<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")


def card(name: str = "SPECIMEN", size: tuple[int, int] = (760, 520)) -> Image.Image:
    """A plain document page with `name` printed on it."""
    image = Image.new("RGB", size, (236, 240, 232))
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype("DejaVuSansMono.ttf", 22)
    draw.text((24, 20), "REPUBLIC OF UTOPIA  SPECIMEN", fill=(20, 30, 60), font=font)
    lines = [name[start : start + 52] for start in range(0, len(name), 52)][:14]
    draw.text((24, 70), "Surname", fill=(60, 60, 60), font=font)
    draw.text((24, 100), "\n".join(lines), fill=(10, 10, 10), font=font, spacing=2)
    draw.rectangle((0, size[1] - 90, size[0], size[1]), fill=(244, 246, 242))
    draw.text((24, size[1] - 76), "\n".join(_MRZ), fill=(10, 10, 10), font=font, spacing=8)
    return image


@cache
def sound(format: str) -> bytes:
    """An undamaged file of a format; TIFF and PDF have two pages."""
    stream = io.BytesIO()
    if format in {"TIFF", "PDF"}:
        card().save(stream, format, save_all=True, append_images=[card("SECOND PAGE")])
    elif format == "JPEG":
        exif = Image.Exif()
        exif[274] = 6
        exif[270] = "<script>alert(1)</script>"
        card().save(stream, format, quality=85, exif=exif)
    else:
        card().save(stream, format)
    return stream.getvalue()


def _pick(rng: random.Random) -> tuple[str, bytearray]:
    format = rng.choice(_FORMATS)
    return _SUFFIX[format], bytearray(sound(format))


def bit_flips(rng: random.Random) -> tuple[str, bytes]:
    """One to forty flipped bits anywhere."""
    suffix, data = _pick(rng)
    for _ in range(rng.randint(1, 40)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return suffix, bytes(data)


def header_flips(rng: random.Random) -> tuple[str, bytes]:
    """Random bytes within the first 200, where formats keep their structure, the magic number left alone."""
    suffix, data = _pick(rng)
    for _ in range(rng.randint(1, 12)):
        data[rng.randrange(8, 200)] = rng.randrange(256)
    return suffix, bytes(data)


def truncation(rng: random.Random) -> tuple[str, bytes]:
    """Cut off anywhere."""
    suffix, data = _pick(rng)
    return suffix, bytes(data[: rng.randrange(1, len(data))])


def swapped_header(rng: random.Random) -> tuple[str, bytes]:
    """One format's beginning on another format's body, under a third one's name."""
    _, head = _pick(rng)
    _, body = _pick(rng)
    cut = rng.choice((4, 12, 64, 512))
    return rng.choice(list(_SUFFIX.values())), bytes(head[:cut] + body[cut:])


def absurd_dimensions(rng: random.Random) -> tuple[str, bytes]:
    """A header that states a size which the data do not have."""
    wide, high = rng.choice(
        ((0, 0), (1, 2**31 - 1), (65_500, 65_500), (2**31 - 1, 2**31 - 1), (20_000, 20_000), (3, 9))
    )
    format = rng.choice(("PNG", "BMP", "TIFF", "JPEG", "WEBP"))
    data = bytearray(sound(format))
    if format == "PNG":
        data[16:24] = struct.pack(">II", wide, high)
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    elif format == "BMP":
        data[18:26] = struct.pack("<ii", min(wide, 2**31 - 1), rng.choice((1, -1)) * min(high, 2**31 - 1))
    elif format == "TIFF":
        _set_tiff(data, {256: wide, 257: high})
    elif format == "JPEG":
        start = data.index(b"\xff\xc0") + 5
        data[start : start + 4] = struct.pack(">HH", high & 0xFFFF, wide & 0xFFFF)
    else:
        chunk = b"VP8X" + struct.pack("<I", 10) + b"\x00" * 4 + b"\xff" * 6
        data[12:12] = chunk
        data[4:8] = struct.pack("<I", len(data) - 8)
    return _SUFFIX[format], bytes(data)


def _set_tiff(data: bytearray, values: dict[int, int]) -> None:
    (offset,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, offset)
    for entry in range(offset + 2, offset + 2 + 12 * count, 12):
        (tag,) = struct.unpack_from("<H", data, entry)
        if tag in values:
            struct.pack_into("<HII", data, entry + 2, 4, 1, values[tag] & 0xFFFFFFFF)


def tiff_circle(rng: random.Random) -> tuple[str, bytes]:
    """Directories that lead back to the first, or point far beyond the file's end."""
    data = bytearray(sound("TIFF"))
    (offset,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, offset)
    target = rng.choice((offset, 8, len(data) - 3, 2**32 - 16))
    struct.pack_into("<I", data, offset + 2 + 12 * count, target)
    if rng.random() < 0.5:
        _set_tiff(data, {rng.choice((273, 279, 278, 277, 258)): rng.choice((0, 7, 2**31, 2**32 - 1))})
    return "tif", bytes(data)


def hostile_exif(rng: random.Random) -> tuple[str, bytes]:
    """Metadata of the wrong type, length or place; a junk colour profile."""
    tiff = bytearray(struct.pack("<2sHIH", b"II", 42, 8, 3))
    for tag in (274, 34665, 270):
        tiff += struct.pack("<HHII", tag, rng.randrange(16), rng.choice((0, 1, 9, 2**32 - 1)), rng.randrange(2**32))
    tiff += struct.pack("<I", rng.choice((0, 8, 2**32 - 1)))
    payload = b"Exif\x00\x00" + bytes(tiff) + rng.randbytes(rng.choice((0, 10_000)))
    junk = b"ICC_PROFILE\x00\x01\x01" + rng.randbytes(500)
    segments = b"".join(
        struct.pack(">HH", marker, len(body) + 2) + body for marker, body in ((0xFFE1, payload), (0xFFE2, junk))
    )
    plain = io.BytesIO()
    card().save(plain, "JPEG")
    return "jpg", plain.getvalue()[:2] + segments + plain.getvalue()[2:]


def png_bomb(rng: random.Random) -> tuple[str, bytes]:
    """Little data that unpacks to much: pixels within the header's size, text, profile, or beyond the last row."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    side = rng.choice((9_000, 12_000, 200))
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(b"\x00" * 1_000_000) for _ in range(30)) + packer.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    extra = chunk(b"zTXt", b"Comment\x00\x00" + rows) if rng.random() < 0.5 else chunk(b"iCCP", b"x\x00\x00" + rows)
    return "png", b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pdf_garbage(rng: random.Random) -> tuple[str, bytes]:
    """A PDF's clothes on noise, on a page as large as a field, on pages that contain themselves, or with a password."""
    choice = rng.randrange(5)
    if choice == 0:
        return "pdf", b"%PDF-1.7\n" + rng.randbytes(3000) + b"\n%%EOF\n"
    box = rng.choice(("[0 0 14400 14400]", "[0 0 1e9 1e9]", "[0 0 0 0]", "[5 5 -5 -5]", "[0 0 1 100000]"))
    kids = "[2 0 R]" if choice == 1 else "[3 0 R]"
    count = 2**31 - 1 if choice == 2 else 1
    drawing = b"0 0 m 9 9 l S " * 200_000 if choice == 3 else b"q " * 5000
    packed = zlib.compress(drawing)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids {kids} /Count {count} >>".encode(),
        f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents 4 0 R >>".encode(),
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed) + packed + b"\nendstream",
    ]
    extra = b""
    if choice == 4:
        secret = rng.randbytes(32).hex().encode()
        objects.append(b"<< /Filter /Standard /V 1 /R 2 /P -64 /O <%s> /U <%s> >>" % (secret, secret))
        extra = b"/Encrypt 5 0 R /ID [<00> <00>] "
    return "pdf", _pdf(objects, extra)


def _pdf(objects: list[bytes], trailer: bytes) -> bytes:
    data, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(data)


def encrypted_pdf() -> bytes:
    """A PDF that opens with a password only."""
    return next(data for seed in range(99) if b"/Encrypt" in (data := pdf_garbage(random.Random(seed))[1]))


def no_picture(rng: random.Random) -> tuple[str, bytes]:
    """Nothing, text, noise, or an archive, named as a picture."""
    bodies = (
        b"",
        b"just a note\n",
        b"<html><script>alert(1)</script></html>",
        rng.randbytes(2000),
        b"PK\x03\x04" + bytes(99),
    )
    return rng.choice(list(_SUFFIX.values())), rng.choice(bodies)


def printed_text(rng: random.Random) -> tuple[str, bytes]:
    """A sound picture with hostile text printed on it."""
    stream = io.BytesIO()
    card(rng.choice(HOSTILE_TEXTS)).save(stream, "PNG")
    return "png", stream.getvalue()


MUTATORS: tuple[Mutator, ...] = (
    bit_flips,
    truncation,
    header_flips,
    absurd_dimensions,
    swapped_header,
    hostile_exif,
    pdf_garbage,
    tiff_circle,
    printed_text,
    no_picture,
    png_bomb,
)
_HOSTILE_NAMES = ("<script>alert(1)</script>", "=CMD()", "-rf", "a\nb", "n" * 240, "Ünïcödé \u202e", "%s%n", "$(id)")


def write_hostile(out: Path, count: int = 40, seed: int = 1) -> tuple[Path, ...]:
    """Write `count` hostile entries into a new folder; returns their paths.

    Mutators take turns; every eighth file has a hostile name. The last few entries are no files at all: a pipe, a
    circle of links, a link to nothing and one that leaves the folder.
    """
    out.mkdir(parents=True, exist_ok=True)
    specials = (_pipe, _circle, _dangling, _outside)[: max(0, count - len(MUTATORS))]
    paths: list[Path] = []
    for index in range(count - len(specials)):
        rng = random.Random(f"{seed}/{index}")
        suffix, data = MUTATORS[index % len(MUTATORS)](rng)
        name = f"{_HOSTILE_NAMES[index // 8 % len(_HOSTILE_NAMES)]}-{index}" if index % 8 == 7 else f"{index:04d}"
        path = out / f"{name.replace('/', '|')}.{suffix}"
        path.write_bytes(data)
        paths.append(path)
    for number, special in enumerate(specials):
        paths.append(special(out / f"special-{number}.jpg"))
    return tuple(paths)


def _pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def _circle(path: Path) -> Path:
    path.symlink_to(path.name)
    return path


def _dangling(path: Path) -> Path:
    path.symlink_to("nothing-here.jpg")
    return path


def _outside(path: Path) -> Path:
    path.symlink_to("/etc/passwd")
    return path


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Write hostile files into a folder.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    print(f"{len(write_hostile(options.out, options.count, options.seed))} files")


if __name__ == "__main__":
    main()
