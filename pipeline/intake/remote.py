"""An inbox at an address, by fsspec: listed folder by folder, files fetched one by one; never modified.

Credentials are those of fsspec's own configuration and environment (`~/.config/fsspec`, `FSSPEC_...`, those of the
protocol's package); an address that holds one is refused, since addresses are kept and told. Whatever a server
names is hostile: a name that does not lie directly in the folder that was listed, or that no file below a folder
of ours could have, is unfit.

What fsspec's packages raise is of any kind, so that what they are asked is caught as a whole.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pipeline.errors import MissingDependency, UsageError
from pipeline.intake.inbox import InboxGone, Unlisted, is_passed_over, place_of

_ADDRESS = re.compile(r"(?P<protocol>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_BLOCK = 1 << 20
#: What is imported and the distribution it is in, where their names differ.
_DISTRIBUTIONS = {"smbclient": "smbprotocol", "libarchive": "libarchive-c"}
#: Longest path and name of Linux (limits.h), with room for the folder that the path is put into.
_MOST_PATH, _MOST_NAME = 3000, 255
#: What servers tell of a file that changes with its bytes.
_HASHES = ("md5", "md5Hash", "Content-MD5", "content_md5", "crc32c", "checksum")
_TAGS = ("ETag", "etag", "e_tag", "generation", "version_id", "VersionId")
_TIMES = ("mtime", "LastModified", "Last-Modified", "last_modified", "modificationTime", "modify", "modified")
_VERSIONS = (*_HASHES, *_TAGS, *_TIMES, "updated", "created")


class Unreachable(Exception):
    """A file could not be fetched as a whole: it may be another night."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of the source.

    Attributes:
        name: below the source, parts divided by `/`; safe to be joined to a folder.
        size: bytes; None where the source does not tell.
        stamp: opaque; another one means that the file changed.
    """

    name: str
    size: int | None
    stamp: str


@dataclass(frozen=True, slots=True)
class Misnamed:
    """An entry that is no file, or whose name cannot be that of a file of ours.

    Attributes:
        told: its name as the server has it, cut where it is too long: of any characters, to be shown only.
    """

    told: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file system of fsspec, and the folder in it."""

    system: Any
    root: str


def is_address(inbox: str) -> bool:
    """Whether an inbox is named by an address rather than a path."""
    return _ADDRESS.match(inbox) is not None


def check_address(address: str) -> None:
    """Look whether an address can be used, without going there.

    Raises:
        UsageError: for one that holds a secret, is chained, or has a protocol that is not known. The address is not
            told.
        MissingDependency: if the package of its protocol is not installed.
    """
    found = _ADDRESS.match(address)
    if found is None:
        raise UsageError("the inbox's address must be PROTOCOL://...")
    # Wherever the @ stands: a password may hold a slash.
    user, at, _ = found["rest"].rpartition("@")
    if (at and ":" in user) or "?" in address:
        raise UsageError(
            "the inbox's address holds a password or a key (USER:PASSWORD@ or ?): addresses are kept in the clear; "
            "put it into the configuration of fsspec or the environment of the protocol's package"
        )
    if "::" in address:
        raise UsageError("the inbox's address is chained (::), which is not possible")
    _check_protocol(found["protocol"])


def open_source(address: str) -> Source:
    """Go to an address.

    Raises:
        InboxGone: if it cannot be reached.
        MissingDependency, UsageError: as `check_address`.
    """
    check_address(address)
    import fsspec

    try:
        # Not one that was made before: its connection may be dead, and it may remember listings.
        system, root = fsspec.url_to_fs(address, skip_instance_cache=True)
    except Exception as error:  # of whatever package
        raise InboxGone(f"the inbox cannot be reached: {type(error).__name__}") from None
    return Source(system, root.rstrip("/"))


def files(source: Source) -> Iterator[RemoteFile | Misnamed | Unlisted]:
    """Yield what lies below the source; what an inbox leaves out by name is left out (`pipeline.intake.inbox`).

    The listing of one folder is held at a time.

    Raises:
        InboxGone: if the source itself cannot be listed, or is a file.
    """
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            listing = _listing(source, folder)
        except Exception as error:  # of whatever package
            if not folder:
                raise InboxGone(f"the inbox cannot be listed: {type(error).__name__}") from None
            yield Unlisted(place_of(os.fsencode(folder)))
            continue
        if not folder and _is_file(source, listing):
            raise InboxGone("the inbox's address is that of a file, not of a folder")
        for told in listing:
            name = _name(source, folder, told)
            if name is None:
                yield Misnamed(_told(source, told))
            elif not name or is_passed_over(os.fsencode(name.rpartition("/")[2])):
                continue
            elif told.get("type") == "directory" and not told.get("islink"):
                folders.append(name)
            elif told.get("type") == "file" and not told.get("islink"):
                yield RemoteFile(name, _size(told), _stamp(told))
            else:
                yield Misnamed(name)


