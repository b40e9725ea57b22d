"""The printed expiry date and the one in the MRZ differ (XZN102).

What it looks at:
    The expiry date printed on the page against the one in the machine-readable zone, part by part. Parts that
    either zone states as unknown agree with everything; the MRZ has two digits of the year, so the century is
    not compared.

Why it matters:
    Both zones are written from one record when the document is made. A changed print with an untouched MRZ, or
    the reverse, is what a partly altered document looks like.

What else it can be:
    - Day and month were exchanged, in print or in reading.
    - One digit was misread on worn or glossy print.
    - The printed date is in another calendar than the Gregorian one.
    - A printed extension of validity that the MRZ cannot follow.

When it is not applied:
    Either date was not read, or is no date of the calendar (MRZ108, DAT110).

What to check next:
    Compare both dates with the page under magnification; read the chip or the barcode.

Source:
    ICAO Doc 9303-3 clauses 3.8, 4.8 and 7.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.agreement import believed
from checks.base import Context, DocumentCheck, Found
from checks.xzn.dates import date_differs
from checks.xzn.zones import MOST_MISSING, Pair
from pipeline.reference.confusions import LEGIBLE
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import CHECK_EXPIRY, MRZ, MRZ_EXPIRY_DATE, VIZ_EXPIRY_DATE


def expiry_date_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the two dates differ in a part that both know."""
    pair = Pair(facts.get(VIZ_EXPIRY_DATE), believed(facts, MRZ_EXPIRY_DATE))
    yield from date_differs("XZN102", pair, facts, context, CHECK_EXPIRY)


CHECK = DocumentCheck(
    code="XZN102",
    name="expiry-date-differs",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.ALTERED,
    needs=(MRZ, MRZ_EXPIRY_DATE, VIZ_EXPIRY_DATE),
    innocent=(
        "day and month were exchanged, in print or in reading",
        "one digit was misread on worn or glossy print",
        "the printed date is in another calendar than the Gregorian one",
        "a printed extension of validity that the MRZ cannot follow",
    ),
    next_check="Compare both dates with the page under magnification; read the chip or the barcode",
    source="ICAO Doc 9303-3 clauses 3.8, 4.8 and 7.1",
    rule=expiry_date_differs,
    thresholds=(("legible", LEGIBLE), ("most_missing", MOST_MISSING)),
)
