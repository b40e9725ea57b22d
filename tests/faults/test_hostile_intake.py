"""Whatever lies in the folder: no crash, no hang, and every entry ends as pages or as Problems with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.imaging.orient import orientations
from pipeline.imaging.portrait import portrait_zone
from pipeline.imaging.rescan import rescan_problems
from pipeline.imaging.upright import upright
from pipeline.intake.find import Input, Unfit, find_files
from pipeline.intake.pages import rasters
from pipeline.intake.scan import Scan, open_scan
from pipeline.settings import Intake, Reading
from pipeline.types.problems import Problem
from tests.faults.hostile_files import MUTATORS, write_hostile

LIMITS = Intake(max_pixels=30_000_000)


def taken_in(entry: Input | Unfit) -> tuple[int, list[Problem]]:
    """Pages made upright and problems met for one entry."""
    if isinstance(entry, Unfit):
        return 0, [entry.problem]
    scan = open_scan(entry.path, LIMITS)
    if not isinstance(scan, Scan):
        return 0, [scan]
    pages, problems = 0, []
    for raster in rasters(scan, LIMITS):
        if isinstance(raster, Problem):
            problems.append(raster)
            continue
        page = upright(raster, orientations(raster)[0])
        portrait_zone(page, 0)
        problems.extend(rescan_problems(page.info.quality, Reading()))
        pages += 1
    return pages, problems


def test_forty_hostile_files_are_all_accounted_for(tmp_path: Path) -> None:
    written = write_hostile(tmp_path, 40)
    entries = list(find_files([tmp_path], LIMITS))
    assert len(entries) == len(written) == 40
    results = [taken_in(entry) for entry in entries]
    assert all(pages or problems for pages, problems in results)
    assert any(pages for pages, _ in results), "some of the files are sound pictures"
    names = [path.name for path in written]
    for _, problems in results:
        for problem in problems:
            assert problem.message
            assert not any(name in problem.message for name in names)


@pytest.mark.parametrize("seed", [2, 3])
def test_the_same_seed_writes_the_same_files(tmp_path: Path, seed: int) -> None:
    count = len(MUTATORS)
    one, other = (write_hostile(tmp_path / part, count, seed) for part in ("one", "other"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in other]
