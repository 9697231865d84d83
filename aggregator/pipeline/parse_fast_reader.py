"""The elements of a document → what was found, with feedparser's sense of where in the document it is."""

from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element

from aggregator.model import ParsedEntry
from aggregator.pipeline.parse_fast_found import Found, parsed
from aggregator.pipeline.parse_fast_names import USUAL, Declined, attributes
from aggregator.pipeline.parse_fast_people import begin, settle, together
from aggregator.pipeline.parse_fast_rooms import ROOMS, Room
from aggregator.pipeline.parse_fast_texts import based, mended, placed

Attributes = dict[str, str]

_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_NONE: Attributes = {}


class TooMany(Exception):
    """The document has more entries than are read, or more elements than are held."""


DEEPEST = 100
"""Elements inside each other; the reference has a bound of its own, and says so."""


class Reader:
    """Where in the document we are, and what was found so far."""

    def __init__(self, *, base: str, language: str, cap: int) -> None:
        self.hangs_on, self.cap = base, cap
        self.base = self.outer_base = ""
        self.language = self.language_here = language or None
        self.feed = Found(is_feed=True)
        self.found = self.feed
        self.feed.language = language.replace("_", "-")
        self.entries: list[ParsedEntry] = []
        self.format = ""
        self.is_atom = self.seen_channel = self.skips = False
        self.title_depth = -1
        self.depth = 1  # of a text that stands here

    def read(self, elements: Iterable[Element], room: Room) -> None:
        """Read the elements of a room in their order."""
        for element in elements:
            what, then = room[element.tag]
            found, language = _NONE, self.language
            if element.keys():
                found, language = self.told(element)
            if what == "leaf":
                if len(element):
                    raise Declined("markup inside a text")
                self.language_here = language
                text = (element.text or "").strip()
                then(self, found, text if text.isascii() else mended(text))
                self.base = self.outer_base
            elif what == "declined":
                raise Declined(then)
            elif then != "stranger" or found or len(element):
                self.enter(then, element, found, language)

    def told(self, element: Element) -> tuple[Attributes, str | None]:
        """Return the attributes of an element, and the language in it; a base that it names counts from here on."""
        found = element.attrib
        if USUAL.issuperset(found):
            return found, self.language
        found = attributes(found)
        if own := found.get("xml:base", found.get("base")):
            self.base = based(self.base, own)
        return found, found.get("xml:lang", found.get("lang", self.language)) or None

    def enter(self, name: str, element: Element, found: Attributes, language: str | None) -> None:
        """Read a room, whose elements have its language and its base."""
        if self.depth > DEEPEST:
            raise Declined("elements too deep inside each other")
        outside = self.language, self.outer_base
        self.language, self.outer_base = language, self.base
        self.depth += 1
        if begin_reading := _ENTER.get(name):
            begin_reading(self, element, found)
        else:
            self.read(element, ROOMS[name])
        self.depth -= 1
        self.language, self.outer_base = outside
        self.base = self.outer_base


def _rss(reader: Reader, element: Element, found: Attributes) -> None:
    version = found.get("version", "")
    reader.format = _VERSIONS.get(version) or ("rss20" if version.startswith("2.") else "rss")
    _speak(reader)
    reader.read(element, ROOMS["rss"])


def _feed(reader: Reader, element: Element, found: Attributes) -> None:
    reader.format, reader.is_atom = "atom10", True
    _speak(reader)
    reader.read(element, ROOMS["feed"])


def _speak(reader: Reader) -> None:
    if reader.language:
        reader.feed.language = reader.language.replace("_", "-")


def _channel(reader: Reader, element: Element, found: Attributes) -> None:
    if reader.seen_channel:
        raise Declined("two channels")
    reader.seen_channel = True
    _without_address(found)
    reader.read(element, ROOMS["feed"])


def _entry(reader: Reader, element: Element, found: Attributes) -> None:
    _without_address(found)
    if len(reader.entries) >= reader.cap:
        raise TooMany
    reader.found, reader.title_depth = Found(), -1
    reader.read(element, ROOMS["entry"])
    reader.entries.append(parsed(reader.found, reader.hangs_on, is_atom=reader.is_atom))
    reader.found = reader.feed


def _without_address(found: Attributes) -> None:
    if found and not found.keys().isdisjoint(("href", "lastmod", "rdf:about")):
        raise Declined("an entry or a channel with an address of its own")


def _aside(name: str) -> "_Enter":
    def enter(reader: Reader, element: Element, found: Attributes) -> None:
        reader.title_depth = -1
        reader.read(element, ROOMS[name])

    return enter


def _source(reader: Reader, element: Element, found: Attributes) -> None:
    """Where an entry was first; of what it says its authors count, where the entry names none."""
    entry, reader.found = reader.found, Found()
    reader.title_depth = -1
    reader.read(element, ROOMS["source"])
    entry.of_source, reader.found = together(reader.found), entry


def _medium(reader: Reader, element: Element, found: Attributes) -> None:
    in_small = "".join(found).islower()
    found = found if in_small else {name.lower(): value for name, value in found.items()}
    reader.found.media.append(placed(found, reader.base))
    reader.read(element, ROOMS["media"])


def _author(reader: Reader, element: Element, found: Attributes) -> None:
    begin(reader.found)
    text, is_mixed = _parts(reader, element, ROOMS["author"])
    text = mended(text)
    person = reader.found
    if text and (is_mixed or (person.authors and person.authors[-1])):
        raise Declined("an author with text between his parts")
    person.author = text
    person.in_one_text = person.in_one_text or bool(text)
    settle(person)


def _skipped(reader: Reader, element: Element, found: Attributes) -> None:
    """The hours and days are read from the document's bytes."""
    reader.skips = True
    reader.read(element, ROOMS["stranger"])


def _owner(reader: Reader, element: Element, found: Attributes) -> None:
    _parts(reader, element, ROOMS["owner"])


def _parts(reader: Reader, element: Element, room: Room) -> tuple[str, bool]:
    """Read the parts of an author; return the text behind them, and whether there is anything else between them."""
    text, is_mixed = element.text or "", False
    for child in element:
        what, then = room[child.tag]
        found, language = reader.told(child) if child.keys() else (_NONE, reader.language)
        if what == "declined" or ((what == "part" or then == "guest") and text.strip()):
            raise Declined(then if what == "declined" else "an author with text between his parts")
        if what == "part":
            if len(child):
                raise Declined("markup inside a text")
            then(reader, found, (child.text or "").strip())
            reader.base = reader.outer_base
            text = child.tail or ""
        else:
            is_mixed = True
            reader.enter(then, child, found, language)
            text += "".join(child.itertext()) + (child.tail or "")
    return text.strip(), is_mixed


_Enter = Callable[[Reader, Element, Attributes], None]
_ENTER: dict[str, _Enter] = {
    "rss": _rss,
    "feed": _feed,
    "channel": _channel,
    "entry": _entry,
    "image": _aside("image"),
    "textinput": _aside("textinput"),
    "source": _source,
    "author": _author,
    "owner": _owner,
    "medium": _medium,
    "skipped": _skipped,
}
