"""The sex as printed and as coded in the MRZ differ (XZN106).

What it looks at:
    The sex printed on the page (M, F, X, or the word) against the character in the machine-readable zone, where
    a filler stands for X. Only whether the two are the same is judged.

Why it matters:
    Both zones are written from one record when the document is made. A changed print with an untouched MRZ, or
    the reverse, is what a partly altered document looks like. The character is under no check digit.

What else it can be:
    - The character was misread.
    - A national letter for the sex was printed beside or instead of M, F or X.
    - A clerical error corrected in one zone only.

When it is not applied:
    Either was not read, or what is printed is none of M, F, X and their English, French, Spanish and German
    words.

What to check next:
    Look at both characters under magnification.

Source:
    ICAO Doc 9303-3 clause 7.1; 9303-4 to -7 notes p and f.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from checks.agreement import believed
from checks.base import Context, DocumentCheck, Found, NotApplicable
from checks.xzn.zones import MOST_MISSING, Pair, doubt, weighed
from pipeline.reference.confusions import LEGIBLE
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ, MRZ_SEX, VIZ_SEX

_WORDS = {
    "M": "M",
    "MALE": "M",
    "MASCULIN": "M",
    "MASCULINO": "M",
    "HOMME": "M",
    "F": "F",
    "FEMALE": "F",
    "FEMININ": "F",
    "FEMENINO": "F",
    "FEMME": "F",
    "X": "X",
    "UNSPECIFIED": "X",
    "<": "X",
}


def sex_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the two differ; several printed letters (two languages) need one that agrees."""
    pair = Pair(facts.get(VIZ_SEX), believed(facts, MRZ_SEX))
    printed = {_WORDS[word] for word in re.split(r"[\W_]+", _plain(pair.printed.value)) if word in _WORDS}
    coded = _WORDS.get(pair.coded.value or "<")
    if not printed:
        raise NotApplicable("the printed sex is no word that is known here")
    if coded is None:
        raise NotApplicable("the sex character of the MRZ is in no list (MRZ109)")
    if coded not in printed:
        message = f"printed {pair.printed.value}, MRZ {pair.coded.value or '<'}"
        yield weighed(message, pair, (), "", doubt("XZN106", pair, facts, context, None))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.upper().replace("<", " X "))
    return "".join(character for character in decomposed if unicodedata.category(character) != "Mn")


CHECK = DocumentCheck(
    code="XZN106",
    name="sex-differs",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.ALTERED,
    needs=(MRZ, MRZ_SEX, VIZ_SEX),
    innocent=(
        "the character was misread",
        "a national letter for the sex was printed beside or instead of M, F or X",
        "a clerical error corrected in one zone only",
    ),
    next_check="Look at both characters under magnification",
    source="ICAO Doc 9303-3 clause 7.1; 9303-4 to -7 notes p and f",
    rule=sex_differs,
    thresholds=(("legible", LEGIBLE), ("most_missing", MOST_MISSING)),
)
