"""How a network reads lines whose text is known: lines and characters right, and what it says of nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from pipeline.ocr.ctc import greedy
from pipeline.types.mrz import ALPHABET


@dataclass(frozen=True, slots=True)
class Scores:
    """Counts: lines, those read exactly, their characters and edits, crops without text, characters said of those."""

    lines: int = 0
    exact: int = 0
    characters: int = 0
    edits: int = 0
    empty: int = 0
    said_of_empty: int = 0

    def figures(self) -> dict[str, Any]:
        """Shares, for people."""
        return {
            "exact": round(self.exact / max(self.lines, 1), 4),
            "character_errors": round(self.edits / max(self.characters, 1), 5),
            "said_of_empty": round(self.said_of_empty / max(self.empty, 1), 2),
            "lines": self.lines,
        }


def score(before: Scores, probabilities: NDArray[np.float32], texts: Sequence[str]) -> Scores:
    """Counts with one batch more.

    Args:
        before: counts so far.
        probabilities: batch x steps x classes.
        texts: what each crop holds, "" for nothing.
    """
    read = [greedy(one, ALPHABET).text for one in probabilities]
    held = [(said, text) for said, text in zip(read, texts, strict=True) if text]
    return Scores(
        before.lines + len(held),
        before.exact + sum(said == text for said, text in held),
        before.characters + sum(len(text) for _, text in held),
        before.edits + sum(Levenshtein.distance(said, text) for said, text in held),
        before.empty + len(texts) - len(held),
        before.said_of_empty + sum(len(said) for said, text in zip(read, texts, strict=True) if not text),
    )
