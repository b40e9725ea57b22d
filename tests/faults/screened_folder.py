"""The real command on a folder of hostile files, and what its output must never hold."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

#: Findings of any strength and files that cannot be read are answers; 1, 2, 3, 4, 7 and signals are not.
ANSWERS = frozenset({0, 5, 11, 12, 13})
FOLDERS = ("screening", "integrity", "protection")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def screen(inputs: Path, out: Path, home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `overseal screen` as a user does."""
    command = [str(Path(sys.executable).with_name("overseal")), "screen", str(inputs), "--out", str(out), *options]
    environment = {**os.environ, "OVERSEAL_HOME": str(home), "OVERSEAL_SPECIMEN_RUN": "true"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def counts(out: Path) -> dict[str, Any]:
    """`run.json`."""
    loaded: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return loaded


def formulas(out: Path) -> Iterator[str]:
    """Cells that a spreadsheet would take for a formula, of every CSV file."""
    for path in (out / "names.csv", *(out / folder / "findings.csv" for folder in FOLDERS)):
        with path.open(encoding="utf-8", newline="") as rows:
            for row in csv.reader(rows):
                # Negative numbers do not occur in any column, so a leading minus is no number either.
                yield from (cell for cell in row if cell.startswith(_FORMULA))


class _Active(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a browser would run or fetch from outside."""
        if tag in {"script", "iframe", "object", "embed", "base", "form"}:
            self.found.append(tag)
        for name, value in attrs:
            outside = name in {"src", "href"} and ":" in (value or "").partition("/")[0]
            if name.startswith("on") or outside:
                self.found.append(f"{tag} {name}={value}")


def active_content(out: Path) -> list[str]:
    """Scripts, handlers and outside addresses in any page of the reports."""
    parser = _Active()
    for folder in FOLDERS:
        for page in (out / folder).glob("*.html"):
            parser.feed(page.read_text(encoding="utf-8"))
    return parser.found
