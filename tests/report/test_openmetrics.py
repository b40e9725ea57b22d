from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from pipeline.report.openmetrics import Family, exposition, write_metrics

_VALUES = st.floats(min_value=0, allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(st.text(), _VALUES), max_size=5, unique_by=lambda pair: pair[0]), st.text())
def test_the_reference_parser_reads_back_every_label_and_value(labels: list[tuple[str, float]], text: str) -> None:
    families = [
        Family("scans", "counter", text, [({"kind": label}, value) for label, value in labels]),
        Family("wait_seconds", "gauge", "waited", [({}, 1.5)], "seconds"),
    ]
    scans, wait = text_string_to_metric_families(exposition(families))  # type: ignore[no-untyped-call]
    assert [(sample.labels["kind"], sample.value) for sample in scans.samples] == labels
    assert {sample.name for sample in scans.samples} <= {"scans_total"}
    assert (wait.unit, wait.samples[0].value) == ("seconds", 1.5)


@pytest.mark.parametrize(
    "family",
    [
        Family("a b", "gauge", "", []),
        Family("a", "gauge", "", [({"x-y": ""}, 1.0)]),
        Family("a", "gauge", "", [], "seconds"),
    ],
)
def test_a_name_that_is_none_is_refused(family: Family) -> None:
    with pytest.raises(ValueError, match=r"name|unit"):
        exposition([family])


def test_the_file_is_replaced_and_can_be_read_by_a_collector(tmp_path: Path) -> None:
    file = tmp_path / "textfile" / "overseal.prom"
    for value in (1.0, 2.0):
        write_metrics(file, [Family("a", "gauge", "x", [({}, value)])])
    assert file.read_text().endswith("a 2\n# EOF\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [path.name for path in file.parent.iterdir()] == ["overseal.prom"]
