"""Values of every type that the store keeps, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from pipeline.types.boxes import Box
from pipeline.types.dates import PartialDate
from pipeline.types.documents import DocumentKind, DocumentRecord, PageInfo, Quality, Zone, ZoneKind
from pipeline.types.facts import Alternative, AnyFact, Fact
from pipeline.types.findings import (
    Case,
    Desk,
    Finding,
    Group,
    Hypothesis,
    Light,
    NotAssessed,
    Outcome,
    OutcomeKind,
    PageEvidence,
    RowEvidence,
    Strength,
)
from pipeline.types.mrz import CheckDigit, MrzFormat, MrzReading
from pipeline.types.printed import Duration, FieldQuality, MissingField, TemplateMatch
from pipeline.types.problems import Problem, ProblemKind

#: Lone surrogates, NULs and line separators included: documents hold anything.
text = st.text(max_size=12) | st.sampled_from(["\ud800", "a\x00b", "\u2028", "<script>", "=CMD()"])
share = st.floats(0.0, 1.0)
number = st.floats(allow_nan=False, allow_infinity=False)
boxes = st.builds(
    lambda left, top, wide, high: Box(left, top, left + wide, top + high),
    *(st.floats(0.0, 0.5), st.floats(0.0, 0.5), st.floats(0.01, 0.5), st.floats(0.01, 0.5)),
)
dates = st.builds(PartialDate, st.none() | st.integers(1900, 2100), st.none() | st.integers(1, 12), st.none())
digits = st.builds(CheckDigit, text, text, st.none() | text, st.booleans(), text)
texts = st.lists(text, max_size=3).map(tuple)
mrzs = st.builds(
    MrzReading,
    st.sampled_from(MrzFormat),
    texts,
    texts,
    st.lists(digits, max_size=2).map(tuple),
    share,
    texts,
    st.booleans(),
    texts,
)
qualities = st.builds(Quality, *(st.none() | number for _ in range(6)))
pages = st.builds(
    PageInfo, text, st.integers(0, 9), st.integers(1, 9999), st.integers(1, 9999), qualities, st.integers(0, 3)
)
field_qualities = st.builds(FieldQuality, *(st.none() | number for _ in range(7)))
matches = st.builds(
    TemplateMatch,
    text,
    texts,
    st.integers(0, 9),
    st.lists(st.builds(MissingField, text, st.booleans()), max_size=2).map(tuple),
    st.lists(st.tuples(text, text), max_size=2).map(tuple),
    st.booleans(),
)
durations = st.builds(Duration, *(st.none() | st.integers(0, 99) for _ in range(3)))
values = text | dates | digits | mrzs | pages | field_qualities | matches | durations
alternatives = st.lists(st.builds(Alternative, st.integers(0, 9), text, st.none() | share), max_size=2).map(tuple)
facts: st.SearchStrategy[AnyFact] = st.builds(
    Fact, text, text, values, st.integers(0, 9), boxes, share, text, alternatives, texts
)
problems = st.builds(Problem, st.sampled_from(ProblemKind), text, text, st.none() | st.integers(0, 9))
zones = st.builds(Zone, st.sampled_from(ZoneKind), st.integers(0, 9), boxes)
records = st.builds(
    DocumentRecord,
    document_id=text,
    bundle=text,
    part=st.integers(0, 9),
    kind=st.sampled_from(DocumentKind),
    template=st.none() | text,
    mrz=st.none() | mrzs,
    facts=st.lists(facts, max_size=3).map(tuple),
    zones=st.lists(zones, max_size=2).map(tuple),
    pages=st.lists(pages, max_size=2).map(tuple),
    problems=st.lists(problems, max_size=2).map(tuple),
    seconds=number,
    timings=st.lists(st.tuples(text, number), max_size=2).map(tuple),
)
evidence = st.builds(PageEvidence, text, text, text, st.integers(0, 9), boxes, st.none() | text) | st.builds(
    RowEvidence, text, text, text, text, text
)
findings = st.builds(
    Finding,
    code=text,
    version=st.integers(1, 9),
    title=text,
    message=text,
    strength=st.sampled_from(Strength),
    hypothesis=st.sampled_from(Hypothesis),
    legibility=share,
    evidence=st.lists(evidence, min_size=1, max_size=3).map(tuple),
    innocent_causes=st.lists(text, min_size=1, max_size=2).map(tuple),
    next_check=text,
    cause=st.sampled_from(["birth_date", "holder", "blur-0"]),
    protection=st.booleans(),
    likely_innocent=st.none() | text,
    precision=st.none() | share,
)
outcomes = st.builds(
    Outcome, text, st.integers(1, 9), st.sampled_from(OutcomeKind), st.lists(findings, max_size=2).map(tuple), text
)
groups = st.builds(
    Group,
    text,
    st.lists(st.tuples(st.sampled_from(Hypothesis), number), max_size=2).map(tuple),
    st.lists(findings, max_size=2).map(tuple),
)
cases = st.builds(
    Case,
    document_id=text,
    sha256=texts,
    kind=text,
    folder=st.sampled_from(["screening", "integrity", "protection"]),
    desk=st.none() | st.sampled_from(Desk),
    altered=st.sampled_from(Light),
    irregular_issue=st.none() | st.sampled_from(Light),
    groups=st.lists(groups, max_size=2).map(tuple),
    not_assessed=st.lists(st.builds(NotAssessed, text, text), max_size=2).map(tuple),
    problems=st.lists(problems, max_size=2).map(tuple),
)
