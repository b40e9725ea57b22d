"""The printed document number and the one in the MRZ differ (XZN103).

What it looks at:
    The number printed on the page against the one in the machine-readable zone, letters and digits only. A long
    number goes on in the optional data; a visa's MRZ has the first nine characters, or the passport's number; a
    printed check digit behind the number is left aside.

Why it matters:
    Both zones are written from one record when the document is made. A changed print with an untouched MRZ, or
    the reverse, is what a partly altered document looks like.

What else it can be:
    - O and 0, I and 1 or another pair of look-alikes was misread.
    - Another number of the page was read as the document number.
    - The number of a visa is printed longer than its MRZ can hold.

When it is not applied:
    Either number was not read.

What to check next:
    Compare both numbers with the page under magnification and with other pages.

Source:
    ICAO Doc 9303-3 clause 7.1; 9303-5 and -6 note j; 9303-7 clause 4.2.2.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from checks.agreement import believed
from checks.base import Context, DocumentCheck, Found
from checks.xzn.zones import MOST_MISSING, Pair, doubt, second_reading, weighed
from pipeline.reference.confusions import LEGIBLE, difference
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import CHECK_NUMBER, MRZ, MRZ_DOCUMENT_NUMBER, VIZ_DOCUMENT_NUMBER, VIZ_PASSPORT_NUMBER
from pipeline.types.mrz import MrzFormat

#: Longer than any number of Doc 9303; what a page prints is hostile text.
_LONGEST = 60
#: Characters of the number that a visa's MRZ holds.
_PRINCIPAL = 9


def document_number_differs(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the two numbers differ."""
    pair = Pair(facts.get(VIZ_DOCUMENT_NUMBER), believed(facts, MRZ_DOCUMENT_NUMBER))
    coded = bare(pair.coded.value)
    accepted = _accepted(coded, facts)
    printed = bare(pair.printed.value)
    if accepted(printed):
        return
    message = f"printed {printed}, MRZ {coded}"
    other = second_reading(pair.printed, lambda text: accepted(bare(text)))
    other = other or second_reading(pair.coded, lambda text: _accepted(bare(text), facts)(printed))
    unsure = doubt("XZN103", pair, facts, context, CHECK_NUMBER)
    yield weighed(message, pair, difference(coded, printed), other, unsure)


def bare(number: str) -> str:
    """Letters and digits in capitals: spaces, hyphens and fillers are not compared."""
    return "".join(character for character in number.upper() if character.isalnum())[:_LONGEST]


def _accepted(coded: str, facts: Facts) -> Callable[[str], bool]:
    """Whether a printed number may stand beside the coded one."""
    digit, passport = facts.find(CHECK_NUMBER), facts.find(VIZ_PASSPORT_NUMBER)
    with_digit = coded + digit.value.read if digit is not None else coded
    visa = facts.get(MRZ).value.format in (MrzFormat.MRVA, MrzFormat.MRVB)
    of_passport = visa and passport is not None and bare(passport.value) == coded

    def accepts(printed: str) -> bool:
        shortened = visa and len(coded) == _PRINCIPAL and printed.startswith(coded)
        return printed in (coded, with_digit) or shortened or of_passport

    return accepts


CHECK = DocumentCheck(
    code="XZN103",
    name="document-number-differs",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.ALTERED,
    needs=(MRZ, MRZ_DOCUMENT_NUMBER, VIZ_DOCUMENT_NUMBER),
    innocent=(
        "O and 0, I and 1 or another pair of look-alikes was misread",
        "another number of the page was read as the document number",
        "the number of a visa is printed longer than its MRZ can hold",
    ),
    next_check="Compare both numbers with the page under magnification and with other pages",
    source="ICAO Doc 9303-3 clause 7.1; 9303-5 and -6 note j; 9303-7 clause 4.2.2.2",
    rule=document_number_differs,
    thresholds=(("legible", LEGIBLE), ("most_missing", MOST_MISSING)),
)
