"""A file system of a few megabytes, in a mount namespace of its own, so that a disk can be full without harm."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: Without privileges, by a user namespace; then as root.
_WAYS = (
    ("tmpfs in a user and mount namespace", ("unshare", "-rm"), ("-U", "-m", "--preserve-credentials")),
    ("tmpfs in a mount namespace, as root", ("unshare", "-m"), ("-m",)),
)


class NoSmallDisk(Exception):
    """This machine does not let us mount anything; the message says why."""


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A mounted file system.

    Attributes:
        how: it was made, in words.
        enter: words before a command that is to see it.
        place: where such a command finds it.
        seen: the same folder as seen from outside.
    """

    how: str
    enter: tuple[str, ...]
    place: Path
    seen: Path

    def fill(self, free: int) -> None:
        """Write until only so many bytes are free."""
        # Not by its size: the last blocks of a file system may be had by nobody.
        with (self.seen / "ballast").open("wb", buffering=0) as ballast:
            try:
                while (room := self.free() - free) > 0:
                    ballast.write(b"\0" * min(room, 2**16))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def clear(self) -> None:
        """Give back what `fill` took."""
        (self.seen / "ballast").unlink()

    def free(self) -> int:
        """Bytes."""
        state = os.statvfs(self.seen)
        return state.f_bavail * state.f_frsize


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[SmallDisk]:
    """Mount a file system of so many bytes on a folder, for the length of the block.

    Raises:
        NoSmallDisk: where that is not allowed.
    """
    place.mkdir()
    why = "the program unshare is missing"
    for how, unshare, enter in _WAYS if shutil.which("unshare") and shutil.which("nsenter") else ():
        # It mounts, says so, and holds the namespace until its input is closed.
        script = 'mount -t tmpfs -o "size=$2" none "$1" && echo mounted && cat'
        with subprocess.Popen(
            [*unshare, "sh", "-c", script, "sh", str(place), str(size)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as holder:
            if holder.stdout is None or holder.stdin is None:
                raise TypeError("pipes were asked for")
            said = holder.stdout.readline().strip()
            if said == "mounted":
                seen = Path(f"/proc/{holder.pid}/root") / place.relative_to("/")
                # The working folder too, which would be the root otherwise.
                words = ("nsenter", "-t", str(holder.pid), *enter, "--wd")
                try:
                    yield SmallDisk(f"{how}, {size // 2**20} MiB", words, place, seen)
                finally:
                    holder.stdin.close()
                return
            why = f"{how}: {said.replace(str(place), 'FOLDER')}"
    raise NoSmallDisk(f"no file system can be mounted here ({why})")
