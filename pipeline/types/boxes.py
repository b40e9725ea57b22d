"""Places on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in page fractions (0-1), origin at the page's top left corner.

    Raises:
        ValueError: if an edge lies outside the page or the rectangle has no area.
    """

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0.0 <= self.left < self.right <= 1.0 and 0.0 <= self.top < self.bottom <= 1.0):
            raise ValueError(f"not a box within the page: {self.as_tuple()}")

    @classmethod
    def from_pixels(cls, left: float, top: float, right: float, bottom: float, width: int, height: int) -> Self:
        """Make a box from pixel edges on a page of `width` x `height` px, cut to the page, at least one pixel large."""
        x0 = min(max(left, 0.0), width - 1.0)
        y0 = min(max(top, 0.0), height - 1.0)
        x1 = max(min(right, float(width)), x0 + 1.0)
        y1 = max(min(bottom, float(height)), y0 + 1.0)
        return cls(x0 / width, y0 / height, x1 / width, y1 / height)

    def as_tuple(self) -> tuple[float, float, float, float]:
        """(left, top, right, bottom), page fractions."""
        return (self.left, self.top, self.right, self.bottom)

    def union(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )
