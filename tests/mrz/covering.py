"""Whether a region that was found holds a zone whose lines are known."""

from __future__ import annotations

import numpy as np

from fixtures.utopia.hard_plates import Line, Zone
from pipeline.mrz.regions import MrzLine, MrzRegion, half_turned, mirrored


def covers(region: MrzRegion, zone: Zone) -> bool:
    """In one of the four ways to read it, row by row: no character cut, heights and slopes as a recogniser needs."""
    ways = (region, half_turned(region), mirrored(region), half_turned(mirrored(region)))
    return len(region.lines) == len(zone) and any(
        all(_row_covers(row, line) for row, line in zip(way.lines, zone, strict=True)) for way in ways
    )


def _row_covers(row: MrzLine, line: Line) -> bool:
    true, quad = line.quad, row.quad.astype(np.float64)
    along = true[1] - true[0]
    length = float(np.linalg.norm(along))
    along, pitch = along / length, length / len(line.text)
    tall = float(np.linalg.norm(true[3] - true[0]))
    down = (true[3] - true[0]) / tall
    left, right = (quad[0] + quad[3]) / 2, (quad[1] + quad[2]) / 2
    if (right - left) @ along <= 0 or (quad[3] - quad[0]) @ down <= 0:
        return False
    first, last = (true[0] + true[3]) / 2, (true[1] + true[2]) / 2
    slope = (right - left) / ((right - left) @ along)
    offsets = [abs((left + slope * ((point - left) @ along) - point) @ down) / tall for point in (first, last)]
    spare = (first - left) @ along / pitch, (right - last) @ along / pitch
    height = float(np.linalg.norm(quad[3] - quad[0])) / tall
    return max(offsets) <= 0.25 and min(spare) >= -0.6 and max(spare) <= 3.0 and 0.7 <= height <= 1.3
