"""Page images of a report: written once, under names that say nothing."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

#: (document_id, 0-based page) -> JPEG bytes of the upright page, or None where there is none.
Images = Callable[[str, int], bytes | None]


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page image in the folder: `href` relative to the report, size in px."""

    href: str
    width: int
    height: int


class PageImages:
    """Keeps page images under `folder/images/`; each page is asked for and written once."""

    def __init__(self, folder: Path, images: Images, write: Callable[[Path, bytes], None]) -> None:
        self._folder = folder
        self._images = images
        self._write = write

    def get(self, document_id: str, page: int) -> PageImage | None:
        """The image of a page (0-based), or None where there is none or it is no JPEG."""
        name = hashlib.sha256(f"{document_id}\0{page}".encode("utf-8", "replace")).hexdigest()[:20]
        path = self._folder / "images" / f"{name}.jpg"
        if not path.exists():
            data = self._images(document_id, page)
            if data is None or _jpeg_size(io.BytesIO(data)) is None:
                return None
            self._write(path, data)
        size = _jpeg_size(path)
        return None if size is None else PageImage(f"images/{name}.jpg", *size)


def _jpeg_size(source: io.BytesIO | Path) -> tuple[int, int] | None:
    try:
        with Image.open(source, formats=("JPEG",)) as image:
            return image.size
    except (UnidentifiedImageError, OSError, ValueError):
        return None
