from __future__ import annotations

import dataclasses
import json
import os
import stat
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import pytest

from pipeline.errors import UsageError
from pipeline.report import report_html
from pipeline.report.folder import FolderWriter
from pipeline.types.findings import Case, Desk, Hypothesis, Light
from pipeline.types.problems import Problem, ProblemKind
from tests.report.made_up import blurred, case, finding, header, images, reading, row, write


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.pieces: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        self.text = "".join(self.pieces)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def links(self) -> list[str]:
        return [value for name, value in self.attributes if name in ("href", "src", "action", "xlink:href")]


EVIL = "<script>alert(1)</script>\"'><img src=https://evil.example/x onerror=alert(1)>"


def evil_case() -> Case:
    found = finding(reading(EVIL), reading(EVIL, key=EVIL), row(), title=EVIL, message=EVIL + "\u202e\x07", likely=EVIL)
    problem = Problem(ProblemKind.BLURRED, "imaging", EVIL, 0)
    return case(EVIL, found, problems=(problem,))


def pages_of(folder: Path) -> Iterator[Page]:
    return map(Page, sorted(folder.glob("*.html")))


def test_everything_that_was_read_is_escaped_and_nothing_points_outside(tmp_path: Path) -> None:
    plain = Problem(ProblemKind.NO_MRZ, "mrz", EVIL, None)
    with FolderWriter(tmp_path, "screening", EVIL, header(), images) as writer:
        writer.add(evil_case())
        writer.add(case(EVIL + "2", desk=Desk.RESCAN, altered=Light.GREY, problems=(plain,)))
        writer.add_unreadable(EVIL, plain)
    folder = tmp_path / "screening"
    for page in pages_of(folder):
        assert "script" not in page.tags
        assert not [name for name, _ in page.attributes if name.startswith("on")]
        assert EVIL in page.text
        for link in page.links():
            assert link.startswith("#") or (folder / link).is_file(), link
        styles = [value for name, value in page.attributes if name == "style"]
        assert not [style for style in styles if "url" in style or "evil" in style]
        policy = [value for name, value in page.attributes if name == "content" and "default-src" in value]
        assert policy and "default-src 'none'" in policy[0] and "script-src" not in policy[0]
    text = Page(folder / "report.html").text
    assert "⟦U+202E⟧⟦U+0007⟧" in text
    css = (folder / "report.html").read_text().partition("</style>")[0]
    assert "evil.example" not in css and "@import" not in css and "url(" not in css


def test_a_case_shows_where_what_and_what_else(tmp_path: Path) -> None:
    found = finding(likely="renewed document")
    folder = write(tmp_path, case("d-1", found), banner="SPECIMENS")
    page = Page(folder / "report.html")
    places = [value for name, value in page.attributes if name == "class" and value == "place"]
    assert len(places) == 1, "two readings in one place have one number"
    assert ("style", "left:30.000%;top:25.000%;width:20.000%;height:5.000%") in page.attributes
    for words in (
        "SPECIMENS",
        "Two numbers differ",
        "XZN102",
        "altered after issue",
        "moderate",
        "log10 1–2",
        "a worn character",
        "Likely here:",
        "look at the page",
        "not measured",
        "0.91",
        "no barcode on the page",
        "no register was given",
        "machine-readable zone",
    ):
        assert words in page.text, words
    assert page.text.index("no register was given") < page.text.index("d-1")
    assert page.text.index("Likely here:") < page.text.index("a worn character")
    html = (folder / "report.html").read_text()
    assert '<mark class="other">3</mark>' in html and '<mark class="other">8</mark>' in html
    assert html.count('loading="lazy"') == html.count("<img ") == 3
    assert [path.suffix for path in (folder / "images").iterdir()] == [".jpg"]
    assert "d-1" not in next((folder / "images").iterdir()).name


def test_no_verdict_no_accusation(tmp_path: Path) -> None:
    for name in ("screening", "integrity", "protection"):
        text = Page(write(tmp_path, folder=name) / "report.html").text.lower()
        for word in ("reject", "fraud", "guilty", "criminal", "suspect", "corrupt", "total score"):
            assert word not in text


def test_evidence_of_a_linked_document_shows_that_page(tmp_path: Path) -> None:
    asked: list[tuple[str, int]] = []

    def seen(document_id: str, page: int) -> bytes | None:
        asked.append((document_id, page))
        return images(document_id, page)

    linked = finding(reading(), reading(key="passport.viz.document_number", document_id="d-2"))
    with FolderWriter(tmp_path, "screening", None, header(), seen) as writer:
        writer.add(case("d-1", linked))
        writer.add(case("d-3", linked))
        writer.add(case("d-4"))
    assert sorted(asked) == [("d-1", 0), ("d-2", 0), ("d-3", 0)], "each page once, none for a case without findings"
    assert "linked document d-2" in Page(tmp_path / "screening" / "report.html").text


