"""Fresh Utopian documents, one picture each: every format, wrong check digits on a share, negatives between them.

The pictures are made by the generator's own layouts and conditions of capture; their truth is what was drawn, and
whether a zone is legible follows from the parameters of its capture.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from fixtures.utopia import cards, conditions, papers
from fixtures.utopia.capture import Captured, Settings, capture
from fixtures.utopia.document import Document
from fixtures.utopia.files import save
from fixtures.utopia.people import Holder, holder
from fixtures.utopia.plants import mrz as planted
from fixtures.utopia.plants.base import Make
from fixtures.utopia.scans import LAYOUTS
from fixtures.utopia.sheet import Sheet
from fixtures.utopia.truth import MAX_EDGE_WIDTH_PX, MAX_FADED, MIN_CHARACTER_PX, Capture
from pipeline.types.mrz import MrzFormat
from tests.bench.mrz.pictures import Picture
from tests.fixtures.zone_digits import wrong_digits

PHONE_SHARE = 0.4
#: Meant to be legible by the parameters; the others lack resolution, focus or ink.
LEGIBLE_SHARE = 0.85
NEGATIVE_SHARE = 0.05
PRINTED_WRONG_SHARE = 0.15
PNG_SHARE = 0.1
#: Of cards with two sides, how many are filed with both on one picture.
BOTH_SIDES_SHARE = 0.4

_EDITS: tuple[Make, ...] = (
    planted.birth_digit_edited,
    planted.expiry_digit_edited,
    planted.number_digit_edited,
    planted.digit_pattern,
)
#: Format -> how often.
_FORMATS = {MrzFormat.TD3: 40, MrzFormat.TD1: 25, MrzFormat.TD2: 15, MrzFormat.MRVA: 10, MrzFormat.MRVB: 10}


def pictures(out: Path, seed: int, count: int) -> Iterator[Picture]:
    """Make `count` pictures below `out`; the same seed gives the same bytes, and fewer pictures the first of more."""
    out.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        rng = random.Random(f"{seed}/mrz/{number}")
        make = _negative if rng.random() < NEGATIVE_SHARE else _with_zone
        yield make(rng, out / f"{number:05d}")


def _with_zone(rng: random.Random, stem: Path) -> Picture:
    document = _document(rng)
    assert document.mrz_format is not None
    settings = _settings(rng, document.template)
    sides = LAYOUTS[document.template](document, settings.dpi)
    if len(sides) > 1 and rng.random() < BOTH_SIDES_SHARE:
        sides = (cards.stacked(sides),)
    taken, path = _taken(rng, stem, next(side for side in sides if side.mrz_pitch_px is not None), settings)
    return Picture(
        path,
        document.mrz_format.value,
        document.mrz,
        bool(wrong_digits(document.mrz_format.value, document.mrz)),
        taken.capture.kind,
        taken.capture.mrz_pitch_px,
        taken.capture.edge_width_px,
        _zone_legible(taken.capture),
    )


def _negative(rng: random.Random, stem: Path) -> Picture:
    """A document, or the side of one, that has no zone."""
    person = holder(rng)
    book = papers.passport_of(rng, person)
    kinds: tuple[Callable[[], Document], ...] = (
        lambda: papers.permit(rng, person, book),
        lambda: papers.permit(rng, person, book, card=True),
        lambda: papers.identity_card(rng, person, MrzFormat.TD1),
    )
    document = rng.choice(kinds)()
    settings = _settings(rng, document.template)
    front = LAYOUTS[document.template](document, settings.dpi)[0]
    taken, path = _taken(rng, stem, front, settings)
    return Picture(path, None, (), False, taken.capture.kind)


def _document(rng: random.Random) -> Document:
    if rng.random() < PRINTED_WRONG_SHARE:
        return next(iter(rng.choice(_EDITS)(rng).documents.values()))
    person = holder(rng)
    form = rng.choices(list(_FORMATS), list(_FORMATS.values()))[0]
    return _in_order(rng, person, form)


def _in_order(rng: random.Random, person: Holder, form: MrzFormat) -> Document:
    book = papers.passport_of(rng, person)
    if form is MrzFormat.TD3:
        return papers.passport(rng, person, book)
    if form in (MrzFormat.TD1, MrzFormat.TD2):
        return papers.identity_card(rng, person, form, residence=rng.random() < 0.3)
    return papers.visa(rng, person, book, form)


def _settings(rng: random.Random, template: str) -> Settings:
    take = conditions.phone if rng.random() < PHONE_SHARE else conditions.flatbed
    return take(rng, template, rng.random() < LEGIBLE_SHARE)


def _taken(rng: random.Random, stem: Path, side: Sheet, settings: Settings) -> tuple[Captured, Path]:
    """Capture one side and save it as a type that every reader opens."""
    png = settings.exif_orientation == 1 and rng.random() < PNG_SHARE
    glare = tuple(key for key in settings.glare_on if key == "free" or key in side.boxes)
    quality = None if png else settings.jpeg_quality
    taken = capture(side, replace(settings, glare_on=glare, jpeg_quality=quality), rng)
    path = stem.with_suffix(".png" if png else ".jpg")
    save(path, [taken])
    return taken, path


def _zone_legible(taken: Capture) -> bool:
    """The generator's rule of legibility (`Capture.legible`), asked of the zone alone."""
    return (
        taken.mrz_pitch_px is not None
        and taken.mrz_pitch_px >= MIN_CHARACTER_PX
        and taken.edge_width_px <= MAX_EDGE_WIDTH_PX
        and taken.faded <= MAX_FADED
        and "mrz" not in (*taken.glare_fields, *taken.cut_fields)
    )
