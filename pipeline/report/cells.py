"""Text made safe for a spreadsheet cell: nothing that a document says may run as a formula."""

from __future__ import annotations

import re
import unicodedata

_FORMULA = frozenset("=+-@")
#: A reader set to semicolons starts a new cell inside ours.
_INNER_FORMULA = re.compile(r"(;\s*)(?=[=+\-@])")
_LINE_BREAK = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")


def cell(value: object) -> str:
    """One line of text that a spreadsheet shows and never computes.

    Line breaks become ` / `, other control characters and lone surrogates the replacement character. A text that
    begins like a formula (`=`, `+`, `-`, `@`, a tab or a carriage return, full-width forms too, blanks and invisible
    characters before it not counted) gets an apostrophe in front.
    """
    text = str(value)
    dangerous = text.startswith(("\t", "\r")) or unicodedata.normalize("NFKC", _first_visible(text)) in _FORMULA
    flat = _INNER_FORMULA.sub(r"\1'", "".join(map(_printable, _LINE_BREAK.sub(" / ", text))))
    return f"'{flat}" if dangerous else flat


def _first_visible(text: str) -> str:
    return next((c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf")), "")


def _printable(character: str) -> str:
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(character) in ("Cc", "Cs") else character
