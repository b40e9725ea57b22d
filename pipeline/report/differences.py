"""Which characters of two readings differ, as spans to be marked."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

#: Below this share of common characters two texts are different things, and marks would only confuse.
LEAST_ALIKE = 0.5
#: Longer readings are cut: marking costs the square of the length.
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters that all differ, or all do not."""

    text: str
    differs: bool


def plain(text: str) -> tuple[Span, ...]:
    """The text without marks, cut at LONGEST characters."""
    return (Span(shortened(text), False),) if text else ()


def marked(text: str, other: str) -> tuple[Span, ...]:
    """`text` in spans, marked where it differs from `other`; unmarked if they have too little in common."""
    text, other = shortened(text), shortened(other)
    matcher = SequenceMatcher(None, text, other, autojunk=False)
    if len(text) == len(other):
        flags = [mine != theirs for mine, theirs in zip(text, other, strict=True)]
    else:
        flags = [True] * len(text)
        for block in matcher.get_matching_blocks():
            flags[block.a : block.a + block.size] = [False] * block.size
    if matcher.ratio() < LEAST_ALIKE:
        flags = [False] * len(text)
    return _spans(text, flags)


def shortened(text: str) -> str:
    """The text, cut with a note of its length where it is long."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(text)} characters)"


def _spans(text: str, flags: list[bool]) -> tuple[Span, ...]:
    spans: list[Span] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or flags[end] != flags[start]:
            spans.append(Span(text[start:end], flags[start]))
            start = end
    return tuple(spans)


def visible(text: str) -> str:
    """Control, direction and other invisible characters written out as `⟦U+202E⟧`; line feeds stay."""
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return character
    return f"⟦U+{ord(character):04X}⟧"
