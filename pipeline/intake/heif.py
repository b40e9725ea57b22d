"""HEIF containers with HEVC pictures (ISO/IEC 23008-12: HEIC), the first format of many phones.

The wheel `pi-heif` holds decoders only: libheif and libde265 (LGPL-3.0), and no encoder under the GPL. Its library
holds limits of its own on boxes, items and memory, and refuses a picture that is not of the size that it states.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.errors import MissingDependency

if TYPE_CHECKING:
    from PIL import Image

#: Brands (ISO/IEC 14496-12 clause 4.3; 23008-12 Annex B) of HEVC pictures and sequences, and of any codec's.
HEVC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
ANY_CODEC_BRANDS = frozenset({b"mif1", b"msf1"})
AVIF_BRANDS = frozenset({b"avif", b"avis"})
#: Transformative item properties (23008-12 clause 6.5.10, 6.5.12): the decoder has turned and mirrored already.
_TURNING = (b"irot", b"imir")


@dataclass(frozen=True, slots=True, eq=False)
class HeifPicture:
    """The primary picture of a container, not decoded yet.

    Attributes:
        size: width and height that its header states, px; `decoded` fails where they are not the picture's.
        exif_orientation: 1-8; 1 where the container turns the picture itself, which goes before EXIF (23008-12
            Annex A).
    """

    size: tuple[int, int]
    exif_orientation: int
    _image: Any

    def decoded(self) -> Image.Image:
        """Its pixels; raises what `open_heif` raises."""
        picture: Image.Image = self._image.to_pillow()
        return picture


def open_heif(data: bytes) -> HeifPicture:
    """Read a container's header.

    Of several pictures (bursts, live photos, depth maps) the primary one counts.

    Raises:
        ValueError, SyntaxError, RuntimeError, EOFError, OSError, IndexError: for a container that is damaged, cut
            short, beyond the library's limits, or of another codec.
        MissingDependency: if the wheel is not installed.
    """
    try:
        from pi_heif import HeifFile, options
        from pi_heif.misc import set_orientation
    except ImportError as error:
        raise MissingDependency("pi-heif", "pip install pi-heif") from error
    options.DECODE_THREADS = 1
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    file = HeifFile(data)
    image = file[file.primary_index]
    told = set_orientation(dict(image.info)) or 1
    turned = any(name in _described(data) for name in _TURNING)
    return HeifPicture(image.size, 1 if turned or not 1 <= told <= 8 else told, image)


def brands(data: bytes) -> frozenset[bytes]:
    """Major and compatible brands of a file that begins with its type box, as far as they are at hand; else none."""
    if data[4:8] != b"ftyp":
        return frozenset()
    end = min(int.from_bytes(data[:4], "big"), len(data))
    return frozenset({data[8:12], *(data[at : at + 4] for at in range(16, end - 3, 4))})


def _described(data: bytes) -> bytes:
    """The box that describes the pictures; nothing where there is none. Boxes may come in any order."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"meta":
            return data[at : at + size] if size else data[at:]
        if size == 1:  # a large box: its size stands behind its type
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8:
            return b""
        at += size
    return b""
