from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.intake.find import Input, Unfit, find_files
from pipeline.settings import Intake
from pipeline.types.problems import ProblemKind
from tests.faults.hostile_files import sound
from tests.traced_peak import traced_peaks

LIMITS = Intake()


def touch(path: Path, data: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def find(*paths: Path) -> list[Input | Unfit]:
    return list(find_files(paths, LIMITS))


def inputs(*paths: Path) -> dict[str, Input]:
    return {found.path.name: found for found in find(*paths) if isinstance(found, Input)}


def kinds(found: list[Input | Unfit]) -> list[ProblemKind]:
    return [one.problem.kind for one in found if isinstance(one, Unfit)]


def test_files_of_one_sub_folder_share_a_bundle_and_loose_files_do_not(tmp_path: Path) -> None:
    for name in ("a/1.jpg", "a/2.jpg", "b/3.jpg", "b/deep/4.jpg", "5.jpg", "6.jpg"):
        touch(tmp_path / name)
    found = inputs(tmp_path)
    assert list(found) == ["5.jpg", "6.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg"]
    assert found["1.jpg"].bundle == found["2.jpg"].bundle
    assert len({one.bundle for one in found.values()}) == 5


def test_bundles_are_opaque_and_the_same_each_time(tmp_path: Path) -> None:
    touch(tmp_path / "Kestrel Ann" / "1.jpg")
    first, second = inputs(tmp_path)["1.jpg"], inputs(tmp_path / ".." / tmp_path.name)["1.jpg"]
    assert first.bundle == second.bundle
    assert "Kestrel" not in first.bundle


def test_a_file_named_twice_comes_once(tmp_path: Path) -> None:
    file = touch(tmp_path / "1.jpg")
    assert len(find(file, tmp_path, file)) == 1


_FOLDERS = ("", "a", "a/b", "a/.hidden", "c", "a/1.jpg", "a/b/1.jpg", "a/.hidden/1.jpg")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(_FOLDERS), min_size=1, max_size=5))
def test_whatever_is_named_in_whatever_order_each_file_comes_once(named: list[str]) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        every = [touch(root / below / name) for below in _FOLDERS[:5] for name in ("1.jpg", "2.jpg", "manifest.csv")]
        found = [one.path for one in find(*(root / name for name in named)) if isinstance(one, Input)]
        meant = [root / name for name in named]
        own = {place / "manifest.csv" for place in meant}
        wanted = {
            path
            for path in every
            if any(
                path == place or (place in path.parents and ".hidden" not in path.relative_to(place).parts)
                for place in meant
            )
        }
        assert len(found) == len(set(found))
        assert wanted - own <= set(found) <= wanted


_WALK = """
import sys, tracemalloc
from pathlib import Path
from pipeline.intake.find import find_files
from pipeline.settings import Intake
walk = find_files([Path(sys.argv[1])], Intake())
next(walk)
tracemalloc.start()
print(sum(1 for _ in walk), tracemalloc.get_traced_memory()[1])
"""


def test_what_is_remembered_does_not_grow_with_the_files(tmp_path: Path) -> None:
    for number in range(3000):
        touch(tmp_path / f"{number % 30}" / f"{number}.jpg")
    found, peak = traced_peaks(_WALK, str(tmp_path))
    assert found == 2999
    # The names of one folder of a hundred files, and no path of the others: those were 400 bytes a file.
    assert peak < 100 * 3000


