"""Page images as files of the data folder: folders 0700, files 0600, names that say nothing.

An image is there whole or not at all. It is written aside, under a name that nobody else takes (machines may share the
folder), reaches the disk and is renamed into place.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pipeline.types.readings import PageImage

_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}\.jpg")
#: Where images are written, below the folder.
_ASIDE = ".aside"
#: An image is written in milliseconds: whoever wrote longer than that was killed. One that was stopped for so long and
#: goes on cannot rename what is gone, so that nothing is written by half.
_LEFT_SECONDS = 86_400.0


def page_count(record: str) -> int | None:
    """Pages of a document by its stored record; None where that cannot be read back."""
    try:
        return len(json.loads(record)["pages"])
    except (ValueError, KeyError, TypeError):
        return None


class PageFolder:
    """The page images of every document in the store."""

    def __init__(self, home: Path) -> None:
        self._root = home / "pages"

    def save(self, image: PageImage) -> None:
        """Keep an image, in place of an earlier one of the same page.

        Raises:
            OSError: if the disk refuses.
        """
        self.put(self.name(image.document_id, image.page), image.jpeg)

    def put(self, name: str, jpeg: bytes) -> None:
        """Keep an image under a name that `name` gave.

        Raises:
            OSError: if the disk refuses.
        """
        target = self._root / name
        for folder in (self._root, target.parent, self._root / _ASIDE):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = self._root / _ASIDE / secrets.token_hex(16)
        try:
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(jpeg)
                file.flush()
                # Else the name can reach the disk before the bytes do.
                os.fsync(file.fileno())
            aside.replace(target)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise

    def clear_left(self) -> int:
        """Remove what processes that were killed left aside a day ago; returns how many files.

        Raises:
            OSError: if the disk refuses.
        """
        folder = self._root / _ASIDE
        if not folder.is_dir():
            return 0
        # By the clock that gives the files their times: it need not be ours.
        with tempfile.NamedTemporaryFile(dir=folder) as probe:
            now = os.fstat(probe.fileno()).st_mtime
        cleared = 0
        for path in folder.iterdir():
            with suppress(FileNotFoundError):
                if abs(now - path.stat().st_mtime) > _LEFT_SECONDS:
                    path.unlink()
                    cleared += 1
        return cleared

    def load(self, document_id: str, page: int) -> bytes | None:
        """JPEG bytes of a page (0-based), or None where there is none."""
        try:
            return (self._root / self.name(document_id, page)).read_bytes()
        except FileNotFoundError:
            return None

    def forget(self, name: str, until: dt.datetime) -> None:
        """Remove an image by its name, unless it was saved after that moment.

        Raises:
            OSError: if the disk refuses.
        """
        if not self.named(name):
            return
        with suppress(FileNotFoundError):
            if (self._root / name).stat().st_mtime <= until.timestamp():
                self.remove(name)

    def remove(self, name: str) -> None:
        """Remove an image by its name."""
        (self._root / name).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """Names of all images that are there."""
        for path in self._root.glob("??/*.jpg"):
            name = path.relative_to(self._root).as_posix()
            if self.named(name):
                yield name

    @staticmethod
    def name(document_id: str, page: int) -> str:
        """Where the image of a page (0-based) lies below the folder."""
        name = hashlib.sha256(f"{document_id}:{page}".encode()).hexdigest()
        return f"{name[:2]}/{name[2:]}.jpg"

    @staticmethod
    def named(name: str) -> bool:
        """Whether it is a name that `name` gives; a store that was tampered with could hold any path."""
        return _NAME.fullmatch(name) is not None
