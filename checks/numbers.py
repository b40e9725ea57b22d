"""Document numbers as a stem and a serial number."""

from __future__ import annotations

import polars as pl


def numbered(frame: pl.LazyFrame, *columns: str) -> pl.LazyFrame:
    """The frame with `<column>_stem` and `<column>_serial` for each column of numbers.

    The serial is the run of digits at the end (at most 18), the stem what stands before it, in capitals and without
    blanks and hyphens. A number that does not end in a digit has no serial.
    """
    written = {column: pl.col(column).str.to_uppercase().str.replace_all(r"[\s\-/.]", "") for column in columns}
    digits = {column: pl.col(column).str.extract(r"(\d{1,18})\s*$") for column in columns}
    return frame.with_columns(
        *(
            text.str.head(text.str.len_chars() - digits[column].str.len_chars()).alias(f"{column}_stem")
            for column, text in written.items()
        ),
        *(text.cast(pl.Int64).alias(f"{column}_serial") for column, text in digits.items()),
    )
