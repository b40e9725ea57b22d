"""What the register says of the documents of a batch: the row of each, and the findings on that row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows.rows import RowRun, row_outcomes
from pipeline.register.match import match_documents
from pipeline.types.facts import Facts
from pipeline.types.findings import Outcome
from pipeline.types.register import RegisterMatch


@dataclass(frozen=True, slots=True)
class Sighting:
    """One document in the register.

    Attributes:
        match: where it stands; None without a register, or for a document that a register of permits does not list.
        rows: what the checks on rows say of its row; () where it has none.
    """

    match: RegisterMatch | None = None
    rows: tuple[Outcome, ...] = ()

    @property
    def asked(self) -> bool:
        """Whether the register could be asked of the document."""
        return self.match is not None


UNSEEN = Sighting()


def sightings(run: RowRun | None, documents: Mapping[str, Facts]) -> dict[str, Sighting]:
    """The sighting of each document that the register can know, by document id."""
    if run is None or not documents:
        return {}
    matches = match_documents(documents, run.tables)
    permits = {match.row.key for match in matches.values() if match.row is not None}
    said = row_outcomes(run, permits)
    return {
        document_id: Sighting(match, said[match.row.key] if match.row is not None else ())
        for document_id, match in matches.items()
    }
