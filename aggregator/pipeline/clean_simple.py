"""HTML that can be known by its tags alone: what the sanitiser would write, without a tree being built.

Most entries are paragraphs, links, emphasis, lists and pictures, each tag closed where it should be. For those the
sanitiser's output follows from one tag after the other, in a third of the time; everything else is declined, and
``clean_html`` goes the whole way. A differential test holds the two together, letter for letter.
"""

import re
from functools import lru_cache, reduce
from html import escape, unescape
from operator import getitem

from aggregator.pipeline.clean_tables import ATTRIBUTES, BREAKS

DEEPEST, LONGEST = 40, 1000
"""Levels of nesting, and characters of a tag; what is more is declined."""

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]{0,10})((?: [a-z][a-z-]{0,30}=\"[^\"<>&\x00-\x1f\x7f-\xa0]*\")*)( ?/?)>")
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_HOST_OF = r"https?://([a-z0-9.-]{4,250})"
_PATH_OF = r"[/?#][A-Za-z0-9_/?#=.,:;~%+!$()*@-]{0,2000}"
_ADDRESS = re.compile(rf"{_HOST_OF}(?::[1-9]\d{{1,3}})?(?:{_PATH_OF})?", re.ASCII)
_LINK = re.compile(f'a href="{_HOST_OF}{_PATH_OF}">')  # as most are: one without a port, and with a path
_HOST = re.compile(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*\.){1,6}[a-z]{2,20}")
_SIGNS = re.compile(r"&(?:amp|lt|gt|quot|nbsp|#39|#038|#160|#8[12]\d\d|[lr][sd]quo|[mn]dash|hellip);")
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\xa0\ufeff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_PHRASE_NAMES = "a abbr b cite code del em i ins kbd mark q s samp small span strong sub sup u var"
_PHRASES = frozenset(_PHRASE_NAMES.split())
_FLOWS = frozenset({"blockquote", "div", "figcaption", "figure", "section"})  # blocks stand in them, and they in these
_LEAVES = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p"})  # blocks of phrases only: another block closes them
_LISTS = frozenset({"ol", "ul"})
_ALONE = frozenset({"br", "hr", "img"})
_TOPS = frozenset({"", "li"}) | _FLOWS
_PARENTS = {
    **dict.fromkeys(_PHRASES | {"br", "img"}, _TOPS | _LEAVES | _PHRASES),
    **dict.fromkeys(_FLOWS | _LEAVES | _LISTS | {"hr"}, _TOPS),
    "li": _LISTS,
}
"""In which open element each may begin, so that the parser closes and opens none by itself (HTML §13.2.6)."""

_NEEDED = {"a": "href", "img": "src"}
_KEPT = {"a": ("href", "title"), "img": ("src", "alt", "title", "width", "height")}
_MEANT = {tag: ATTRIBUTES.get(tag, set()) | ATTRIBUTES["*"] for tag in _PARENTS}
_REL = ' rel="noopener noreferrer nofollow"'


Known = tuple[str, str, str, bool]
"""What a tag comes to: its name, with a slash when it closes, how it is written, and its line break in the text.

And whether it is unfinished: it has a title or an address of which the sanitiser's callers make more.
"""


class Nest(dict[str, "Nest"]):
    """The elements that are open, and where each tag leads from there: worked out when it is met for the first time."""

    def __init__(self, elements: tuple[str, ...]) -> None:
        super().__init__()
        self.elements = elements

    def __missing__(self, name: str) -> "Nest":
        self[name] = found = self._after(name)
        return found

    def _after(self, name: str) -> "Nest":
        if self is _WRONG:
            return self
        *outer, last = self.elements or ("",)
        if name.startswith("/"):
            return _nest(*outer) if last == name[1:] else _WRONG
        if last not in _PARENTS[name] or (name in _PHRASES and name in self.elements):
            return _WRONG
        if name in _ALONE:
            return self
        return _nest(*self.elements, name) if len(self.elements) < DEEPEST else _WRONG


_WRONG = Nest(("wrong",))
_NESTS: dict[tuple[str, ...], Nest] = {}


def _nest(*elements: str) -> Nest:
    if elements not in _NESTS:
        if len(_NESTS) > 2 * _MOST_SEEN:  # an attack; they are forgotten before the next text
            return _WRONG
        _NESTS[elements] = Nest(elements)
    return _NESTS[elements]


def simply(html: str, *, is_printable: bool = False) -> tuple[str, str, bool] | None:
    """Return what the sanitiser would write, its text with line breaks, and whether a tag of it is unfinished.

    None for what the sanitiser must look at itself.

    ``html`` holds no character that no document may hold (``clean_text.legal``); most ``is_printable`` as well.
    """
    if not is_printable and _is_odd(html):
        return None
    parts = html.replace(">", "><").split("<")  # a text, a tag without its "<", a text …
    if "&" in html:
        told = "".join(parts[::2])
        if ">" in told or html.count("&") != len(_SIGNS.findall(told)):
            return None
        parts[::2] = [_written(text) if "&" in text else text for text in parts[::2]]
    if len(parts) == 1:
        return parts[0], parts[0], False
    tags = list(map(_SEEN.__getitem__, parts[1::2]))
    if not all(tags):
        return None
    names, written, breaks, unfinished = zip(*tags, strict=True)
    if len(_NESTS) > _MOST_SEEN:
        _forget()
    if reduce(getitem, names, _nest()).elements:
        return None
    parts[1::2] = written
    safe = "".join(parts)
    if "\n" in html:
        parts[::2] = [text.replace("\n", " ") for text in parts[::2]]
    parts[1::2] = breaks
    text = "".join(parts)
    return None if ">" in text else (safe, text, any(unfinished))


def _is_odd(html: str) -> bool:
    return "\r" in html if html.isascii() else _ODD.search(html) is not None


def _forget() -> None:
    for nest in (_WRONG, *_NESTS.values()):
        nest.clear()
    _NESTS.clear()


_MOST_SEEN = 2_000


class Seen(dict[str, "Known | None"]):
    """Tags that were read, without their "<"; those with an address are not remembered, for each is seen once."""

    def __missing__(self, tag: str) -> Known | None:
        if (link := _LINK.fullmatch(tag)) and _is_plain_host(link[1]):
            return "a", f"<{tag[:-1]}{_REL}>", "", False
        found = _tag(f"<{tag}") if len(tag) <= LONGEST else None
        if found and found[0] not in _NEEDED:
            if len(self) >= _MOST_SEEN:
                self.clear()
            self[tag] = found
        return found


_SEEN = Seen()


def _tag(tag: str) -> Known | None:
    """Read one tag; None when it cannot be told how the sanitiser writes it."""
    found = _TAG.fullmatch(tag)
    if not found or found[2] not in _PARENTS:
        return None
    end, name, written, slash = found.groups()
    if end:
        return None if written or slash or name in _ALONE else (f"/{name}", tag, BREAKS.get(f"/{name}", ""), False)
    if "/" in slash and name not in _ALONE:
        return None
    kept = _attributes(name, written)
    if kept is None:
        return None
    return name, f"<{name}{kept}>", BREAKS.get(name, ""), name == "img" or ' title="' in kept


@lru_cache(maxsize=1_000)
def _is_plain_host(host: str) -> bool:
    """Tell a host that the sanitiser leaves as it is; with two hyphens in a row it may be an international one."""
    return _HOST.fullmatch(host) is not None


def _is_plain_address(url: str) -> bool:
    found = _ADDRESS.fullmatch(url)
    return found is not None and _is_plain_host(found[1])


def _attributes(tag: str, written: str) -> str | None:
    found = _ATTRIBUTE.findall(written)
    values = dict(found)
    kept = _KEPT.get(tag, ())
    if len(values) != len(found) or (tag in _NEEDED and not _is_plain_address(values.get(_NEEDED[tag], ""))):
        return None
    if any(name in _MEANT[tag] and name not in kept for name in values):
        return None
    text = "".join(f' {name}="{value}"' for name, value in found if name in kept)
    return text + _REL if tag == "a" else text


def _written(text: str) -> str:
    return escape(unescape(text), quote=False).replace("\xa0", "&nbsp;")
