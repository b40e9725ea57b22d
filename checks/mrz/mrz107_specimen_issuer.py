"""The issuing state is Utopia, which only specimens name (MRZ107).

What it looks at:
    The issuer's code in the MRZ: UTO is reserved for specimens.

Why it matters:
    A specimen is published for training. In the queue it is a test document, or one that was used as a model.

What else it can be:
    - A training or test document came into the queue.
    - The code was misread.

When it is not applied:
    No MRZ or no issuing state was read, or the run is one of specimens (setting specimen_run).

What to check next:
    Take it out of the queue; ask where it was handed in.

Source:
    ICAO Doc 9303-3 section 5 (UTO: specimens only).
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.agreement import believed
from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.mrz.reliance import doubt, weighed
from pipeline.reference.codes import SPECIMEN_STATE, state_code
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ, MRZ_ISSUING_STATE


def specimen_issuer(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the issuer is Utopia in a run that is not of specimens."""
    if context.specimen_run:
        raise NotApplicable("a run of specimens")
    printed = believed(facts, MRZ_ISSUING_STATE)
    if state_code(printed.value) == SPECIMEN_STATE:
        innocent = doubt("MRZ107", facts, (printed,), context)
        yield weighed(f"{SPECIMEN_STATE}: specimens only", (printed,), innocent, "specimen")


CHECK = DocumentCheck(
    code="MRZ107",
    name="specimen-issuer",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.COUNTERFEIT,
    needs=(MRZ, MRZ_ISSUING_STATE),
    innocent=(
        "a training or test document came into the queue",
        "the code was misread",
    ),
    next_check="Take it out of the queue; ask where it was handed in",
    source="ICAO Doc 9303-3 section 5 (UTO: specimens only)",
    rule=specimen_issuer,
    thresholds=("legible",),
)
