"""A reader for tests of order, concurrency and output: a file says what it would have been read as.

A file holds JSON: `kind`, `facts` (key -> text), and `behave` for what goes wrong, which the variable WELL in the
environment mends, but for what is broken itself. Spawned processes import this module by its name.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from flows.workers import Read
from pipeline.settings import Settings
from pipeline.types.boxes import Box
from pipeline.types.dates import PartialDate
from pipeline.types.documents import DocumentKind, DocumentRecord, PageInfo, Quality
from pipeline.types.facts import AnyFact, Fact
from pipeline.types.problems import Problem, ProblemKind
from pipeline.types.readings import FileReading, PageImage, ReadingStatus

#: Enough of a JPEG to be told apart.
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
#: Names the variable of the environment under which the engine works again.
WELL = "FAKE_READER_IS_WELL"
_BOX = Box(0.1, 0.1, 0.5, 0.2)


def make_reader(settings: Settings) -> Read:
    reads = settings.home / "reads.log"

    def read(path: Path, bundle: str, page_done: Callable[[], None]) -> FileReading:
        data = path.read_bytes()
        with reads.open("a") as log:
            log.write(f"{os.getpid()}\n")
        return reading(data, bundle, page_done)

    return read


def broken_reader(settings: Settings) -> Read:
    raise RuntimeError("no engine")


def reader_without_library(settings: Settings) -> Read:
    raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")


def reading(data: bytes, bundle: str, page_done: Callable[[], None]) -> FileReading:
    sha256 = hashlib.sha256(data).hexdigest()
    content: dict[str, Any] = json.loads(data)
    for _ in range(content.get("pages", 0)):
        threading.Event().wait(content["seconds"])
        page_done()
    behave = content.get("behave")
    if WELL in os.environ and behave != "unreadable":
        behave = None
    match behave:
        case "hang":
            threading.Event().wait()
        case "import":
            raise ModuleNotFoundError("No module named 'pytesseract'", name="pytesseract")
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "garbage":
            return cast("FileReading", "\x00 no reading \udcff")
        case "raise":
            raise ValueError(content["facts"]["viz.surname"])
        case "unreadable":
            return FileReading(sha256, "unreadable", problems=(Problem(ProblemKind.CORRUPT, "intake", "broken"),))
    record = document(sha256, bundle, DocumentKind(content["kind"]), content["facts"])
    if behave == "unstorable":
        odd = Fact("viz.surname", "x", complex(1), 0, _BOX, 0.9, "fake")
        record = dataclasses.replace(record, facts=(odd,))
    problems = tuple(Problem(ProblemKind(kind), "imaging", kind, 0) for kind in content.get("problems", ()))
    status: ReadingStatus = "partial" if problems else "read"
    return FileReading(sha256, status, (record,), problems, (PageImage(record.document_id, 0, JPEG),), 0.01)


def document(sha256: str, bundle: str, kind: DocumentKind, facts: dict[str, str]) -> DocumentRecord:
    page = PageInfo(sha256, 0, 800, 600, Quality(edge_width_px=2.0))
    return DocumentRecord(
        document_id=sha256[:24],
        bundle=bundle,
        part=0,
        kind=kind,
        template=None,
        mrz=None,
        facts=(fact("doc.kind", str(kind)), *(fact(key, text) for key, text in facts.items())),
        zones=(),
        pages=(page,),
        problems=(),
    )


def fact(key: str, text: str) -> AnyFact:
    value: object = PartialDate.from_iso(text) if key.endswith("_date") else text
    return Fact(key, text, value, 0, _BOX, 0.9, "fake")
