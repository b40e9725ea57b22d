"""Facts of a machine-readable zone and of a printed zone -> whether one contradicts the other.

No finding comes of this: it only says where a second engine family should hear the zone before anybody judges. So it
errs on the side of yes, and knows no innocent cause.
"""

from __future__ import annotations

from pipeline.reference.codes import codes_printed, same_state, state_code
from pipeline.reference.names import Agreement, compare_given_names, compare_surname
from pipeline.reference.numbers import bare
from pipeline.reference.transliteration import UnknownLetter
from pipeline.types import keys
from pipeline.types.dates import PartialDate
from pipeline.types.facts import Facts, Key

_SPELT_ALIKE = (Agreement.ADMISSIBLE, Agreement.TRUNCATED)
_DATES = ((keys.MRZ_BIRTH_DATE, keys.VIZ_BIRTH_DATE), (keys.MRZ_EXPIRY_DATE, keys.VIZ_EXPIRY_DATE))
_TEXTS = (
    (keys.MRZ_DOCUMENT_NUMBER, keys.VIZ_DOCUMENT_NUMBER),
    (keys.MRZ_PERSONAL_NUMBER, keys.VIZ_PERSONAL_NUMBER),
    (keys.MRZ_SEX, keys.VIZ_SEX),
)
_STATES = ((keys.MRZ_ISSUING_STATE, keys.VIZ_ISSUING_STATE), (keys.MRZ_NATIONALITY, keys.VIZ_NATIONALITY))


def contradicted(coded: Facts, printed: Facts) -> bool:
    """Whether a field that both zones give is not the same in both.

    Args:
        coded: of the machine-readable zone.
        printed: of the printed zone, maybe of another page.
    """
    return (
        any(_dates_differ(coded, printed, *pair) for pair in _DATES)
        or any(_texts_differ(coded, printed, *pair) for pair in _TEXTS)
        or any(_states_differ(coded, printed, *pair) for pair in _STATES)
        or _names_differ(coded, printed)
    )


def _dates_differ(coded: Facts, printed: Facts, mine: Key[PartialDate], theirs: Key[PartialDate]) -> bool:
    one, other = coded.find(mine), printed.find(theirs)
    if one is None or other is None:
        return False
    here, there = one.value, other.value
    years = here.year is not None and there.year is not None and here.year % 100 != there.year % 100
    parts = ((here.month, there.month), (here.day, there.day))
    return years or any(a is not None and b is not None and a != b for a, b in parts)


def _texts_differ(coded: Facts, printed: Facts, mine: Key[str], theirs: Key[str]) -> bool:
    one, other = coded.find(mine), printed.find(theirs)
    if one is None or other is None:
        return False
    return bare(one.value.strip("<")) != bare(other.value)


def _states_differ(coded: Facts, printed: Facts, mine: Key[str], theirs: Key[str]) -> bool:
    one, other = coded.find(mine), printed.find(theirs)
    if one is None or other is None:
        return False
    named = codes_printed(other.value)
    return bool(named) and not same_state(state_code(one.value), named)


def _names_differ(coded: Facts, printed: Facts) -> bool:
    field, state = coded.find(keys.MRZ_NAME), coded.find(keys.MRZ_ISSUING_STATE)
    surname, given = printed.find(keys.VIZ_SURNAME), printed.find(keys.VIZ_GIVEN_NAMES)
    if field is None:
        return False
    issuer = state_code(state.value) if state else ""
    family, first = surname.value if surname else None, given.value if given else None
    try:
        seen = [compare_surname(family, first, field.value, issuer)] if family else []
        seen += [compare_given_names(family, first, field.value, issuer)] if first else []
    except UnknownLetter:
        return True
    return any(match.agreement not in _SPELT_ALIKE for match in seen)
