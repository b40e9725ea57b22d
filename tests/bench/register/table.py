"""The figures of the register's benchmark as a text table, each beside the number it must reach."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

NOT_MEASURED = (
    "Not measured here: real registers, whose words and habits differ; registers of other ministries; patterns of "
    "officers over time. Everything above is synthetic, and the plants were made by the hands that made the checks."
)


def text(figures: dict[str, Any]) -> str:
    """All of it, line by line."""
    return "\n".join(_lines(figures))


def _lines(figures: dict[str, Any]) -> Iterator[str]:
    rows = figures["rows"]
    yield f"seed {figures['seed']} - {figures['machine']}"
    yield f"{figures['permits']} permits"
    yield ""
    yield f"{'planted row-level irregularities found':58s} {_share(rows['planted'])}   (at least 97 %)"
    yield f"{'  of these above weak':58s} {_share(rows['planted_above_weak'])}"
    yield f"{'near-twins left below moderate':58s} {_share(rows['twins_below_moderate'])}   (at least 97 %)"
    yield f"{'other permits flagged moderate or stronger':58s} {_share(rows['others_flagged'])}   (at most 0.1 %)"
    yield f"{'  permits named beside a planted row or its twin':58s} {_share(rows['partners_flagged'])}"
    yield f"{'baseline, no test for innocent causes: near-twins below':58s} {_share(rows['baseline_twins'])}"
    yield f"{'baseline, no test for innocent causes: others flagged':58s} {_share(rows['baseline_others'])}"
    if figures["scans"]:
        scans = figures["scans"]
        right = _share(scans["hypothesis_right"])
        yield f"{'hypothesis right on scans of planted permits':58s} {right}   (at least 95 %)"
        yield f"{'  permits and passports in order, above weak':58s} {_share(scans['above_weak']['clean'])}"
        yield f"{'  near-twins, above weak':58s} {_share(scans['above_weak']['twins'])}"
    for speed in figures["speed"]:
        yield from _speed(speed)
    yield from _growth(figures["speed"])
    yield ""
    yield "planted kinds found; near-twins left below moderate"
    for kind, row in rows["by_kind"].items():
        yield f"  {kind:40s} {_share(row)}   {_share(rows['twins_by_kind'].get(kind, row))}"
    if figures["scans"]:
        yield ""
        yield "expected hypothesis of a scan and what came out"
        for name, row in figures["scans"]["hypotheses"].items():
            yield f"  {name:18s} {row}"
        for kind, share in figures["scans"]["by_kind"].items():
            yield f"  {kind:40s} {_share(share)}"
    yield ""
    yield "per check: findings that support no innocent hypothesis, and how many were planted for it"
    for code, row in rows["checks"].items():
        yield f"  {code}  {row['flags']:6d}  {100 * row['precision']:6.2f} %"
    yield ""
    yield f"above weak on other rows, by code: {rows['codes_on_others'] or 'none'}"
    yield f"above weak on near-twins, by kind and code: {rows['codes_on_twins'] or 'none'}"
    yield f"not assessed: {figures['not_applicable'] or 'none'}"
    yield f"kinds the ministry was too small for: {figures['skipped_kinds'] or 'none'}"
    yield ""
    yield NOT_MEASURED


def _speed(speed: dict[str, Any]) -> Iterator[str]:
    load, checks = speed["load"], speed["checks"]
    size = f"{speed['permits']} permits"
    yield (
        f"{f'loading {size}, wall / CPU / peak':58s} {load['wall']:.1f} s / {load['cpu']:.1f} s / "
        f"{load['peak_bytes'] / 1e9:.2f} GB   (at most 30 s, 2 GB)"
    )
    yield (
        f"{f'all row checks on {size}, wall / CPU / peak':58s} {checks['wall']:.1f} s / {checks['cpu']:.1f} s / "
        f"{checks['peak_bytes'] / 1e9:.2f} GB   (at most 60 s, 3 GB)"
    )
    yield f"{'  its permits, nothing planted, above weak':58s} {_share(checks['above_weak'])}"
    slowest = sorted(checks["seconds"].items(), key=lambda one: -one[1])[:8]
    yield "  slowest: " + ", ".join(f"{code} {seconds:.1f} s" for code, seconds in slowest)


def _growth(speeds: list[dict[str, Any]]) -> Iterator[str]:
    """How time grows from each register to the next larger one."""
    for less, more in pairwise(speeds):
        grown = {stage: more[stage]["wall"] / less[stage]["wall"] for stage in ("load", "checks")}
        size = f"{more['permits'] / less['permits']:g} times the permits: loading and row checks take"
        yield f"{size:58s} {grown['load']:.1f} and {grown['checks']:.1f} times as long   (at most 12 for 10)"


def _share(row: dict[str, Any]) -> str:
    if not row["n"]:
        return "none"
    return (
        f"{100 * row['share']:.2f} % ({row['count']} of {row['n']}; 95 % limits "
        f"{100 * row['lower95']:.2f}-{100 * row['upper95']:.2f})"
    )
