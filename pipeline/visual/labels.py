"""Which of the lines on a page are labels or fixed wordings of a layout, and which are left as values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from pipeline.ocr.engine import TextLine
from pipeline.reference.templates import Template

#: Share of a label's characters that must be read right; shorter labels must be whole.
LEAST_LIKE = 0.80
SHORT = 4
#: Long labels in small print lose their narrow letters; what is in capitals may be a value that only resembles one.
_LEAST_LIKE_LONG, _LONG = 0.72, 9
#: A value without a separator may follow a label of this many characters on the same line.
_LEAST_RUN_ON = 5
#: MRZ lines are no printed text: fillers, or as long as the shortest format without a blank.
_MRZ_LINE = re.compile(r"<<|^(?=.*<)[A-Z0-9<]{25,}$")
#: Characters that print alike; a label that is read with the one for the other is the label.
_ALIKE = str.maketrans("015", "ols")
#: Between the labels of two languages; engines read the stroke as one of these.
_STROKE = re.compile(r"\s*[/|\\]\s*|\s+[Il1]\s+")
_RUN_ON = re.compile(r"^[A-Z0-9]")


@dataclass(frozen=True, slots=True)
class Label:
    """A label or wording of a template.

    Attributes:
        text: as the template spells it.
        field: the field it names; None for a wording or for a place that is no field of ours.
        fixed: whether it is a wording, which has no value.
    """

    text: str
    field: str | None
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A line, or the part of one, that is a label (`label` is set) or may be a value.

    Attributes:
        likeness: 0-1, share of the label's characters that were read as the template has them.
    """

    line: TextLine
    label: Label | None = None
    likeness: float = 0.0


@lru_cache(maxsize=1024)  # a page's lines are compared with every template's words
def folded(text: str) -> str:
    """Letters and figures alone, without case and accents, what prints alike made one: the same for two readings.

    The degree sign stands for the raised o of `N\u00ba`.
    """
    decomposed = unicodedata.normalize("NFKD", text).replace("\u00b0", "o").casefold()
    bare = "".join(character for character in decomposed if character.isalnum())
    return bare.translate(_ALIKE).replace("rn", "m").replace("vv", "w")


@lru_cache(maxsize=32)
def vocabulary(template: Template) -> dict[str, Label]:
    """Every folded spelling that the template knows -> what it is."""
    words: dict[str, Label] = {}
    for field in template.fields:
        for label in field.labels:
            words.setdefault(folded(label), Label(label, field.name))
    for label in template.other_labels:
        words.setdefault(folded(label), Label(label, None))
    for spellings in template.wordings:
        for wording in spellings:
            words.setdefault(folded(wording), Label(wording, None, fixed=True))
    return words


@lru_cache(maxsize=32)
def _run_together(template: Template) -> dict[str, Label]:
    """Labels of a field in two languages with nothing read between them."""
    return {
        folded(label) + folded(other): Label(f"{label} / {other}", field.name)
        for field in template.fields
        for group, others in permutations(field.synonyms, 2)
        for label, other in product(group, others)
    }


def pieces(lines: Sequence[TextLine], template: Template) -> list[Piece]:
    """Lines of the printed zone, each whole or cut behind the label that it begins with."""
    printed = [line for line in lines if line.text.strip() and not is_mrz(line.text)]
    words = vocabulary(template)
    whole = _likest([line.text for line in printed], template)
    heads = [line.text.partition(":") for line in printed]
    before = _likest([head if colon else "" for head, colon, _ in heads], template)
    found: list[Piece] = []
    for line, exact, (head, _, rest), part in zip(printed, whole, heads, before, strict=True):
        # Of a short value behind a long label, the whole still resembles the label.
        valued = part is not None and not part[0].fixed and bool(rest.strip())
        if exact and not (valued and part is not None and part[1] >= exact[1]):
            found.append(Piece(line, *exact))
        elif part and not part[0].fixed:
            found.extend(_cut(line, len(head) + 1, *part))
        else:
            found.extend(_run_on(line, words))
    return found


