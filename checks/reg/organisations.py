"""Names of offices, employers, agencies and officers: whether a printed line names what the register names."""

from __future__ import annotations

import unicodedata

from pipeline.reference.confusions import difference

#: What companies are, not what they are called.
_FORMS = frozenset(("LTD", "LIMITED", "CO", "COMPANY", "INC", "LLC", "PLC", "CORP", "GMBH", "SA", "SARL", "THE", "AND"))
#: Share of a name's letters that reading may get wrong in a line of print (house value).
_MISREAD_SHARE = 0.15
_LONGEST = 80


def same_organisation(printed: str, registered: str) -> bool:
    """Whether a printed line has all words of a registered name, or the reverse, but for some misread letters.

    An address, a number or a legal form may stand beside the name.
    """
    mine, theirs = _words(printed), _words(registered)
    if not mine or not theirs:
        return mine == theirs
    if set(theirs) <= set(mine) or set(mine) <= set(theirs):
        return True
    return _runs_alike("".join(theirs), "".join(mine)) or _runs_alike(_letters(registered), _letters(printed))


def short_form(printed: str, registered: str) -> bool:
    """Whether the words of one name begin words of the other, in order: `EVENTIDE C.` for `EVENTIDE CARE HOMES`."""
    shorter, longer = sorted((_words(printed), _words(registered)), key=lambda words: len("".join(words)))
    waiting = iter(longer)
    return bool(shorter) and all(any(word.startswith(begun) for word in waiting) for begun in shorter)


def _runs_alike(name: str, line: str) -> bool:
    """Whether a line without its blanks, which engines lose, begins with a name but for some misread letters.

    Figures are what tells offices apart, and are not forgiven.
    """
    name = name[:_LONGEST]
    steps = difference(name, line[: len(name)])
    figures = any(step.expected.isdigit() and step.seen.isdigit() for step in steps)
    return len(steps) <= _MISREAD_SHARE * len(name) and not figures


def _letters(text: str) -> str:
    return "".join(_spaced(text).split())


def _spaced(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.upper()[:200])
    return "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))


def _words(text: str) -> list[str]:
    listed = _spaced(text).split()
    return [word for word in listed if word not in _FORMS] or listed
