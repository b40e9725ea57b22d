"""Names of offices, employers, agencies and officers: whether a printed line names what the register names."""

from __future__ import annotations

import unicodedata

from pipeline.reference.confusions import difference

#: What companies are, not what they are called.
_FORMS = frozenset(("LTD", "LIMITED", "CO", "COMPANY", "INC", "LLC", "PLC", "CORP", "GMBH", "SA", "SARL", "THE", "AND"))
#: Share of a name's letters that reading may get wrong in a line of print (house value).
_MISREAD_SHARE = 0.15
_LONGEST = 80
#: Shortest word by which two names are likened: initials and numbers say nothing.
_WORD = 4


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


def _runs_alike(name: str, line: str) -> bool:
    """Whether a line without its blanks, which engines lose, begins with a name but for some misread letters."""
    name = name[:_LONGEST]
    return len(difference(name, line[: len(name)])) <= _MISREAD_SHARE * len(name)


def alike(printed: str, registered: str) -> bool:
    """Whether the two share a word that is more than a legal form."""
    shared = set(_words(printed)) & set(_words(registered))
    return any(len(word) >= _WORD and word.isalpha() for word in shared)


def _letters(text: str) -> str:
    return "".join(_spaced(text).split())


def _spaced(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.upper()[:200])
    return "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))


def _words(text: str) -> list[str]:
    listed = _spaced(text).split()
    return [word for word in listed if word not in _FORMS] or listed
