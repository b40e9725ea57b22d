"""A printed name against the name field of the MRZ, for the checks of surname and given names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from checks.agreement import believed
from checks.base import Context, Found, NotApplicable
from checks.xzn.zones import Pair, clerical, doubt, misread, second_reading, weighed
from pipeline.reference.codes import state_code
from pipeline.reference.names import Agreement, NameMatch, compare_given_names, compare_surname
from pipeline.reference.transliteration import UnknownLetter
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength
from pipeline.types.keys import MRZ_ISSUING_STATE, MRZ_NAME, VIZ_GIVEN_NAMES, VIZ_SURNAME

Compare = Callable[[str], NameMatch]

_SLIPS = {
    Agreement.OTHER_TABLE: "spelled by another table than the issuer's, a national practice",
    Agreement.REORDERED: "surname and given names are divided or ordered otherwise in the two zones",
}
_CAPTURES = {
    Agreement.MARK_LOST: "a diacritical mark of the printed name was lost in reading",
    Agreement.PARTLY_PRINTED: "a part of the printed name was not read",
}


def surname(facts: Facts) -> tuple[Pair[str, str], Compare]:
    """The surname's two readings, and how another reading of the printed one would compare."""
    field, issuer = believed(facts, MRZ_NAME), _issuer(facts)
    given = facts.find(VIZ_GIVEN_NAMES)
    pair = Pair(facts.get(VIZ_SURNAME), field)
    return pair, lambda text: compare_surname(text, given.value if given else None, field.value, issuer)


def given_names(facts: Facts) -> tuple[Pair[str, str], Compare]:
    """As `surname`, of the given names."""
    field, issuer = believed(facts, MRZ_NAME), _issuer(facts)
    family = facts.find(VIZ_SURNAME)
    pair = Pair(facts.get(VIZ_GIVEN_NAMES), field)
    return pair, lambda text: compare_given_names(family.value if family else None, text, field.value, issuer)


def _issuer(facts: Facts) -> str:
    state = facts.find(MRZ_ISSUING_STATE)
    return state_code(state.value) if state else ""


def compared(pair: Pair[str, str], compare: Compare) -> NameMatch:
    """The printed name as it was read, compared.

    Raises:
        NotApplicable: if it has a letter that no table spells.
    """
    try:
        return compare(pair.printed.value)
    except UnknownLetter as error:
        raise NotApplicable("the printed name has a letter without a spelling in the tables") from error


def name_differs(
    code: str, pair: Pair[str, str], compare: Compare, facts: Facts, context: Context, cause: str
) -> Iterator[Found]:
    """Yield once if the MRZ's name is no admissible spelling of the printed one; shortening is another check's."""
    match = compared(pair, compare)
    message = f"printed {pair.printed.value}, MRZ {match.coded.replace('<', ' ') or 'nothing'}"
    if match.agreement in _SLIPS:
        shared = "names" if match.agreement is Agreement.REORDERED else cause
        yield clerical(message, pair, _SLIPS[match.agreement], shared)
    elif match.agreement in _CAPTURES:
        why = _CAPTURES[match.agreement]
        yield Found(message, pair.evidence, why, cause, Hypothesis.CAPTURE, Strength.WEAK)
    elif match.agreement is Agreement.DIFFERENT:
        other = second_reading(pair.printed, lambda text: _agrees(text, compare))
        yield weighed(message, pair, match.steps, other, doubt(code, pair, facts, context, None))


def _agrees(text: str, compare: Compare) -> bool:
    try:
        return compare(text).agreement in (Agreement.ADMISSIBLE, Agreement.TRUNCATED)
    except UnknownLetter:
        return False


def shortened(
    code: str, pair: Pair[str, str], compare: Compare, facts: Facts, context: Context, cause: str
) -> Iterator[Found]:
    """Yield once if the MRZ has less of the name than is printed although its field is not full."""
    match = compared(pair, compare)
    if match.agreement is not Agreement.SHORTENED:
        return
    message = f"printed {pair.printed.value}, MRZ {match.coded.replace('<', ' ') or 'nothing'}, fillers behind it"
    unsure = misread(match.steps, pair.legibility) or doubt(code, pair, facts, context, None)
    if unsure:
        yield Found(message, pair.evidence, unsure, cause, Hypothesis.CAPTURE, Strength.WEAK)
    elif match.whole:
        why = "further names left out or given as initials, a habit of some issuers"
        yield Found(message, pair.evidence, why, cause, strength=Strength.WEAK)
    else:
        yield Found(message, pair.evidence, cause=cause)
