"""expat's events → what was found, with feedparser's sense of where in the document it is."""

from typing import Any

from aggregator.model import ParsedEntry
from aggregator.pipeline.parse_fast_found import Found, parsed
from aggregator.pipeline.parse_fast_names import USUAL, Declined, attributes
from aggregator.pipeline.parse_fast_people import begin, settle
from aggregator.pipeline.parse_fast_rooms import Leaf, Room
from aggregator.pipeline.parse_fast_texts import based, mended

_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}


class TooMany(Exception):
    """The document has more entries than are read."""


DEEPEST = 100
"""Elements inside each other; the reference has a bound of its own, and says so."""


class Reader:
    """Where in the document we are, and what was found so far."""

    def __init__(self, *, base: str, language: str, cap: int) -> None:
        self.hangs_on, self.cap = base, cap
        self.base = self.outer_base = ""
        self.language: str | None = language or None
        self.feed = Found(is_feed=True)
        self.found = self.feed
        self.feed.language = language.replace("_", "-")
        self.entries: list[ParsedEntry] = []
        self.format = ""
        self.is_atom = self.mixed = self.seen_channel = False
        self.title_depth = -1
        self.room = Room("document")
        self.rooms: dict[str, Room] = {}
        self.stack: list[tuple[Room, str | None, str]] = []
        self.texts: list[str] = []
        self.leaf: Leaf | None = None
        self.attributes: dict[str, str] = {}
        self.language_here: str | None = None

    def depth(self) -> int:
        """Return how deep the text stands that has just ended."""
        return len(self.stack) + 1

    def start(self, name: str, found: dict[str, str]) -> None:
        """Begin an element."""
        if self.leaf is not None:
            raise Declined("markup inside a text")
        what, then = self.room[name]
        language = self.language
        if found and not USUAL.issuperset(found):
            found = attributes(found)
            language = found.get("xml:lang", found.get("lang", language)) or None
            if own := found.get("xml:base", found.get("base")):
                self.base = based(self.base, own)
        if what == "leaf":
            self.leaf, self.attributes, self.language_here = then, found, language
            self.texts.clear()
        elif what == "room":
            if len(self.stack) > DEEPEST:
                raise Declined("elements too deep inside each other")
            self.stack.append((self.room, self.language, self.outer_base))
            self.language, self.outer_base = language, self.base
            self.room = self.rooms.get(then) or self.rooms.setdefault(then, Room(then))
            if enter := _ENTER.get(then):
                enter(self, found)
        elif what == "part" and not "".join(self.texts).strip():
            self.leaf, self.attributes = then, found
            self.texts.clear()
        else:
            raise Declined(then if what == "declined" else "an author with text between his parts")

    def end(self, name: str) -> None:
        """End it."""
        if self.leaf is not None:
            leaf, self.leaf = self.leaf, None
            texts = self.texts
            text = (texts[0] if len(texts) == 1 else "".join(texts)).strip()
            leaf(self, self.attributes, text if text.isascii() else mended(text))
            if self.base:
                self.base = self.outer_base or self.base
            return
        room = self.room.name
        self.room, self.language, self.outer_base = self.stack.pop()
        self.base = self.outer_base or self.base  # feedparser does not come back from a base to none
        if leave := _LEAVE.get(room):
            leave(self)

    def comment(self, text: str) -> None:
        """Meet a comment: before the root, feedparser looks for declarations with an expression."""
        if not self.stack and "<!" in text:
            raise Declined("a declaration in a comment before the root")


def _enter_rss(reader: Reader, found: dict[str, str]) -> None:
    version = found.get("version", "")
    reader.format = _VERSIONS.get(version) or ("rss20" if version.startswith("2.") else "rss")
    _speak(reader)


def _enter_feed(reader: Reader, found: dict[str, str]) -> None:
    reader.format, reader.is_atom = "atom10", True
    _speak(reader)


def _speak(reader: Reader) -> None:
    if reader.language:
        reader.feed.language = reader.language.replace("_", "-")


def _enter_channel(reader: Reader, found: dict[str, str]) -> None:
    if reader.seen_channel:
        raise Declined("two channels")
    reader.seen_channel = True
    _without_address(found)


def _enter_entry(reader: Reader, found: dict[str, str]) -> None:
    _without_address(found)
    if len(reader.entries) >= reader.cap:
        raise TooMany
    reader.found, reader.title_depth = Found(), -1


def _without_address(found: dict[str, str]) -> None:
    if found and not found.keys().isdisjoint(("href", "lastmod", "rdf:about")):
        raise Declined("an entry or a channel with an address of its own")


def _enter_aside(reader: Reader, found: dict[str, str]) -> None:
    reader.title_depth = -1


def _enter_author(reader: Reader, found: dict[str, str]) -> None:
    begin(reader.found)
    reader.texts.clear()
    reader.mixed = False


def _enter_owner(reader: Reader, found: dict[str, str]) -> None:
    reader.texts.clear()


def _enter_guest(reader: Reader, found: dict[str, str]) -> None:
    if "".join(reader.texts).strip():
        raise Declined("an author with text between his parts")
    reader.mixed = True


def _enter_medium(reader: Reader, found: dict[str, str]) -> None:
    reader.found.media.append({name.lower(): value for name, value in found.items()})


def _leave_author(reader: Reader) -> None:
    found, text = reader.found, mended("".join(reader.texts).strip())
    if text and (reader.mixed or (found.authors and found.authors[-1])):
        raise Declined("an author with text between his parts")
    found.author = text
    found.in_one_text = found.in_one_text or bool(text)
    settle(found)


def _leave_entry(reader: Reader) -> None:
    reader.entries.append(parsed(reader.found, reader.hangs_on))
    reader.found = reader.feed


_ENTER: dict[str, Any] = {
    "rss": _enter_rss,
    "feed": _enter_feed,
    "channel": _enter_channel,
    "entry": _enter_entry,
    "image": _enter_aside,
    "textinput": _enter_aside,
    "source": _enter_aside,
    "author": _enter_author,
    "owner": _enter_owner,
    "guest": _enter_guest,
    "medium": _enter_medium,
}
_LEAVE: dict[str, Any] = {"author": _leave_author, "entry": _leave_entry}
