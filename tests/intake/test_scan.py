from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.intake.scan import Format, Scan, open_scan, sniff
from pipeline.settings import Intake
from pipeline.types.problems import Problem, ProblemKind
from tests.intake.pictures import heic

LIMITS = Intake(max_bytes=100_000)


def encoded(format: Format) -> bytes:
    if format is Format.HEIF:
        return heic("card")
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(stream, format.value)
    return stream.getvalue()


@pytest.mark.parametrize("format", list(Format))
def test_type_comes_from_content_and_identity_from_bytes(tmp_path: Path, format: Format) -> None:
    path = tmp_path / "scan.txt"
    path.write_bytes(encoded(format))
    scan = open_scan(path, LIMITS)
    assert isinstance(scan, Scan)
    assert scan.format is format
    assert scan.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", ProblemKind.EMPTY),
        (b"a letter", ProblemKind.NOT_AN_IMAGE),
        (b"\x00\x00\x00\x14ftypavif" + bytes(4) + b"mif1" + bytes(20), ProblemKind.UNSUPPORTED),
        (b"\x00\x00\x00\x18ftypmif1" + bytes(4) + b"mif1avif" + bytes(20), ProblemKind.UNSUPPORTED),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(4) + b"isommp42" + bytes(20), ProblemKind.UNSUPPORTED),
        (b"GIF89a" + bytes(20), ProblemKind.UNSUPPORTED),
        (b"PK\x03\x04" + bytes(20), ProblemKind.UNSUPPORTED),
        (b"\xff\xd8\xff" + bytes(100_000), ProblemKind.TOO_LARGE),
    ],
)
def test_what_is_not_taken_in(tmp_path: Path, data: bytes, kind: ProblemKind) -> None:
    path = tmp_path / "scan.jpg"
    path.write_bytes(data)
    problem = open_scan(path, LIMITS)
    assert isinstance(problem, Problem)
    assert problem.kind is kind
    assert "scan.jpg" not in problem.message


def test_a_pipe_does_not_hang_and_a_link_is_not_followed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "real").write_bytes(encoded(Format.PNG))
    (tmp_path / "link").symlink_to("real")
    found = [open_scan(tmp_path / name, LIMITS) for name in ("pipe", "link", ".", "missing", "a\0b")]
    assert [one.kind for one in found if isinstance(one, Problem)] == [
        ProblemKind.NOT_A_FILE,
        ProblemKind.NOT_A_FILE,
        ProblemKind.NOT_A_FILE,
        ProblemKind.VANISHED,
        ProblemKind.NOT_A_FILE,
    ]


def test_permission_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> int:
        raise PermissionError(13, "denied")

    monkeypatch.setattr(os, "open", refused)
    problem = open_scan(tmp_path / "scan.jpg", LIMITS)
    assert isinstance(problem, Problem)
    assert problem.kind is ProblemKind.PERMISSION


def test_a_file_that_grows_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "scan.png"
    path.write_bytes(encoded(Format.PNG))
    real = os.read

    def growing(descriptor: int, size: int) -> bytes:
        data = real(descriptor, size)
        if not data:
            with path.open("ab") as stream:
                stream.write(b"more")
        return data

    monkeypatch.setattr(os, "read", growing)
    problem = open_scan(path, LIMITS)
    assert isinstance(problem, Problem)
    assert problem.kind is ProblemKind.TRUNCATED


@given(st.binary(max_size=64))
def test_any_bytes_are_a_format_or_a_problem(data: bytes) -> None:
    assert isinstance(sniff(data), Format | Problem)


@pytest.mark.parametrize(
    "head", [b"\x14ftypheic\0\0\0\0mif1", b"\x18ftypmif1\0\0\0\0mif1heix", b"\x10ftypmsf1\0\0\0\0"]
)
def test_heic_is_known_by_any_of_its_brands(head: bytes) -> None:
    assert sniff(bytes(3) + head + bytes(30)) is Format.HEIF


@given(st.binary(max_size=60))
def test_any_type_box_has_an_answer(rest: bytes) -> None:
    assert sniff(b"\0\0\0\x20ftyp" + rest)
