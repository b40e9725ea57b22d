"""The committed hard pages: every zone of every kind is found, and where there is none little is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fixtures.utopia import hard_pages
from fixtures.utopia.hard_pages import HardPage
from fixtures.utopia.hard_scenes import HARD, NEGATIVE, PARTIAL
from pipeline.mrz.locate import CLEAR_SCORE, locate
from pipeline.mrz.regions import MrzRegion
from tests.mrz.covering import covers
from tests.mrz.drawing import page_of

PAGES = hard_pages.read(hard_pages.FOLDER / hard_pages.TRUTH_FILE)


def found_on(page: HardPage) -> tuple[MrzRegion, ...]:
    colour = cv2.imread(str(hard_pages.FOLDER / page.file), cv2.IMREAD_COLOR)
    assert colour is not None
    return locate(page_of(np.asarray(colour, np.uint8)), sideways=True)


def kind(name: str) -> list[HardPage]:
    return [page for page in PAGES if page.kind == name]


@pytest.mark.parametrize("name", [*HARD, *PARTIAL])
def test_every_zone_is_found(name: str) -> None:
    found = [
        any(covers(region, zone) for region in regions)
        for page in kind(name)
        for regions in [found_on(page)]
        for zone in page.zones
    ]
    assert all(found), f"{sum(found)} of {len(found)}"


@pytest.mark.parametrize("name", list(HARD))
def test_a_zone_comes_first(name: str) -> None:
    for page in kind(name):
        best = found_on(page)[0]
        assert any(covers(best, zone) for zone in page.zones)


@pytest.mark.parametrize("name", ["inverse", "plain", "tinted", "stamped"])
def test_light_print_is_told_from_dark(name: str) -> None:
    for page in kind(name):
        assert found_on(page)[0].inverse is (name == "inverse")


@pytest.mark.parametrize(("name", "turns"), [("plain", 0), ("turned-90", 1), ("turned-270", 1), ("turned-180", 0)])
def test_rows_that_run_down_are_told_from_rows_across(name: str, turns: int) -> None:
    for page in kind(name):
        assert found_on(page)[0].turns == turns


@pytest.mark.parametrize("name", list(NEGATIVE))
def test_nothing_clear_where_there_is_no_zone(name: str) -> None:
    for page in kind(name):
        regions = found_on(page)
        assert all(region.score < CLEAR_SCORE for region in regions)
        if name in ("blank", "noise", "checkerboard", "barcode"):
            assert regions == ()


@pytest.mark.parametrize("name", list(PARTIAL))
def test_parts_of_a_zone_come_with_less_than_a_zone_s_score_or_their_own_length(name: str) -> None:
    for page in kind(name):
        best = found_on(page)[0]
        whole = len(best.lines) in (2, 3) and best.score >= CLEAR_SCORE
        assert not whole or name == "ends-cut"
