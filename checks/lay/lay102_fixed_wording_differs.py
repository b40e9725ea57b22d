"""A fixed wording is not spelled as on this kind of document (LAY102).

What it looks at:
    Labels and headings that are the same on every copy, as the template gives them, against the text read at
    their place.

Why it matters:
    Fixed wording is part of the blank. Copies made by hand often have a letter wrong, a word left out or
    another language's spelling.

What else it can be:
    - A letter was misread or left out in reading: O for 0, I for l, rn for m.
    - The state changed the wording between two series.
    - Part of the word lies under a stamp or a fold.

When it is not applied:
    No template was recognised. Wording that differs in so much that the label was not recognised at all is
    LAY101.

What to check next:
    Read the wording on the page; compare with a genuine copy of the same series.

Source:
    ICAO Doc 9303-4 clause 4.1 (captions of the data page); INTERPOL, web page Identity and travel document fraud
    at www.interpol.int, seen in November 2026.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from pipeline.reference.confusions import difference, explained
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import DOC_TEMPLATE

#: Below this legibility a letter may be misread.
LOW_LEGIBILITY = 0.8
#: Engines leave single letters out of good print: of 29 correct wordings that they read otherwise, 26 were so.
LETTERS_LOST = 2


def fixed_wording_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once for each fixed wording that reads otherwise than the template has it."""
    template = facts.get(DOC_TEMPLATE)
    for expected, seen in template.value.misspelt:
        message = f"template: {expected}; read: {seen}"
        cause = f"wording {expected}"
        if template.legibility < LOW_LEGIBILITY or misread(expected, seen, template.legibility):
            yield Found(message, (template,), "a letter was misread", cause, Hypothesis.CAPTURE)
        else:
            yield Found(message, (template,), cause=cause)


def misread(expected: str, seen: str, legibility: float) -> bool:
    """Whether only spaces, marks, one confusable glyph or a letter or two left out tell the two wordings apart."""
    wanted, read = letters(expected), letters(seen)
    return wanted == read or left_out(wanted, read) or explained(difference(wanted, read), legibility)


def left_out(wanted: str, read: str) -> bool:
    """Whether the one is the other with at most LETTERS_LOST letters missing."""
    rest = iter(wanted)
    return 0 < len(wanted) - len(read) <= LETTERS_LOST and all(letter in rest for letter in read)


def letters(wording: str) -> str:
    """Letters and digits of a wording, in capitals."""
    return "".join(character for character in wording.upper() if character.isalnum())


CHECK = DocumentCheck(
    code="LAY102",
    name="fixed-wording-differs",
    version=1,
    strength=Strength.WEAK,
    hypothesis=Hypothesis.COUNTERFEIT,
    needs=(DOC_TEMPLATE,),
    innocent=(
        "a letter was misread or left out in reading: O for 0, I for l, rn for m",
        "the state changed the wording between two series",
        "part of the word lies under a stamp or a fold",
    ),
    next_check="Read the wording on the page; compare with a genuine copy of the same series",
    source="ICAO Doc 9303-4 clause 4.1 (captions of the data page); INTERPOL, web page Identity and travel document "
    "fraud at www.interpol.int, seen in November 2026",
    rule=fixed_wording_differs,
)
