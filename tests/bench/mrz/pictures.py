"""Pictures with their truth: the real ones of a folder, and what the figures need of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tests.bench.mrz.zone import Lines

TRUTH_FILE = "truth.jsonl"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture.

    Attributes:
        format: None where it holds no MRZ; `lines`, as printed, are then ().
        printed_wrong: a check digit is wrong in print.
        capture: real, flatbed or phone.
        pitch_px: distance of characters; `edge_width_px`, 10-90 % width of an edge: synthetic pictures only.
        legible: by these parameters, before anything is read; False for real ones, of which they are not known.
    """

    path: Path
    format: str | None
    lines: Lines
    printed_wrong: bool
    capture: str
    pitch_px: float | None = None
    edge_width_px: float | None = None
    legible: bool = False


def real(folder: Path) -> list[Picture]:
    """Pictures of a folder with a `truth.jsonl`: file, format or null, lines, printed_check_digits_wrong."""
    rows = [json.loads(line) for line in (folder / TRUTH_FILE).read_text(encoding="utf-8").splitlines()]
    return [
        Picture(
            (folder / row["file"]).resolve(),
            row["format"],
            tuple(row["lines"]),
            bool(row["printed_check_digits_wrong"]),
            "real",
        )
        for row in rows
    ]
