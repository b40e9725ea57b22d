"""The figures of a run as a text table, each beside the number it must reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

NOT_MEASURED = (
    "Not measured here: real documents (see make bench-mrz), other states' layouts, scripts other than Latin, the "
    "register, officers' patterns, people's judgement of the findings. Everything above is synthetic and made by the "
    "same hands as the reader."
)


def text(figures: dict[str, Any]) -> str:
    """All of it, line by line."""
    return "\n".join(_lines(figures))


def _lines(figures: dict[str, Any]) -> Iterator[str]:
    documents = figures["documents"]
    yield f"seed {figures['seed']} - {figures['machine']}"
    yield ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in documents.items())
    yield ""
    yield from _headline(figures)
    if figures["before"]:
        yield from _gain(figures["before"])
    yield ""
    yield "per check: flags, precision, recall on legible documents with that one irregularity"
    for code, row in figures["checks"].items():
        yield f"  {code}  {row['flags']:5d}  {_number(row['precision'])}  {_number(row['recall'])}"
    yield ""
    yield "planted kinds found on legible documents"
    for kind, row in figures["planted"]["by_kind"].items():
        yield f"  {kind:44s} {_share(row)}"
    yield ""
    yield "expected hypothesis (rows) against the strongest raised (columns)"
    columns = list(next(iter(figures["hypotheses"].values()), {}))
    yield "  " + " " * 16 + "".join(f"{name:>16s}" for name in columns)
    for name, row in figures["hypotheses"].items():
        yield f"  {name:16s}" + "".join(f"{count:16d}" for count in row.values())
    yield ""
    for title in ("template", "key"):
        yield f"fields read exactly on legible documents, by {title}"
        for name, row in figures["fields"][title].items():
            yield f"  {name:28s} {_share(row)}"
        yield ""
    yield "median CPU seconds a page by stage"
    for stage, seconds in figures["cpu_seconds"]["stages"].items():
        yield f"  {stage:16s} {seconds:.3f}"
    yield ""
    yield f"above weak on clean documents, by code: {figures['false_alarms']['codes'] or 'none'}"
    yield f"above weak on near-twins, by kind and code: {figures['false_alarms']['twin_codes'] or 'none'}"
    yield ""
    yield NOT_MEASURED


def _gain(before: dict[str, Any]) -> Iterator[str]:
    """The same figures of the reader before, from its own run."""
    cpu = ", ".join(f"{kind} {seconds:.2f} s" for kind, seconds in before["cpu"].items())
    fields = ", ".join(f"{kind} {100 * share:.2f} %" for kind, share in before["fields"].items())
    yield f"the reader before (reading {before['reading']}, its own run): CPU a page {cpu}; fields exact {fields};"
    exact, planted = (f"{100 * before[name]:.2f} %" for name in ("mrz_lines_exact", "planted_legible"))
    yield f"  MRZ exact {exact}, planted found {planted} of the legible"


def _headline(figures: dict[str, Any]) -> Iterator[str]:
    alarms, cpu = figures["false_alarms"], figures["cpu_seconds"]
    fields, baseline = figures["fields"]["capture"], figures["baseline"]
    rows: list[tuple[str, str, str]] = [
        ("clean with a finding above weak, flatbed", "<= 1 %, upper <= 2 %", _share(alarms["clean"]["flatbed"])),
        ("clean with a finding above weak, phone", "<= 3 %, upper <= 5 %", _share(alarms["clean"]["phone"])),
        ("benign near-twins with a finding above weak", "", _share(alarms["twins"])),
        ("planted irregularities found, legible", ">= 95 %", _share(figures["planted"]["legible"])),
        ("  by any expected check, any hypothesis", "", _share(figures["planted"]["any_expected_code"])),
        ("  sent to the expected desk", "", _share(figures["planted"]["desk"])),
        ("legible documents fully assessed", ">= 95 %", _share(figures["fully_assessed"])),
        ("fields read exactly, flatbed", ">= 98 %", _share(fields.get("flatbed"))),
        ("fields read exactly, phone", ">= 92 %", _share(fields.get("phone"))),
        ("MRZ read exactly, legible", "", _share(figures["mrz_lines_exact"])),
    ]
    for kind, target in (("card", "<= 0.5 s, aim 0.3"), ("permit-page", "<= 0.9 s, aim 0.6")):
        page = cpu["pages"].get(kind)
        if page:
            rows.append((f"CPU a page, {kind}", target, f"median {page['median']:.2f} s, p95 {page['p95']:.2f} s"))
    rows += [
        ("CPU a document, all of the run", "", f"{cpu['run_total_a_document']:.2f} s"),
        ("orchestration, share of CPU", "<= 3 %", f"{100 * cpu['orchestrator_share']:.1f} %"),
        (
            f"peak memory (PSS), {figures['workers']} workers",
            "<= 1.5 GB with one",
            f"{figures['peak_pss_bytes'] / 1e9:.2f} GB",
        ),
        ("baseline: MRZ read exactly", "", _share(baseline["mrz_lines_exact"])),
        ("  same documents, Overseal", "", _share(baseline["mrz_lines_exact_overseal"])),
        ("baseline: clean documents with an alarm", "", _share(baseline["clean_with_alarm"])),
    ]
    for what, target, value in rows:
        yield f"{what:46s} {target:22s} {value}"


def _share(row: dict[str, Any] | None) -> str:
    if row is None or row["share"] is None:
        return "none to count"
    limits = f"{100 * row['lower95']:.2f}-{100 * row['upper95']:.2f}"
    return f"{100 * row['share']:.2f} % ({row['count']} of {row['n']}; 95 % limits {limits})"


def _number(value: float | None) -> str:
    return "   - " if value is None else f"{value:.3f}"
