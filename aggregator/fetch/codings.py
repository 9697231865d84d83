"""What a ``Content-Encoding`` says: the one compression that is to be opened, or why it is not."""

import re
from typing import Protocol

from aggregator.pipeline.inflate import Inflater

TAKEN = "gzip, deflate, br"
_TAKEN = frozenset({"gzip", "x-gzip", "deflate", "br"})
_OTHERS = frozenset({"aes128gcm", "compress", "dcb", "dcz", "exi", "pack200-gzip", "x-compress", "zstd"})
"""What IANA lists besides (RFC 9110 §16.6): nobody asked for it."""

_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_MARKS = (b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")
_HEADER = 1445
MORE_THAN_ONCE = "the answer is compressed more than once, which is refused"
UNREADABLE = "the answer is compressed in a way that cannot be read"


class Opener(Protocol):
    """What opens a compression, as it comes in."""

    def read(self, data: bytes, room: int) -> bytes:
        """Return what the next bytes hold, not much more than ``room`` bytes. Raises ValueError."""


def opener(coding: str) -> Opener:
    """Make what opens a compression that ``compression`` names."""
    if coding != "br":
        return Inflater(bare=coding == "deflate")
    from aggregator.fetch.brotli import Unbrotli  # few servers have nothing but gzip

    return Unbrotli()


def compression(value: str) -> tuple[str, str]:
    """Return the compression, "" for none, and the reason why it is not opened, "" for none.

    Twice is refused: a few hundred bytes compressed twice can become gigabytes.
    """
    if not value or value in _TAKEN:
        return value, ""
    found = [word for word in _words(value) if word in _TAKEN or word in _OTHERS]
    if len(found) > 1:
        return "", MORE_THAN_ONCE
    if found and found[0] not in _TAKEN:
        return "", _unasked(found[0])
    return (found[0] if found else ""), ""


def doubt(value: str, body: bytes) -> str:
    """Say what is wrong with an opened body of which the server says that something unheard of was done to it.

    Servers write charsets there, and what was done to a file before it lay there (``aws-chunked``). Where what came is
    text, as browsers tell it (WHATWG MIME Sniffing §7.2: its first bytes), the word counts as none.
    """
    unknown = [word for word in _words(value) if word not in _TAKEN and word not in ("identity", "none")]
    if not unknown or body.startswith(_MARKS) or not _BINARY.search(body[:_HEADER]):
        return ""
    return _unasked(unknown[0])


def _words(value: str) -> list[str]:
    return [word for part in value.split(",") if (word := part.strip().lower())]


def _unasked(word: str) -> str:
    return f"the answer is compressed in a way that was not asked for ({word[:20]!r})"
