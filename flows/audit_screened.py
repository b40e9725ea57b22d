"""Scans that were screened, by the permit of the register whose number they bear."""

from __future__ import annotations

import polars as pl

from checks.rows import Tables
from pipeline.reference.numbers import bare, bare_in
from pipeline.register.match_wanted import NUMBER_KEYS, ROW_KINDS, wanted
from pipeline.store.database import Store
from pipeline.store.screened import screened
from pipeline.types.audit_evidence import ScannedFinding, ScannedPermit
from pipeline.types.documents import DocumentKind

_PERMIT_KINDS = frozenset().union(*(kinds for kind, kinds in ROW_KINDS.items() if kind is not DocumentKind.PASSPORT))


def scanned_permits(store: Store, tables: Tables, register_hash: str) -> tuple[ScannedPermit, ...]:
    """Scans of the store whose number, as it was read, is that of one permit of the register; by permit number.

    A number that two rows have, or two zones have differently, says of no row for certain that it is the scan's.

    Raises:
        StoreError: when the store refuses.
    """
    by_number: dict[str, list[tuple[str, tuple[ScannedFinding, ...]]]] = {}
    with store.read() as connection:
        for document in screened(connection, NUMBER_KEYS, register_hash):
            asked = wanted(document.facts)
            if asked is None or len(asked.read) != 1 or not asked.kinds & _PERMIT_KINDS:
                continue
            findings = tuple(ScannedFinding(one.code, one.title, str(one.hypothesis)) for one in document.findings)
            by_number.setdefault(asked.read[0], []).append((document.document_id, findings))
    if not by_number:
        return ()
    rows = tables["permits"].select("permit_number", bare_in("permit_number").alias("bare"))
    known = rows.filter(pl.col("bare").is_in(list(by_number))).unique().collect()
    single = known.filter(pl.len().over("bare") == 1).sort("permit_number")
    return tuple(
        ScannedPermit(document_id, number, findings)
        for number in single["permit_number"]
        for document_id, findings in by_number[bare(number)]
    )
