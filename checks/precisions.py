"""How often each check was right on the shipped benchmark; `make bench` writes the figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).with_name("precision.json")


@dataclass(frozen=True, slots=True)
class Precision:
    """Share of a check's findings (0-1) that were planted irregularities, of how many findings.

    Raises:
        ValueError: for a share outside 0-1, or of no findings.
    """

    precision: float
    findings: int

    def __post_init__(self) -> None:
        if not 0.0 <= self.precision <= 1.0 or self.findings < 1:
            raise ValueError(f"no precision: {self.precision} of {self.findings}")


def precisions(path: Path = SHIPPED) -> dict[str, Precision]:
    """Measured precision by code; a check that is absent was not measured.

    Raises:
        ValueError: if the file is not `{code: {"precision": share, "n": findings}}`.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    try:
        return {code: Precision(float(one["precision"]), int(one["n"])) for code, one in data.items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name}: {error!r}") from error


def shares(measured: Mapping[str, Precision]) -> dict[str, float]:
    """Precision by code, as `run_all.judge` takes it."""
    return {code: one.precision for code, one in measured.items()}
