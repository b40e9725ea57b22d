from __future__ import annotations

import csv
import io
import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.case_lines import case_line
from pipeline.report.cells import cell
from pipeline.report.findings_csv import COLUMNS, FindingsCsv
from pipeline.report.names_csv import NamesCsv
from pipeline.report.run_json import write_run_json
from pipeline.types.findings import Case, Hypothesis, Light
from tests.report.made_up import blurred, case, finding, reading, row, summary


def rows_of(*cases: Case) -> list[dict[str, str]]:
    buffer = io.StringIO(newline="")
    writer = FindingsCsv(buffer)
    for one in cases:
        writer.add(one)
    buffer.seek(0)
    return list(csv.DictReader(buffer))


def test_run_json_has_the_contract_and_adds_up(tmp_path: Path) -> None:
    data = json.loads(write_run_json(tmp_path / "new", summary()).read_text())
    assert list(data) == [
        "run_id",
        "started",
        "finished",
        "versions",
        "register_hash",
        "today",
        "found",
        "read",
        "partial",
        "unreadable",
        "duplicates",
        "problems",
        "checks",
        "cases",
        "assessed",
    ]
    assert data["found"] == 7 == data["read"] + data["partial"] + data["unreadable"] + data["duplicates"]
    assert data["checks"]["MRZ101"] == {
        "clear": 3,
        "flag": 1,
        "not_applicable": {"not read: mrz.reading": 2},
        "error": 0,
    }
    assert set(data["assessed"]) == {"altered", "irregular_issue"}
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["run.json"]


def test_case_line_has_the_keys_of_the_contract() -> None:
    data = json.loads(case_line(case("d-1", finding(reading(), row()), problems=(blurred(),))))
    assert set(data) == {
        *("document_id", "sha256", "kind", "desk", "lights", "groups", "explanations", "not_assessed", "problems")
    }
    assert [one["hypothesis"] for one in data["explanations"]["weighed"]] == ["altered", "ordinary"]
    assert data["explanations"]["weighed"][0] | {"causes": []} == {
        "hypothesis": "altered",
        "log10_lr": 1.5,
        "band": "moderate",
        "causes": [],
        "named": [],
    }
    assert data["explanations"]["weighed"][1]["band"] == "yardstick"
    assert data["explanations"]["decides"] == {
        "between": ["altered", "ordinary"],
        "cause": "document_number",
        "code": "XZN102",
        "next_check": "look at the page",
    }
    assert data["lights"] == {"altered": "look"}
    group = data["groups"][0]
    assert set(group) == {"cause", "hypotheses", "findings"}
    assert group["hypotheses"] == {"altered": 1.5}
    shown = group["findings"][0]
    assert set(shown) == {
        "code",
        "version",
        "title",
        "message",
        "strength",
        "hypothesis",
        "legibility",
        "evidence",
        "innocent_causes",
        "next_check",
    }
    assert shown["strength"] == "moderate"
    page, cell_ = shown["evidence"]
    assert page == {
        "key": "viz.document_number",
        "raw": "L898902C3",
        "value": "L898902C3",
        "page": 0,
        "box": [0.3, 0.25, 0.5, 0.3],
    }
    assert set(cell_) == {"table", "key", "column", "value", "expected"}
    assert data["not_assessed"] == [{"question": "seal", "reason": "no barcode on the page"}]
    assert set(data["problems"][0]) == {"kind", "stage", "page", "message"}


def test_case_line_carries_the_second_light_where_the_folder_does() -> None:
    one = case("d-1", folder="integrity", irregular_issue=Light.GREY, desk=None)
    data = json.loads(case_line(one))
    assert data["lights"] == {"altered": "look", "irregular_issue": "grey"}
    assert data["groups"] == [] and data["desk"] is None
    assert data["explanations"] == {"weighed": [], "decides": None}


def test_evidence_in_a_linked_document_names_it() -> None:
    linked = finding(reading(), reading(key="passport.viz.document_number", document_id="d-2"))
    own, other = json.loads(case_line(case("d-1", linked)))["groups"][0]["findings"][0]["evidence"]
    assert "document_id" not in own
    assert other["document_id"] == "d-2"


