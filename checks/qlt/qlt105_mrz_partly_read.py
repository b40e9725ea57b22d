"""The machine-readable zone was read in part (QLT105).

What it looks at:
    The lines of the MRZ as they were read: whether each line is there with all its characters, and whether
    reading the zone met a problem.

Why it matters:
    Every question that needs the missing characters is not assessed; the zone must be scanned again before
    anything is said about it.

What else it can be:
    - The zone is cut off at the edge of the scan.
    - A finger, stamp or sticker lies on it.
    - The print is too poor to be read.

When it is not applied:
    The page has no MRZ, or none was found.

What to check next:
    Scan the page again with the whole zone in view.

Source:
    ICAO Doc 9303-4 to -7 clause 4.2 (lines and characters of each format).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ, page
from pipeline.types.mrz import ALPHABET, SHAPE, MrzReading
from pipeline.types.problems import ProblemKind


def mrz_partly_read(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each problem met while reading the zone, else once if its lines are not complete."""
    problems = [problem for problem in context.problems if problem.kind is ProblemKind.PARTIAL_MRZ]
    reading = facts.find(MRZ)
    if reading is None and not problems:
        raise NotApplicable("no MRZ found")
    for problem in problems:
        where = facts.find(page(problem.page or 0)) or facts.get(page(0))
        yield Found(problem.message, (where,), cause="mrz-incomplete")
    lacking = "" if reading is None or problems else _lacking(reading.value)
    if reading is not None and lacking:
        yield Found(lacking, (reading,), cause="mrz-incomplete")


def _lacking(reading: MrzReading) -> str:
    lines, width = SHAPE[reading.format]
    if len(reading.lines) != lines:
        return f"{len(reading.lines)} of {lines} lines"
    for number, line in enumerate(reading.lines, start=1):
        if len(line) != width:
            return f"line {number}: {len(line)} of {width} characters"
        unread = sum(character not in ALPHABET for character in line)
        if unread:
            return f"line {number}: {unread} characters not read"
    return ""


CHECK = DocumentCheck(
    code="QLT105",
    name="mrz-partly-read",
    version=1,
    strength=Strength.WEAK,
    hypothesis=Hypothesis.CAPTURE,
    needs=(page(0),),
    innocent=(
        "the zone is cut off at the edge of the scan",
        "a finger, stamp or sticker lies on it",
        "the print is too poor to be read",
    ),
    next_check="Scan the page again with the whole zone in view",
    source="ICAO Doc 9303-4 to -7 clause 4.2 (lines and characters of each format)",
    rule=mrz_partly_read,
)
