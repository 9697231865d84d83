"""What programs are given by ``--json``: every id as text, every moment in UTC and with a ``Z``.

A row's id says nothing by its size, and that of a story (``42.2``) is no number. An id that there is none of is null.
"""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aggregator.model.story_traits import story_number

IDS = frozenset({"id", "entry", "text_set", "issue", "delivery", "subscriber", "letter", "feed"})
"""Fields that hold the id of a row, 0 where there is none."""

MOMENTS = frozenset({"composed", "since", "until", "published"})
"""Fields that hold a moment as it was frozen, in ISO 8601."""


def written(value: object) -> Any:
    """Give what JSON has no word for; raises TypeError for what is no value."""
    if isinstance(value, datetime):
        return _moment(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _shaped(field.name, getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"not JSON: {value!r}")


def _shaped(name: str, value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        if name == "story":
            return story_number(value) if value else None
        return (str(value) if value else None) if name in IDS else value
    if name == "texts" and isinstance(value, Iterable):  # (entry, text set)
        return [list(map(str, pair)) for pair in value]
    if name in MOMENTS and isinstance(value, str) and value:
        return _moment(datetime.fromisoformat(value))
    return value


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
