"""The feed server of the bench, a process of its own: everything is packed beforehand, an answer costs it microseconds.

    python -m bench.server --feeds N --entries M [--texts NAME]

Every feed has a loopback address of its own, on which the server listens, and on no other: clients space their
requests to one host. It prints ``{"port": …}`` once it listens and then obeys lines of JSON on its standard input, each
of which it answers with its counters since the last one (and the CPU seconds it used): ``{"change": true}`` (5 % of the
feeds get one new entry), ``{"bare": true}`` (answers carry no validators and conditions are not heeded), ``{"latency":
0.1}`` (seconds before each answer), ``{"hanging": true}`` (2 % of the feeds never answer). It ends with its input.
"""

import argparse
import asyncio
import gzip
import json
import resource
import socket
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import blake2b
from typing import Any

from bench.documents import TEXTS, document

CHANGED_EVERY = 20  # one feed in twenty: 5 %
HANGS_EVERY = 50  # one feed in fifty: 2 %
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
SIDE = 199  # of the cube of addresses that the feeds are spread over


def address(feed: int) -> str:
    """Name the loopback address of a feed: neighbours lie in different networks."""
    return f"127.{1 + feed % SIDE}.{feed // SIDE % SIDE}.{2 + feed // SIDE**2}"


def changing(feeds: int) -> list[int]:
    """List the feeds that get a new entry, RSS and Atom in turn."""
    found = (feed + feed // CHANGED_EVERY % 2 for feed in range(0, feeds, CHANGED_EVERY))
    return [feed for feed in found if feed < feeds]


def hangs(feed: int) -> bool:
    """Tell whether a feed is one of those that stop answering."""
    return feed % HANGS_EVERY == 7


@dataclass(frozen=True, slots=True)
class Packed:
    """A document as it goes over the wire: heads with and without validators, and the body under gzip."""

    etag: bytes
    head: bytes
    bare: bytes
    unchanged: bytes
    body: bytes


class Feeds:
    """The documents, how they are told now, and what was asked."""

    def __init__(self, feeds: int, *, entries: int, now: datetime, texts: str = "drawn") -> None:
        self._entries, self._now, self._texts = entries, now, texts
        self._version = 0
        self._pages = [self._packed(feed) for feed in range(feeds)]
        self.bare = self.hanging = False
        self.latency = 0.0
        self.counts: Counter[str] = Counter()
        self._asked: set[int] = set()
        self.last = 0.0

    def _packed(self, feed: int) -> Packed:
        body = document(feed, entries=self._entries, version=self._version, now=self._now, texts=self._texts)
        modified = self._now + timedelta(seconds=self._version)
        return pack(body, kind="rss" if feed % 2 == 0 else "atom", modified=modified)

    def change(self) -> None:
        """Give 5 % of the feeds one new entry each."""
        self._version += 1
        for feed in changing(len(self._pages)):
            self._pages[feed] = self._packed(feed)

    def answer(self, head: bytes) -> bytes | None:
        """Answer one request, given its head in lower case; None leaves it without an answer."""
        self.counts["requests"] += 1
        name = head.split(b" ", 2)[1].removeprefix(b"/feed/").removesuffix(b".xml")
        if not name.isdigit() or int(name) >= len(self._pages):
            self.counts["404"] += 1
            return NOT_FOUND
        feed = int(name)
        self._asked.add(feed)
        if self.hanging and hangs(feed):
            self.counts["left hanging"] += 1
            return None
        return self._told(self._pages[feed], head)

    def _told(self, page: Packed, head: bytes) -> bytes:
        if not self.bare and b"if-none-match: " + page.etag in head:
            self.counts["304"] += 1
            return page.unchanged
        self.counts["200"] += 1
        start = page.bare if self.bare else page.head
        return start + page.body if b"gzip" in head else plain(start, page.body)

    def reckoning(self) -> dict[str, Any]:
        """Give the counters, how many feeds were asked, and when the last answer left; begin anew."""
        found = {**self.counts, "feeds": len(self._asked), "last": self.last, "cpu": time.process_time()}
        self.counts.clear()
        self._asked.clear()
        return found


def pack(body: bytes, *, kind: str, modified: datetime) -> Packed:
    """Make the parts of all answers for a document."""
    packed = gzip.compress(body, 6, mtime=0)
    etag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
    validators = f"ETag: {etag}\r\nLast-Modified: {format_datetime(modified, usegmt=True)}\r\n"
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/{kind}+xml; charset=utf-8\r\nContent-Encoding: gzip\r\n"
        f"Content-Length: {len(packed)}\r\nVary: Accept-Encoding\r\n"
    )
    unchanged = f"HTTP/1.1 304 Not Modified\r\n{validators}\r\n"
    return Packed(etag.encode(), f"{head}{validators}\r\n".encode(), f"{head}\r\n".encode(), unchanged.encode(), packed)


