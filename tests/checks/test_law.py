from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from checks.declaration import NotApplicable
from checks.law import law_of
from checks.rows import RowContext
from pipeline.reference.policy import PolicyPack, Rule, load_policies

UTOPIA = load_policies().packs[0]
DAY = pl.col("day")


def context(law: PolicyPack | None = UTOPIA) -> RowContext:
    return RowContext(dt.date(2026, 11, 23), law, frozenset())


def rows(*pairs: tuple[str | None, str | None]) -> pl.LazyFrame:
    schema = {"category": pl.String(), "channel": pl.String()}
    return pl.LazyFrame(pairs, schema=schema, orient="row").with_columns(day=dt.date(2024, 3, 1))


def test_the_first_subject_with_a_provision_goes_before_the_next_and_all_before_the_general_one() -> None:
    frame = rows(("CARE WORK", "counter"), ("CARE WORK", "renewal"), ("HOSPITALITY", "post"), (None, None))
    subjects = (pl.format("*/{}", pl.col("channel")), pl.col("category"))
    values = law_of(frame, context(), "feasible-minimum", subjects, DAY).collect()["law_value"].to_list()
    assert values == [36, 1, 24, 24]


@pytest.mark.parametrize("rule", UTOPIA.rules, ids=lambda rule: f"{rule.topic}-{rule.subject}-{rule.valid_from}")
def test_a_column_says_what_the_pack_says(rule: Rule) -> None:
    days = [rule.valid_from - dt.timedelta(1), rule.valid_from, rule.valid_to or dt.date(2026, 1, 1)]
    frame = pl.LazyFrame({"day": [*days, days[-1] + dt.timedelta(1)]})
    found = law_of(frame, context(), rule.topic, rule.subject, DAY).collect()
    for day, value, citation in zip(found["day"], found["law_value"], found["law_citation"], strict=True):
        expected = UTOPIA.as_of(day, rule.topic, rule.subject)
        assert (value, citation) == ((expected.value, expected.citation) if expected else (None, None))


def test_without_law_or_topic_the_check_has_no_ground() -> None:
    with pytest.raises(NotApplicable, match="no policy pack"):
        law_of(rows(), context(None), "minimum-age", "*", DAY)
    bare = PolicyPack("XOM", "1", ())
    with pytest.raises(NotApplicable, match="says nothing of minimum-age"):
        law_of(rows(), context(bare), "minimum-age", "*", DAY)
    found = law_of(rows(("CARE WORK", "")), context(bare), "minimum-age", "*", DAY, required=False).collect()
    assert found["law_value"].to_list() == [None]
