"""Scans, pages and the record of one document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.types.boxes import Box
from pipeline.types.facts import AnyFact
from pipeline.types.mrz import MrzReading
from pipeline.types.problems import Problem


class DocumentKind(StrEnum):
    """What a document is; contract of `read --jsonl`."""

    PASSPORT = "passport"
    IDENTITY_CARD = "identity-card"
    RESIDENCE_CARD = "residence-card"
    VISA = "visa"
    WORK_PERMIT = "work-permit"
    OTHER = "other"
    UNKNOWN = "unknown"


class ZoneKind(StrEnum):
    """A region of a page."""

    MRZ = "mrz"
    PRINTED = "printed"
    PORTRAIT = "portrait"
    STAMP = "stamp"
    SIGNATURE = "signature"
    BARCODE = "barcode"


@dataclass(frozen=True, slots=True)
class Zone:
    """A region found on a page (0-based)."""

    kind: ZoneKind
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Quality:
    """What the capture of a page is like: measured, not judged. None where nothing could be measured.

    Attributes:
        edge_width_px: median 10-90 % width of text edges; grows with blur.
        character_height_px: median height of capital letters.
        character_pitch_px: MRZ characters' pitch where an MRZ was found.
        glare_fraction: share of the page that is blown out beyond the paper's white.
        contrast: 0-1, distance of ink from paper.
        skew_degrees: what deskewing took out.
    """

    edge_width_px: float | None = None
    character_height_px: float | None = None
    character_pitch_px: float | None = None
    glare_fraction: float | None = None
    contrast: float | None = None
    skew_degrees: float | None = None


@dataclass(frozen=True, slots=True)
class PageInfo:
    """One upright page of a document.

    Attributes:
        scan_sha256: the file it came from, and `scan_page`, its 0-based page there.
        width: px after uprighting; `height` likewise.
        rotation: quarter turns clockwise taken out (0-3) and `mirrored`, whether it was mirrored.
        part: which part of the upright scan page it is, where several documents lie on that; None for all of it.
    """

    scan_sha256: str
    scan_page: int
    width: int
    height: int
    quality: Quality
    rotation: int = 0
    mirrored: bool = False
    part: Box | None = None


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """Everything read from one document.

    Attributes:
        document_id: opaque, from the hashes of its pages; the same pages give the same id.
        bundle: opaque id of the application it belongs to; documents of one bundle are compared.
        part: 0-based ordinal among the documents of its first file.
        seconds: CPU seconds spent on reading it.
        timings: CPU seconds by stage.
    """

    document_id: str
    bundle: str
    part: int
    kind: DocumentKind
    template: str | None
    mrz: MrzReading | None
    facts: tuple[AnyFact, ...]
    zones: tuple[Zone, ...]
    pages: tuple[PageInfo, ...]
    problems: tuple[Problem, ...]
    seconds: float = 0.0
    timings: tuple[tuple[str, float], ...] = ()

    @property
    def sha256(self) -> tuple[str, ...]:
        """Identities of the files its pages came from, each once, in order."""
        return tuple(dict.fromkeys(page.scan_sha256 for page in self.pages))
