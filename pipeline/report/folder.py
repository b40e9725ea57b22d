"""One folder of a run's output: cases.jsonl, findings.csv, report.html and the page images.

The folder is written aside and takes the place of an earlier run's in the end; an interrupted run leaves the old one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TextIO

from pipeline.errors import UsageError
from pipeline.report import case_lines, findings_csv, report_html, row_findings
from pipeline.report.header import RunHeader
from pipeline.report.page_images import Images, PageImages
from pipeline.report.row_view import RowFlags, row_view
from pipeline.types.findings import Case, Hypothesis
from pipeline.types.problems import Problem

Folder = Literal["screening", "integrity", "protection"]
#: Only the named desk may look in: the owner of the folder hands it on.
_CLOSED = frozenset({"integrity", "protection"})


class FolderWriter:
    """Context manager that writes one folder, case by case; cases of other folders are refused.

    Args:
        out: folder of the run's output; made if it is not there.
        folder: screening, integrity or protection; the last two get mode 0700, their files 0600.
        banner: shown on every page, e.g. for a run on specimens; None for none.
        header: the run; its summary is read when the context is left.
        images: gives the JPEG bytes of an upright page by document id and 0-based page.
        withheld: codes of checks that ask about issue or protection; their findings never stand in screening,
            whatever explains them.

    Raises:
        UsageError: if another run is writing to the folder, or what stands in its place was not written by us.
    """

    def __init__(
        self,
        out: Path,
        folder: Folder,
        banner: str | None,
        header: RunHeader,
        images: Images,
        *,
        withheld: frozenset[str] = frozenset(),
    ) -> None:
        self._folder = folder
        self._withheld = withheld
        self._target = out / folder
        self._aside = out / f".{folder}.new"
        self._old = out / f".{folder}.old"
        self._mode = 0o600 if folder in _CLOSED else 0o666
        self._head = report_html.Head(folder, banner, header)
        self._images = images
        self._lock = ExitStack()
        self._open_files = ExitStack()

    def __enter__(self) -> Self:
        _check_ours(self._target)
        self._make_aside()
        self._lines = self._open_files.enter_context(self._create(case_lines.NAME))
        self._csv = findings_csv.FindingsCsv(self._open_files.enter_context(self._create(findings_csv.NAME)))
        pages = PageImages(self._aside, self._images, self._bytes)
        self._report = report_html.Report(self._head, self._aside, pages)
        self._open_files.callback(self._report.close)
        return self

    def add(self, case: Case) -> None:
        """Write a case.

        Raises:
            ValueError: if it belongs to another folder, or holds what must not be shown in this one.
        """
        _check_belongs(case, self._folder, self._withheld)
        self._lines.write(case_lines.case_line(case) + "\n")
        self._csv.add(case)
        self._report.add(case)

    def add_rows(self, flagged: Sequence[RowFlags]) -> None:
        """Write what was flagged on rows of the register that no document belongs to.

        Raises:
            ValueError: in the screening folder, where nothing about issue is shown.
        """
        if self._folder == "screening":
            raise ValueError("findings on rows of a register do not belong into screening")
        parquet = self._aside / f"{row_findings.NAME}.parquet"
        parquet.touch(mode=self._mode, exist_ok=False)
        with self._create(f"{row_findings.NAME}.csv") as table:
            row_findings.write_row_findings(flagged, parquet, table)
        self._report.add_rows(row_view(flagged))

    def add_unreadable(self, file_id: str, problem: Problem) -> None:
        """List a file that could not be looked at under its opaque id; its name goes into names.csv."""
        self._report.add_unreadable(file_id, problem)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            try:
                if kind is None:
                    self._report.write(self._create)
                    if self._folder == "screening":
                        self._report.write_rescan(self._create)
                self._open_files.close()
            except BaseException:
                shutil.rmtree(self._aside)
                raise
            if kind is None:
                self._take_place()
            else:
                shutil.rmtree(self._aside)

    def _make_aside(self) -> None:
        """A new empty folder beside the target, locked until we are done or dead.

        Raises:
            UsageError: if a run that is still alive holds it, or another user owns it.
        """
        mode = 0o700 if self._folder in _CLOSED else 0o777
        self._aside.parent.mkdir(parents=True, exist_ok=True)
        self._aside.mkdir(mode=mode, exist_ok=True)
        lock = os.open(self._aside, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        self._lock.callback(os.close, lock)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise UsageError(f"another run is writing {self._target.name}/ in the same output folder") from error
        self._close_to_others(lock, mode)
        if self._old.exists() and not self._target.exists():
            # An earlier run died between its two renames.
            self._old.rename(self._target)
        for left in self._aside.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        (self._aside / "images").mkdir(mode=mode)

    def _close_to_others(self, folder: int, mode: int) -> None:
        """A folder that stood there before us keeps its owner and its mode: refuse the one, set the other."""
        if os.fstat(folder).st_uid != os.geteuid():
            self._lock.close()
            raise UsageError(f"{self._aside.name} in the output folder belongs to another user; choose another --out")
        if self._folder in _CLOSED:
            os.fchmod(folder, mode)

    def _create(self, name: str) -> TextIO:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        descriptor = os.open(self._aside / name, flags, self._mode)
        return os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="")

    def _bytes(self, path: Path, data: bytes) -> None:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self._mode), "wb") as file:
            file.write(data)

    def _take_place(self) -> None:
        if self._old.exists():
            shutil.rmtree(self._old)
        if self._target.exists():
            self._target.rename(self._old)
        self._aside.rename(self._target)
        if self._old.exists():
            shutil.rmtree(self._old)


def _check_ours(target: Path) -> None:
    """Raises UsageError rather than replace what an earlier run did not write."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise UsageError(f"{target.name} in the output folder is no folder of ours; choose another --out")
    if target.is_dir() and any(target.iterdir()) and not (target / case_lines.NAME).exists():
        raise UsageError(f"{target.name}/ in the output folder holds other files; choose another --out")


def _check_belongs(case: Case, folder: Folder, withheld: frozenset[str]) -> None:
    """A leak to the wrong readers cannot be called back, so a case in the wrong place is refused."""
    if case.folder != folder:
        raise ValueError(f"a case of {case.folder} does not belong into {folder}")
    if folder == "screening":
        _check_shows_no_issue(case, withheld)


def _check_shows_no_issue(case: Case, withheld: frozenset[str]) -> None:
    if case.irregular_issue is not None:
        raise ValueError("a screening case does not carry the light of irregular issue")
    for group in case.groups:
        named = {name for name, _ in group.hypotheses} | {finding.hypothesis for finding in group.findings}
        shown = {finding.code for finding in group.findings if finding.protection or finding.code in withheld}
        if Hypothesis.IRREGULAR_ISSUE in named or shown:
            raise ValueError("a finding about issue or protection does not belong into screening")
