from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.reference.policy import TOPICS, Policies, Rule, load_pack, load_policies, shipped
from pipeline.types.boxes import Box
from pipeline.types.facts import AnyFact, Fact, Facts
from pipeline.types.printed import TemplateMatch

UTOPIA = load_pack(shipped())
BOX = Box(0.1, 0.1, 0.2, 0.2)
PACK = """
state = "XOM"
version = "1"
names = ["Order"]

[[rule]]
topic = "minimum-age"
subject = "*"
value = 18
unit = "years"
valid_from = 2000-01-01
citation = "art. 1"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def value(day: str, topic: str, subject: str) -> float | None:
    rule = UTOPIA.as_of(dt.date.fromisoformat(day), topic, subject)
    return None if rule is None else rule.value


def test_utopia_is_complete_and_cites() -> None:
    assert {rule.topic for rule in UTOPIA.rules} == set(TOPICS)
    assert all("Utopia" in rule.citation and "art." in rule.citation for rule in UTOPIA.rules)


@pytest.mark.parametrize(
    ("day", "topic", "subject", "expected"),
    [
        ("2023-12-31", "maximum-validity", "work-permit", 2),
        ("2024-01-01", "maximum-validity", "work-permit", 3),
        ("2024-01-01", "maximum-validity", "passport", 10),
        ("2024-01-01", "maximum-validity", "passport/under-16", 5),
        ("2024-01-01", "maximum-validity", "residence-card", 5),
        ("2024-01-01", "maximum-validity", "visa", None),
        ("2019-12-31", "minimum-age", "DOMESTIC WORK", 18),
        ("2020-01-01", "minimum-age", "DOMESTIC WORK", 25),
        ("2020-01-01", "minimum-age", "ENTERTAINER", 21),
        ("2020-01-01", "minimum-age", "HOSPITALITY", 18),
        ("2023-12-31", "deployment-ban", "DOMESTIC WORK/XCC", None),
        ("2024-01-01", "deployment-ban", "DOMESTIC WORK/XCC", 1),
        ("2024-01-01", "deployment-ban", "DOMESTIC WORK/UTO", None),
        ("2024-01-01", "public-holiday", "08-12", 1),
        ("2024-01-01", "weekend", "sunday", 1),
        ("2024-01-01", "weekend", "friday", None),
        ("2024-01-01", "feasible-minimum", "HOSPITALITY", 24),
        ("2024-01-01", "feasible-minimum", "CARE WORK", 36),
        ("2024-01-01", "feasible-minimum", "*/expedited", 3),
        ("2004-12-31", "feasible-minimum", "HOSPITALITY", None),
        ("2024-01-01", "labour-market-exemption", "DOMESTIC WORK", 1),
        ("2024-01-01", "labour-market-exemption", "*/renewal", 1),
        ("2024-01-01", "labour-market-exemption", "CONSTRUCTION", None),
        ("2024-01-01", "privileged-kind", "service-passport", 1),
        ("2024-01-01", "privileged-kind", "work-permit", None),
        ("2011-12-31", "biometric-check", "work-permit", None),
        ("2012-01-01", "biometric-check", "work-permit", 1),
    ],
)
def test_the_law_in_force_on_a_day(day: str, topic: str, subject: str, expected: float | None) -> None:
    assert value(day, topic, subject) == expected


def test_the_order_of_the_process() -> None:
    steps = [value("2024-01-01", "process-order", step) for step in ("application", "medical", "fee", "issue")]
    assert steps == [1, 2, 3, 4]
    assert value("2004-12-31", "process-order", "labour-market-test") is None
    assert value("2005-01-01", "process-order", "labour-market-test") == 2


@given(st.dates(dt.date(1980, 1, 1), dt.date(2040, 1, 1)), st.sampled_from(UTOPIA.rules))
def test_a_provision_is_given_exactly_while_it_is_in_force(day: dt.date, rule: Rule) -> None:
    assert (UTOPIA.as_of(day, rule.topic, rule.subject) is rule) == rule.in_force(day)


def text(key: str, written: str) -> Fact[str]:
    return Fact(key, written, written, 0, BOX, 0.9, "recorded")


def test_the_issuing_state_is_known_by_code_name_or_template() -> None:
    policies = load_policies()
    template = TemplateMatch("utopia-work-permit", (), 0, (), ())
    known: list[list[AnyFact]] = [
        [text("mrz.issuing_state", "UTO")],
        [text("viz.issuing_state", "Republic of Utopia")],
        [Fact("doc.template", "", template, 0, BOX, 0.9, "recorded")],
    ]
    for facts in known:
        pack = policies.of(Facts(facts))
        assert pack is not None and pack.state == "UTO"
    assert policies.of(Facts([text("mrz.issuing_state", "D<<"), *known[2]])) is None


def test_a_users_pack_stands_beside_the_shipped_one_or_takes_its_place(tmp_path: Path) -> None:
    both = load_policies(write(tmp_path, PACK))
    assert {pack.state for pack in both.packs} == {"UTO", "XOM"}
    assert both.of(Facts([text("viz.issuing_state", "ORDER")])) is not None
    own = load_policies(write(tmp_path, PACK.replace("XOM", "UTO")))
    assert [pack.version for pack in own.packs] == ["1"]
    assert len({load_policies().hash, both.hash, own.hash}) == 3
    assert load_policies().hash == load_policies().hash
    assert Policies(()).version == ""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('state = "XOM"', "", "key state: text expected"),
        ('version = "1"', "version = 1", "key version: text expected"),
        ('names = ["Order"]', "names = [3]", "key names: a list of texts expected"),
        ("[[rule]]", "[[rules]]", "key rules: unknown"),
        ("value = 18", 'value = "18"', "rule 1, key value: a number above 0"),
        ("value = 18", "value = true", "rule 1, key value: a number above 0"),
        ("value = 18", "value = nan", "rule 1, key value: a number above 0"),
        ("minimum-age", "age", "rule 1, key topic: 'age' is none of"),
        ('unit = "years"', 'unit = "months"', "rule 1, key unit: minimum-age is in years"),
        ("2000-01-01", '"2000-01-01"', "rule 1, key valid_from: a date"),
        ("2000-01-01", "2000-01-01T00:00:00", "rule 1, key valid_from: a date"),
        ("2000-01-01", "2000-01-01\nvalid_to = 1999-12-31", "rule 1, key valid_to: before valid_from"),
        ('citation = "art. 1"', 'citation = " "', "rule 1, key citation: text expected"),
        ('citation = "art. 1"', 'citation = "art. 1"\nnote = "x"', "rule 1, key note: unknown"),
        ('state = "XOM"', "state = ", "cannot be read"),
    ],
)
def test_a_faulty_pack_is_refused_by_file_and_key(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(UsageError, match=r"policy pack mine\.toml") as caught:
        load_pack(write(tmp_path, PACK.replace(old, new)))
    assert says in str(caught.value)


def test_two_provisions_at_once_are_refused(tmp_path: Path) -> None:
    rule = PACK[PACK.index("[[rule]]") :]
    with pytest.raises(UsageError, match=r"key valid_from: minimum-age of \* from 2010-01-01"):
        load_pack(write(tmp_path, PACK + rule.replace("2000", "2010")))


def test_a_missing_pack_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.toml cannot be read"):
        load_pack(tmp_path / "nowhere.toml")