def can_be_listed(source: Source) -> bool:
    """Whether the source itself is there at this moment."""
    try:
        _listing(source, "")
    except Exception:  # of whatever package
        return False
    return True


def fetch(source: Source, file: RemoteFile, target: IO[bytes], most: int, beat: Callable[[], None]) -> None:
    """Write a file's bytes into `target`.

    Raises:
        Unreachable: if it is not of the listed size, changes meanwhile, is longer than `most` or cannot be read.
        OSError: if the bytes cannot be written.
    """
    before = _state(source, file)
    written = 0
    for block in _blocks(source, file):
        written += len(block)
        if written > most:
            raise Unreachable
        target.write(block)
        beat()
    if (file.size is not None and written != file.size) or _state(source, file) != before:
        raise Unreachable


def _listing(source: Source, folder: str) -> list[Mapping[str, Any]]:
    source.system.invalidate_cache()
    return list(source.system.ls(_path(source, folder), detail=True))


def _is_file(source: Source, listing: Sequence[Mapping[str, Any]]) -> bool:
    """Whether what was listed is a file: it is listed as itself, as is the mark of an empty folder, of no bytes."""
    if len(listing) != 1:
        return False
    (told,) = listing
    return _name(source, "", told) == "" and told.get("type") == "file" and _size(told) != 0


def _blocks(source: Source, file: RemoteFile) -> Iterator[bytes]:
    try:
        with source.system.open(_path(source, file.name), "rb") as theirs:
            while block := theirs.read(_BLOCK):
                yield block
    except Exception as error:  # of whatever package
        raise Unreachable from error


def _state(source: Source, file: RemoteFile) -> str:
    """The file's stamp as it is asked for alone, which need not be written as in a listing."""
    try:
        source.system.invalidate_cache()
        return _stamp(source.system.info(_path(source, file.name)))
    except Exception as error:  # of whatever package
        raise Unreachable from error


def _check_protocol(protocol: str) -> None:
    try:
        import fsspec
    except ImportError as error:
        raise MissingDependency("the package fsspec", "pip install fsspec==2026.9.0") from error
    try:
        fsspec.get_filesystem_class(protocol)
    except ValueError:
        raise UsageError(f"the inbox's address has a protocol that fsspec does not know: {protocol}") from None
    except ImportError as error:
        cause = error.__cause__ if isinstance(error.__cause__, ImportError) else error
        module = (cause.name or protocol).partition(".")[0]
        package = _DISTRIBUTIONS.get(module, module)
        raise MissingDependency(f"the package {package}, for {protocol}://,", f"pip install {package}") from error


def _path(source: Source, name: str) -> str:
    return f"{source.root}/{name}" if name else source.root or "/"


def _name(source: Source, folder: str, told: Mapping[str, Any]) -> str | None:
    """Name below the source of what was listed in a folder; "" for the folder itself, None for one that is unfit."""
    full = told.get("name")
    if not isinstance(full, str):
        return None
    within = _path(source, folder).rstrip("/")
    full = full.rstrip("/")
    if full == within:
        # Stores of objects list the mark of a folder in it.
        return ""
    prefix, _, last = full.rpartition("/")
    if prefix.strip("/") != within.strip("/") or last in ("", ".", "..") or "\0" in last:
        return None
    name = f"{folder}/{last}" if folder else last
    try:
        too_long = len(os.fsencode(last)) > _MOST_NAME or len(os.fsencode(name)) > _MOST_PATH
    except UnicodeEncodeError:
        return None
    return None if too_long else name


def _told(source: Source, told: Mapping[str, Any]) -> str:
    full = told.get("name")
    return full.removeprefix(f"{source.root}/")[:_MOST_PATH] if isinstance(full, str) else ""


def _size(told: Mapping[str, Any]) -> int | None:
    size = told.get("size")
    return size if isinstance(size, int) and size >= 0 else None


def _stamp(told: Mapping[str, Any]) -> str:
    kept = [(key, str(told[key])) for key in _VERSIONS if told.get(key) is not None]
    return hashlib.sha256(repr((_size(told), kept)).encode("utf-8", "surrogateescape")).hexdigest()


def folder_of(home: Path, inbox: str) -> Path:
    """Where the files of an inbox lie on this machine, links resolved: itself, or the copy of what an address names."""
    return (mirror_of(home, inbox) if is_address(inbox) else Path(inbox)).resolve()


def mirror_of(home: Path, address: str) -> Path:
    """Folder of the data folder that holds the copy of a source; its name tells nothing of the address."""
    return home / "inbox" / hashlib.sha256(address.rstrip("/").encode("utf-8", "surrogateescape")).hexdigest()[:20]
