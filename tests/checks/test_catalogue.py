from __future__ import annotations

import re
from pathlib import Path

import pytest

from checks.base import DocumentCheck
from checks.catalogue import CATALOGUE, catalogue
from checks.page import SECTIONS, case_summaries, page, sections
from checks.precisions import Precision
from checks.registry import ALL_CHECKS, FAMILIES, UnknownCode, by_code
from checks.rows import RowCheck
from tests.checks.cases import KINDS, paths

MODULES = Path(__file__).parents[2] / "checks"
#: Words that accuse a person or a document; a check says what is seen.
ACCUSING = re.compile(
    r"fraud|forge|fake|criminal|suspect|suspicio|guilt|reject|illegal|culprit|cheat|liar|crook|corrupt|bogus|sham", re.I
)

Check = DocumentCheck | RowCheck

every = pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.code)


def words(text: str) -> str:
    return " ".join(text.split()).lower()


def test_codes_are_unique() -> None:
    codes = [check.code for check in ALL_CHECKS]
    assert len(set(codes)) == len(codes)
    assert codes == sorted(codes, key=lambda code: (list(FAMILIES).index(code[:3]), code))


def test_names_are_unique_within_a_family() -> None:
    names = [(check.family, check.name) for check in ALL_CHECKS]
    assert len(set(names)) == len(names)


@every
def test_code_family_and_module_go_together(check: Check) -> None:
    assert re.fullmatch(r"[A-Z]{3}[1-9][0-9]{2}", check.code)
    assert check.family in FAMILIES
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", check.name)
    module = f"checks.{check.family.lower()}.{check.code.lower()}_{check.name.replace('-', '_')}"
    assert check.module == module


@every
def test_the_page_is_complete_and_in_order(check: Check) -> None:
    assert check.page.splitlines()[0].endswith(f" ({check.code}).")
    assert check.title
    assert tuple(sections(check)) == SECTIONS


@every
def test_the_page_names_every_innocent_cause_and_the_source(check: Check) -> None:
    assert check.innocent
    text = sections(check)
    for cause in check.innocent:
        assert words(cause) in words(text["What else it can be"])
    assert words(check.next_check).rstrip(".") in words(text["What to check next"])
    assert words(check.source).rstrip(".") in words(text["Source"])


@every
def test_nothing_accuses(check: Check) -> None:
    for text in (check.name, check.title, check.next_check, *check.innocent):
        assert not ACCUSING.search(text)
    assert not re.search(r"fraudster|rejected", check.page, re.I)


@every
def test_only_a_sign_of_protection_speaks_of_a_victim(check: Check) -> None:
    # A card in screening must not tell the desk, or the holder across it, what the protection desk looks for.
    said = " ".join((check.name, check.title, check.next_check, *check.innocent))
    assert check.protection or not re.search(r"victim|protection|traffick", said, re.I)


@every
def test_the_four_kinds_of_case_are_there(check: Check) -> None:
    names = [case.name for case in case_summaries(check.code)]
    assert {next(kind for kind in KINDS if name.startswith(f"{kind}-")) for name in names} == set(KINDS)


def test_every_case_belongs_to_a_check() -> None:
    assert {path.parent.name for path in paths()} <= {check.code for check in ALL_CHECKS}


def test_every_module_is_listed_and_every_listed_one_exists() -> None:
    files = {path.stem for path in MODULES.glob("*/[a-z][a-z][a-z][1-9][0-9][0-9]_*.py")}
    assert files == {check.module.rpartition(".")[2] for check in ALL_CHECKS}


def test_the_catalogue_is_fresh() -> None:
    assert CATALOGUE.read_text(encoding="utf-8") == catalogue(), "run: python -m checks.catalogue"


@every
def test_the_page_shows_what_a_reader_asks_for(check: Check) -> None:
    text = page(check, case_summaries(check.code))
    for wanted in (check.code, check.title, check.name, check.hypothesis.value, check.strength.label, "not measured"):
        assert wanted in text
    assert "flag-benign-" in text
    assert "75.0% of 8 findings" in page(check, (), Precision(0.75, 8))


def test_codes_are_found_whatever_their_case_and_unknown_ones_say_what_there_is() -> None:
    assert by_code(" dat101 ").code == "DAT101"
    with pytest.raises(UnknownCode, match=r"no check DAT999; there are DAT101, .*"):
        by_code("DAT999")
    with pytest.raises(
        KeyError, match="no check NONSENSE; there are QLT, MRZ, XZN, DAT, LAY, LNK, DUP, REG, SEQ, PRC, OFR, EMP, OFF"
    ):
        by_code("nonsense")
