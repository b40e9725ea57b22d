"""report.html: what a person reads; works offline, without a script, on paper.

Cases come in one by one and wait as finished pieces of HTML on disk; in the end they are put together, the strongest
first, at most PER_PAGE a page (report.html, report-2.html, ...).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.report.case_view import by_row, case_view
from pipeline.report.differences import visible
from pipeline.report.header import RunHeader
from pipeline.report.page_images import PageImages
from pipeline.report.rescan import NAME, rescan_rows
from pipeline.report.row_view import RowView
from pipeline.report.spool import Spool
from pipeline.report.words import LIGHTS, QUESTIONS, sentence, spoken
from pipeline.types.findings import Case, Light
from pipeline.types.problems import Problem

#: Cases with findings on one page, and rows of each other list.
PER_PAGE = 500
ROWS_PER_PAGE = 2000


@dataclass(frozen=True, slots=True)
class Head:
    """What every page of a report carries."""

    folder: str
    banner: str | None
    header: RunHeader


@dataclass(frozen=True, slots=True)
class Counts:
    """Entries of each list; cases with findings by rank and together."""

    strong: int
    look: int
    minor: int
    found: int
    grey: int
    clear: int
    rescan: int
    unreadable: int


class _Lists:
    """The waiting pieces: cases and their contents rows by rank, and rows of the other lists."""

    def __init__(self, folder: Path) -> None:
        self.contents = [Spool(folder) for _ in range(3)]
        self.cases = [Spool(folder) for _ in range(3)]
        self.grey = Spool(folder)
        self.clear = Spool(folder)
        self.rescan = Spool(folder)
        self.rescan_list = Spool(folder)
        self.unreadable = Spool(folder)

    @property
    def found(self) -> int:
        """Cases with findings."""
        return sum(spool.count for spool in self.cases)

    @property
    def pages(self) -> int:
        """Pages needed for the longest list, at least one."""
        rows = max(spool.count for spool in (self.grey, self.clear, self.rescan, self.unreadable))
        return max(1, -(-self.found // PER_PAGE), -(-rows // ROWS_PER_PAGE))

    @property
    def counts(self) -> Counts:
        """How many entries there are so far."""
        ranks = [spool.count for spool in self.cases]
        rows = (self.grey, self.clear, self.rescan, self.unreadable)
        return Counts(ranks[0], ranks[1], ranks[2], self.found, *[spool.count for spool in rows])

    def close(self) -> None:
        """Give the disk space back."""
        rows = (self.grey, self.clear, self.rescan, self.rescan_list, self.unreadable)
        for spool in (*self.contents, *self.cases, *rows):
            spool.close()


class Report:
    """Collects cases of one folder, then writes its pages."""

    def __init__(self, head: Head, folder: Path, images: PageImages) -> None:
        self._head = head
        self._images = images
        self._lists = _Lists(folder)
        self._environment = environment()
        self._rows: RowView | None = None

    def add(self, case: Case) -> None:
        """Take a case in; its page images are written now."""
        view = case_view(case, self._images.get)
        if case.groups:
            self._lists.contents[view.rank].add(self._piece("contents_row.html", view=view))
            self._lists.cases[view.rank].add(self._piece("case.html", view=view))
        else:
            row = self._piece("plain_row.html", view=view)
            (self._lists.clear if _any_clear(case) else self._lists.grey).add(row)
        for rescan in rescan_rows(case):
            piece = self._piece("rescan_row.html", row=rescan)
            self._lists.rescan.add(piece)
            self._lists.rescan_list.add(piece)

    def add_rows(self, rows: RowView) -> None:
        """Take in what was flagged on rows of the register without a document."""
        self._rows = rows

    def add_unreadable(self, file_id: str, problem: Problem) -> None:
        """List a file that could not be looked at."""
        self._lists.unreadable.add(self._piece("unreadable_row.html", file_id=file_id, problem=problem))

    def write(self, create: Callable[[str], TextIO]) -> None:
        """Write report.html and its further pages; `create` opens a file of the folder by name."""
        lists, pages = self._lists, self._lists.pages
        contents = chain.from_iterable(spool.take(spool.count) for spool in lists.contents)
        cases = chain.from_iterable(spool.take(spool.count) for spool in lists.cases)
        for number in range(1, pages + 1):
            self._stream(
                create,
                page_name(number),
                "report.html",
                number=number,
                pages=pages,
                page_name=page_name,
                counts=lists.counts,
                first=(number - 1) * PER_PAGE + 1,
                last=min(number * PER_PAGE, lists.found),
                contents=_safe(islice(contents, PER_PAGE)),
                cases=_safe(islice(cases, PER_PAGE)),
                grey=_safe(lists.grey.take(ROWS_PER_PAGE)),
                clear=_safe(lists.clear.take(ROWS_PER_PAGE)),
                rescan=_safe(lists.rescan.take(ROWS_PER_PAGE)),
                unreadable=_safe(lists.unreadable.take(ROWS_PER_PAGE)),
                rows=self._rows if number == 1 else None,
                rows_before=(number - 1) * ROWS_PER_PAGE,
            )

    def write_rescan(self, create: Callable[[str], TextIO]) -> None:
        """Write the re-scan list as a page of its own."""
        spool = self._lists.rescan_list
        self._stream(create, NAME, "rescan.html", rescan=_safe(spool.take(spool.count)), count=spool.count)

    def close(self) -> None:
        """Give the disk space back."""
        self._lists.close()

    def _piece(self, template: str, **values: object) -> str:
        return self._environment.get_template(template).render(folder=self._head.folder, **values)

    def _stream(self, create: Callable[[str], TextIO], name: str, template: str, **values: object) -> None:
        head = self._head
        shared = {"folder": head.folder, "banner": head.banner, "header": head.header, "run": head.header.summary}
        with create(name) as file:
            file.writelines(self._environment.get_template(template).generate(**shared, **values))


def page_name(number: int) -> str:
    """File name of a page of the report, from 1."""
    return "report.html" if number == 1 else f"report-{number}.html"


def css_string(text: str) -> Markup:
    """A CSS string literal in which nothing but letters and digits stands for itself."""
    safe = (c if c.isascii() and c.isalnum() else f"\\{ord(c):06x}" for c in visible(text))
    return Markup(f'"{"".join(safe)}"')


def _any_clear(case: Case) -> bool:
    return Light.CLEAR in (case.altered, case.irregular_issue)


def _safe(pieces: Iterable[str]) -> Iterator[Markup]:
    """Pieces are output of our own templates: escaped already."""
    return map(Markup, pieces)


def _finalize(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def environment() -> Environment:
    """Templates of this package; what they show is escaped, and control characters are made visible."""
    environment = Environment(
        loader=PackageLoader("pipeline.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(by_row=by_row, spoken=spoken, sentence=sentence, css_string=css_string)
    environment.globals.update(LIGHTS={str(light): words for light, words in LIGHTS.items()}, QUESTIONS=QUESTIONS)
    return environment
