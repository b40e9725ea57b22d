"""The readers that are compared: how each is called and what it runs in."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from pipeline.ocr.tesseract_line import MODEL_FOLDER
from tests.bench.mrz.environments import environment

OURS = "overseal"


@dataclass(frozen=True, slots=True)
class Peer:
    """One row of the table.

    Attributes:
        name: as shown, with the release.
        module: below `readers/`.
        arguments: of its program.
        requirements: name of its file in `peers/`; None for our own environment.
        oldest: Python that it needs.
        whole_page: it returns all the print of a page, not a zone.
    """

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    requirements: str | None = None
    oldest: tuple[int, int] = (3, 11)
    whole_page: bool = False

    def command(self) -> list[str]:
        """The program to run, from the project's root.

        Raises:
            NotInstalled: its environment cannot be made; the message says why.
        """
        python = Path(sys.executable) if self.requirements is None else environment(self.requirements, self.oldest)
        return [str(python), "-m", f"tests.bench.mrz.readers.{self.module}", *self.arguments]


_MODEL = (str(MODEL_FOLDER),)
PEERS = (
    Peer(OURS, "ours"),
    Peer("blitzid 0.3.6", "with_blitzid", (), "blitzid", (3, 12)),
    Peer("passporteye 2.2.2, mrz model", "with_passporteye", _MODEL, "passporteye"),
    Peer("rapidocr 3.10.0, whole page", "with_rapidocr", (), "rapidocr", whole_page=True),
    Peer("readmrz 0.0.2", "with_readmrz", (), "readmrz"),
    Peer("pytesseract psm 6, mrz model", "with_pytesseract", _MODEL, "pytesseract", whole_page=True),
    Peer("fastmrz 2.1.2, mrz model", "with_fastmrz", _MODEL, "fastmrz"),
    Peer("passporteye 2.2.2 as installed", "with_passporteye", (), "passporteye"),
)
