"""Servers and documents made to do harm, each by its name; what they answer stands in tests/servers.py."""

import gzip
import zlib
from collections.abc import Callable
from itertools import count

from tests.servers import Answer, Page, Seen

MB = 1_000_000
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
_BROTLI_50_MB = bytes.fromhex("cfffff7f002400e2b14072effff9ffff0f8004401c1680eefd7ffec1eb03900088c302d041d707")


def attacks() -> dict[str, Callable[[], dict[str, Answer]]]:
    """Name every attack; called, it gives the pages of its server, of which ``/feed`` is asked for."""
    return {name: (lambda make=make: _pages(make())) for name, make in {**_SERVERS, **_DOCUMENTS}.items()}


def _pages(made: Answer | dict[str, Answer]) -> dict[str, Answer]:
    return made if isinstance(made, dict) else {"/feed": made}


def _bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(MB)) for _ in range(size // MB)) + packer.flush()


def _packed(body: bytes, *codings: str) -> Page:
    return Page(body, headers={"Content-Encoding": ", ".join(codings)})


def _to(address: str) -> Page:
    return Page(status=302, headers={"Location": address})


def _ever_on() -> Callable[[Seen], Page]:
    numbers = count()
    return lambda _: _to(f"/feed?{next(numbers)}")


def _rss(items: str, before: str = "") -> bytes:
    head = '<rss version="2.0"><channel><title>T</title><link>https://example.com/</link><description>d</description>'
    return f'<?xml version="1.0"?>{before}{head}{items}</channel></rss>'.encode()


def _item(number: int, text: str = "x") -> str:
    return f"<item><guid>g{number}</guid><title>t{number}</title><description>{text}</description></item>"


def _laughs() -> str:
    lines = [f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10)]
    return f'<!DOCTYPE rss [<!ENTITY l0 "lol">{"".join(lines)}]>'


def _external(address: str) -> bytes:
    return _rss(_item(1, "before &x; after"), f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{address}">]>')


_SERVERS: dict[str, Callable[[], Answer | dict[str, Answer]]] = {
    "gzip bomb: 204 kB become 210 MB": lambda: _packed(_bomb(210 * MB), "gzip"),
    "gzip twice: 1 kB becomes 200 MB": lambda: _packed(gzip.compress(_bomb(200 * MB)), "gzip", "gzip"),
    "a .gz file in gzip": lambda: _packed(gzip.compress(_bomb(200 * MB)), "gzip"),
    "deflate bomb: 50 MB": lambda: _packed(zlib.compress(bytes(50 * MB), 9), "deflate"),
    "brotli bomb: 39 bytes become 50 MB": lambda: _packed(_BROTLI_50_MB, "br"),
    "a body without an end": lambda: Page(b"x" * 65_536, endless=True),
    "a body without an end, behind a 404": lambda: Page(b"x" * 65_536, status=404, endless=True),
    "a header without an end": lambda: Page(raw=HEAD + b"X-Line: of no use\r\n" * 500_000),
    "600 header lines": lambda: Page(raw=HEAD + b"A: b\r\n" * 600 + b"\r\n"),
    "a flood of 1xx": lambda: Page(raw=b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n" * 200_000),
    "a byte every half second": lambda: Page(b"x" * 1000, drip=0.5),
    "silence": lambda: Page(delay=300.0),
    "half an answer, then silence": lambda: Page(b"half", drip=300.0),
    "redirects in a circle": lambda: {"/feed": _to("/b"), "/b": _to("/feed")},
    "redirects without an end": lambda: _ever_on(),
    "a redirect to the cloud's metadata": lambda: _to("http://169.254.169.254/latest/meta-data/"),
    "a redirect to a port inside": lambda: _to("http://[::1]:6379/"),
    "a redirect to a file": lambda: _to("file:///etc/passwd"),
}
_DOCUMENTS: dict[str, Callable[[], Answer | dict[str, Answer]]] = {
    "billion laughs": lambda: Page(_rss(_item(1, "&l9;"), _laughs())),
    "quadratic blow-up": lambda: Page(_rss(_item(1, "&a;" * 50_000), f'<!DOCTYPE rss [<!ENTITY a "{"a" * 50_000}">]>')),
    "an external entity: a file": lambda: Page(_external("file:///etc/passwd")),
    "an external entity: an address": lambda: {"/feed": Page(_external("/secret")), "/secret": Page(b"secret")},
    "50,000 items": lambda: Page(_rss("".join(map(_item, range(50_000))))),
    "600 kB of nested tags": lambda: Page(_rss("<a>" * 200_000)),
    "an attribute of 4.9 MB": lambda: Page(_rss(f'<item><guid>g</guid><title x="{"x" * 4_900_000}">t</title></item>')),
    "an attribute of 8 MB": lambda: Page(_rss(f'<item><guid>g</guid><title x="{"x" * 8_000_000}">t</title></item>')),
    "an author of 200 kB with an @": lambda: Page(_rss(f"<item><author>a@{'a-' * 100_000}</author></item>")),
    "an entry of 50,000 nested div": lambda: Page(_rss(_item(1, f"<![CDATA[{'<div>' * 50_000}]]>"))),
    "4 MB of <": lambda: Page(b"<rss><channel>" + b"<" * (4 * MB)),
    "JSON nested 100,000 deep": lambda: Page(b"[" * 100_000),
}
