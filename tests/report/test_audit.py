"""The files of an audit: their fields, who may read them, and that nothing in them runs."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from flows.audit_output import write_audit
from pipeline.errors import UsageError
from pipeline.report import audit_folder
from pipeline.report.audit_html import write_audit_html
from pipeline.report.audit_pictures import around_svg, funnel_svg, hours_svg, months_svg
from pipeline.report.control_sample_csv import control_sample
from pipeline.report.leads_jsonl import as_contract
from tests.audit.made_up import office
from tests.report.audit_made_up import FORMULA, HOSTILE, lead, report

#: Fields of a lead as DESIGN section 4 has them, in its order.
FIELDS = (
    *(
        "code",
        "subject",
        "office",
        "window",
        "window_between",
        "observed",
        "expected",
        "ratio",
        "interval",
        "q",
        "posterior",
        "band",
    ),
    *("permits", "innocent_causes_tried", "status"),
)


def page(**changed: object) -> str:
    file = io.StringIO()
    write_audit_html(file, replace(report(), **changed), None)  # type: ignore[arg-type]
    return file.getvalue()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(name="out", scope="module")
def _out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("audit") / "out"
    write_audit(out, report(), "SPECIMEN")
    return out


def test_the_folder_is_for_its_owner_alone(out: Path) -> None:
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {path.name for path in out.iterdir()} == set(audit_folder.NAMES)
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}


def test_a_lead_has_the_fields_of_the_contract(out: Path) -> None:
    (line,) = (out / "leads.jsonl").read_text().splitlines()
    told = json.loads(line)
    assert tuple(told) == FIELDS
    assert told["subject"] == {"officer": "OF-1", "agency": HOSTILE}
    assert told["window"] == ["2025-01-01", "2025-06-30"]
    assert told["window_between"] == [["2025-01-01", "2025-01-01"], ["2025-06-16", "2025-07-06"]]
    assert (told["band"], told["status"], told["interval"]) == ("very likely", "new", [2.18, 20.48])
    assert told["innocent_causes_tried"][0]["cause"] == "specialised desk"


def test_a_ratio_to_nothing_is_null_and_no_invalid_json() -> None:
    told = as_contract(lead((), expected=0.0, ratio=float("inf"), interval=(1.0, float("inf"))))
    assert (told["ratio"], told["interval"]) == (None, [1.0, None])


def test_the_permits_of_a_lead_can_be_counted_by_hand(out: Path) -> None:
    listed = rows(out / "lead_permits.csv")
    assert len(listed) == 4
    assert {row["stratum"] for row in listed} == {"work-permit/counter/CARE WORK"}
    assert {(row["lead"], row["code"], row["officer_id"], row["flagged_by"]) for row in listed} == {
        ("1", "OFF101", "OF-1", "PRC105")
    }


def test_nothing_in_a_table_is_a_formula(tmp_path: Path) -> None:
    groups: list[dict[str, object]] = [{"officer_id": "OF-1", "agency_id": FORMULA, "permits": 5, "events": 5}]
    exposure, _ = office(groups)
    made = report((lead(tuple(exposure["permit_number"]), office="@office"),), groups)
    write_audit(tmp_path / "out", replace(made, sample=made.sample.with_columns(stratum=pl.lit(FORMULA))), None)
    for name in ("lead_permits.csv", "control_sample.csv", "identity_conflicts.csv"):
        text = (tmp_path / "out" / name).read_text()
        assert FORMULA in text
        assert not re.search(r'"[=+@-]', text)


def test_totals_name_nobody(out: Path) -> None:
    text = (out / "audit.json").read_text()
    told = json.loads(text)
    assert told["leads"] == {
        "total": 1, "new": 1, "persisting": 0, "since": None, "bands": {"very likely": 1}, "codes": {"OFF101": 1},
    }  # fmt: skip
    assert (told["tests"], told["fdr"], told["overdispersion"]) == (12, 0.1, {"OFF101": 0.25})
    assert told["coverage"] == {"no agency": 3, "permit number again": 1}
    assert told["not_assessed"][0]["code"] == "OFF102"
    assert told["week_by_week"] == {"charts": 40, "weeks": 52, "above_at_the_end": 1, "expected_by_chance": 0.4}
    assert told["assignment_log"] == {
        "applications": 900,
        "questions": {
            "assigned": {"tests": 70, "above": 1, "dispersion": 1.5},
            "out of turn": {"tests": 60, "above": 0, "dispersion": 1.0},
        },
    }
    assert HOSTILE not in text and "OF-8" not in text
    assert "OF-1" not in text and "WP-" not in text


def test_the_page_says_first_what_was_assessed() -> None:
    text = page()
    places = [text.index(f'id="{name}"') for name in ("assessed", "leads", "lead-1", "funnels", "months")]
    assert places == sorted(places)
    assert "Not assessed" in text[: places[1]]


def test_the_page_shows_every_number_of_a_lead_and_what_was_tried() -> None:
    text = page()
    for told in ("0.50", "8.00", "2.18 to 20.48", "2025-01-01 to 2025-06-30", "0.013", "0.94, very likely"):
        assert told in text
    assert "the register has no desks" in text
    assert "Take five of the permits; and bring what was missing to try: specialised desk." in text
    assert "WP-000004" in text
    assert "7.50" in text and "0.002" in text  # the pair above the assignment


def test_the_page_says_when_in_words_and_what_was_noted() -> None:
    text = page()
    assert "It may begin on 2025-01-01 and end between 2025-06-16 and 2025-07-06" in text
    assert "not assessed: the register does not say" in text and "no evidence by itself" in text
    untold = page(leads=(lead((), window_between=None, noted=()),))
    assert "It may begin" not in untold and "Noted on its time" not in untold


def test_charts_stand_beside_how_many_chance_gives_and_the_caution() -> None:
    text = page()
    assert "By chance 0.4 of these charts would stand above their limit in the last week; 1 do." in text
    assert "signals once in 100 years" in text
    assert "more than 15 % false alarms" in text and "3.3 % of innocent practitioners" in text
    assert "OF-7" in text and "2025-12-22" in text and "6.50" in text
    none = replace(report().monitored, standing=report().monitored.standing.clear())
    assert "None stands above its limit." in page(monitored=none)
    assert "No chart could be kept" in page(monitored=type(none)())


def test_the_assignment_log_says_first_what_could_not_be_asked_and_how_many_tests_there_were() -> None:
    text = page()
    section = text[text.index('id="log"') : text.index('id="weeks"')]
    assert "over its 130 tests" in section and "1 of 70 tests" in section
    assert section.index("taken over (not in the log: decided_by)") < section.index("OF-8")
    assert "11.75" in section and "assigned to the officer" in section


def test_the_page_opens_offline_and_runs_nothing() -> None:
    text = page()
    assert HOSTILE not in text and "&lt;script&gt;" in text
    assert not re.search(r"<script|javascript:|<iframe|@import|url\(|<link", text, re.I)
    addresses = set(re.findall(r'(?:href|src)="([^"]*)"', text))
    assert all(address.startswith("#") for address in addresses)
    assert set(re.findall(r'https?://[^"\s<]*', text)) <= {"http://www.w3.org/2000/svg"}


class _Order(HTMLParser):
    """Names of pictures and tables, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("svg", "table") and ("viewbox" in dict(attrs) or tag == "table"):
            self.found.append(tag)


