"""How a value is written in outputs."""

from __future__ import annotations

from pipeline.types.dates import PartialDate
from pipeline.types.documents import PageInfo
from pipeline.types.mrz import CheckDigit, MrzReading
from pipeline.types.printed import Duration, FieldQuality, TemplateMatch


def shown(value: object) -> str:
    """Text of a Fact's value: dates as ISO 8601, durations likewise, check digits as printed.

    Raises:
        TypeError: for a type no Fact holds: a fault of ours.
    """
    match value:
        case str():
            return value
        case PartialDate() | Duration():
            return value.iso()
        case CheckDigit():
            return value.read
        case MrzReading():
            return "\n".join(value.lines)
        case TemplateMatch():
            return value.name
        case FieldQuality():
            return f"edge {value.edge_width_px} px, contrast {value.contrast}"
        case PageInfo():
            return f"{value.width} x {value.height} px"
        case _:
            raise TypeError(f"no written form for {type(value).__name__}")
