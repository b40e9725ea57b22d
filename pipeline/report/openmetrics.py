"""OpenMetrics 1.0 text: families of samples, and the file that a collector reads.

Labels are words of ours; no name, no id of a document.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class Family:
    """One metric.

    Attributes:
        name: without the `_total` of counters; ends with the unit where there is one.
        samples: (labels, value) each.
    """

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    samples: Sequence[tuple[Mapping[str, str], float]]
    unit: str = ""


def exposition(families: Sequence[Family]) -> str:
    """The text of some families (OpenMetrics 1.0, section Text Format).

    Raises:
        ValueError: for a name that is none, or a unit that the name does not end with.
    """
    lines = [line for family in families for line in _lines(family)]
    return "\n".join([*lines, "# EOF"]) + "\n"


def write_metrics(file: Path, families: Sequence[Family]) -> None:
    """Replace the file in one step, so that no collector reads half of it.

    Raises:
        OSError: if it cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.new")
    with aside.open("w", encoding="utf-8") as text:
        text.write(exposition(families))
        text.flush()
        os.fsync(text.fileno())
    # The collector is another user, and the file has counts only.
    aside.chmod(0o644)
    aside.replace(file)


def _lines(family: Family) -> list[str]:
    for name in (family.name, *(label for labels, _ in family.samples for label in labels)):
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a metric or label")
    if family.unit and not family.name.endswith(f"_{family.unit}"):
        raise ValueError(f"{family.name} does not end with its unit")
    head = [f"# TYPE {family.name} {family.kind}"]
    head += [f"# UNIT {family.name} {family.unit}"] if family.unit else []
    head += [f"# HELP {family.name} {_escaped(family.help)}"]
    sample = family.name + ("_total" if family.kind == "counter" else "")
    return head + [f"{sample}{_labels(labels)} {value:.17g}" for labels, value in family.samples]


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
