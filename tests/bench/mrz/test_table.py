from __future__ import annotations

from pathlib import Path

from tests.bench.mrz import calibration, figures, table
from tests.bench.mrz.drive import Answer
from tests.bench.mrz.pictures import Picture

LINES = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
READS = figures.read(
    [Picture(Path("a"), "TD3", LINES, False, "phone", 12.0, 2.0, True)], [Answer(LINES, 0.1, (0.9,) * 2)]
)
ROW = figures.figures(READS) | {"import_s": 0.5, "peak_bytes": 10**8}
FOUND = {
    "seed": 1,
    "machine": "one",
    "scored": 14,
    "real": {"overseal": ROW, "peer": ROW | {"failures": {"time": 2}}},
    "compared": {},
    "synthetic": {
        "all": figures.figures(READS),
        "legible": figures.legible(READS),
        "not_exact": figures.not_exact_by_kind(READS),
    },
    "calibration": calibration.reliability(figures.stated(READS)),
    "calibration_real": None,
    "missing": {"another": "needs Python 3.12, and none is installed"},
}


def test_our_row_comes_first_with_floor_and_aim_beneath() -> None:
    lines = table.text(FOUND).splitlines()
    at = next(index for index, line in enumerate(lines) if line.startswith("overseal"))
    assert [line.split()[:2] for line in lines[at : at + 4]] == [
        ["overseal", "1"], ["floor", "42"], ["aim", "45"], ["peer", "1"],
    ]  # fmt: skip


def test_what_did_not_run_or_failed_is_said() -> None:
    said = table.text(FOUND)
    assert "not run: another: needs Python 3.12, and none is installed" in said
    assert "peer: time on 2" in said
    assert "scored 14 times" in said


def test_a_run_without_real_pictures_says_nothing_of_them() -> None:
    said = table.text(FOUND | {"real": {}})
    assert "scored" not in said
    assert "expected calibration error 10.00 %" in said


def test_numbers_to_reach_stand_under_our_row_only() -> None:
    assert "floor" not in table.text(FOUND | {"real": {"peer": ROW}})
