"""A check: its declaration, what it yields, and the runner that stamps the rest.

A rule is a pure function `(facts, context) -> Iterator[Found]`. The runner decides not-applicable (a need was not
read), turns an exception into an `error` outcome, and stamps code, version, strength, legibility, cause key and
evidence into each Finding.
"""

from __future__ import annotations

import datetime as dt
import inspect
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.reference.policy import Policies, PolicyPack
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import AnyFact, AnyKey, Facts
from pipeline.types.findings import Finding, Hypothesis, Outcome, OutcomeKind, PageEvidence, Strength
from pipeline.types.keys import DOC_KIND
from pipeline.types.problems import Problem
from pipeline.types.values import shown

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a rule may know beside the readings.

    Attributes:
        policy: the law as lists of intervals, by state; a rule asks `law`.
        thresholds: settings of `[checks.CODE]`, by code and name.
        specimen_run: demo, benchmark or test, where UTO and SPECIMEN are expected.
        register: whether the ministry's register is at hand.
        problems: what kept the reading stages from looking.
        linked_ids: document id of each linked document, by the key prefix under which its facts stand.
    """

    today: dt.date
    policy: Policies
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    specimen_run: bool = False
    register: bool = False
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


class NotApplicable(Exception):
    """Raised by a rule when a need was read but is of a kind it cannot judge; the message is the reason."""


Rule = Callable[[Facts, Context], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """Declaration of a check on one document.

    Attributes:
        code: family and three digits, never reused.
        name: kebab-case, what is seen; no accusing word.
        version: raise it when results change.
        needs: readings without which it is not applicable.
        kinds: kinds of document it applies to; empty means all.
        innocent: causes that are nobody's fault, at least one.
        next_check: the cheapest next step a person can take.
        source: clause, statute or public case.
        protection: a sign that the holder may be a victim; it goes to the protection desk.
        thresholds: names of the limits that settings may change under `[checks.CODE]`.
    """

    code: str
    name: str
    version: int
    strength: Strength
    hypothesis: Hypothesis
    needs: tuple[AnyKey, ...]
    innocent: tuple[str, ...]
    next_check: str
    source: str
    rule: Rule
    kinds: frozenset[DocumentKind] = frozenset()
    protection: bool = False
    thresholds: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """The three letters of the code."""
        return self.code[:3]

    @property
    def page(self) -> str:
        """The module's docstring: the check's page."""
        return inspect.cleandoc(sys.modules[self.rule.__module__].__doc__ or "")

    @property
    def title(self) -> str:
        """First line of the page without the code."""
        return self.page.partition("\n")[0].removesuffix(".").removesuffix(f"({self.code})").strip()


def field_of(key: str) -> str:
    """The field a key is about: `mrz.check.expiry` and `viz.expiry_date` are both `expiry_date`."""
    last = key.rpartition(".")[2].removesuffix("_text")
    return {"number": "document_number", "expiry": "expiry_date", "optional": "personal_number"}.get(last, last)


def run(check: DocumentCheck, facts: Facts, context: Context, precision: float | None = None) -> Outcome:
    """Run one check on one document's readings."""
    reason = _not_applicable(check, facts)
    if reason:
        return Outcome(check.code, check.version, OutcomeKind.NOT_APPLICABLE, reason=reason)
    try:
        found = tuple(check.rule(facts, context))
        findings = tuple(_stamp(check, one, context, precision) for one in found)
    except NotApplicable as why:
        return Outcome(check.code, check.version, OutcomeKind.NOT_APPLICABLE, reason=str(why))
    except Exception as error:  # a rule that breaks is our fault and must not stop the run
        log.exception("check %s failed", check.code)
        return Outcome(check.code, check.version, OutcomeKind.ERROR, reason=type(error).__name__)
    kind = OutcomeKind.FLAG if findings else OutcomeKind.CLEAR
    return Outcome(check.code, check.version, kind, findings)


def _not_applicable(check: DocumentCheck, facts: Facts) -> str:
    kind = facts.find(DOC_KIND)
    if check.kinds and (kind is None or DocumentKind(kind.value) not in check.kinds):
        return f"not for this kind of document: {kind.value if kind else 'unknown'}"
    missing = [key.name for key in check.needs if facts.find(key) is None]
    return f"not read: {', '.join(missing)}" if missing else ""


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
        evidence=tuple(_evidence(fact, context) for fact in found.facts),
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
