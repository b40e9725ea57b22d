"""A field that this kind of document always has was not found (LAY101).

What it looks at:
    The fields that the document's template calls mandatory: for each one not read, whether its label was seen
    with nothing beside it, or was not seen at all. All of them together are one cause.

Why it matters:
    An issuing system prints every mandatory field. A page without one, label and all, may not come from that
    system. A label with nothing beside it may have been erased; mostly the value was not read.

What else it can be:
    - The field is there and was not read: blur, glare, a finger or a crop. Where the page was captured poorly, or
      several fields are absent at once, this is taken to be so.
    - The state printed the document in another layout at that time.
    - The office left the field empty.

When it is not applied:
    No template was recognised.

What to check next:
    Look at the place on the page; scan again if the print there is poor.

Source:
    ICAO Doc 9303-4 clause 4.1 (mandatory fields of the data page), 9303-5, -6 and -7 likewise.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import DOC_TEMPLATE
from pipeline.types.problems import ProblemKind

#: Below this legibility of the page a field may be there and unread.
LOW_LEGIBILITY = 0.6
#: Share of the expected labels below which part of the page was not read at all.
FEW_LABELS = 0.6
#: With more fields than this absent, the page was not read: nobody leaves out half a form, engines pass over it.
MOST_ABSENT = 2
#: Why a page that was captured poorly says nothing about what is printed on it.
POOR = frozenset(
    {ProblemKind.BLURRED, ProblemKind.LOW_RESOLUTION, ProblemKind.LOW_CONTRAST, ProblemKind.GLARE, ProblemKind.ENGINE}
)
#: One page that lacks fields is one cause, however many they are.
CAUSE = "mandatory-fields"
#: A blank place and one that the engine passed over look alike in the readings, and the second is far more frequent.
UNREAD = "the value was not read beside its label"


def mandatory_field_absent(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each mandatory field of the template that was not read."""
    template = facts.get(DOC_TEMPLATE)
    match = template.value
    unread = (
        template.legibility < LOW_LEGIBILITY
        or len(match.labels_found) < FEW_LABELS * match.labels_expected
        or len(match.missing) > MOST_ABSENT
        or any(problem.kind in POOR for problem in context.problems)
    )
    for field in match.missing:
        seen = "label seen, no value beside it" if field.label_seen else "neither label nor value seen"
        message = f"{field.field}: {seen}"
        if unread:
            yield Found(message, (template,), "part of the page could not be read", CAUSE, Hypothesis.CAPTURE)
        elif field.label_seen:
            yield Found(message, (template,), UNREAD, CAUSE, Hypothesis.CAPTURE)
        else:
            yield Found(message, (template,), cause=CAUSE)


CHECK = DocumentCheck(
    code="LAY101",
    name="mandatory-field-absent",
    version=1,
    strength=Strength.WEAK,
    hypothesis=Hypothesis.COUNTERFEIT,
    needs=(DOC_TEMPLATE,),
    innocent=(
        "the field is there and was not read: blur, glare, a finger or a crop",
        "the state printed the document in another layout at that time",
        "the office left the field empty",
    ),
    next_check="Look at the place on the page; scan again if the print there is poor",
    source="ICAO Doc 9303-4 clause 4.1 (mandatory fields of the data page), 9303-5, -6 and -7 likewise",
    rule=mandatory_field_absent,
)