def test_links(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    touch(inbox / "sub" / "real.jpg")
    touch(tmp_path / "outside.jpg")
    (inbox / "in.jpg").symlink_to("sub/real.jpg")
    (inbox / "out.jpg").symlink_to("../outside.jpg")
    (inbox / "outdir").symlink_to("..")
    (inbox / "up").symlink_to(".")
    (inbox / "gone.jpg").symlink_to("nothing.jpg")
    (inbox / "circle.jpg").symlink_to("circle.jpg")
    found = find(inbox)
    by_name = {Path(one.name).name: one.problem.kind for one in found if isinstance(one, Unfit)}
    assert by_name == {
        "out.jpg": ProblemKind.OUTSIDE,
        "outdir": ProblemKind.OUTSIDE,
        "gone.jpg": ProblemKind.VANISHED,
        "circle.jpg": ProblemKind.NOT_A_FILE,
    }
    assert [Path(one.name).name for one in found if isinstance(one, Input)] == ["in.jpg", "real.jpg"]


def test_a_named_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(touch(tmp_path / "folder" / "1.jpg").parent)
    assert list(inputs(tmp_path / "link")) == ["1.jpg"]


def test_pipes_and_what_is_not_there(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert kinds(find(tmp_path, tmp_path / "missing", tmp_path / "pipe.jpg")) == [
        ProblemKind.NOT_A_FILE,
        ProblemKind.VANISHED,
    ]
    assert kinds(find(Path("a\0b"))) == [ProblemKind.NOT_A_FILE]
    assert kinds(find(tmp_path / ("n" * 10_000))) == [ProblemKind.NOT_A_FILE]


def test_a_folder_that_may_not_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "closed" / "1.jpg")
    touch(tmp_path / "open" / "2.jpg")
    listing = Path.iterdir

    def refused(self: Path) -> object:
        if self.name == "closed":
            raise PermissionError(13, "denied", str(self))
        return listing(self)

    monkeypatch.setattr(Path, "iterdir", refused)
    found = find(tmp_path)
    assert kinds(found) == [ProblemKind.PERMISSION]
    assert [one.path.name for one in found if isinstance(one, Input)] == ["2.jpg"]


def test_litter_is_passed_over(tmp_path: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX/._1.jpg", ".git/config", ".lock", "1.jpg"):
        touch(tmp_path / name)
    touch(tmp_path / "._1.jpg", sound("JPEG"))
    os.mkfifo(tmp_path / ".pipe")
    assert [one.name for one in find(tmp_path)] == [str(tmp_path / "1.jpg")]


@pytest.mark.parametrize("format", ["JPEG", "PDF"])
def test_a_scan_whose_name_begins_with_a_dot_is_taken_in(tmp_path: Path, format: str) -> None:
    touch(tmp_path / "a" / ".scan", sound(format))
    assert list(inputs(tmp_path)) == [".scan"]


def test_names_that_are_no_text_can_be_written(tmp_path: Path) -> None:
    touch(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.jpg")))
    (one,) = find(tmp_path)
    one.name.encode()
    assert one.name.endswith(r"\xff\xfe.jpg")


def test_a_manifest_makes_bundles(tmp_path: Path) -> None:
    for name in ("1.jpg", "2.jpg", "sub/3.jpg", "4.jpg", "5.jpg"):
        touch(tmp_path / name)
    touch(
        tmp_path / "manifest.csv",
        b"file,batch,document_kind,permit_number,application_id\n"
        b"1.jpg,B1,passport,,AP-7\nsub/3.jpg,B2,work-permit,WP-1,AP-7\n2.jpg,B1,,,\n4.jpg,B1,,,\n",
    )
    found = inputs(tmp_path)
    assert set(found) == {"1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg"}
    assert found["1.jpg"].bundle == found["3.jpg"].bundle != found["2.jpg"].bundle
    assert found["2.jpg"].bundle == found["4.jpg"].bundle != found["5.jpg"].bundle


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"9.jpg,,,,", "not among"),
        (b"../1.jpg,,,,", "outside"),
        (b"/etc/passwd,,,,", "outside"),
        (b"1.jpg,,,,\n1.jpg,,,,", "row already"),
        (b",B,,,", "no file"),
        (b"1.jpg,B", "2 cells"),
        (b'1.jpg,"B', "no CSV"),
        (b"1\x00.jpg,B,,,", "cannot"),
        (b"n" * 10_000 + b",,,,", "not among"),
        (b"\xff.jpg,,,,", "UTF-8"),
    ],
)
def test_bad_manifest_rows_are_told_and_lose_no_file(tmp_path: Path, row: bytes, reason: str) -> None:
    touch(tmp_path / "1.jpg")
    touch(tmp_path / "manifest.csv", b"file,batch,document_kind,permit_number,application_id\n" + row + b"\n")
    found = find(tmp_path)
    assert kinds(found) == [ProblemKind.MANIFEST]
    assert any(isinstance(one, Unfit) and reason in one.problem.message for one in found)
    assert [one.path.name for one in found if isinstance(one, Input)] == ["1.jpg"]
