"""Pictures of an audit as SVG, drawn here and not in the reader's browser: no script, no address, nothing to load.

Every value is escaped. Colours differ in lightness as well, so that a copy in grey says the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import polars as pl
from markupsafe import Markup

#: Points drawn of a funnel at most; those outside the limits are always drawn.
MOST_POINTS = 2_000
#: Cells and units with fewer permits show nothing: a share of so few is about persons, not about an office.
FEW = 5
#: Offices with fewer permits in the whole period are not shown by themselves.
FEW_OF_OFFICE = 30
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_INK, _SOFT, _LINE, _BLUE, _RED = "#16202b", "#55606d", "#d5dbe1", "#1f4e79", "#c2185b"
_HEAD = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="{}" role="img" aria-label="{}" '
    'font-family="system-ui, sans-serif" font-size="11">'
)
_TEXT = Markup('<text x="{:.1f}" y="{:.1f}" fill="{}" text-anchor="{}">{}</text>')
#: Text over lines, with a rim of paper around it.
_OVER = Markup(
    '<text x="{:.1f}" y="{:.1f}" fill="{}" text-anchor="middle" font-weight="600" stroke="#ffffff" stroke-width="4" '
    'paint-order="stroke">{}</text>'
)
_LINE_TO = Markup('<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}" stroke-width="{:.1f}"/>')
_BOX = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"><title>{}</title></rect>')
_DOT = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="{:.1f}" fill="{}" fill-opacity="{}"><title>{}</title></circle>')
_END = Markup("</svg>")


def _drawn(width: int, height: int, label: str, parts: Sequence[Markup]) -> Markup:
    return Markup("").join([_HEAD.format(width, height, width, label), *parts, _END])


def outside(funnel: pl.DataFrame) -> pl.DataFrame:
    """Units beyond the 99.8 % limits, by office and id."""
    beyond = (pl.col("observed") > pl.col("high998")) | (pl.col("observed") < pl.col("low998"))
    return funnel.filter(beyond.fill_null(value=False))


def funnel_svg(funnel: pl.DataFrame, label: str) -> Markup:
    """Observed against expected events, with the limits of chance and over-dispersion.

    Counts on a square-root scale, not their ratio: where hardly an event is to be expected, the limits of a ratio jump.

    Args:
        funnel: office, unit, n, observed, expected, low95, high95, low998, high998; counts.
        label: what is counted.
    """
    rows = funnel.filter(pl.col("expected") > 0).sort("expected", "office", "unit")
    if rows.is_empty():
        return Markup("")
    width, height, left, top, right, bottom = 640, 280, 46, 18, 12, 34
    low, high = (math.log10(max(1e-3, float(rows["expected"][at]))) for at in (0, -1))
    high = max(high, low + 0.5)
    most = max(4.0, float(rows.select(pl.max_horizontal(pl.col("observed", "high998").max())).item() or 0) * 1.05)

    def x(expected: float) -> float:
        return left + (math.log10(max(1e-3, expected)) - low) / (high - low) * (width - left - right)

    def y(count: float) -> float:
        return top + (1 - math.sqrt(max(count, 0.0) / most)) * (height - top - bottom)

    parts: list[Markup] = []
    for mark in _marks(most):
        parts += [
            _LINE_TO.format(left, y(mark), width - right, y(mark), _LINE, 0.5),
            _TEXT.format(left - 6, y(mark) + 4, _SOFT, "end", mark),
        ]
    for power in range(math.ceil(low), math.floor(high) + 1):
        parts.append(_TEXT.format(x(10.0**power), height - bottom + 14, _SOFT, "middle", f"{10.0**power:g}"))
    parts += [
        _TEXT.format((left + width - right) / 2, height - 6, _SOFT, "middle", "expected events (logarithmic)"),
        _TEXT.format(left - 40, top - 7, _SOFT, "start", "observed events (square roots)"),
    ]
    step = max(1, rows.height // 400)
    for name, colour in (("expected", _SOFT), ("high998", _RED), ("low998", _RED), ("high95", _BLUE), ("low95", _BLUE)):
        limits = rows.gather_every(step).select("expected", pl.col(name).alias("limit")).drop_nulls().drop_nans()
        points = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in limits.iter_rows())
        parts.append(Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="1"/>').format(points, colour))
    far = outside(rows)
    inside = rows.join(far.select("office", "unit"), on=["office", "unit"], how="anti")
    inside = inside.sort("expected").gather_every(max(1, math.ceil(inside.height / MOST_POINTS)))
    for part, colour, radius in ((inside, _BLUE, 2.0), (far, _RED, 3.5)):
        for office, unit, observed, expected in part.select("office", "unit", "observed", "expected").iter_rows():
            told = f"{unit}, office {office}: {observed} observed, {expected:.2g} expected"
            parts.append(_DOT.format(x(expected), y(observed), radius, colour, 0.55, told))
    return _drawn(width, height, f"Funnel plot: {label}", parts)


def _marks(most: float) -> list[int]:
    """Counts to be marked on an axis of square roots, at most eight."""
    steps = [0, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000]
    return [mark for mark in steps if mark <= most][-8:]


def months_svg(
    cells: Mapping[tuple[str, str], tuple[int, int]], offices: Sequence[str], months: Sequence[str]
) -> Markup:
    """Share of permits with an event, office by month.

    Args:
        cells: (events, permits) by office and month (`2026-03`).
        offices: rows, by id.
        months: columns, in order.
    """
    if not offices or not months:
        return Markup("")
    side, tall, left, top = max(5, min(18, 860 // len(months))), 15, 90, 18
    shares = [events / permits for events, permits in cells.values() if permits >= FEW]
    most = max(shares, default=0.0) or 1.0
    parts: list[Markup] = []
    for column, month in enumerate(months):
        if month.endswith("-01") or column == 0:
            parts.append(_TEXT.format(left + column * side, top - 5, _SOFT, "start", month[:4]))
    for row, office in enumerate(offices):
        parts.append(_TEXT.format(left - 6, top + row * tall + 11, _INK, "end", office[:12]))
        for column, month in enumerate(months):
            events, permits = cells.get((office, month), (0, 0))
            told = f"office {office}, {month}: {events} of {permits} permits"
            if permits < FEW:
                colour, told = "#eceff2", f"office {office}, {month}: fewer than {FEW} permits"
            else:
                colour = _shade(events / permits / most)
            parts.append(_BOX.format(left + column * side, top + row * tall, side - 1, tall - 1, colour, told))
    return _drawn(
        left + side * len(months) + 10, top + tall * len(offices) + 6, "Share of permits with an event", parts
    )


def hours_svg(counts: Mapping[tuple[int, int], int]) -> Markup:
    """Permits by weekday (0 = Monday) and hour of issue, local."""
    side, tall, left, top = 20, 16, 40, 18
    most = max(counts.values(), default=0) or 1
    parts = [_TEXT.format(left + hour * side + side / 2, top - 5, _SOFT, "middle", hour) for hour in range(0, 24, 3)]
    for day, name in enumerate(WEEKDAYS):
        parts.append(_TEXT.format(left - 6, top + day * tall + 12, _INK, "end", name))
        for hour in range(24):
            count = counts.get((day, hour), 0)
            told = f"{name} {hour:02}:00 to {hour:02}:59: {count} permits"
            place = (left + hour * side, top + day * tall, side - 1, tall - 1)
            parts.append(_BOX.format(*place, _shade(count / most) if count else "#f4f6f8", told))
    return _drawn(left + side * 24 + 10, top + tall * 7 + 6, "Permits by hour of the week", parts)


def around_svg(centre: str, around: Sequence[tuple[str, str, int]]) -> Markup:
    """Whom the permits of a lead lead to: the subject in the middle, (kind, id, permits) around it."""
    if not around:
        return Markup("")
    width, height, radius_x, radius_y = 820, 330, 215, 122
    middle_x, middle_y = width / 2, height / 2
    most = max(count for _, _, count in around)
    lines: list[Markup] = []
    nodes: list[Markup] = []
    for place, (kind, name, count) in enumerate(around):
        angle = 2 * math.pi * place / len(around) - math.pi / 2
        x, y = middle_x + radius_x * math.cos(angle), middle_y + radius_y * math.sin(angle)
        lines.append(_LINE_TO.format(middle_x, middle_y, x, y, "#9fb3c8", 1 + 6 * count / most))
        nodes.append(_DOT.format(x, y, 6, _BLUE, 1, f"{kind} {name}: {count} permits"))
        anchor = "start" if math.cos(angle) > 0.2 else "end" if math.cos(angle) < -0.2 else "middle"
        shift = 10 if anchor == "start" else -10 if anchor == "end" else 0
        below = (18 if math.sin(angle) > 0 else -10) if anchor == "middle" else 4
        nodes.append(_TEXT.format(x + shift, y + below, _INK, anchor, f"{kind} {name[:24]} ({count})"))
    nodes += [
        _DOT.format(middle_x, middle_y, 10, _RED, 1, centre),
        _OVER.format(middle_x, middle_y + 27, _INK, centre[:60]),
    ]
    return _drawn(width, height, f"Parties of the permits of {centre}", [*lines, *nodes])


def _shade(share: float) -> str:
    """From nearly white to dark blue, 0 to 1."""
    at = min(1.0, max(0.0, share)) ** 0.6
    light, dark = (234, 241, 248), (20, 60, 100)
    return "#" + "".join(f"{round(a + (b - a) * at):02x}" for a, b in zip(light, dark, strict=True))
