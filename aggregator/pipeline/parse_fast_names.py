"""What feedparser makes of an element's name and attributes: prefixes as it has them, all in lower case."""

from collections.abc import Mapping


def names(text: str) -> frozenset[str]:
    """Return the names that stand in a text, with blanks between them."""
    return frozenset(text.split())


ATOM = "http://www.w3.org/2005/Atom"

_OLD = ("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/")  # they decide what a document is
_PLAIN = (
    "http://blogs.law.harvard.edu/tech/rss",
    "http://example.com/newformat#",
    "http://example.com/necho",
    "http://purl.org/echo/",
    "uri/of/echo/namespace#",
    "http://purl.org/pie/",
    "http://purl.org/atom/ns#",
    "http://purl.org/rss/1.0/modules/rss091#",
    ATOM.lower(),
    *_OLD,
)
PREFIXES: Mapping[str, str] = dict.fromkeys(_PLAIN, "") | {
    "http://creativecommons.org/ns#license": "cc",
    "http://web.resource.org/cc/": "cc",
    "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html": "creativecommons",
    "http://backend.userland.com/creativecommonsrssmodule": "creativecommons",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.georss.org/georss": "georss",
    "http://www.opengis.net/gml": "gml",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://podlove.org/simple-chapters": "psc",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/xml/1998/namespace": "xml",
}
"""The prefixes under which feedparser knows elements and attributes, by namespace in lower case."""

_ALIASES = frozenset({"atom", "atom10", "a10", "syn", "rss", "rss2"})
"""Prefixes in use for the namespaces above that are none of feedparser's own."""
_TAKEN = frozenset(PREFIXES.values()) | _ALIASES

USUAL = names(
    "type href rel url term scheme label domain isPermaLink length version medium width height fileSize text "
    "title src hreflang uri duration isDefault expression role mode generator email name ref gr count"
)
"""Attributes that mean the same to feedparser as they are written: neither ``lang``, ``base`` nor of a namespace."""


class Declined(Exception):
    """The fast path is not sure about a document; the reason is for people."""


def declared(prefix: str | None, uri: str | None) -> None:
    """Look at a declaration of a namespace. Raises Declined where feedparser would mix it up with another.

    It keeps one table of prefixes for the whole document, in which the last declaration wins, and looks elements up in
    it once by their namespace and once more by the prefix it knows that namespace under.
    """
    folded = (uri or "").lower()
    known = _known(folded)
    if folded in _OLD or " " in folded or not folded.isascii():
        raise Declined("a namespace of RSS 0.90 or 1.0, or an odd one")
    if prefix is None:
        return
    if known is None and prefix.lower() in _TAKEN:
        raise Declined(f"the prefix {prefix} for another namespace than usual")
    if known is not None and prefix.lower() != known and (prefix.lower() not in _ALIASES or known not in ("", "sy")):
        raise Declined(f"another prefix than usual ({prefix})")


def _known(folded: str) -> str | None:
    return "" if "backend.userland.com/rss" in folded else PREFIXES.get(folded)


def canonical(name: str) -> tuple[str, str]:
    """Return an element's name as feedparser has it, and its local name as written. ``name`` comes from expat."""
    uri, local, prefix = _parts(name)
    if not local.isascii():
        raise Declined("a name that is not ASCII")
    known = _known(uri.lower()) if uri else ""
    if known is None:
        known = prefix
    return (f"{known}_{local}" if known else local).lower(), local


def _parts(name: str) -> tuple[str, str, str]:
    parts = name.split(" ")
    if len(parts) == 1:
        return "", name, ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def attributes(found: Mapping[str, str]) -> dict[str, str]:
    """Return attributes as feedparser has them: in lower case, foreign ones under their local name as well."""
    named: dict[str, str] = {}
    written: dict[str, str] = {}
    for name, value in found.items():
        uri, local, prefix = _parts(name)
        known = (_known(uri.lower()) if uri else "") or ""
        named[(f"{known}:{local}" if known else local).lower()] = value
        written[(f"{prefix}:{local}" if prefix else local).lower()] = value
    named.update(written)
    if "ispermalink" in named:
        named["isPermaLink"] = named["ispermalink"]
    return named