def is_mrz(text: str) -> bool:
    """Whether a line is of the machine-readable zone."""
    return bool(_MRZ_LINE.search(text.replace(" ", "")))


def _likest(texts: list[str], template: Template) -> list[tuple[Label, float] | None]:
    """For each text the label it spells, or those of one field in several languages, with the likeness, or None."""
    words, together = vocabulary(template), _run_together(template)
    parts = [_STROKE.split(text) for text in texts]
    flat = [*texts, *(part for several in parts if len(several) > 1 for part in several)]
    nearest = iter(_nearest(flat, words))
    whole = [next(nearest) for _ in texts]
    likest: list[tuple[Label, float] | None] = []
    for text, one, several in zip(texts, whole, parts, strict=True):
        found = [one, _one_field([next(nearest) for _ in several]) if len(several) > 1 else None]
        if label := together.get(folded(text)):
            found.append((label, 1.0))
        likest.append(max((each for each in found if each), key=lambda each: each[1], default=None))
    return likest


def _one_field(parts: Sequence[tuple[Label, float] | None]) -> tuple[Label, float] | None:
    """Labels that all name one field, as one label; None where they do not."""
    known = [part for part in parts if part is not None and not part[0].fixed]
    if len(known) < len(parts) or len({label.field for label, _ in known}) != 1:
        return None
    lengths = [len(folded(label.text)) for label, _ in known]
    likeness = sum(length * like for length, (_, like) in zip(lengths, known, strict=True)) / sum(lengths)
    return Label(" / ".join(label.text for label, _ in known), known[0][0].field), likeness


def _nearest(texts: list[str], words: dict[str, Label]) -> list[tuple[Label, float] | None]:
    """For each text the one spelling that it is nearest to, if near enough."""
    spellings = list(words)
    if not texts or not spellings:
        return [None] * len(texts)
    table: NDArray[np.float32] = process.cdist(
        [folded(text) for text in texts],
        spellings,
        scorer=Levenshtein.normalized_similarity,
        score_cutoff=_LEAST_LIKE_LONG,
        dtype=np.float32,
    )
    best = table.argmax(axis=1)
    nearest: list[tuple[Label, float] | None] = []
    for text, row, column in zip(texts, table, best, strict=True):
        likeness, spelling = float(row[column]), spellings[int(column)]
        nearest.append((words[spelling], likeness) if _enough(text, spelling, likeness) else None)
    return nearest


def _enough(text: str, spelling: str, likeness: float) -> bool:
    if likeness == 1.0:
        return True
    if len(spelling) >= _LONG and not text.isupper():
        return likeness >= _LEAST_LIKE_LONG
    return likeness >= LEAST_LIKE and len(spelling) > SHORT and len(folded(text)) > SHORT


def _cut(line: TextLine, at: int, label: Label, likeness: float) -> Iterator[Piece]:
    """The line cut at a character; its box is cut in proportion."""
    middle = line.left + (line.right - line.left) * min(at, len(line.text)) / len(line.text)
    yield Piece(replace(line, text=line.text[:at], right=middle), label, likeness)
    rest = line.text[at:]
    if rest.strip():
        yield Piece(replace(line, text=rest.strip(), left=middle))


def _run_on(line: TextLine, words: dict[str, Label]) -> Iterator[Piece]:
    """A line that begins with a whole label and goes on, with no separator, with a value."""
    ends = [match.start() for match in re.finditer(r"\s", line.text)]
    for end in reversed(ends):
        head = folded(line.text[:end])
        label = words.get(head)
        rest = line.text[end:].strip()
        if label and not label.fixed and len(head) >= _LEAST_RUN_ON and _RUN_ON.match(rest):
            yield from _cut(line, end, label, 1.0)
            return
    yield Piece(line)
