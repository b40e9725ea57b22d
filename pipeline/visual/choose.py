"""Which template a page is of, by the labels and wordings seen on it and by its MRZ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ocr.engine import TextLine
from pipeline.reference.templates import Template
from pipeline.types.documents import DocumentKind
from pipeline.types.mrz import MrzFormat
from pipeline.visual.labels import Piece, folded, pieces

#: What each piece of evidence weighs, in labels.
_WORDING, _MRZ, _CODE, _NO_MRZ_EXPECTED = 2.0, 4.0, 1.0, -2.0
_LABEL_MISSING, _WORDING_MISSING = -0.5, -1.0
#: A longer wording is known inside a line that says more.
_LEAST_CONTAINED = 10
#: Labels that name a layout when nothing else does: this many, and this share of its mandatory ones.
_LEAST_LABELS, _LEAST_SHARE = 5, 0.66


@dataclass(frozen=True, slots=True)
class MrzHint:
    """What the machine-readable zone says the document is."""

    format: MrzFormat
    code: str
    issuing_state: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A page cut up by one template's words.

    Attributes:
        fields: fields whose label was seen; `wordings`, the fixed texts seen, each in its first spelling.
        mrz_agrees: None where no MRZ was read or the template carries none.
    """

    template: Template
    pieces: tuple[Piece, ...]
    fields: frozenset[str]
    wordings: frozenset[str]
    mrz_agrees: bool | None

    @property
    def score(self) -> float:
        """Evidence for the template, in labels."""
        mandatory = {field.name for field in self.template.fields if field.mandatory}
        missing = len(mandatory - self.fields) * _LABEL_MISSING
        missing += (len(self.template.wordings) - len(self.wordings)) * _WORDING_MISSING
        return len(self.fields) + len(self.wordings) * _WORDING + (_MRZ if self.mrz_agrees else 0.0) + missing

    @property
    def enough(self) -> bool:
        """Whether there is any reason to take the page for this layout."""
        if self.mrz_agrees is False:
            return False
        if self.mrz_agrees:
            return len(self.fields) + len(self.wordings) >= 2
        if self.wordings and len(self.fields) >= 2:
            return True
        mandatory = {field.name for field in self.template.fields if field.mandatory}
        return len(self.fields) >= _LEAST_LABELS and len(mandatory & self.fields) >= _LEAST_SHARE * len(mandatory)


def choose(lines: Sequence[TextLine], templates: Sequence[Template], hint: MrzHint | None) -> Seen | None:
    """The template that has most evidence, or None where no template has enough."""
    possible = [one for one in templates if hint is None or not one.mrz or hint.format in one.mrz]
    candidates = [one for one in (seen(lines, template, hint) for template in possible) if one.enough]
    return max(candidates, key=lambda one: one.score + _by_mrz(one.template, hint), default=None)


def seen(lines: Sequence[TextLine], template: Template, hint: MrzHint | None = None) -> Seen:
    """What of the template's words stands on the page."""
    found = tuple(pieces(lines, template))
    fields = frozenset(piece.label.field for piece in found if piece.label and piece.label.field)
    fixed = {piece.label.text for piece in found if piece.label and piece.label.fixed}
    texts = [folded(piece.line.text) for piece in found if piece.label is None]
    wordings = frozenset(
        spellings[0]
        for spellings in template.wordings
        if any(spelling in fixed or _inside(spelling, texts) for spelling in spellings)
    )
    agrees = hint.format in template.mrz if hint and template.mrz else None
    return Seen(template, found, fields, wordings, agrees)


def kind_of(hint: MrzHint | None) -> DocumentKind:
    """Kind of document by its MRZ code alone (Doc 9303-4 to -7, clause 4.2.2)."""
    if hint is None:
        return DocumentKind.UNKNOWN
    if hint.format in (MrzFormat.MRVA, MrzFormat.MRVB):
        return DocumentKind.VISA
    if hint.format is MrzFormat.FRAID:
        return DocumentKind.IDENTITY_CARD
    match hint.code[:1], hint.code[1:2]:
        case "P", _:
            return DocumentKind.PASSPORT
        case "V", _:
            return DocumentKind.VISA
        case ("A" | "I" | "C", "R"):
            return DocumentKind.RESIDENCE_CARD
        case ("A" | "I" | "C", _):
            return DocumentKind.IDENTITY_CARD
        case _:
            return DocumentKind.OTHER


def _by_mrz(template: Template, hint: MrzHint | None) -> float:
    """What the document code says for the template; two letters of it say it better than one."""
    if hint is None:
        return 0.0
    if not template.mrz:
        return _NO_MRZ_EXPECTED
    code = hint.code.rstrip("<")
    return _CODE * max((len(start) for start in template.codes if code.startswith(start)), default=0)


def _inside(spelling: str, texts: Sequence[str]) -> bool:
    wording = folded(spelling)
    return len(wording) >= _LEAST_CONTAINED and any(wording in text for text in texts)
