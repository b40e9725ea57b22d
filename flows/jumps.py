"""Whether a night flagged a share of its documents that earlier nights do not lead one to expect.

A jump says that something changed: a new scanner, a new version, a new office, or a batch of bad papers. It is a reason
to look at the nights, and says nothing of any document.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

#: Standard errors by which a share must lie above what was usual; nights look at several shares, for years.
_ERRORS = 4.0
#: Documents without which a share tells nothing: of the night, and of the nights before it together.
_LEAST_TONIGHT = 20
_LEAST_BEFORE = 100


def jumped(documents: int, flagged: int, before: Iterable[tuple[int, int]]) -> bool:
    """Whether the share of `flagged` among `documents` lies far above the share of earlier nights together.

    A test of two proportions with their pooled variance. Falling shares are no alarm.

    Args:
        documents: of the night.
        flagged: those of them with a case at the desk in question.
        before: (documents, flagged) of earlier nights.
    """
    nights = list(before)
    usual, of = sum(flags for _, flags in nights), sum(count for count, _ in nights)
    if documents < _LEAST_TONIGHT or of < _LEAST_BEFORE:
        return False
    pooled = (flagged + usual) / (documents + of)
    error = math.sqrt(pooled * (1 - pooled) * (1 / documents + 1 / of))
    return error > 0 and flagged / documents - usual / of > _ERRORS * error
