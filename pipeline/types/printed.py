"""Values that only the printed zone has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Duration:
    """A stay: years, months and days as printed; all None when it reads "until valid-until"."""

    years: int | None
    months: int | None
    days: int | None

    def iso(self) -> str:
        """ISO 8601 duration, `P90D`; `P` alone where nothing is stated."""
        parts = ((self.years, "Y"), (self.months, "M"), (self.days, "D"))
        return "P" + "".join(f"{count}{unit}" for count, unit in parts if count is not None)


@dataclass(frozen=True, slots=True)
class FieldQuality:
    """Capture of one printed field: measured on its box, pixels of the upright page.

    Attributes:
        edge_width_px: median 10-90 % width of its strokes' edges.
        character_height_px: height of its capitals.
        pixels_per_character: box width over characters read.
        contrast: 0-1, ink against its background.
        glare_fraction: share of the box that is blown out.
        stroke_width_px: median stroke width.
        baseline_degrees: slope of its baseline against the page's.
    """

    edge_width_px: float | None
    character_height_px: float | None
    pixels_per_character: float | None
    contrast: float | None
    glare_fraction: float | None
    stroke_width_px: float | None
    baseline_degrees: float | None


@dataclass(frozen=True, slots=True)
class MissingField:
    """A field the template asks for that was not read: `label_seen` tells an empty field from a missing label."""

    field: str
    label_seen: bool


@dataclass(frozen=True, slots=True)
class TemplateMatch:
    """Which template a page was read by, and on what evidence.

    Attributes:
        name: file name of the template without its ending.
        labels_found: labels of the template seen on the page.
        labels_expected: how many it declares as always printed.
        missing: mandatory fields not read.
        misspelt: (label expected, text seen) where a fixed wording differs by a little.
        has_mrz: whether the layout may carry a machine-readable zone; where it does not, none was to be read.
    """

    name: str
    labels_found: tuple[str, ...]
    labels_expected: int
    missing: tuple[MissingField, ...]
    misspelt: tuple[tuple[str, str], ...]
    has_mrz: bool = True