@pytest.mark.parametrize("answer", [None, b"", b"no image at all"])
def test_a_page_without_image_still_shows_its_readings(tmp_path: Path, answer: bytes | None) -> None:
    with FolderWriter(tmp_path, "screening", None, header(), lambda document_id, page: answer) as writer:
        writer.add(case("d-1", finding()))
    page = Page(tmp_path / "screening" / "report.html")
    assert "img" not in page.tags
    assert "not at hand" in page.text and "898902C" in page.text


def test_closed_folders_are_for_their_owner_only(tmp_path: Path) -> None:
    irregular = finding(reading(), hypothesis=Hypothesis.IRREGULAR_ISSUE)
    victim = finding(reading(), protection=True)
    light = Light.LOOK
    write(tmp_path, case("d-1", irregular, folder="integrity", irregular_issue=light), folder="integrity")
    write(tmp_path, case("d-1", victim, folder="protection", irregular_issue=light), folder="protection")
    write(tmp_path, case("d-1"))
    for name in ("integrity", "protection"):
        for path in (tmp_path / name, *(tmp_path / name).rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
        assert list((tmp_path / name / "images").iterdir())
    notice = Page(tmp_path / "protection" / "report.html").text
    assert "Nobody named here is accused" in notice and "not to be punished" in notice
    assert "holder" in Page(tmp_path / "integrity" / "report.html").text


@pytest.mark.parametrize(
    "wrong",
    [
        case("d-1", folder="integrity"),
        case("d-1", irregular_issue=Light.GREY),
        case("d-1", finding(hypothesis=Hypothesis.IRREGULAR_ISSUE)),
        case("d-1", finding(protection=True)),
    ],
)
def test_what_concerns_others_never_reaches_screening(tmp_path: Path, wrong: Case) -> None:
    with FolderWriter(tmp_path, "screening", None, header(), images) as writer, pytest.raises(ValueError, match=" "):
        writer.add(wrong)
    folder = tmp_path / "screening"
    assert (folder / "cases.jsonl").read_text() == ""
    everything = "".join(path.read_text() for path in folder.iterdir() if path.is_file())
    for words in ("d-1", "irregular-issue", "Irregularly issued", "integrity", "protection"):
        assert words not in everything


def test_an_empty_run_has_every_file(tmp_path: Path) -> None:
    folder = write(tmp_path)
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["cases.jsonl", "findings.csv", "images", "report.html", "rescan.html"]
    assert "None." in Page(folder / "report.html").text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["screening"]


def test_a_new_run_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    write(tmp_path, case("d-old", finding()))
    folder = write(tmp_path, case("d-new", finding()))
    assert [json.loads(line)["document_id"] for line in (folder / "cases.jsonl").read_text().splitlines()] == ["d-new"]
    assert len(list((folder / "images").iterdir())) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["screening"]


def test_an_interrupted_run_leaves_the_old_folder(tmp_path: Path) -> None:
    folder = write(tmp_path, case("d-old", finding()))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(KeyboardInterrupt), FolderWriter(tmp_path, "screening", None, header(), images) as writer:
        writer.add(case("d-new", finding()))
        assert {path: path.read_bytes() for path in before} == before
        raise KeyboardInterrupt
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["screening"]


def test_what_a_killed_run_left_is_cleared_away(tmp_path: Path) -> None:
    write(tmp_path, case("d-old"))
    (tmp_path / "screening").rename(tmp_path / ".screening.old")
    left = tmp_path / ".screening.new" / "images"
    left.mkdir(parents=True)
    (left / "x.jpg").write_bytes(b"x")
    with pytest.raises(KeyboardInterrupt), FolderWriter(tmp_path, "screening", None, header(), images):
        raise KeyboardInterrupt
    assert "d-old" in (tmp_path / "screening" / "cases.jsonl").read_text()
    write(tmp_path, case("d-new"))
    assert [path.name for path in tmp_path.iterdir()] == ["screening"]
    assert not list((tmp_path / "screening" / "images").iterdir())


@pytest.mark.parametrize("folder", ["integrity", "protection"])
def test_a_folder_that_stood_open_to_all_is_closed_before_anything_is_written(
    tmp_path: Path, folder: Literal["integrity", "protection"]
) -> None:
    left = tmp_path / f".{folder}.new"
    left.mkdir()
    left.chmod(0o777)
    with FolderWriter(tmp_path, folder, None, header(), images):
        assert stat.S_IMODE(left.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o700


def test_a_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = tmp_path / ".integrity.new"
    left.mkdir()
    (left / "planted").touch()
    monkeypatch.setattr(os, "geteuid", lambda: left.stat().st_uid + 1)
    refused = pytest.raises(UsageError, match="another user")
    with refused, FolderWriter(tmp_path, "integrity", None, header(), images):
        pass
    assert (left / "planted").exists()
    assert not (tmp_path / "integrity").exists()


def test_two_runs_do_not_write_into_each_other(tmp_path: Path) -> None:
    with (
        FolderWriter(tmp_path, "screening", None, header(), images),
        pytest.raises(UsageError, match="another run"),
        FolderWriter(tmp_path, "screening", None, header(), images),
    ):
        pass
    assert (tmp_path / "screening" / "report.html").exists()


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "screening").mkdir()
    (tmp_path / "screening" / "letter.txt").write_text("mine")
    with pytest.raises(UsageError, match="other files"):
        write(tmp_path)
    (tmp_path / "integrity").symlink_to(tmp_path / "screening")
    with pytest.raises(UsageError, match="no folder of ours"):
        write(tmp_path, folder="integrity")
    assert (tmp_path / "screening" / "letter.txt").read_text() == "mine"


def test_many_cases_are_split_the_strongest_first(tmp_path: Path) -> None:
    lights = [Light.GREY] * 100 + [Light.LOOK] * 400 + [Light.STRONG] * 100
    cases = [case(f"d-{n:04d}", finding(), altered=light) for n, light in enumerate(lights)]
    folder = write(tmp_path, *cases)
    assert sorted(path.name for path in folder.glob("report*.html")) == ["report-2.html", "report.html"]
    first, second = Page(folder / "report.html"), Page(folder / "report-2.html")
    assert first.tags.count("article") == report_html.PER_PAGE == 500
    assert second.tags.count("article") == 100
    assert "report-2.html" in first.links() and "report.html" in second.links()
    assert first.text.index("d-0500") < first.text.index("d-0100")
    assert "d-0000" in second.text and "d-0000" not in first.text
    for page in (first, second):
        anchors = {value for name, value in page.attributes if name == "id"}
        assert {link[1:] for link in page.links() if link.startswith("#")} <= anchors
    shown = "".join(Page(path).text for path in sorted(folder.glob("report*.html")))
    assert all(one.document_id in shown for one in cases)


def test_long_lists_are_split_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_html, "ROWS_PER_PAGE", 4)
    cases = [case(f"d-{n:02d}", altered=Light.CLEAR, desk=None) for n in range(9)]
    folder = write(tmp_path, *cases)
    pages = [Page(folder / name).text for name in ("report.html", "report-2.html", "report-3.html")]
    assert [sum(one.document_id in text for one in cases) for text in pages] == [4, 4, 1]


