"""Document numbers: without separators, as a stem and a serial number, and by the shapes of their glyphs."""

from __future__ import annotations

import re

import polars as pl

#: What stands between the parts of a number and is not compared.
_SEPARATORS = r"[\s\-/.]"
_SEPARATOR = re.compile(_SEPARATORS)
_SERIAL = r"([0-9]{1,18})\s*$"
#: One glyph for each set that engines take for one another at a cost of 0.3 or less (`confusions`).
_SHAPES = {"O": "0", "D": "0", "Q": "0", "I": "1", "L": "1", "S": "5", "B": "8", "Z": "2", "G": "6", "U": "V"}
_SHAPE = str.maketrans(_SHAPES)
#: Longer than any number; what a page prints is hostile text.
LONGEST = 60


def bare(number: str) -> str:
    """A number in capitals, without blanks, hyphens, slashes and full stops."""
    return _SEPARATOR.sub("", number.upper())[:LONGEST]


def shape(number: str) -> str:
    """The bare number with glyphs of like shape written as one of them: `WP-O2` and `wp02` have one shape."""
    return bare(number).translate(_SHAPE)


def bare_in(column: str) -> pl.Expr:
    """`bare` of a column, as an expression."""
    return pl.col(column).str.to_uppercase().str.replace_all(_SEPARATORS, "")


def shape_in(column: str) -> pl.Expr:
    """`shape` of a column, as an expression."""
    # One pass over the text: as fast as the separators alone, where a regular expression takes half as long again.
    written = ["-", " ", "/", ".", *_SHAPES]
    plain = ["", "", "", "", *_SHAPES.values()]
    return pl.col(column).str.to_uppercase().str.replace_many(written, plain)


def numbered(frame: pl.LazyFrame, *columns: str) -> pl.LazyFrame:
    """The frame with `<column>_stem` and `<column>_serial` for each column of numbers.

    The serial is the run of digits at the end (at most 18), the stem what stands before it, in capitals and without
    blanks and hyphens. A number that does not end in a digit has no serial.
    """
    written = {column: bare_in(column) for column in columns}
    digits = {column: pl.col(column).str.extract(_SERIAL) for column in columns}
    return frame.with_columns(
        *(
            text.str.head(text.str.len_chars() - digits[column].str.len_chars()).alias(f"{column}_stem")
            for column, text in written.items()
        ),
        *(text.cast(pl.Int64).alias(f"{column}_serial") for column, text in digits.items()),
    )
