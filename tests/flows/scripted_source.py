"""A source for an inbox at an address, which does what a test says: `scripted://box`; it cannot be written."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import fsspec
from fsspec.spec import AbstractFileSystem

ADDRESS = "scripted://box"


@dataclass
class Box:
    """What lies there.

    Attributes:
        files: bytes by path below the box.
        tags: version of a file, where it is not the first.
        hostile: further entries of a listing, by folder.
        broken: folders that cannot be listed.
        opened: paths of files that were read.
        reading: called with the path before a file is read, and gives what is read.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    tags: dict[str, int] = field(default_factory=dict)
    hostile: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    opened: list[str] = field(default_factory=list)
    reading: Callable[[str, bytes], bytes] = field(default=lambda path, data: data)

    def put(self, path: str, data: bytes) -> None:
        """Put a file there, or another one in its place."""
        self.files[path] = data
        self.tags[path] = self.tags.get(path, 0) + 1


class _Scripted(AbstractFileSystem):  # type: ignore[misc]
    protocol = "scripted"
    box: ClassVar[Box] = Box()

    def _told(self, path: str) -> dict[str, Any]:
        return {"name": f"box/{path}", "size": len(self.box.files[path]), "type": "file", "ETag": self.box.tags[path]}

    def ls(self, path: str, detail: bool = True, **_: object) -> list[Any]:
        folder = path.removeprefix("box").strip("/")
        if folder in self.box.broken:
            raise RuntimeError("the connection is gone")
        within = f"{folder}/" if folder else ""
        below = [name.removeprefix(within) for name in self.box.files if name.startswith(within)]
        told = [self._told(within + name) for name in below if "/" not in name]
        deeper = sorted({name.partition("/")[0] for name in below if "/" in name})
        told += [{"name": f"box/{within}{name}", "size": 0, "type": "directory"} for name in deeper]
        return told + self.box.hostile.get(folder, [])

    def info(self, path: str, **_: object) -> dict[str, Any]:
        name = path.removeprefix("box/")
        if name not in self.box.files:
            raise FileNotFoundError(path)
        return self._told(name)

    def _open(self, path: str, mode: str = "rb", **_: object) -> io.BytesIO:
        assert mode == "rb"
        name = path.removeprefix("box/")
        self.box.opened.append(name)
        return io.BytesIO(self.box.reading(name, self.box.files[name]))


@contextmanager
def scripted() -> Iterator[Box]:
    """An empty box at `ADDRESS`."""
    fsspec.register_implementation("scripted", _Scripted, clobber=True)
    _Scripted.box = Box()
    yield _Scripted.box