def plain(start: bytes, packed: bytes) -> bytes:
    """Make the answer for a client that does not take gzip; only sfeed's curl is one."""
    body = gzip.decompress(packed)
    lines = [line for line in start.split(b"\r\n") if not line.startswith((b"Content-Encoding", b"Content-Length"))]
    return b"\r\n".join([*lines[:-2], b"Content-Length: %d" % len(body), b"", body])


class Connection(asyncio.Protocol):
    """One client's connection: requests without a body, answered in their order."""

    def __init__(self, feeds: Feeds) -> None:
        self._feeds = feeds
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._feeds.counts["connections"] += 1

    def data_received(self, data: bytes) -> None:
        """Answer each request whose head is complete."""
        *heads, self._waiting = (self._waiting + data).split(b"\r\n\r\n")
        for head in heads:
            answer = self._feeds.answer(head.lower())
            if answer is not None and self._feeds.latency:
                asyncio.get_running_loop().call_later(self._feeds.latency, self._send, answer)
            elif answer is not None:
                self._send(answer)

    def _send(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)
            self._feeds.last = time.monotonic()


def listening(feeds: int) -> list[socket.socket]:
    """Open one port on the address of every feed; raises OSError when none of ten ports is free on all."""
    for attempt in range(10):
        found: list[socket.socket] = []
        port = 0
        try:
            for feed in range(feeds):
                found.append(socket.create_server((address(feed), port), backlog=16))
                port = found[0].getsockname()[1]
            return found
        except OSError:  # somebody else's on one of the addresses
            for opened in found:
                opened.close()
            if attempt == 9:
                raise
    return []


def allow_files(wanted: int) -> None:
    """Raise the bound on open files; raises OSError with what to do when that is not allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise OSError(f"the bench needs {wanted} open files and only {hard} are allowed: raise `ulimit -Hn`")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


async def main(feeds: Feeds, sockets: list[socket.socket]) -> None:
    """Answer on every socket, and obey standard input until it ends."""
    loop = asyncio.get_running_loop()
    for opened in sockets:
        await loop.create_server(lambda: Connection(feeds), sock=opened)
    over = asyncio.Event()

    def obey() -> None:
        line = sys.stdin.readline()
        if not line:
            over.set()
            return
        wish(json.loads(line), feeds)
        print(json.dumps(feeds.reckoning()), flush=True)

    loop.add_reader(sys.stdin, obey)
    print(json.dumps({"port": sockets[0].getsockname()[1]}), flush=True)
    await over.wait()


def wish(told: dict[str, Any], feeds: Feeds) -> None:
    """Take over how the feeds are to be told from now on."""
    if told.pop("change", False):
        feeds.change()
    for name, value in told.items():
        setattr(feeds, name, value)


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    for name in ("feeds", "entries"):
        options.add_argument(f"--{name}", type=int, required=True)
    options.add_argument("--texts", choices=TEXTS, default="drawn")
    chosen = options.parse_args()
    allow_files(2 * chosen.feeds + 200)
    moment = datetime.now(UTC).replace(microsecond=0)
    papers = Feeds(chosen.feeds, entries=chosen.entries, now=moment, texts=chosen.texts)
    asyncio.run(main(papers, listening(chosen.feeds)))
