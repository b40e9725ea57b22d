"""Law and limits as data: policy packs with validity intervals and citations, asked as of a date."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Rule:
    """One provision in force from `valid_from` up to and including `valid_to` (None: open).

    Attributes:
        topic: maximum-validity, minimum-age, maximum-stay, deployment-ban, feasible-minimum, ...
        subject: document kind, permit category or "*" for all of the topic.
        value: the figure, in the unit that the topic's name in the pack states.
        citation: article of the statute.
    """

    topic: str
    subject: str
    value: float
    unit: str
    valid_from: dt.date
    valid_to: dt.date | None
    citation: str


@dataclass(frozen=True, slots=True)
class PolicyPack:
    """All provisions of one state; `version` goes into run.json, `hash` into the keys of stored outcomes."""

    state: str
    version: str
    rules: tuple[Rule, ...]

    def as_of(self, date: dt.date, topic: str, subject: str) -> Rule | None:
        """The provision in force on that date for the subject, else the one for "*", else None."""
        live = [
            rule
            for rule in self.rules
            if rule.topic == topic and rule.valid_from <= date and (rule.valid_to is None or date <= rule.valid_to)
        ]
        for wanted in (subject, "*"):
            for rule in live:
                if rule.subject == wanted:
                    return rule
        return None
