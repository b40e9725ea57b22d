"""The document calls itself a specimen (LAY103).

What it looks at:
    Words for specimen or sample anywhere in the text of the page. Where there are none, the printed issuing state,
    the style of Utopia in the text, and that style where the template knew it in spite of a misread letter: Utopia
    issues nothing but specimens, and a permit has no MRZ that could say so. A layout that only resembles one of
    Utopia's says nothing, since it may be another state's.

Why it matters:
    Specimens are published for training. One that is handed in as a document has been used as a blank, or came
    into the queue by mistake.

What else it can be:
    - A training or test document came into the queue.
    - The words belong to a caption such as specimen signature.
    - The name of Utopia stands in an address or a company's name.

When it is not applied:
    The page's text was not read, or the run is one of specimens (setting specimen_run).

What to check next:
    Take it out of the queue; ask where it was handed in.

Source:
    ICAO Doc 9303-3 clause 5 (UTO: specimens only).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found, NotApplicable
from pipeline.reference.codes import SPECIMEN_STATE, codes_printed
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import DOC_TEMPLATE, VIZ_ISSUING_STATE, VIZ_TEXT

#: What specimens are overprinted with, in the languages of Doc 9303 and a few more.
WORDS = ("SPECIMEN", "SPECIMENS", "SPÉCIMEN", "MUSTER", "MUESTRA", "ESPECIMEN", "ESPÉCIMEN", "ОБРАЗЕЦ", "CAMPIONE")
#: Captions in which the word asks for a specimen and does not call the document one.
_CAPTION = re.compile(r"SPECIMEN[ ]+(SIGNATURE|OF[ ]+SIGNATURE)|SIGNATURE[ ]+SPECIMEN")
#: Utopia's style without the spaces, which engines leave out of wide capitals.
_STYLE = "REPUBLICOFUTOPIA"


def specimen_text(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if a word for specimen stands in the text of the page, or else the document is one of Utopia."""
    if context.specimen_run:
        raise NotApplicable("a run of specimens")
    text = facts.get(VIZ_TEXT)
    upper = " ".join(text.value.upper().split())
    seen = sorted(set(re.findall(r"\w+", upper)) & set(WORDS))
    if not seen:
        yield from _of_utopia(facts, upper)
        return
    message = f"text: {', '.join(seen)}"
    if set(re.findall(r"\w+", _CAPTION.sub(" ", upper))) & set(WORDS):
        yield Found(message, (text,), cause="specimen")
    else:
        yield Found(message, (text,), "caption of a signature", "specimen", Hypothesis.CLERICAL, Strength.WEAK)


def _of_utopia(facts: Facts, upper: str) -> Iterator[Found]:
    state, template = facts.find(VIZ_ISSUING_STATE), facts.find(DOC_TEMPLATE)
    if state is not None and codes_printed(state.value) == {SPECIMEN_STATE}:
        yield Found(f"issuing state {state.value}: specimens only", (state,), cause="specimen")
    elif _STYLE in re.sub(r"\W", "", upper):
        yield Found("text: Republic of Utopia, specimens only", (facts.get(VIZ_TEXT),), cause="specimen")
    elif template is not None and any(_STYLE in re.sub(r"\W", "", one) for one in template.value.labels_found):
        yield Found(f"layout {template.value.name}: specimens only", (template,), cause="specimen")


CHECK = DocumentCheck(
    code="LAY103",
    name="specimen-text",
    version=2,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.COUNTERFEIT,
    needs=(VIZ_TEXT,),
    innocent=(
        "a training or test document came into the queue",
        "the words belong to a caption such as specimen signature",
        "the name of Utopia stands in an address or a company's name",
    ),
    next_check="Take it out of the queue; ask where it was handed in",
    source="ICAO Doc 9303-3 clause 5 (UTO: specimens only)",
    rule=specimen_text,
)
