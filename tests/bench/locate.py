"""The locator alone, by kind of difficulty: `python -m tests.bench.locate [--copies N] [--seed S]`.

Fresh synthetic pictures of every kind of `fixtures/utopia/hard_scenes.py`. A zone counts as found where all its rows
are covered as `tests/mrz/covering.py` says. CPU is of `locate` with rows down the page looked for too, page in grey.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from dataclasses import dataclass, field

import cv2

from fixtures.utopia.hard_scenes import HARD, NEGATIVE, PARTIAL, Maker
from pipeline.mrz.locate import locate
from tests.mrz.covering import covers
from tests.mrz.drawing import page_of


@dataclass
class Figures:
    """One kind."""

    zones: int = 0
    found: int = 0
    first: int = 0
    regions: int = 0
    best_scores: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def line(self, kind: str, pictures: int) -> str:
        """A row of the table."""
        scores = f"{min(self.best_scores):.2f} {statistics.median(self.best_scores):.2f} {max(self.best_scores):.2f}"
        cpu = f"{statistics.median(self.milliseconds):5.1f} {max(self.milliseconds):5.1f}"
        places = f"{self.found:4d} /{self.zones:4d} {self.first:4d} /{pictures:4d} {self.regions / pictures:6.1f}"
        return f"{kind:16s} {places}   {scores}  {cpu}"


def measured(kind: str, make: Maker, copies: int, seed: int) -> Figures:
    """Make and search some pictures of a kind."""
    figures = Figures()
    for copy in range(copies):
        scene = make(random.Random(f"{seed}/bench/{kind}/{copy}"))
        page = page_of(scene.image)
        start = time.process_time()
        regions = locate(page, sideways=True)
        figures.milliseconds.append(1000 * (time.process_time() - start))
        figures.zones += len(scene.zones)
        figures.found += sum(any(covers(region, zone) for region in regions) for zone in scene.zones)
        figures.first += bool(regions) and any(covers(regions[0], zone) for zone in scene.zones)
        figures.regions += len(regions)
        figures.best_scores.append(regions[0].score if regions else 0.0)
    return figures


def main() -> None:
    """Print a table by kind."""
    given = argparse.ArgumentParser(prog="python -m tests.bench.locate", description=__doc__.splitlines()[0])
    given.add_argument("--copies", type=int, default=8)
    given.add_argument("--seed", type=int, default=1)
    options = given.parse_args()
    cv2.setNumThreads(1)
    print("kind             found/zones  first/pict regions  score min med max  CPU ms med max")
    for kind, make in {**HARD, **PARTIAL, **NEGATIVE}.items():
        print(measured(kind, make, options.copies, options.seed).line(kind, options.copies), flush=True)


if __name__ == "__main__":
    main()
