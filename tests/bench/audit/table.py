"""The figures of the audit's benchmark as a text table, each beside the number it must reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

OURS = "ours"
NOT_MEASURED = (
    "Not measured here: real registers; the held-back register that was simulated by others; leads of people who look "
    "at them afterwards. Baselines name no permits, so an alert of theirs counts as true when the unit belongs to a "
    "ring, whatever the indicator."
)
_WIDE = 34


def text(figures: Mapping[str, Any]) -> str:
    """All of it, line by line."""
    return "\n".join(_lines(figures))


def _lines(figures: Mapping[str, Any]) -> Iterator[str]:
    yield f"seeds {figures['seeds']} - {figures['machine']}"
    planted = figures["planted"]
    yield f"{figures['permits']} permits each, {planted['rings']} rings and {planted['look_alikes']} look-alikes in all"
    for kind, wanted in (
        ("rings", "ours: medium >= 0.95, weak >= 0.93, faint >= 0.82, adaptive aim 0.6; precision >= 0.90"),
        ("heavy_tails", "ours: precision >= 0.93"),
    ):
        if figures[kind]:
            yield ""
            yield f"{_WORDS[kind]} ({wanted})"
            yield (
                f"{'method':{_WIDE}s} {'alerts':>8s} {'precision':>10s} {'medium':>7s} {'weak':>6s} {'faint':>6s} "
                f"{'adaptive':>8s} {'FDR':>6s} {'window':>7s} {'s':>6s}"
            )
            for name, one in figures[kind].items():
                yield _method(name, one)
    yield from _ours(figures)
    if figures["ring_free"]:
        yield ""
        yield "alerts on registers without rings (ours: at most 2 seeds in 10 with any, none above posterior 0.9)"
        for name, one in figures["ring_free"].items():
            yield f"{name:{_WIDE}s} {one['alerts']}, above 0.9: {one['above_0.9'] if name == OURS else '-'}"
    yield from _speed(figures)
    yield ""
    yield f"not run: {figures['not_run'] or 'none'}"
    yield f"schemes without room: {figures['skipped'] or 'none'}"
    yield NOT_MEASURED


_WORDS = {"rings": "registers with rings and look-alikes", "heavy_tails": "the same, innocent officers with long tails"}


def _method(name: str, one: Mapping[str, Any]) -> str:
    shares = {strength: _share(share) for strength, share in one["rings_found"].items()}
    window = one["window_overlap_median"]
    return (
        f"{name:{_WIDE}s} {one['alerts_per_register']:8.1f} {_share(one['precision']):>10s} {shares['medium']:>7s} "
        f"{shares['weak']:>6s} {shares['faint']:>6s} {shares['adaptive']:>8s} {one['realised_fdr']:6.2f} "
        f"{'-' if window is None else f'{window:.2f}':>7s} {one['seconds']:6.1f}"
    )


def _ours(figures: Mapping[str, Any]) -> Iterator[str]:
    """What only ours says, with limits."""
    for kind in ("rings", "heavy_tails"):
        one = figures[kind].get(OURS) if figures[kind] else None
        if one is None:
            continue
        yield ""
        yield f"ours, {_WORDS[kind]}: 95 % limits"
        for name, share in one["rings_found"].items():
            yield f"  {name + ' rings found':{_WIDE}s} {_limits(share)}"
        yield f"  {'precision':{_WIDE}s} {_limits(one['precision'])}"
        yield f"  {'precision above posterior 0.9':{_WIDE}s} {_limits(one['posterior_above_0.9'])}   (at least 0.98)"
        yield f"  {'realised FDR, nominal 0.10':{_WIDE}s} {one['realised_fdr']:.3f}   (at most 0.13)"
        if one["window_overlap_median"] is not None:
            yield f"  {'overlap of windows, median':{_WIDE}s} {one['window_overlap_median']:.2f}   (at least 0.9)"
        yield f"  false leads by look-alike: {one['false_alerts_at'] or 'none'}"
        yield "  medium to faint rings found, by scheme"
        for scheme, share in one["schemes_found"].items():
            yield f"    {scheme:{_WIDE - 2}s} {_limits(share)}"


def _speed(figures: Mapping[str, Any]) -> Iterator[str]:
    if figures["speed"]:
        yield ""
    for one in figures["speed"]:
        yield (
            f"statistics over {one['permits']} permits: {one['wall']:.1f} s wall, {one['cpu']:.1f} s CPU, "
            f"{one['peak_bytes'] / 1e9:.2f} GB   (1M: 30 s, 1.5 GB; 10M: 120 s, 3 GB)"
        )
    if (full := figures["full"]) is not None:
        yield ""
        yield (
            f"`overseal audit` on a register of {full['permits']} permits: {full['wall']:.1f} s wall, "
            f"{full['peak_pss_bytes'] / 1e9:.2f} GB; made in {full['made_seconds']:.1f} s"
        )
        yield _method("ours, row checks included", full["figures"])
        yield f"  false leads by look-alike: {full['figures']['false_alerts_at'] or 'none'}"


def _share(row: Mapping[str, Any]) -> str:
    return "-" if not row["n"] else f"{row['share']:.2f}"


def _limits(row: Mapping[str, Any] | None) -> str:
    if row is None or not row["n"]:
        return "none"
    return f"{row['share']:.3f} ({row['count']} of {row['n']}; {row['lower95']:.3f}-{row['upper95']:.3f})"
