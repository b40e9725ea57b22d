"""Every file to take in, each with the bundle (application) it belongs to.

Bundles: the files that lie directly in one sub-folder of a given folder, at any depth, are one applicant's and share
a bundle; a file that lies directly in the given folder, or is named itself, is a bundle of its own. A `manifest.csv`
in the given folder overrides that: its rows with the same application_id (else the same batch) are one bundle.

Links: a path that was named is followed, since that is what was asked for. Below it a link to a file inside the
folder is taken in as that file; one that leaves the folder, dangles or turns in a circle becomes a Problem. A link to
a folder inside is passed over, because what it shows is met at its own place.

Passed over by name: `Thumbs.db`, `desktop.ini`, `__MACOSX`, `._NAME` (what a Mac writes beside NAME), folders whose
name begins with a dot. Systems put them beside scans unasked. A file whose name begins with a dot is taken in where
its content is a picture or a PDF, and passed over otherwise. Everything else is an Input or an Unfit, whatever it
holds: nothing is left out silently.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.intake.manifest import ManifestRow, read_manifest
from pipeline.intake.scan import is_picture, problem, problem_of
from pipeline.settings import Intake
from pipeline.types.problems import Problem, ProblemKind

MANIFEST_NAME = "manifest.csv"
_LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


@dataclass(frozen=True, slots=True)
class Input:
    """A regular file to take in.

    Attributes:
        path: absolute, links resolved.
        name: the file as it was given, for `names.csv` and `read --jsonl`; printable, but hostile text.
        bundle: opaque id of the application it belongs to.
    """

    path: Path
    name: str
    bundle: str


@dataclass(frozen=True, slots=True)
class Unfit:
    """A file, folder or manifest row that cannot be taken in; a row when the Problem's kind is MANIFEST.

    Attributes:
        path: where a file or folder lies; empty for a row, and for what was named itself.
    """

    name: str
    problem: Problem
    path: Path = Path()


@dataclass(frozen=True, slots=True)
class _Root:
    """A folder that was named: `real` with links resolved, `shown` as it was given."""

    real: Path
    shown: Path


@dataclass(frozen=True, slots=True)
class _Met:
    """What was met before, so that each file is taken in once; no path is kept for what lies below a folder.

    Attributes:
        roots: folders that were walked through, links resolved.
        files: those named themselves, and manifests.
    """

    roots: set[Path] = field(default_factory=set)
    files: set[Path] = field(default_factory=set)

    def has_file(self, real: Path) -> bool:
        """Whether a file was named, or met in a folder."""
        return real in self.files or (self.has_folder(real.parent) and not _is_litter(real))

    def has_folder(self, real: Path) -> bool:
        """Whether a folder was walked through: it lies below a root, and nothing between was passed over."""
        while real not in self.roots:
            if _is_litter(real) or real == real.parent:
                return False
            real = real.parent
        return True


def find_files(paths: Sequence[Path], limits: Intake) -> Iterator[Input | Unfit]:
    """Yield what lies under the given paths, sorted by name within each folder, each file once.

    Args:
        paths: files and folders.
        limits: `max_bytes` holds for manifests, too.

    Unreadable, vanished, foreign and hostile entries are yielded as Unfit; nothing is raised for them.
    """
    met = _Met()
    rows: dict[Path, ManifestRow] = {}
    for given in paths:
        try:
            real = given.resolve(strict=True)
            is_folder = stat.S_ISDIR(real.stat().st_mode)
        except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a circle of links
            yield Unfit(printable(given), _problem_of(error))
            continue
        if is_folder:
            own = real / MANIFEST_NAME
            if own.is_file() and not own.is_symlink():
                yield from _load_manifest(own, limits, rows)
                met.files.add(own)
            yield from _walk(_Root(real, given), rows, met)
            met.roots.add(real)
        elif not met.has_file(real):
            met.files.add(real)
            yield _entry(real, real, _Root(real.parent, given.parent), rows, alone=True)
    for row in rows.values():
        yield Unfit(row.file, problem(ProblemKind.MANIFEST, f"row {row.line}: its file is not among those taken in"))


def _load_manifest(path: Path, limits: Intake, rows: dict[Path, ManifestRow]) -> Iterator[Unfit]:
    folder = path.parent
    for row in read_manifest(path, limits.max_bytes):
        if isinstance(row, Problem):
            yield Unfit(printable(path), row)
            continue
        target = Path(os.path.normpath(folder / row.file))
        if not target.is_relative_to(folder):
            yield Unfit(row.file, problem(ProblemKind.MANIFEST, f"row {row.line}: its file is outside the folder"))
        elif target in rows:
            yield Unfit(row.file, problem(ProblemKind.MANIFEST, f"row {row.line}: its file has a row already"))
        else:
            rows[target] = row


def _walk(root: _Root, rows: dict[Path, ManifestRow], met: _Met) -> Iterator[Input | Unfit]:
    folders = [root.real]
    while folders:
        folder = folders.pop()
        if met.has_folder(folder):
            continue
        try:
            names = sorted(place.name for place in folder.iterdir())
        except OSError as error:
            yield Unfit(_shown(folder, root), _problem_of(error), folder)
            continue
        deeper: list[Path] = []
        for name in names:
            place = folder / name
            if place not in met.files and not _is_litter(place):
                found = _look(place, root, rows)
                if isinstance(found, Path):
                    deeper.append(found)
                elif found is not None:
                    yield found
        folders.extend(reversed(deeper))


def _is_litter(place: Path) -> bool:
    """Whether an entry of a folder is what systems and programs leave beside scans."""
    return is_litter_name(place.name) or (place.name.startswith(".") and not is_picture(place))


def is_litter_name(name: str) -> bool:
    """Whether systems put entries of that name beside scans unasked."""
    return name.lower() in _LITTER or name.startswith("._")


def _look(place: Path, root: _Root, rows: dict[Path, ManifestRow]) -> Input | Unfit | Path | None:
    """A file as Input or Unfit, a folder as its path, None for a link to a folder inside."""
    try:
        mode = place.lstat().st_mode
        real = place.resolve(strict=True) if stat.S_ISLNK(mode) else place
        if not real.is_relative_to(root.real):
            return Unfit(
                _shown(place, root), problem(ProblemKind.OUTSIDE, "it is a link that leaves the folder"), place
            )
        if stat.S_ISLNK(mode) and stat.S_ISDIR(real.stat().st_mode):
            return None
    except (OSError, RuntimeError, ValueError) as error:
        return Unfit(_shown(place, root), _problem_of(error), place)
    return place if stat.S_ISDIR(mode) else _entry(place, real, root, rows, alone=place.parent == root.real)


def _entry(place: Path, real: Path, root: _Root, rows: dict[Path, ManifestRow], *, alone: bool) -> Input | Unfit:
    row = rows.pop(place, None)
    name = _shown(place, root)
    try:
        mode = real.lstat().st_mode
    except OSError as error:
        return Unfit(name, _problem_of(error), place)
    if not stat.S_ISREG(mode):
        return Unfit(name, problem(ProblemKind.NOT_A_FILE, "it is no regular file (a pipe, socket or device)"), place)
    bundle = _bundle("file" if alone else "folder", os.fsencode(place if alone else place.parent))
    if row is not None and row.application_id:
        bundle = _bundle("application", row.application_id.encode())
    elif row is not None and row.batch:
        # Batches are numbered afresh by everyone, so their folder is part of the id; applications are not.
        bundle = _bundle("batch", os.fsencode(root.real) + b"\0" + row.batch.encode())
    return Input(real, name, bundle)


def _bundle(kind: str, what: bytes) -> str:
    return hashlib.sha256(kind.encode() + b"\0" + what).hexdigest()[:20]


def _shown(place: Path, root: _Root) -> str:
    return printable(root.shown / place.relative_to(root.real))


def printable(path: Path) -> str:
    r"""A path as text that can be encoded; bytes that are no UTF-8 are written as `\xNN`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _problem_of(error: OSError | RuntimeError | ValueError) -> Problem:
    if isinstance(error, RuntimeError):
        return problem_of(OSError(errno.ELOOP, ""))
    return problem_of(error)
