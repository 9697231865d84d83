"""Web addresses: made absolute, made comparable, and read for who is behind them."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from aggregator.pipeline.addresses_tables import PLATFORMS, SECOND_LEVEL, TRACKING, TRACKING_PREFIXES
from aggregator.pipeline.addresses_variants import may_name_page, may_vary, plain_host, plain_path, says_nothing
from aggregator.pipeline.addresses_wrapped import named_addresses

LONGEST = 4096
"""Longer addresses are no addresses; RFC 9110 §4.1 asks for support of 8,000 octets, mail and feeds cope with fewer."""

_PLAIN = re.compile(
    r"https?://[a-z0-9.-]+\.[a-z0-9-]+(?::\d{1,4})?(?:[/?#][A-Za-z0-9_/?#&=.,:;~%+!$'()*@-]*)?", re.ASCII
)
_SIMPLE = re.compile(
    r"https?://(?:www\.(?=[^/]*\.))*([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,20})(|/[A-Za-z0-9_/.,;~+!$()*@-]*)", re.ASCII
)
_HOST = re.compile(r"[^\x00-\x20\x7f\s<>\"'\\^`{|}%/?#@]+")
_BREAK = re.compile("[\t\r\n]+")
_BLANKS = "".join(map(chr, range(0x21))) + "\x7f"
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def absolute(url: str, base: str = "") -> str:
    """Return ``url`` as an absolute http(s) address, resolved against ``base``; "" when it is none.

    Names and passwords in the authority are dropped: a feed's own credentials must not travel into links that are
    published (RFC 3986 §7.5).
    """
    if not url:
        return ""
    if _PLAIN.fullmatch(url) and len(url) <= LONGEST:
        return url
    text = _unbroken(url).strip().strip("\x00\x0b\x0c\x1f")
    if not text or len(text) > LONGEST:
        return ""
    try:
        joined = urljoin(base, text) if base else text
        plain = _PLAIN.fullmatch(joined) and len(joined) <= LONGEST
        return joined if plain else _web_address(urlsplit(joined))
    except ValueError:  # "http://[broken", a port of 99999, a host that is no IDN
        return ""


def _unbroken(url: str) -> str:
    """Join an address that was broken into lines, without the blanks at the breaks."""
    first, *rest = _BREAK.split(url)
    if not rest:
        return url
    *middle, last = rest
    return "".join([first.rstrip(_BLANKS), *(part.strip(_BLANKS) for part in middle), last.lstrip(_BLANKS)])


def _web_address(parts: SplitResult) -> str:
    from w3lib.url import safe_url_string  # most addresses need no repair

    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return ""
    if not host.isascii():
        host = ascii_host(host)
        if not _HOST.fullmatch(host):  # a full-width "<" has become a plain one
            return ""
    place = f"[{host}]" if ":" in host else host
    if parts.port is not None:
        place += f":{parts.port}"
    result = str(safe_url_string(urlunsplit(parts._replace(netloc=place))))
    return result if len(result) <= LONGEST else ""


def ascii_host(host: str) -> str:
    """Write a host name in any script as browsers ask for it (UTS 46, without its transitional forms: ß is no ss).

    Raises ValueError for what is none.
    """
    import idna  # few hosts need it

    labels = idna.uts46_remap(host, std3_rules=False).split(".")
    return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in labels)


def untracked(url: str) -> str:
    """Return ``url`` without the parameters that only say where a click came from; all else stays as it is."""
    head, mark, fragment = url.partition("#")
    path, question, query = head.partition("?")
    if not question:
        return url
    kept = "&".join(pair for pair in query.split("&") if pair and not _tracks(pair))
    return path + ("?" + kept if kept else "") + mark + fragment


def canonical(url: str) -> str:
    """Return the form of ``url`` under which equal pages compare equal; "" when it is no web address.

    For comparing only, never for asking: scheme and ``www.`` are folded, RFC 3986 §6.2 is applied, the fragment, a
    last slash and tracking parameters go, and the query is sorted. A fragment that is a route (``#!/page``) stays.
    What a page is called for telephones (``m.``, ``amp.``, ``/amp``, caches of AMP), and in redirects that name it, is
    the page. A change here is a new version (``model.KEYS``).
    """
    if not may_vary(url) and (simple := _SIMPLE.fullmatch(url)):
        return f"https://{simple[1]}{simple[2].rstrip('/')}"
    try:
        parts = urlsplit(absolute(url))
        port = parts.port
    except ValueError:
        return ""
    if not parts.hostname:
        return ""
    for named in named_addresses(parts):
        if inner := canonical(named):
            return inner
    host = plain_host(parts.hostname)
    place = f"[{host}]" if ":" in host else host
    if port not in (None, 80, 443):
        place += f":{port}"
    query = parts.query
    while "&amp;" in query:
        query = query.replace("&amp;", "&")
    pairs = (_normal(pair) for pair in query.split("&") if pair)
    query = "&".join(sorted(pair for pair in pairs if may_name_page(pair) or not _idle(pair, parts.path)))
    route = parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    return urlunsplit(("https", place, plain_path(_normal(parts.path)), query, _normal(route)))


def key(url: str) -> str:
    """Return the form under which addresses of one feed compare equal: http or https, with a last slash or without."""
    return canonical(url) or url


def publisher_of(url: str) -> str:
    """Return the registrable domain behind ``url``, as far as it can be told without a network.

    A site on a shared platform (``example.github.io``) is its own publisher.
    """
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
    labels = host.split(".")
    if len(labels) < 3 or _is_number(host):
        return host
    shared = ".".join(labels[-2:])
    country_code = len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL
    platform = labels[-2] == "blogspot" or shared in PLATFORMS
    third = labels[-3] if platform and labels[-3] != "www" else ""
    if country_code:
        wide = labels[-2] in ("com", "co") and labels[-3] == "blogspot" and len(labels) > 3
        return ".".join(labels[-4:] if wide else labels[-3:])
    return f"{third}.{shared}" if third else shared


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _tracks(pair: str) -> bool:
    name = pair.partition("=")[0].lower()
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


def _idle(pair: str, path: str) -> bool:
    return _tracks(pair) or says_nothing(pair, path=path)


def _normal(text: str) -> str:
    """Unescape what need not be escaped, and write the rest of the escapes in capitals (RFC 3986 §6.2.2)."""
    return _ESCAPE.sub(_normal_escape, text) if "%" in text else text


def _normal_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()
