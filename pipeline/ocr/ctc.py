"""Per-step probabilities of a CTC network -> characters with their probabilities, at a length one may impose.

An MRZ line has 30, 36 or 44 characters and runs of up to forty equal fillers, which greedy decoding miscounts; the
best path among those of the right length does not. Which characters they are is left to the pixels alone, and a
path that was led to a length is no raw reading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.ocr.engine import Character
from pipeline.types.mrz import ALPHABET

Scores = NDArray[np.float32]

#: Lengths an MRZ line can have.
_LENGTHS = (30, 36, 44)
#: A length is imposed if it costs at most this much log probability a line against the free reading.
_MOST_COST = 12.0
#: Runners-up kept, and the probability below which they are not worth keeping.
_MOST_ALTERNATIVES = 3
_LEAST_PROBABILITY = 0.01


@dataclass(frozen=True, slots=True)
class Decoded:
    """The best path: its characters and its log probability."""

    characters: tuple[Character, ...]
    log_probability: float

    @property
    def text(self) -> str:
        """The characters joined."""
        return "".join(character.text for character in self.characters)


def greedy(probabilities: Scores, alphabet: str) -> Decoded:
    """Best class at each step, repeats joined, blanks dropped.

    Args:
        probabilities: steps x (1 + len(alphabet)), column 0 the blank, rows sum to 1.
        alphabet: characters of the other columns.
    """
    best = probabilities.argmax(axis=1)
    log_probability = float(np.log(np.maximum(probabilities.max(axis=1), 1e-12)).sum())
    starts = [t for t in range(len(best)) if best[t] != 0 and (t == 0 or best[t] != best[t - 1])]
    spans = [(t, _run_end(best, t)) for t in starts]
    return _decoded(probabilities, alphabet, [int(best[t]) for t in starts], spans, log_probability)


def at_lengths(probabilities: Scores, alphabet: str, lengths: tuple[int, ...]) -> dict[int, Decoded]:
    """The best path for each of several lengths; a length that the steps cannot hold is left out.

    Args:
        probabilities: steps x (1 + len(alphabet)), column 0 the blank, rows sum to 1.
        alphabet: characters of the other columns.
        lengths: characters wanted, each at least 1.
    """
    kept = _telling_steps(probabilities)
    log = np.log(np.maximum(probabilities[kept], 1e-12)).astype(np.float32)
    search = _search(log, max(lengths))
    found = {}
    for length in lengths:
        score = max(float(search.inked[length].max()), float(search.blanks[length]))
        if score <= _LOW / 2:
            continue
        classes, spans = _trace(search, length)
        original = [(int(kept[start]), int(kept[end - 1]) + 1) for start, end in spans]
        found[length] = _decoded(probabilities, alphabet, classes, original, score)
    return found


def at_common_length(scores: Sequence[Scores]) -> list[tuple[Decoded, Decoded | None]]:
    """Decode lines as they come, and beside that at the MRZ length that together they are most likely to have.

    Args:
        scores: a line each, steps x (blank, then ALPHABET).

    Returns:
        For each line the best path, and the best of the common length where that differs from it in the number of
        fillers and in nothing else; None where the best path has that length already, or none such is likely.
    """
    free = [greedy(line, ALPHABET) for line in scores]
    counts = {len(line.characters) for line in free}
    if len(counts) == 1 and counts <= set(_LENGTHS):
        return [(line, None) for line in free]  # no search finds a better path of a lawful length
    near = [length for length in _LENGTHS if any(abs(len(line.characters) - length) <= 4 for line in free)]
    imposed = [at_lengths(line, ALPHABET, tuple(near)) for line in scores] if near else []
    whole = [length for length in near if all(length in line for line in imposed)]
    if not whole:
        return [(line, None) for line in free]
    best = max(whole, key=lambda length: sum(line[length].log_probability for line in imposed))
    cost = sum(line.log_probability for line in free) - sum(line[best].log_probability for line in imposed)
    if cost > _MOST_COST * len(free):
        return [(line, None) for line in free]
    return [
        (line, fitted[best] if _fillers_apart(line.text, fitted[best].text) else None)
        for line, fitted in zip(free, imposed, strict=True)
    ]


def _fillers_apart(free: str, fitted: str) -> bool:
    """Whether two readings differ in the lengths of runs of fillers and in nothing else."""
    return free != fitted and re.sub("<+", "<", free) == re.sub("<+", "<", fitted)


_LOW = -1e9


@dataclass(frozen=True, slots=True)
class _Search:
    """Viterbi table over (characters so far, last class): final scores and, by step, where each state came from.

    Attributes:
        inked: score of paths that end on ink, (1 + longest) x classes.
        blanks: score of paths that end on a blank, 1 + longest.
        stays: steps x longest x classes, whether the same character went on.
        runner: steps x longest, the class whose entering may not come from itself.
        source: steps x longest x 2, the class before (-1: a blank) for other classes and for `runner`.
        rests: steps x (1 + longest), -1 where a blank followed a blank, else the class it followed.
    """

    inked: Scores
    blanks: Scores
    stays: NDArray[np.bool_]
    runner: NDArray[np.intp]
    source: NDArray[np.intp]
    rests: NDArray[np.intp]


def _telling_steps(probabilities: Scores) -> NDArray[np.intp]:
    """Steps to search: of each run of certain blanks one is enough."""
    certain = probabilities[:, 0] > 0.9995
    again = np.concatenate(([False], certain[1:] & certain[:-1]))
    return np.flatnonzero(~again)


def _search(log: Scores, longest: int) -> _Search:
    steps, classes = log.shape[0], log.shape[1] - 1
    inked = np.full((longest + 1, classes), _LOW, np.float32)
    blanks = np.full(longest + 1, _LOW, np.float32)
    blanks[0] = 0.0
    stays = np.zeros((steps, longest, classes), bool)
    runner = np.zeros((steps, longest), np.intp)
    source = np.zeros((steps, longest, 2), np.intp)
    rests = np.zeros((steps, longest + 1), np.intp)
    rows = np.arange(longest + 1)
    for t in range(steps):
        first = inked.argmax(axis=1)
        best = inked[rows, first]
        others = inked.copy()
        others[rows, first] = _LOW
        second = others.argmax(axis=1)
        entering = np.maximum(best, blanks)
        # A character that repeats needs a blank between, so its own column takes the runner-up.
        repeating = np.maximum(others[rows, second], blanks)
        runner[t] = first[:-1]
        source[t, :, 0] = np.where(blanks >= best, -1, first)[:-1]
        source[t, :, 1] = np.where(blanks >= others[rows, second], -1, second)[:-1]
        entry = np.repeat(entering[:-1, None], classes, axis=1)
        entry[rows[:-1], first[:-1]] = repeating[:-1]
        stays[t] = inked[1:] >= entry
        rests[t] = np.where(blanks >= best, -1, first)
        blanks = entering + log[t, 0]
        inked[1:] = np.maximum(inked[1:], entry) + log[t, 1:]
    return _Search(inked, blanks, stays, runner, source, rests)


def _trace(search: _Search, length: int) -> tuple[list[int], list[tuple[int, int]]]:
    """Classes (1-based, 0 is the blank) of the best path of that length, and (first, one past last) step of each."""
    state = int(search.inked[length].argmax())
    if search.blanks[length] > search.inked[length, state]:
        state = -1
    row, end = length, 0
    classes: list[int] = []
    spans: list[tuple[int, int]] = []
    for t in range(search.stays.shape[0] - 1, -1, -1):
        if state == -1:
            state = int(search.rests[t, row])
            end = t
            continue
        if not end or (classes and not spans):
            end = t + 1
        if not search.stays[t, row - 1, state]:
            classes.append(state + 1)
            spans.append((t, max(end, t + 1)))
            state = int(search.source[t, row - 1, int(search.runner[t, row - 1] == state)])
            row, end = row - 1, t
    return classes[::-1], spans[::-1]


def _run_end(best: NDArray[np.intp], start: int) -> int:
    end = start + 1
    while end < len(best) and best[end] == best[start]:
        end += 1
    return end


def _decoded(
    probabilities: Scores, alphabet: str, classes: list[int], spans: list[tuple[int, int]], log_probability: float
) -> Decoded:
    characters = []
    for kind, (start, end) in zip(classes, spans, strict=True):
        step = start + int(probabilities[start:end, kind].argmax())
        ranked = [int(k) for k in np.argsort(-probabilities[step, 1:])[: _MOST_ALTERNATIVES + 1] + 1 if k != kind]
        alternatives = tuple(
            (alphabet[k - 1], float(probabilities[step, k]))
            for k in ranked[:_MOST_ALTERNATIVES]
            if probabilities[step, k] >= _LEAST_PROBABILITY
        )
        probability = min(float(probabilities[step, kind]), 1.0)
        characters.append(Character(alphabet[kind - 1], probability, alternatives))
    return Decoded(tuple(characters), log_probability)
