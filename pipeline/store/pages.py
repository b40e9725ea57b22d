"""Page images as files of the data folder: folders 0700, files 0600, names that say nothing."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from pipeline.types.readings import PageImage


class PageFolder:
    """The page images of every document in the store."""

    def __init__(self, home: Path) -> None:
        self._root = home / "pages"

    def save(self, image: PageImage) -> None:
        """Keep an image, in place of an earlier one of the same page.

        Raises:
            OSError: if the disk refuses.
        """
        target = self._path(image.document_id, image.page)
        for folder in (self._root, target.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = target.with_suffix(f".{os.getpid()}")
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(image.jpeg)
        aside.replace(target)

    def load(self, document_id: str, page: int) -> bytes | None:
        """JPEG bytes of a page (0-based), or None where there is none."""
        try:
            return self._path(document_id, page).read_bytes()
        except FileNotFoundError:
            return None

    def _path(self, document_id: str, page: int) -> Path:
        name = hashlib.sha256(f"{document_id}:{page}".encode()).hexdigest()
        return self._root / name[:2] / f"{name[2:]}.jpg"
