"""Our dataclasses as JSON text and back, exactly.

What a field holds is told by its annotation. Only two places need a tag beside the data: a Fact's value and a piece of
evidence, which may be of several types; they are written as `{"is": TYPE, "of": DATA}`.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeAlias, TypeVar, cast

from pipeline.types.dates import PartialDate
from pipeline.types.documents import PageInfo
from pipeline.types.findings import PageEvidence, RowEvidence
from pipeline.types.mrz import CheckDigit, MrzReading
from pipeline.types.printed import Duration, FieldQuality, TemplateMatch

T = TypeVar("T")
#: What an annotation evaluates to, and what JSON holds: Python has no narrower type for either.
Annotation: TypeAlias = Any
Json: TypeAlias = Any

#: Types that stand where an annotation allows more than one, by the tag that tells them apart.
TAGGED: Mapping[str, type] = {
    "text": str,
    "date": PartialDate,
    "duration": Duration,
    "check-digit": CheckDigit,
    "mrz": MrzReading,
    "template": TemplateMatch,
    "field-quality": FieldQuality,
    "page": PageInfo,
    "page-evidence": PageEvidence,
    "row-evidence": RowEvidence,
}
_TAG_OF = {kind: tag for tag, kind in TAGGED.items()}
_SCALARS = (str, int, float, bool, type(None))


def dumps(value: object) -> str:
    """One line of ASCII JSON; lone surrogates and control characters are escaped.

    Raises:
        TypeError: for a type that no annotation of ours allows: a fault of ours.
    """
    return json.dumps(_plain(value, type(value)), ensure_ascii=True, separators=(",", ":"))


def loads(kind: type[T], text: str) -> T:
    """Read back what `dumps` wrote of a `kind`; its own checks run again.

    Raises:
        ValueError: if the text is not what `dumps` wrote of this type.
    """
    try:
        return cast("T", _typed(kind, json.loads(text)))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a stored {kind.__name__}: {error}") from error


def _plain(value: object, annotation: Annotation) -> Json:
    if _is_open(annotation):
        tag = _TAG_OF.get(type(value))
        if tag is None:
            raise TypeError(f"no stored form for a value of type {type(value).__name__}")
        return {"is": tag, "of": _plain(value, type(value))}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, _SCALARS):
        return value
    if isinstance(value, tuple):
        inner = _items(annotation, len(value)) if typing.get_args(annotation) else [type(item) for item in value]
        return [_plain(item, kind) for item, kind in zip(value, inner, strict=True)]
    if isinstance(value, Mapping):
        kind = _value_kind(annotation)
        return {key: _plain(item, kind or type(item)) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        hints = _hints(cast("type", type(value)))
        return {name: _plain(getattr(value, name), _narrowed(hint)) for name, hint in hints.items()}
    raise TypeError(f"no stored form for a value of type {type(value).__name__}")


def _typed(annotation: Annotation, data: Json) -> Json:
    if _is_open(annotation):
        return _typed(TAGGED[data["is"]], data["of"])
    annotation = _narrowed(annotation)
    if data is None:
        return None
    plain: Annotation = typing.get_origin(annotation) or annotation
    if plain is tuple:
        return tuple(_typed(kind, item) for kind, item in zip(_items(annotation, len(data)), data, strict=True))
    if plain is dict:
        return {key: _typed(_value_kind(annotation), item) for key, item in data.items()}
    if dataclasses.is_dataclass(plain):
        hints = _hints(cast("type", plain))
        return cast("type", plain)(**{name: _typed(hints[name], item) for name, item in data.items()})
    if isinstance(plain, type) and issubclass(plain, Enum):
        return plain(data)
    return data


def _is_open(annotation: Annotation) -> bool:
    """Whether the data must say what it is: any value of a Fact, or a union of several dataclasses."""
    if annotation is Any or isinstance(annotation, TypeVar):
        return True
    return len([kind for kind in _members(annotation) if dataclasses.is_dataclass(kind)]) > 1


def _narrowed(annotation: Annotation) -> Annotation:
    """`X | None` as X: None is told by the data itself."""
    members = [kind for kind in _members(annotation) if kind is not type(None)]
    return members[0] if len(members) == 1 else annotation


def _members(annotation: Annotation) -> tuple[Any, ...]:
    origin: Annotation = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        return typing.get_args(annotation)
    return (annotation,)


def _value_kind(annotation: Annotation) -> Annotation:
    """What a dict with text keys holds; None where the annotation does not say."""
    return next(iter(typing.get_args(annotation)[1:]), None)


def _items(annotation: Annotation, count: int) -> list[Any]:
    kinds = typing.get_args(annotation)
    return [kinds[0]] * count if len(kinds) == 2 and kinds[1] is Ellipsis else list(kinds)


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}
