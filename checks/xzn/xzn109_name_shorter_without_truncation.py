"""The MRZ has less of a name than is printed, though its field is not full (XZN109).

What it looks at:
    The printed surname and given names against the name field: whether the MRZ's are the beginning of the
    printed ones although fillers stand behind them. A name may be cut only when it does not fit, and then the
    last place holds a letter.

Why it matters:
    The issuing system cuts a name only for want of room. Less of a name with room to spare means that one of
    the zones was not written from the record.

What else it can be:
    - The issuing state leaves out further given names or writes initials.
    - Something beside the name was read as part of the printed name.
    - The holder's name changed and one zone has the former one.

When it is not applied:
    The name field or every printed name was not read, or a printed name has a letter that the tables do not
    spell.

What to check next:
    Compare the name with the page and with other documents of the holder.

Source:
    ICAO Doc 9303-3 clause 4.6; 9303-4 clause 4.2.3 (truncation).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.xzn.names import given_names, shortened, surname
from checks.xzn.zones import MOST_MISSING
from pipeline.reference.confusions import LEGIBLE
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ, MRZ_NAME, VIZ_GIVEN_NAMES, VIZ_SURNAME


def name_shorter_without_truncation(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each of surname and given names that is cut without need."""
    family, given = facts.find(VIZ_SURNAME), facts.find(VIZ_GIVEN_NAMES)
    if family is None and given is None:
        raise NotApplicable(f"not read: {VIZ_SURNAME.name}, {VIZ_GIVEN_NAMES.name}")
    if family is not None:
        yield from shortened("XZN109", *surname(facts), facts, context, "surname")
    if given is not None:
        yield from shortened("XZN109", *given_names(facts), facts, context, "given_names")


CHECK = DocumentCheck(
    code="XZN109",
    name="name-shorter-without-truncation",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(MRZ, MRZ_NAME),
    innocent=(
        "the issuing state leaves out further given names or writes initials",
        "something beside the name was read as part of the printed name",
        "the holder's name changed and one zone has the former one",
    ),
    next_check="Compare the name with the page and with other documents of the holder",
    source="ICAO Doc 9303-3 clause 4.6; 9303-4 clause 4.2.3 (truncation)",
    rule=name_shorter_without_truncation,
    thresholds=(("legible", LEGIBLE), ("most_missing", MOST_MISSING)),
)
