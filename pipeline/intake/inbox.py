"""What lies in an inbox, entry by entry: a million files are never listed at once, and nothing is opened.

Left out by name: entries that begin with a dot, what transfers in progress are called (`.part`, `.tmp`, ...), and what
systems put beside scans (`pipeline.intake.find`). A link to what lies inside is left out as well, since that is met at
its own place; one that leads outside, nowhere or in a circle is an entry that is no regular file, as are pipes, sockets
and devices. Links to folders are never followed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import OversealError
from pipeline.intake.find import is_litter_name

#: Endings of names under which browsers and transfer programs write what is not complete yet.
_UNFINISHED = (b".part", b".partial", b".tmp", b".temp", b".crdownload", b".filepart", b".download")
_HASH_BYTES = 16


class InboxGone(OversealError):
    """The inbox is not there, or cannot be listed: nothing can be said of what it holds."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an inbox; `place` is opaque, `path` is below the inbox.

    Attributes:
        regular: False for what cannot be read: a pipe, a socket, a device, a link that leads nowhere or outside.
    """

    place: str
    path: bytes
    size: int
    mtime_ns: int
    regular: bool = True


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A folder that could not be looked into, or a link to what is left out by name: what lies there is unknown."""

    place: str


def place_of(path: bytes) -> str:
    """Opaque name of a path below an inbox: 32 hexadecimal digits."""
    return hashlib.blake2b(path, digest_size=_HASH_BYTES).hexdigest()


def entries(inbox: Path, passed_over: Collection[Path] = ()) -> Iterator[Entry | Unlisted]:
    """Yield what lies below an inbox, in the order in which the system lists it.

    Args:
        inbox: a folder, links resolved.
        passed_over: folders of our own that may lie below it.

    Raises:
        InboxGone: if the inbox itself is not there or cannot be listed.
    """
    root = os.fsencode(inbox)
    own = {os.fsencode(folder) for folder in passed_over}
    folders = [b""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root + b"/" + folder) as listing:
                for found in listing:
                    path = folder + b"/" + found.name if folder else found.name
                    if is_passed_over(found.name) or root + b"/" + path in own:
                        continue
                    if found.is_dir(follow_symlinks=False):
                        folders.append(path)
                    elif entry := _entry(root, path, found):
                        yield entry
        except OSError as error:
            if not folder:
                raise InboxGone(f"the inbox cannot be listed: {error.strerror}") from error
            yield Unlisted(place_of(folder))


def is_passed_over(name: bytes) -> bool:
    """Whether an entry of that name is left out, be it a file or a folder."""
    return name.startswith(b".") or name.lower().endswith(_UNFINISHED) or is_litter_name(os.fsdecode(name))


def _entry(root: bytes, path: bytes, found: os.DirEntry[bytes]) -> Entry | Unlisted | None:
    """The entry; None for a link to what lies inside, and for a file that vanished meanwhile."""
    try:
        if found.is_symlink() and (target := _inside(root, found.path)) is not None:
            # What it leads to is met at its own place, unless it is left out there.
            return Unlisted(place_of(path)) if any(map(is_passed_over, target.split(b"/"))) else None
        state = found.stat(follow_symlinks=False)
    except OSError:
        return None
    return Entry(place_of(path), path, state.st_size, state.st_mtime_ns, stat.S_ISREG(state.st_mode))


def _inside(root: bytes, link: bytes) -> bytes | None:
    """Path below the inbox of what a link leads to; None where it leads elsewhere or nowhere."""
    try:
        target = os.path.realpath(link, strict=True)
    except OSError:
        return None
    inside = root.rstrip(b"/") + b"/"
    return target.removeprefix(inside) if target.startswith(inside) else None
