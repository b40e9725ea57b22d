"""What an engine returned -> lines of the format's length: trailing fillers only, each change in words.

Nothing here looks at a check digit, and no character of a name, number or date changes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: A run of fillers to the end of a line in which some were read as K, the one misread that no check digit sees.
#: Three fillers in a row never precede a name, so a lawful one-letter name (`<<K`) stays.
_TAIL = re.compile(r"(?<=<<<)[<K]*K[<K]*$")


@dataclass(frozen=True, slots=True)
class Completed:
    """A line at its format's length and what was changed to get there."""

    text: str
    repairs: tuple[str, ...]


def complete(text: str, length: int, number: int) -> Completed:
    """Bring the trailing fillers of a line to the format's length; other text stays, too long or too short.

    Args:
        text: the line as the engine gave it.
        length: characters the format has.
        number: of the line, 1-based, for the wording.
    """
    repairs = []
    tail = _TAIL.search(text)
    if tail is not None:
        repairs.append(f"line {number}: {tail.group().count('K')} K among the trailing fillers taken for fillers")
        text = text[: tail.start()] + "<" * len(tail.group())
    missing = length - len(text)
    if missing > 0 and text.endswith("<<"):
        repairs.append(f"line {number}: {missing} trailing fillers added")
        text += "<" * missing
    elif missing < 0 and text.endswith("<" * (2 - missing)):
        repairs.append(f"line {number}: {-missing} trailing fillers taken away")
        text = text[:missing]
    return Completed(text, tuple(repairs))
