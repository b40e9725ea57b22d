"""Law and limits as data: policy packs with validity intervals and citations, asked as of a date."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.types.facts import Facts
from pipeline.types.keys import DOC_TEMPLATE, MRZ_ISSUING_STATE, VIZ_ISSUING_STATE

#: Every topic a pack may rule on, with the unit of its values. Subjects: a document kind (`passport/under-16` for a
#: passport issued to a child); a permit category; a category and the nationality code of the ban, `CATEGORY/CODE`; a
#: weekday in English; a holiday as `MM-DD`; a step of the process, whose value is its place in the order; for the
#: shortest time from application to issue and for who needs no labour-market test a permit category, a channel as
#: `*/channel`, or both as `CATEGORY/channel`; a document kind that only certain holders may have, or that needs the
#: biometric check.
TOPICS: Mapping[str, str] = {
    "maximum-validity": "years",
    "minimum-age": "years",
    "deployment-ban": "ban",
    "weekend": "day",
    "public-holiday": "day",
    "process-order": "step",
    "feasible-minimum": "hours",
    "labour-market-exemption": "exemption",
    "privileged-kind": "kind",
    "biometric-check": "check",
}

_PACK_KEYS = {"state", "version", "names", "templates", "rule"}
_RULE_KEYS = {"topic", "subject", "value", "unit", "valid_from", "valid_to", "citation"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One provision in force from `valid_from` up to and including `valid_to` (None: open).

    Attributes:
        topic: one of TOPICS.
        subject: what it rules on, or "*" for all of the topic.
        value: the figure, in `unit`.
        citation: article of the statute.
    """

    topic: str
    subject: str
    value: float
    unit: str
    valid_from: dt.date
    valid_to: dt.date | None
    citation: str

    def in_force(self, date: dt.date) -> bool:
        """Whether the provision holds on that date."""
        return self.valid_from <= date and (self.valid_to is None or date <= self.valid_to)


@dataclass(frozen=True, slots=True)
class PolicyPack:
    """All provisions of one state; `version` goes into run.json.

    Attributes:
        state: issuer code as in an MRZ.
        names: how the state is written in the printed zone, in capitals.
        templates: beginnings of the names of templates that only this state uses.
    """

    state: str
    version: str
    rules: tuple[Rule, ...]
    names: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()

    def as_of(self, date: dt.date, topic: str, subject: str) -> Rule | None:
        """The provision in force on that date for the subject, else the one for "*", else None."""
        live = [rule for rule in self.rules if rule.topic == topic and rule.in_force(date)]
        for wanted in (subject, "*"):
            for rule in live:
                if rule.subject == wanted:
                    return rule
        return None


@dataclass(frozen=True, slots=True)
class Policies:
    """The packs at hand, one a state. `hash` goes into the keys of stored outcomes."""

    packs: tuple[PolicyPack, ...]

    @property
    def version(self) -> str:
        """State and version of every pack, `UTO 2026-2`."""
        return ", ".join(f"{pack.state} {pack.version}" for pack in self.packs)

    @property
    def hash(self) -> str:
        """SHA-256 over every provision, hexadecimal."""
        return hashlib.sha256(repr(self.packs).encode()).hexdigest()

    def of(self, facts: Facts) -> PolicyPack | None:
        """The pack of the state that issued the document: by MRZ code, printed name or code, or template."""
        coded, printed, template = (
            facts.find(MRZ_ISSUING_STATE),
            facts.find(VIZ_ISSUING_STATE),
            facts.find(DOC_TEMPLATE),
        )
        for pack in self.packs:
            if coded:
                if coded.value.rstrip("<") == pack.state:
                    return pack
            elif printed:
                if printed.value.strip().upper() in (pack.state, *pack.names):
                    return pack
            elif template and template.value.name.startswith(pack.templates):
                return pack
        return None


def shipped(name: str = "utopia") -> Traversable:
    """A pack that comes with the program."""
    return resources.files("pipeline.reference").joinpath("policy_packs", f"{name}.toml")


