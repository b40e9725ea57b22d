"""Case files of the checks: `fixtures/checks/<CODE>/<kind>-<what>.json`; the format is in the README there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from checks.base import Context, DocumentCheck
from checks.registry import by_code
from pipeline.mrz.digits import check_digits
from pipeline.mrz.parse import format_of, parse
from pipeline.reference.policy import load_policies
from pipeline.reference.register_tables import TABLES
from pipeline.types import keys
from pipeline.types.boxes import Box
from pipeline.types.dates import PartialDate
from pipeline.types.documents import PageInfo, Quality
from pipeline.types.facts import Alternative, AnyFact, Fact, Facts, Key
from pipeline.types.findings import Outcome, PageEvidence, RowEvidence
from pipeline.types.mrz import CheckDigit, MrzFormat, MrzReading
from pipeline.types.printed import Duration, FieldQuality, MissingField, TemplateMatch
from pipeline.types.problems import Problem, ProblemKind
from pipeline.types.register import MatchedBy, RegisterMatch, RegisterRow

FOLDER = Path(__file__).parents[2] / "fixtures" / "checks"

#: The four kinds of case, longest prefix first: `flag-benign-` is no `flag-`.
KINDS = ("flag-benign", "not-applicable", "flag", "clear")

_TOP = {
    *("about", "today", "specimen_run", "thresholds", "problems", "facts", "mrz", "mrz_read", "linked", "register"),
    "expect",
}
_MRZ_READ = {"agreed", "legibility", "alternatives"}
_FACT = {"key", "raw", "value", "page", "box", "legibility", "engine", "alternatives", "repairs"}
_EXPECT = {"outcome", "findings", "evidence", "cells", "hypothesis", "strength", "likely_innocent", "reason"}
_REGISTER = {
    *("by", "reason", "looked_for", "row", "others", "linked", "edits", "tickets", "block", "neighbours"),
    *("last_of_office", "void", "refused", "as_of"),
}
_BY_NAME: dict[str, Key[Any]] = {
    one.name: one for one in (*vars(keys).values(), *keys.VIZ_DATE_TEXTS) if isinstance(one, Key)
}
_PLACE = (0.1, 0.1, 0.5, 0.13)


@dataclass(frozen=True, slots=True)
class CheckCase:
    """One case file.

    Attributes:
        expect: as written in the file; `difference` compares it with an outcome.
    """

    code: str
    name: str
    about: str
    facts: Facts
    context: Context
    expect: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """flag, flag-benign, clear or not-applicable."""
        return next(kind for kind in KINDS if self.name.startswith(f"{kind}-"))

    def difference(self, outcome: Outcome) -> list[str]:
        """What the outcome has other than expected, one line each."""
        findings = outcome.findings
        every = len(findings)
        evidence = [one for finding in findings for one in finding.evidence]
        seen: dict[str, object] = {
            "outcome": outcome.kind.value,
            "findings": every,
            "evidence": list(dict.fromkeys(e.key for e in evidence if isinstance(e, PageEvidence))),
            "cells": list(dict.fromkeys(f"{e.table}.{e.column}" for e in evidence if isinstance(e, RowEvidence))),
            "hypothesis": [finding.hypothesis.value for finding in findings],
            "strength": [finding.strength.label for finding in findings],
            "likely_innocent": [finding.likely_innocent for finding in findings],
            "reason": outcome.reason,
        }
        lines = []
        for name, wanted in self.expect.items():
            per_finding = name in ("hypothesis", "strength", "likely_innocent")
            listed = [wanted] * every if per_finding and not isinstance(wanted, list) else wanted
            if seen[name] != listed:
                lines.append(f"{name}: expected {listed!r}, got {seen[name]!r}")
        return lines


def document_check(code: str) -> DocumentCheck:
    """The document check of that code."""
    check = by_code(code)
    if not isinstance(check, DocumentCheck):
        raise TypeError(f"{code} is a check on rows")
    return check


def paths() -> list[Path]:
    """Every case file, by code and name."""
    return sorted(FOLDER.glob("*/*.json"))


def load(path: Path) -> CheckCase:
    """Read one case file.

    Raises:
        ValueError: for an unknown key or a value that is not of its key's type; names the file.
    """
    try:
        return _case(path, json.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.parent.name}/{path.name}: {error!r}") from error


def _case(path: Path, data: dict[str, Any]) -> CheckCase:
    _only(data, _TOP, "case")
    _only(data["expect"], _EXPECT, "expect")
    if not path.stem.startswith(tuple(f"{kind}-" for kind in KINDS)):
        raise ValueError("the name starts with none of " + ", ".join(KINDS))
    facts = [fact_of(one) for one in data["facts"]]
    if "mrz" in data:
        read = data.get("mrz_read", {})
        _only(read, _MRZ_READ, "mrz_read")
        facts += mrz_facts(tuple(data["mrz"]), **read)
    for prefix, others in data.get("linked", {}).items():
        facts += [_under(prefix, fact_of(one)) for one in others]
    context = Context(
        today=dt.date.fromisoformat(data["today"]),
        policy=load_policies(),
        thresholds=data.get("thresholds", {}),
        specimen_run=data.get("specimen_run", False),
        register=_match(data["register"]) if "register" in data else None,
        problems=tuple(_problem(one) for one in data.get("problems", ())),
        linked_ids={prefix: f"{prefix}-document" for prefix in data.get("linked", {})},
    )
    return CheckCase(path.parent.name, path.stem, data["about"], Facts(facts), context, data["expect"])


def _match(data: Mapping[str, Any]) -> RegisterMatch:
    _only(data, _REGISTER, "register")
    by = MatchedBy(data["by"])
    return RegisterMatch(
        by=by,
        reason=data.get("reason", str(by)),
        looked_for=data.get("looked_for", ""),
        row=_row("permits", data.get("row")),
        others=_rows("permits", data.get("others", ())),
        linked=tuple(row for table, rows in data.get("linked", {}).items() for row in _rows(table, rows)),
        edits=_rows("access_log", data.get("edits", ())),
        tickets=_rows("access_log", data.get("tickets", ())),
        block=_row("blocks", data.get("block")),
        neighbours=_rows("permits", data.get("neighbours", ())),
        last_of_office=data.get("last_of_office", ""),
        void=_row("voids", data.get("void")),
        refused=data.get("refused", False),
        as_of=data.get("as_of", ""),
    )


def _rows(table: str, listed: Sequence[Mapping[str, str]]) -> tuple[RegisterRow, ...]:
    return tuple(row for one in listed if (row := _row(table, one)) is not None)


def _row(table: str, cells: Mapping[str, str] | None) -> RegisterRow | None:
    if cells is None:
        return None
    known = TABLES[table]
    _only(cells, {"row", *(column.name for column in known.columns)}, table)
    key = cells[known.key] if known.key else cells.get("row", "1")
    return RegisterRow(table, key, {column: text for column, text in cells.items() if column != "row"})


def _only(data: Mapping[str, Any], known: set[str], what: str) -> None:
    unknown = set(data) - known
    if unknown:
        raise ValueError(f"unknown in {what}: {', '.join(sorted(unknown))}")


def fact_of(data: Mapping[str, Any]) -> AnyFact:
    """One fact as written in a case file; what is left out takes the defaults of the README."""
    _only(data, _FACT, "fact")
    key = data["key"]
    alternatives = tuple(Alternative(at, character, odds) for at, character, odds in data.get("alternatives", ()))
    return Fact(
        key=key,
        raw=data.get("raw", data["value"] if isinstance(data["value"], str) else ""),
        value=value_of(key, data["value"]),
        page=data.get("page", 0),
        box=Box(*data.get("box", _PLACE)),
        legibility=data.get("legibility", 0.97),
        engine=data.get("engine", "recorded"),
        alternatives=alternatives,
        repairs=tuple(data.get("repairs", ())),
    )


def _under(prefix: str, fact: AnyFact) -> AnyFact:
    return Fact(
        f"{prefix}.{fact.key}",
        fact.raw,
        fact.value,
        fact.page,
        fact.box,
        fact.legibility,
        fact.engine,
        fact.alternatives,
        fact.repairs,
    )


def _problem(data: Mapping[str, Any]) -> Problem:
    return Problem(ProblemKind(data["kind"]), data.get("stage", "mrz"), data["message"], data.get("page"))


def mrz_facts(
    lines: tuple[str, ...],
    *,
    agreed: bool = True,
    legibility: float = 0.97,
    alternatives: Mapping[str, Sequence[tuple[int, str, float]]] = MappingProxyType({}),
) -> list[AnyFact]:
    """Facts of an MRZ given as its lines, as if two engines had read them.

    Args:
        agreed: whether they gave the same lines.
        legibility: of every field.
        alternatives: other readings of single characters, by key.

    Raises:
        ValueError: for lines of no format.
    """
    layout = format_of(lines)
    if layout is None:
        raise ValueError("the lines are of no MRZ format")
    digits = check_digits(layout, lines)
    reading = MrzReading(layout, lines, lines, digits, legibility, ("recorded", "recorded-2"), agreed)
    read: list[tuple[str, str, object]] = [("mrz.reading", "\n".join(lines), reading)]
    read += [(field.key.name, field.raw, field.value) for field in parse(layout, lines)]
    read += [(f"mrz.check.{digit.name}", digit.read, digit) for digit in digits]
    return [
        Fact(
            key,
            raw,
            value,
            0,
            Box(0.05, 0.85, 0.95, 0.95),
            legibility,
            "recorded",
            tuple(Alternative(at, character, odds) for at, character, odds in alternatives.get(key, ())),
        )
        for key, raw, value in read
    ]


def kind_of(key: str) -> type:
    """Type of a key's value.

    Raises:
        ValueError: for a key that pipeline.types.keys does not have.
    """
    if key in _BY_NAME:
        return _BY_NAME[key].kind
    if key.startswith("quality."):
        return FieldQuality
    if key.startswith("page.") and key.removeprefix("page.").isdigit():
        return PageInfo
    raise ValueError(f"unknown key {key}")


def value_of(key: str, value: Any) -> object:  # noqa: ANN401 - JSON
    """A JSON value as the type of its key: text, ISO date, ISO duration, or an object's attributes."""
    kind = kind_of(key)
    if kind is str:
        if not isinstance(value, str):
            raise ValueError(f"{key} is text")
        return value
    if kind is PartialDate:
        return PartialDate.from_iso(value)
    if kind is FieldQuality:
        return FieldQuality(**{name: value.get(name) for name in FieldQuality.__dataclass_fields__})
    return _BUILD[kind](value)


