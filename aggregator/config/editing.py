"""feeds.yaml with feeds added or removed, every other character as it was.

A round trip through a YAML library re-wraps long lines, re-indents lists and re-quotes texts that the person wrote
another way. So only what is new is written by one (ruamel.yaml); it is put into the text at the place where the
parser says that the list ends, and the result is read again before anybody may save it.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import StringIO
from typing import Any

from aggregator.config.models import Config
from aggregator.config.reading import read
from aggregator.config.removing import remove_items
from aggregator.config.spots import Spot, find_spots
from aggregator.errors import ConfigError

_BREAK = re.compile("\r\n|[\n\r]")
_END_MARK = re.compile(r"(?<=[\n\r])\.\.\.(?=\s|\Z)")  # YAML 1.2 §9.1.2: the document ends here
_LONGEST = 100
"""Characters that are put into an empty ``[]``; more than that stand on lines of their own."""
_BOM = "\ufeff"
Edit = tuple[int, int, str]
"""From where to where in the text, and what to put there."""
NewFeed = Mapping[str, object]
"""The keys of a feed as feeds.yaml writes them: ``url``, and perhaps ``title``, ``topics``, ``every``."""


def add(data: bytes, feeds: Sequence[NewFeed], topics: Mapping[str, str], *, name: str) -> bytes:
    """Return the bytes of ``name`` with ``feeds`` at the end of its feeds, and ``topics`` (name → title) likewise.

    Raises ConfigError when the file has mistakes, now or with what was to be added.
    """
    before, text = read(data, name), data.decode("utf-8-sig")
    root, line_end = find_spots(text), _line_end(text)
    if any(spot and spot.kind == "alias" for spot in (root.under("feeds"), root.under("topics"))):
        raise _by_hand(name, feeds, line_end)
    wanted: dict[str, list[Any]] = {
        "feeds": [_plainest(feed) for feed in feeds],
        "topics": [{key: {"title": title}} for key, title in topics.items()],
    }
    # At one place, the end of the file, what belongs to a section that is there comes before a new section.
    keys = sorted((key for key in wanted if wanted[key]), key=lambda key: root.under(key) is None)
    edits = [edit for key in keys for edit in _into(text, root, key, wanted[key], line_end)]
    edits.sort(key=lambda edit: edit[0])
    for start, end, new in reversed(edits):
        text = text[:start] + new + text[end:]
    result = _encoded(text, data)
    after = read(result, name)
    added = [feed.url for feed in after.feeds[len(before.feeds) :]]
    if added != [feed["url"] for feed in feeds] or not _same(before, after, len(before.feeds)):
        raise _by_hand(name, feeds, line_end)
    return result


def remove(data: bytes, positions: Sequence[int], *, name: str) -> bytes:
    """Return the bytes of ``name`` without the feeds at these positions; raises ConfigError as ``add`` does."""
    before, text = read(data, name), data.decode("utf-8-sig")
    feeds = find_spots(text).under("feeds")
    if feeds is not None and feeds.kind == "list":
        text = remove_items(text, feeds, positions)
    result = _encoded(text, data)
    try:
        after = read(result, name)
    except ConfigError as error:
        raise ConfigError((f"{name}: without this feed the file would have mistakes:", *error.problems)) from error
    gone = {before.feeds[position].url for position in positions}
    if replace(after, feeds=before.feeds) != before or after.feeds != tuple(
        feed for feed in before.feeds if feed.url not in gone
    ):
        raise ConfigError((f"{name}: cannot be edited in place; take out by hand: {', '.join(sorted(gone))}",))
    return result


def lines(data: bytes) -> list[int]:
    """Return the line, from 1, in which each feed of a valid file stands."""
    text = data.decode("utf-8-sig")
    feeds = find_spots(text).under("feeds")
    starts = [found.end() for found in _BREAK.finditer(text)]
    return [bisect_right(starts, spot.start) + 1 for spot in feeds.children] if feeds else []


def _same(before: Config, after: Config, feeds: int) -> bool:
    """Tell whether nothing else changed: the old feeds and topics first, all other sections equal."""
    untouched = replace(after, feeds=after.feeds[:feeds], topics=after.topics[: len(before.topics)])
    return untouched == before


def _by_hand(name: str, feeds: Sequence[NewFeed], line_end: str) -> ConfigError:
    block = _block([dict(feed) for feed in feeds], line_end)
    return ConfigError((f"{name}: is written in a way that cannot be edited in place; add by hand:\n{block}",))


def _encoded(text: str, before: bytes) -> bytes:
    return ((_BOM if before.startswith(_BOM.encode()) else "") + text).encode()


def _line_end(text: str) -> str:
    found = _BREAK.search(text)
    return found[0] if found else "\n"


def _plainest(feed: NewFeed) -> object:
    return feed["url"] if set(feed) == {"url"} else dict(feed)


def _into(text: str, root: Spot, key: str, items: list[Any], line_end: str) -> list[Edit]:
    """Say what to insert where, so that ``items`` stand at the end of the section ``key``."""
    section = root.under(key)
    value: Any = items if key == "feeds" else {name: body for item in items for name, body in item.items()}
    flow = [_flow(item, root) if key == "feeds" else _pair(item, root) for item in items]
    if section is None and root.flow:
        end = root.children[-1].end
        return [(end, end, ", " + _pair({key: value}, root))]
    if section is None:
        end = mark.start() if (mark := _END_MARK.search(text, root.end)) else len(text)
        lead = "" if text.endswith(("\n", "\r"), 0, end) else line_end
        return [(end, end, lead + _indented(_block({key: value}, line_end), root.column))]
    short = root.flow or text[section.start : section.end] not in ("[]", "{}") or len(", ".join(flow)) <= _LONGEST
    if section.flow and short:
        return _flow_edits(text, section, flow)
    empty = section.flow or section.kind == "scalar"
    place, broken = _after_line(text, section.end, column=None if empty else section.column)
    block = _indented(_block(value, line_end), root.column + 2 if empty else section.column)
    start = section.start if text[section.end : place].strip() else len(text[: section.start].rstrip(" "))
    gone = [(start, section.end, "")] if section.value or section.flow else []
    return [*gone, (place, place, ("" if broken else line_end) + block)]


def _after_line(text: str, end: int, *, column: int | None = None) -> tuple[int, bool]:
    """Return the start of the line after ``end``, and whether there is a line break before it.

    Comment lines below a list that are indented as far as its entries still belong to it.
    """
    found = _BREAK.search(text, end)
    place = found.end() if found else len(text)
    while found and column is not None:
        comment = re.compile(r"( *)#[^\r\n]*").match(text, place)
        if not comment or len(comment[1]) < max(column, 1):
            break
        found = _BREAK.match(text, comment.end())
        place = found.end() if found else len(text)
    return place, found is not None


def _flow_edits(text: str, section: Spot, items: list[str]) -> list[Edit]:
    """Insert into ``[a, b]`` or ``{a: 1}``; an entry on a line of its own is followed by lines of their own."""
    inside = section.children
    if not inside:
        place = section.end - 1
        return [(place, place, ", ".join(items))]
    end = inside[-1].end
    comma = re.compile(r"\s*,").match(text, end)
    last = inside[-1] if section.kind == "list" else inside[-2]
    own = re.search(r"[\n\r]([ ]*)$", text[: last.start])
    if not own:
        place = comma.end() if comma else end
        return [(place, place, (" " if comma else ", ") + ", ".join(items))]
    lead = _line_end(text) + own[1]
    new = ",".join(lead + item for item in items) + ("," if comma else "")
    behind = comma.end() if comma else end
    remark = re.compile(r"[ \t]+#[^\r\n]*").match(text, behind)
    place = remark.end() if remark else behind
    if comma or place == end:
        return [(place, place, new if comma else "," + new)]
    return [(end, end, ","), (place, place, new)]


def _indented(block: str, column: int) -> str:
    return "".join(" " * column + line for line in block.splitlines(keepends=True))


def _block(value: Any, line_end: str) -> str:
    return _dump(value, flow=False).replace("\n", line_end)


def _flow(value: Any, root: Spot) -> str:
    """Write a value on one line; a file that is all in braces may be JSON, and stays it."""
    return json.dumps(value, ensure_ascii=False) if root.flow else _dump([value], flow=True).strip()[1:-1]


def _pair(mapping: Mapping[str, object], root: Spot) -> str:
    """Write the one pair of a mapping as it stands inside braces; the library may have left them out itself."""
    text = _flow(mapping, root)
    return text[1:-1] if text.startswith("{") else text


def _dump(value: Any, *, flow: bool) -> str:
    from ruamel.yaml import YAML  # only when something is written
    from ruamel.yaml.representer import SafeRepresenter

    class Short(SafeRepresenter):
        """Lists of plain words, as topics are, stand in one line."""

        def represent_words(self, words: tuple[str, ...]) -> Any:
            return self.represent_sequence("tag:yaml.org,2002:seq", words, flow_style=True)

        def represent_text(self, text: str) -> Any:
            """YAML 1.1, as feeds.yaml is read, takes a ``?`` at the start for a key where 1.2 sees a text."""
            style = "'" if text[:1] in ("?", "-", ":") else None
            return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Short.add_representer(tuple, Short.represent_words)
    Short.add_representer(str, Short.represent_text)
    writer: Any = YAML(typ="safe", pure=True)
    writer.Representer = Short
    writer.default_flow_style, writer.allow_unicode, writer.width = flow, True, 1_000_000
    writer.sort_base_mapping_type_on_output = False
    stream = StringIO()
    writer.dump(value, stream)
    return stream.getvalue()