def load_policies(extra: Path | None = None) -> Policies:
    """The shipped Utopia pack and, before it, the user's own.

    A user's pack for a state that the shipped one rules on takes its place.

    Raises:
        UsageError: for a pack that cannot be used, naming file and key.
    """
    packs = ([load_pack(extra)] if extra else []) + [load_pack(shipped())]
    return Policies(tuple({pack.state: pack for pack in reversed(packs)}.values()))


def load_pack(source: Traversable | Path) -> PolicyPack:
    """Read one pack.

    Raises:
        UsageError: for a file that cannot be read, an unknown or missing key, a value of the wrong kind, an unknown
            topic, a unit other than the topic's, or two provisions in force at once; names file and key.
    """
    try:
        data = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"policy pack {source.name} cannot be read: {error}") from error
    try:
        return _pack(data)
    except _Fault as fault:
        raise UsageError(f"policy pack {source.name}: {fault}") from fault


class _Fault(ValueError):
    """What is wrong with a pack, and at which key."""


def _pack(data: Mapping[str, Any]) -> PolicyPack:
    _known(data, _PACK_KEYS, "")
    rules = data.get("rule")
    if not isinstance(rules, list) or not rules:
        raise _Fault("key rule: at least one [[rule]] expected")
    pack = PolicyPack(
        state=_text(data, "state", ""),
        version=_text(data, "version", ""),
        rules=tuple(_rule(one, f"rule {number}, ") for number, one in enumerate(rules, start=1)),
        names=tuple(name.upper() for name in _texts(data, "names")),
        templates=_texts(data, "templates"),
    )
    _no_overlap(pack.rules)
    return pack


def _rule(data: object, where: str) -> Rule:
    if not isinstance(data, dict):
        raise _Fault(f"{where}key rule: a table expected")
    _known(data, _RULE_KEYS, where)
    rule = Rule(
        topic=_text(data, "topic", where),
        subject=_text(data, "subject", where),
        value=_number(data, "value", where),
        unit=_text(data, "unit", where),
        valid_from=_date(data, "valid_from", where),
        valid_to=_date(data, "valid_to", where) if "valid_to" in data else None,
        citation=_text(data, "citation", where),
    )
    if rule.topic not in TOPICS:
        raise _Fault(f"{where}key topic: {rule.topic!r} is none of {', '.join(TOPICS)}")
    if rule.unit != TOPICS[rule.topic]:
        raise _Fault(f"{where}key unit: {rule.topic} is in {TOPICS[rule.topic]}, not {rule.unit!r}")
    if rule.valid_to is not None and rule.valid_to < rule.valid_from:
        raise _Fault(f"{where}key valid_to: before valid_from")
    return rule


def _known(data: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in data:
        if key not in known:
            raise _Fault(f"{where}key {key}: unknown; known are {', '.join(sorted(known))}")


def _text(data: Mapping[str, Any], key: str, where: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _Fault(f"{where}key {key}: text expected")
    return value.strip()


def _texts(data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = data.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value.strip() for value in values):
        raise _Fault(f"key {key}: a list of texts expected")
    return tuple(value.strip() for value in values)


def _number(data: Mapping[str, Any], key: str, where: str) -> float:
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1000:
        raise _Fault(f"{where}key {key}: a number above 0 and below 1000 expected")
    return float(value)


def _date(data: Mapping[str, Any], key: str, where: str) -> dt.date:
    value = data.get(key)
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise _Fault(f"{where}key {key}: a date such as 2024-01-01 expected, without quotes")
    return value


def _no_overlap(rules: Iterable[Rule]) -> None:
    ordered = sorted(rules, key=lambda rule: (rule.topic, rule.subject, rule.valid_from))
    for before, after in itertools.pairwise(ordered):
        same = (before.topic, before.subject) == (after.topic, after.subject)
        if same and (before.valid_to is None or before.valid_to >= after.valid_from):
            raise _Fault(
                f"key valid_from: {after.topic} of {after.subject} from {after.valid_from} begins before the one from "
                f"{before.valid_from} ends"
            )