def test_not_assessed_is_never_listed_with_the_clear_ones(tmp_path: Path) -> None:
    folder = write(tmp_path, case("d-clear", altered=Light.CLEAR, desk=None), case("d-grey", altered=Light.GREY))
    text = Page(folder / "report.html").text
    order = [
        text.index(words) for words in ("could not be assessed", "d-grey", "Documents without findings", "d-clear")
    ]
    assert order == sorted(order)


def test_the_rescan_list_says_which_page_and_why(tmp_path: Path) -> None:
    soft = case("d-soft", desk=Desk.RESCAN, altered=Light.GREY, problems=(blurred(1), blurred(1), blurred(0)))
    folder = write(tmp_path, soft, case("d-fine", altered=Light.CLEAR, desk=None))
    for name in ("rescan.html", "report.html"):
        page = Page(folder / name)
        assert "edges 6 px wide" in page.text and "lay it flat" in page.text.lower()
    listed = Page(folder / "rescan.html").text
    assert listed.count("d-soft") == 2 and "d-fine" not in listed


def test_unreadable_files_are_listed_by_opaque_id(tmp_path: Path) -> None:
    with FolderWriter(tmp_path, "screening", None, header(), images) as writer:
        writer.add_unreadable("f-17", Problem(ProblemKind.ENCRYPTED, "intake", "the PDF asks for a password"))
    text = Page(tmp_path / "screening" / "report.html").text
    assert "f-17" in text and "Encrypted" in text and "asks for a password" in text


def test_a_withheld_check_s_finding_is_refused_in_screening_whatever_explains_it(tmp_path: Path) -> None:
    softened = case("d-1", finding(code="DAT106", hypothesis=Hypothesis.CLERICAL))
    withheld = frozenset({"DAT106"})
    writer = FolderWriter(tmp_path, "screening", None, header(), images, withheld=withheld)
    with writer, pytest.raises(ValueError, match="does not belong into screening"):
        writer.add(softened)
    assert "DAT106" not in (tmp_path / "screening" / "cases.jsonl").read_text()


def test_explanations_stand_side_by_side_with_what_decides(tmp_path: Path) -> None:
    cells = (row(), dataclasses.replace(row(), table="hours", key="3", column="closes"))
    issue = finding(*cells, code="PRC107", hypothesis=Hypothesis.IRREGULAR_ISSUE, likely="a night desk")
    one = case("d-1", issue, folder="integrity", desk=Desk.INTEGRITY_AUDITOR, irregular_issue=Light.LOOK)
    (page,) = pages_of(write(tmp_path, one, folder="integrity"))
    for words in (
        "What would explain it",
        "issued outside the rules",
        "an ordinary cause",
        "a night desk",
        "yardstick",
    ):
        assert words in page.text
    assert "Decides between issued outside the rules and an ordinary cause" in page.text
    assert "Permits" in page.text and "Hours" in page.text
    assert page.text.count("row of the register") == 1
