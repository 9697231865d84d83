"""Addresses that stand for another: redirects of search engines and networks, caches of AMP pages."""

import re
from urllib.parse import SplitResult, parse_qs

_ENGINE = re.compile(r"(?:google\.[a-z.]{2,6}|bing\.com)")
_CACHE = re.compile(r"(?:[a-z0-9-]+\.)?(?:cdn\.ampproject\.org|bing-amp\.com)")
_OF_ENGINE = re.compile(r"/amp/(?:s/)?(?=[a-z0-9-]+\.)")
_OF_CACHE = re.compile(r"/[cv]/(?:s/)?(?=[a-z0-9-]+\.)")
_OF_VIEWER = re.compile(r"(?:amp_\w+|usqp|aoh|csi|referrer)(?:=|$)")
"""What the viewer of a cache adds to the address of the page."""

_REDIRECTS = {
    "bing.com/news/apiclick.aspx": ("url",),
    "duckduckgo.com/l": ("uddg",),
    "facebook.com/l.php": ("u",),
    "flipboard.com/redirect": ("url",),
    "getpocket.com/redirect": ("url",),
    "google.com/url": ("url", "q"),
    "l.facebook.com/l.php": ("u",),
    "l.instagram.com": ("u",),
    "lm.facebook.com/l.php": ("u",),
    "news.google.com/news/url": ("url", "q"),
    "slack-redir.net/link": ("url",),
    "steamcommunity.com/linkfilter": ("url", "u"),
    "t.umblr.com/redirect": ("z",),
    "vk.com/away.php": ("to",),
    "youtube.com/redirect": ("q",),
}
"""Host and path of redirects that name the page, and the parameters in which they do."""


def named_addresses(parts: SplitResult) -> tuple[str, ...]:
    """Give the addresses that a redirect or a cache names, the page's first; of another address there are none."""
    host, path = (parts.hostname or "").removeprefix("www."), parts.path
    engine = _ENGINE.fullmatch(host)
    place = "google.com/url" if engine and path == "/url" else host + path.rstrip("/")
    if asking := _REDIRECTS.get(place):
        asked = parse_qs(parts.query.replace("&amp;", "&"))
        return tuple(address for name in asking for address in asked.get(name, ()))
    cached = _OF_ENGINE.match(path) if engine else _OF_CACHE.match(path) if _CACHE.fullmatch(host) else None
    if not cached:
        return ()
    query = "&".join(pair for pair in parts.query.split("&") if engine or not _OF_VIEWER.match(pair))
    return (f"https://{path[cached.end() :]}{'?' if query else ''}{query}",)
