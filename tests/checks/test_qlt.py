from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from checks.base import Context, run
from checks.qlt import CHECKS
from pipeline.reference.policy import Policies
from pipeline.types.boxes import Box
from pipeline.types.documents import PageInfo, Quality
from pipeline.types.facts import AnyFact, Fact, Facts
from pipeline.types.findings import Hypothesis, OutcomeKind, Strength
from pipeline.types.printed import FieldQuality
from pipeline.types.problems import Problem, ProblemKind
from tests.checks.cases import document_check

CONTEXT = Context(dt.date(2026, 11, 23), Policies(()))
EMPTY = FieldQuality(None, None, None, None, None, None, None)


def page(number: int, quality: Quality) -> AnyFact:
    info = PageInfo("0" * 64, number, 1600, 1100, quality)
    return Fact(f"page.{number}", "", info, number, Box(0, 0, 1, 1), 1.0, "measured")


def field(name: str, quality: FieldQuality, number: int = 0) -> AnyFact:
    return Fact(f"quality.{name}", "", quality, number, Box(0.1, 0.1, 0.4, 0.2), 1.0, "measured")


measures = st.none() | st.floats(0.0, 50.0)
shares = st.none() | st.floats(0.0, 1.0)


@given(measures, measures, measures, shares, shares)
def test_capture_is_never_held_against_the_document(
    edge: float | None, height: float | None, pitch: float | None, glare: float | None, contrast: float | None
) -> None:
    facts = Facts(
        [
            page(0, Quality(edge, height, pitch, glare, contrast)),
            field("surname", FieldQuality(edge, height, None, glare, contrast, None, None)),
        ]
    )
    for check in CHECKS:
        outcome = run(check, facts, CONTEXT)
        assert outcome.kind is not OutcomeKind.ERROR
        for finding in outcome.findings:
            assert (finding.hypothesis, finding.strength) == (Hypothesis.CAPTURE, Strength.WEAK)


def test_nothing_measured_flags_nothing() -> None:
    facts = Facts([page(0, Quality()), field("surname", EMPTY)])
    kinds = {check.code: run(check, facts, CONTEXT).kind for check in CHECKS}
    assert OutcomeKind.FLAG not in kinds.values()
    assert kinds["QLT103"] is OutcomeKind.NOT_APPLICABLE


def test_every_page_is_looked_at_and_a_page_that_is_blurred_speaks_for_its_fields() -> None:
    blurred = FieldQuality(9.0, None, None, None, None, None, None)
    facts = Facts(
        [
            page(0, Quality(edge_width_px=2.0)),
            page(1, Quality(edge_width_px=8.0)),
            field("surname", blurred, 0),
            field("given_names", blurred, 1),
        ]
    )
    found = run(document_check("QLT102"), facts, CONTEXT).findings
    assert [(finding.evidence[0].key, finding.cause) for finding in found] == [
        ("page.1", "blur-1"),
        ("quality.surname", "blur-0"),
    ]


def test_a_problem_of_reading_the_zone_points_at_its_page() -> None:
    problem = Problem(ProblemKind.PARTIAL_MRZ, "mrz", "not legible enough to claim", 1)
    context = Context(CONTEXT.today, CONTEXT.policy, problems=(problem,))
    (finding,) = run(document_check("QLT105"), Facts([page(0, Quality()), page(1, Quality())]), context).findings
    assert finding.evidence[0].key == "page.1"
