"""What one page is called for telephones and in caches: hosts, paths and parameters."""

import re

_FEEDS = "campaign cmp emc feed from mod partner ref rss sc source src sref via xid"
_READ_BY_FEED = frozenset(_FEEDS.split())
_BY_FEED = re.compile(r"(?!feed=)\w+=rss[_-].*")  # ?feed=rss-sport is one of the feeds of a site
_AMP = frozenset(["amp", "_amp", "isamp", "output", "outputtype", "mode", "view", "format", "service", "platform"])
_PAIRS = frozenset(
    ["amp", "amp=1", "amp=true", "amp=yes", "_amp=true", "isamp=1", "nonamp=1", "noamp=mobile", "rss=1", "rss=yes"]
)
_PLACES = "email facebook linkedin pinterest pocket reddit telegram tumblr twitter whatsapp x"
_NETWORKS = frozenset(_PLACES.split())
_SAYING_NOTHING = """
    __twitter_impression _branch_match_id _ga _gl fb_comment_id ftag ftcamp guccounter guce_referrer guce_referrer_sig
    hss_channel intcid ito jsessionid li_fat_id maca matomo_campaign matomo_kwd ocid phpsessid replytocom s_campaign
    sara_ecid sc_cid smtyp sr_share srnd tpcc traffic_source ttclid unlocked_article_code wprss wt_zmc
"""
_NAMES = frozenset(_SAYING_NOTHING.split())
# not in TRACKING: what that holds is left out of guids as well, and they stay what they are
_LABELS = frozenset({"www", "m", "mobile", "amp"})
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_ARTICLE = re.compile(r"[^/]*(?:-[^/]*-|\d)[^/]*")
_AMP_HTML = re.compile(r"[.~]amp\.html$")
_NUMBERED = re.compile(r"(?:campaign_id|ncid|pk_id)=\d{1,9}")
_BLOGGER = re.compile(r"/\d{4}/\d\d/[^/]+\.html")
_DOTS = re.compile(r"/\.{1,2}(?=/|$)")
_INDEX = re.compile(r"/index\.html?$")


def may_vary(url: str) -> bool:
    """Tell whether an address may hold such a name; all others are what they are. A word like "example" is none.

    One test after the other: a pattern of them all takes ten times as long, and this is asked of every entry.
    """
    amp = "/amp" in url or ".amp" in url or "~amp" in url or "-amp." in url
    named = amp or "//m" in url or "www.m" in url or ".m." in url
    return named or "index.htm" in url or "/." in url or ";" in url or "google." in url


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
        path = _undotted(path)
        path = _INDEX.sub("", _SESSION.sub("", path)).rstrip("/")
        for shorter in (path.removesuffix("/amp"), path.removesuffix(".amp"), path.removeprefix("/amp")):
            if shorter != path and shorter[:1] in ("/", "") and _ARTICLE.fullmatch(shorter.rpartition("/")[2]):
                path = shorter
                break
        path = _AMP_HTML.sub(".html", path)
    return path


def _undotted(path: str) -> str:
    """Remove dot segments (RFC 3986 §5.2.4)."""
    if not _DOTS.search(path):
        return path
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept)


def may_name_page(pair: str) -> bool:
    """Tell a parameter that tracks by its name and may be the number of the page by its value."""
    return bool(_NUMBERED.fullmatch(pair))


def says_nothing(pair: str, *, path: str = "") -> bool:
    """Tell whether a parameter only asks for AMP or telephones, names a session, or says where a link was found.

    Elsewhere ``ref``, ``share`` or ``m`` may name the page: their values tell, and of ``m`` the path, as of Blogger.
    """
    pair = pair.lower()
    name, _, said = pair.partition("=")
    if name in _NAMES or pair in _PAIRS:
        return True
    if name == "share":
        return said in _NETWORKS
    if name == "m":
        return said in ("0", "1") and bool(_BLOGGER.fullmatch(path))
    if name in _READ_BY_FEED:
        return said == "rss" or bool(_BY_FEED.fullmatch(pair))
    return said == "amp" and name in _AMP
