"""A check: its declaration, what it yields, and the runner that stamps the rest.

A rule is a pure function `(facts, context) -> Iterator[Found]`. The runner decides not-applicable (a need was not
read), turns an exception into an `error` outcome, and stamps code, version, strength, legibility, cause key and
evidence into each Finding.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from checks.declaration import Declaration
from checks.declaration import NotApplicable as NotApplicable
from checks.registered import standing
from pipeline.errors import place_of
from pipeline.reference.policy import Policies, PolicyPack
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import AnyFact, AnyKey, Facts
from pipeline.types.findings import (
    NO_MRZ_ON_LAYOUT,
    OTHER_KIND,
    Finding,
    Hypothesis,
    Outcome,
    OutcomeKind,
    PageEvidence,
    RowEvidence,
    Strength,
)
from pipeline.types.keys import DOC_KIND, DOC_TEMPLATE
from pipeline.types.keys import field_of as field_of
from pipeline.types.problems import Problem
from pipeline.types.register import RegisterMatch
from pipeline.types.values import shown

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a rule may know beside the readings.

    Attributes:
        policy: the law as lists of intervals, by state; a rule asks `law`.
        thresholds: settings of `[checks.CODE]`, by code and name.
        specimen_run: demo, benchmark or test, where UTO and SPECIMEN are expected.
        register: what the issuing ministry's register says of the document; None without a register.
        problems: what kept the reading stages from looking.
        linked_ids: document id of each linked document, by the key prefix under which its facts stand.
    """

    today: dt.date
    policy: Policies
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    specimen_run: bool = False
    register: RegisterMatch | None = None
    problems: tuple[Problem, ...] = ()
    linked_ids: Mapping[str, str] = field(default_factory=dict)

    def threshold(self, code: str, name: str, default: float) -> float:
        """A limit of a check: the settings' value, else the module's own constant."""
        return self.thresholds.get(code, {}).get(name, default)

    def law(self, facts: Facts) -> PolicyPack:
        """The law of the state that issued the document; ask it as of the day of issue.

        Raises:
            NotApplicable: where no pack of that state is at hand; another state's law says nothing about it.
        """
        pack = self.policy.of(facts)
        if pack is None:
            raise NotApplicable("no policy pack for this state")
        return pack


@dataclass(frozen=True, slots=True)
class Found:
    """One irregularity, as a rule yields it.

    Attributes:
        message: what differs, as short words and values; claims no more than the evidence.
        facts: the readings it rests on, the one to look at first in front.
        cells: cells of the register it rests on.
        likely_innocent: the innocent cause that these readings themselves point to.
        cause: key shared by findings of one cause; by default the field of the first fact.
        hypothesis: another one than the check's, where the readings say so (a confusable glyph: capture).
        strength: weaker than the check's; the runner never lets it be stronger.
    """

    message: str
    facts: tuple[AnyFact, ...]
    likely_innocent: str | None = None
    cause: str | None = None
    hypothesis: Hypothesis | None = None
    strength: Strength | None = None
    cells: tuple[RowEvidence, ...] = ()


Rule = Callable[[Facts, Context], Iterator[Found]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCheck(Declaration):
    """Declaration of a check on one document.

    Attributes:
        needs: readings without which it is not applicable.
        rule: the rule itself.
        kinds: kinds of document it applies to; empty means all.
    """

    needs: tuple[AnyKey, ...]
    rule: Rule
    kinds: frozenset[DocumentKind] = frozenset()

    @property
    def module(self) -> str:
        """Where its rule stands."""
        return self.rule.__module__


def run(check: DocumentCheck, facts: Facts, context: Context, precision: float | None = None) -> Outcome:
    """Run one check on one document's readings."""
    reason = _not_applicable(check, facts)
    if reason:
        return Outcome(check.code, check.version, OutcomeKind.NOT_APPLICABLE, reason=reason)
    try:
        found = tuple(check.rule(facts, context))
        findings = tuple(
            _stamp(check, _beside_register(check, one, facts, context), context, precision) for one in found
        )
    except NotApplicable as why:
        return Outcome(check.code, check.version, OutcomeKind.NOT_APPLICABLE, reason=str(why))
    except Exception as error:  # a rule that breaks is our fault and must not stop the run
        log.error("check %s failed: %s", check.code, place_of(error))
        return Outcome(check.code, check.version, OutcomeKind.ERROR, reason=type(error).__name__)
    kind = OutcomeKind.FLAG if findings else OutcomeKind.CLEAR
    return Outcome(check.code, check.version, kind, findings)


def _not_applicable(check: DocumentCheck, facts: Facts) -> str:
    kind = facts.find(DOC_KIND)
    if check.kinds and (kind is None or DocumentKind(kind.value) not in check.kinds):
        return f"{OTHER_KIND}: {kind.value if kind else 'unknown'}"
    missing = [key.name for key in check.needs if facts.find(key) is None]
    template = facts.find(DOC_TEMPLATE)
    if template is not None and not template.value.has_mrz and any(name.startswith("mrz.") for name in missing):
        return NO_MRZ_ON_LAYOUT
    return f"not read: {', '.join(missing)}" if missing else ""


def _beside_register(check: DocumentCheck, found: Found, facts: Facts, context: Context) -> Found:
    """What a finding on paper becomes beside the register's row; checks against the register say so themselves."""
    if context.register is None or check.family == "REG" or check.protection:
        return found
    hypothesis = found.hypothesis or check.hypothesis
    strength = min(check.strength, found.strength or check.strength)
    other = standing(hypothesis, strength, found.facts, facts, context.register)
    if other is None:
        return found
    return replace(
        found,
        message=f"{found.message}; {other.note}" if other.note else found.message,
        hypothesis=other.hypothesis,
        strength=other.strength,
        likely_innocent=other.innocent or found.likely_innocent,
    )


def _stamp(check: DocumentCheck, found: Found, context: Context, precision: float | None) -> Finding:
    strength = min(check.strength, found.strength) if found.strength else check.strength
    return Finding(
        code=check.code,
        version=check.version,
        title=check.title,
        message=found.message,
        strength=strength,
        hypothesis=found.hypothesis or check.hypothesis,
        legibility=min((fact.legibility for fact in found.facts), default=0.0),
        evidence=(*(_evidence(fact, context) for fact in found.facts), *found.cells),
        innocent_causes=check.innocent,
        next_check=check.next_check,
        cause=found.cause or field_of(found.facts[0].key),
        protection=check.protection,
        likely_innocent=found.likely_innocent,
        precision=precision,
    )


def _evidence(fact: AnyFact, context: Context) -> PageEvidence:
    prefix = fact.key.partition(".")[0]
    return PageEvidence(fact.key, fact.raw, shown(fact.value), fact.page, fact.box, context.linked_ids.get(prefix))