def test_a_table_stands_under_every_picture() -> None:
    order = _Order()
    order.feed(page())
    assert order.found.count("svg") == 4
    assert all(order.found[at + 1] == "table" for at, tag in enumerate(order.found) if tag == "svg")


class _Wide(HTMLParser):
    """Class of each table with the number of its columns."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append((dict(attrs).get("class") or "", 0))
        elif tag == "th" and self.tables:
            name, columns = self.tables[-1]
            self.tables[-1] = (name, columns + 1)


def test_a_table_of_all_hours_is_no_wider_than_its_page() -> None:
    wide = _Wide()
    wide.feed(page())
    assert [name for name, columns in wide.tables if columns > 20] == ["rows small hours"]
    assert ".hours { table-layout: fixed; }" in page()


def test_each_lead_is_a_sheet_of_its_own_with_all_that_it_needs() -> None:
    text = page()
    sheet = text[text.index('<article class="lead"') : text.index("</article>")]
    for told in (
        *("Lead 1 of 1", "0123456789abcdef", "f" * 64, "10%", "What was assessed"),
        *(
            "It is no finding about a person",
            "work-permit/counter at 01",
            "What would clear it next",
            "permits behind it",
        ),
        *("two people, neither of office 01", "closed because"),
    ):
        assert told in sheet


def test_what_was_judged_and_hardly_seen_is_said_among_the_assessed() -> None:
    text = page(too_little={"OFF119": "no permit flagged"})
    assessed = text[text.index("<h3>Assessed") : text.index('id="leads"')]
    assert "too little for a test" in assessed and "no permit flagged" in assessed
    assert "too little for a test" not in page()


def test_small_offices_and_units_are_not_drawn_by_themselves() -> None:
    groups: list[dict[str, object]] = [{"office_id": "01", "permits": 40}, {"office_id": "02-SMALL", "permits": 29}]
    file = io.StringIO()
    write_audit_html(file, report((), groups), None)
    months = file.getvalue()[file.getvalue().index('id="months"') :]
    assert "02-SMALL" not in months and "office 01, 2025-" in months
    assert "Offices with fewer than 30 permits are not shown by themselves: 1." in months
    funnel = report().funnels["OFF101"].with_columns(n=pl.Series([4, 80]))
    funnels = page(funnels={"OFF101": funnel})
    assert "those with fewer than 5 permits are not drawn: 1" in funnels
    assert "OF-1, office 01" not in funnels and "OF-2, office 01" in funnels


def test_the_page_tells_of_identities_what_was_asked_and_what_was_not() -> None:
    text = page()
    assert "identity_conflicts.csv: 1" in text and "one photograph, two identities" in text
    assert "Not assessed: linkage: &lt;script&gt;" in text
    assert "2: the holders are twins" in text


def test_scans_stand_beside_a_lead_and_out_of_its_numbers() -> None:
    text = page()
    assert "Of the 4 permits behind this lead, 1 were screened" in text
    assert "which scans come in is no random choice" in text
    assert "doc-1" in text and "LNK101" in text and "doc-2" not in text
    none = replace(report().beside, scans=())
    assert "0 were screened: nothing is known" in page(beside=none)


def test_what_holders_share_stands_by_its_weight() -> None:
    text = page()
    assert "12.5" in text and "shared phone 12 bits" in text


def test_totals_count_identities_and_scans(out: Path) -> None:
    told = json.loads((out / "audit.json").read_text())
    assert told["identities"]["conflicts"] == {"one photograph, two identities": 1}
    assert told["identities"]["explained"] == {"the holders are twins": 2}
    assert told["identities"]["linked_holders"] is None and len(told["identities"]["not_assessed"]) == 1
    assert told["screened"] == {"permits": 2, "behind_leads": 1, "codes": {"LNK101": 1}}
    assert told["names_shown"] is False


def test_names_are_shown_on_request_and_do_not_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_audit(out, replace(report(), names={"OF-1": "=A. PRINTED"}), None)
    assert "=A. PRINTED" in (out / "audit.html").read_text()
    assert rows(out / "names_of_officers.csv") == [
        {"officer_id": "OF-1", "name_as_printed": "'=A. PRINTED", "leads": "1"}
    ]
    assert stat.S_IMODE((out / "names_of_officers.csv").stat().st_mode) == 0o600
    write_audit(out, report(), None)
    assert {path.name for path in out.iterdir()} == set(audit_folder.NAMES)
    assert not [path for path in out.iterdir() if "PRINTED" in path.read_text()]
    assert "no printed name" in page(names={}) and "no printed name" not in page()


@pytest.mark.parametrize("word", ["fraud", "corrupt", "guilty", "suspect", "rank 1", "worst", "top offender"])
def test_the_page_accuses_nobody(word: str) -> None:
    assert word not in page().lower()


def test_an_audit_without_leads_permits_or_funnels_is_a_page_too() -> None:
    empty = report((), [])
    file = io.StringIO()
    write_audit_html(file, replace(empty, period=None, funnels={}, sample=empty.sample.clear()), "SPECIMEN")
    assert "None: nothing stands out" in file.getvalue()
    assert "No indicator has units to compare" in file.getvalue()


def test_cells_of_few_permits_show_no_share() -> None:
    groups: list[dict[str, object]] = [{"officer_id": "OF-1", "permits": 4, "events": 3}]
    file = io.StringIO()
    write_audit_html(file, report((), groups), None)
    assert "3 / 4" not in file.getvalue() and "few" in file.getvalue()
    assert "1 of 4" not in months_svg({("01", "2025-01"): (1, 4)}, ["01"], ["2025-01"])


def test_pictures_of_nothing_are_empty() -> None:
    funnel = report().funnels["OFF101"].clear()
    assert not funnel_svg(funnel, "x") and not months_svg({}, [], []) and not around_svg("x", [])
    assert "<svg" in hours_svg({})


def test_the_control_sample_holds_nothing_flagged_and_is_the_same_for_the_same_seed() -> None:
    exposure, flags = office(
        [{"office_id": name, "permits": 50, "events": 10} for name in ("01", "02")]
        + [{"office_id": None, "permits": 9}]
    )
    first = control_sample(exposure, flags["permit_number"], 5, 1)
    assert first["office_id"].value_counts().sort("office_id").rows() == [("01", 5), ("02", 5)]
    assert not set(first["permit_number"]) & set(flags["permit_number"])
    assert first.equals(control_sample(exposure.reverse(), flags["permit_number"], 5, 1))
    assert not first.equals(control_sample(exposure, flags["permit_number"], 5, 2))
    assert control_sample(exposure, flags["permit_number"], 100, 1).height == 80


def test_a_folder_with_other_files_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    mode = tmp_path.stat().st_mode
    with pytest.raises(UsageError, match="holds other files"):
        audit_folder.prepare(tmp_path)
    assert tmp_path.stat().st_mode == mode
    with pytest.raises(UsageError, match="no folder of ours"):
        audit_folder.prepare(tmp_path / "notes.txt")


def test_a_file_takes_its_place_only_when_complete(tmp_path: Path) -> None:
    with audit_folder.created(tmp_path, "audit.json") as file:
        file.write("first")
    with pytest.raises(RuntimeError), audit_folder.created(tmp_path, "audit.json") as file:
        file.write("half")
        raise RuntimeError
    assert (tmp_path / "audit.json").read_text() == "first"
