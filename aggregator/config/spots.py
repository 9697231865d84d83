"""YAML text → where each value stands in it, in characters: what an edit in place needs to know."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

_DASH = re.compile(r"[\n\r]( *)-\s")
_PARSER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


@dataclass(slots=True)
class Spot:
    """One value: from its first to behind its last visible character, and the column in which it begins.

    ``kind`` is scalar, alias, list or mapping; the children of a mapping are its keys and values in turn. ``flow``
    tells ``[a, b]`` from lines with dashes.
    """

    kind: str
    start: int
    end: int
    column: int
    value: str = ""
    flow: bool = False
    children: list["Spot"] = field(default_factory=list)

    def pairs(self) -> Iterator[tuple["Spot", "Spot"]]:
        """Yield the keys of a mapping with their values."""
        return zip(self.children[::2], self.children[1::2], strict=True)

    def under(self, key: str) -> "Spot | None":
        """Return the value behind a key."""
        return next((value for name, value in self.pairs() if name.value == key), None)


def find_spots(text: str) -> Spot:
    """Return the spots of a document that is known to be a valid mapping.

    The events are read, not the composed nodes: those of an alias (``*name``) stand where its anchor stands.
    """
    open_: list[Spot] = [Spot("list", 0, 0, 0)]
    events: Iterator[Any] = yaml.parse(text, Loader=_PARSER)
    for event in events:
        match event:
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                open_.append(_spot(event, "list" if isinstance(event, yaml.SequenceStartEvent) else "mapping"))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                done = open_.pop()
                mark: Any = event.end_mark
                done.end = mark.index if done.flow else max(done.end, *(c.end for c in done.children))
                done.column = done.column if done.flow else _column(text, done)
                open_[-1].children.append(done)
            case yaml.ScalarEvent():
                spot = _spot(event, "scalar")
                spot.end = spot.start + len(text[spot.start : spot.end].rstrip())
                open_[-1].children.append(spot)
            case yaml.AliasEvent():
                open_[-1].children.append(_spot(event, "alias"))
    return open_[0].children[0]


def _column(text: str, block: Spot) -> int:
    """Return the column of a block's entries: an anchor (``&name``) before them stands in another."""
    if text[block.start] not in "&!":
        return block.column
    dash = _DASH.search(text, block.start)
    return len(dash[1]) if dash and block.kind == "list" else block.children[0].column


def _spot(event: Any, kind: str) -> Spot:
    mark = event.start_mark
    value = getattr(event, "value", "")
    flow = bool(getattr(event, "flow_style", False))
    return Spot(kind, mark.index, event.end_mark.index, mark.column, value, flow)