def _duration(value: Mapping[str, int]) -> Duration:
    return Duration(value.get("years"), value.get("months"), value.get("days"))


def _check_digit(value: Mapping[str, Any]) -> CheckDigit:
    return CheckDigit(**value)


def _page_info(value: Mapping[str, Any]) -> PageInfo:
    plain: dict[str, Any] = {"scan_sha256": "0" * 64, "scan_page": 0, **value}
    return PageInfo(**plain | {"quality": Quality(**value.get("quality", {}))})


def _template(value: Mapping[str, Any]) -> TemplateMatch:
    return TemplateMatch(
        name=value["name"],
        labels_found=tuple(value.get("labels_found", ())),
        labels_expected=value.get("labels_expected", 0),
        missing=tuple(MissingField(**one) for one in value.get("missing", ())),
        misspelt=tuple((expected, seen) for expected, seen in value.get("misspelt", ())),
        has_mrz=value.get("has_mrz", True),
    )


def _reading(value: Mapping[str, Any]) -> MrzReading:
    return MrzReading(
        format=MrzFormat(value["format"]),
        lines=tuple(value["lines"]),
        raw_lines=tuple(value.get("raw_lines", value["lines"])),
        check_digits=tuple(CheckDigit(**one) for one in value.get("check_digits", ())),
        confidence=value.get("confidence", 0.97),
        engines=tuple(value.get("engines", ("recorded", "recorded-2"))),
        agreed=value.get("agreed", True),
        repairs=tuple(value.get("repairs", ())),
    )


_BUILD = {
    Duration: _duration,
    CheckDigit: _check_digit,
    PageInfo: _page_info,
    TemplateMatch: _template,
    MrzReading: _reading,
}