def test_likely_innocent_cause_comes_first() -> None:
    data = json.loads(case_line(case("d-1", finding(likely="renewed document"))))
    assert data["groups"][0]["findings"][0]["innocent_causes"] == ["renewed document", "a worn character"]


def names_in(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for item in value.values() for name in names_in(item)}
    return {name for item in value for name in names_in(item)} if isinstance(value, list) else set()


@pytest.mark.parametrize("hypothesis", list(Hypothesis))
def test_no_field_can_be_used_as_a_decision(hypothesis: Hypothesis) -> None:
    line = case_line(case("d-1", finding(reading(), row(), hypothesis=hypothesis), problems=(blurred(),)))
    for name in names_in(json.loads(line)):
        for word in ("score", "decision", "reject", "fraud", "risk", "verdict"):
            assert word not in name


def test_a_case_line_is_one_line_whatever_was_read() -> None:
    line = case_line(case("d-1", finding(reading("a\nb\u2028c\udc80"))))
    assert len(line.splitlines()) == 1
    assert json.loads(line)["groups"][0]["findings"][0]["evidence"][0]["raw"] == "a\nb\u2028c\udc80"


def test_findings_csv_has_one_row_per_piece_of_evidence() -> None:
    rows = rows_of(case("d-1", finding(reading(), row())), case("d-2"))
    assert list(rows[0]) == list(COLUMNS)
    assert [found["document_id"] for found in rows] == ["d-1", "d-1"]
    assert (rows[0]["page"], rows[0]["box"], rows[0]["value"]) == ("0", "0.30000 0.25000 0.50000 0.30000", "L898902C3")
    assert (rows[0]["table"], rows[0]["column"], rows[0]["expected"]) == ("", "", "")
    assert (rows[1]["table"], rows[1]["key"], rows[1]["column"]) == ("permits", "WP-1", "issued_at")
    assert (rows[1]["value"], rows[1]["expected"]) == ("2024-01-01", "a working day")
    assert rows[0]["strength"] == "moderate" and rows[0]["hypothesis"] == "altered"


def test_no_cell_of_the_findings_is_a_formula() -> None:
    evil = "=CMD()|' /C calc'!A0"
    rows = rows_of(case(evil, finding(reading(evil), title=evil, message="+1\n=2\r\n@3")))
    assert rows[0]["document_id"] == rows[0]["title"] == rows[0]["value"] == "'" + evil
    assert rows[0]["message"] == "'+1 / =2 / @3"


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " =", "\u200b=", "\ufeff@", "\n="]
)
def test_a_cell_that_begins_like_a_formula_is_quoted(start: str) -> None:
    assert cell(f"{start}1").startswith("'")


def test_an_ordinary_cell_is_left_alone() -> None:
    assert cell("ÉRIKSSON A-B=C, 12 %") == "ÉRIKSSON A-B=C, 12 %"
    assert cell(12) == "12"
    assert cell("a; =b") == "a; '=b"


@given(st.text(alphabet=st.characters(), max_size=40))
def test_a_cell_is_one_line_and_no_formula(text: str) -> None:
    shown = cell(text)
    assert len(shown.splitlines()) <= 1
    assert not shown.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not set(shown) & {"\t", "\r", "\n", "\0"}
    shown.encode()


def test_names_are_kept_from_others_and_neutralised(tmp_path: Path) -> None:
    old = tmp_path / "names.csv"
    old.write_text("earlier run")
    old.chmod(0o644)
    with NamesCsv(tmp_path) as names:
        names.add("d-1", "ab" * 32, "=HYPERLINK(1).jpg")
        names.add("d-2", "", os.fsdecode(b"x\xff\n.pdf"))
        assert old.read_text() == "earlier run"
    assert stat.S_IMODE(old.stat().st_mode) == 0o600
    with old.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["document_id", "sha256", "file"]
    assert rows[1][2] == "'=HYPERLINK(1).jpg"
    assert rows[2] == ["d-2", "", "x\\xff / .pdf"]


def test_an_interrupted_run_leaves_the_earlier_names(tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("earlier run")
    with pytest.raises(KeyboardInterrupt), NamesCsv(tmp_path):
        raise KeyboardInterrupt
    assert [path.read_text() for path in tmp_path.iterdir()] == ["earlier run"]
