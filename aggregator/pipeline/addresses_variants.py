"""What one page is called for telephones and in caches: hosts, paths and parameters."""

import re

_READ_BY_FEED = frozenset(["ref", "source", "src", "from", "feed", "partner", "emc", "mod", "via", "cmp", "xid"])
_PAIRS = frozenset(["amp", "amp=1", "amp=true", "amp=yes", "outputtype=amp", "output=amp", "_amp=true", "isamp=1"])
_NAMES = frozenset({"ito", "maca", "ocid"})
# not in TRACKING: what that holds is left out of guids as well, and they stay what they are
_LABELS = frozenset({"www", "m", "mobile", "amp"})
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_ARTICLE = re.compile(r"[^/]*(?:-[^/]*-|\d)[^/]*")
_INDEX = re.compile(r"/index\.html?$")


def may_vary(url: str) -> bool:
    """Tell whether an address may hold such a name; all others are what they are. A word like "example" is none.

    One test after the other: a pattern of them all takes ten times as long, and this is asked of every entry.
    """
    named = "/amp" in url or ".amp" in url or "//m" in url or "www.m" in url or ".m." in url
    return named or "index.htm" in url or ";" in url or "google." in url


def plain_host(host: str) -> str:
    """Return a host without ``www.``, ``m.``, ``mobile.`` and ``amp.``, as long as two labels are left."""
    labels = host.split(".")
    while len(labels) > 2 and labels[0] in _LABELS:
        del labels[0]
    if len(labels) > 3 and labels[1] == "m":  # en.m.wikipedia.org
        del labels[1]
    return ".".join(labels)


def plain_path(path: str) -> str:
    """Return a path without what makes it that of an AMP page, ``index.html``, a session or a last slash.

    An ``/amp`` goes only where an article's name is left: one with two hyphens or a digit.
    """
    before = None
    while path != before:
        before = path
        path = _INDEX.sub("", _SESSION.sub("", path)).rstrip("/")
        for shorter in (path.removesuffix("/amp"), path.removesuffix(".amp"), path.removeprefix("/amp")):
            if shorter != path and shorter[:1] in ("/", "") and _ARTICLE.fullmatch(shorter.rpartition("/")[2]):
                path = shorter
                break
        if path.endswith(".amp.html"):
            path = path[: -len(".amp.html")] + ".html"
    return path


def says_nothing(pair: str) -> bool:
    """Tell whether a parameter only asks for AMP, or says that a feed was read; elsewhere it may name the page."""
    pair = pair.lower()
    name, _, said = pair.partition("=")
    return name in _NAMES or pair in _PAIRS or (said == "rss" and name in _READ_BY_FEED)
