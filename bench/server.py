"""The feed server of the bench, a process of its own: everything is packed beforehand, an answer costs it microseconds.

    python -m bench.server --feeds N --entries M --hosts H --latency SECONDS

prints ``{"port": …}`` once it listens and then obeys lines on its standard input: ``same`` (every feed as at first),
``changed`` (5 % of the feeds have one new entry), ``counts`` (print the counters as JSON and begin them anew). It ends
with its standard input.
"""

import argparse
import asyncio
import gzip
import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b

from bench.documents import document

CHANGED_EVERY = 20  # one feed in twenty: 5 %


@dataclass(frozen=True)
class Packed:
    """A document as it goes over the wire: whole answers, with and without a body."""

    etag: bytes
    full: bytes
    unchanged: bytes


class Feeds:
    """The documents of both states, which of them is told now, and what was asked."""

    def __init__(self, feeds: int, *, entries: int, now: datetime) -> None:
        def packed(feed: int, version: int) -> Packed:
            body = document(feed, entries=entries, version=version, now=now)
            return pack(body, kind="rss" if feed % 2 == 0 else "atom", modified=now)

        self._first = [packed(feed, 0) for feed in range(feeds)]
        changing = (feed + feed // CHANGED_EVERY % 2 for feed in range(0, feeds, CHANGED_EVERY))  # RSS and Atom in turn
        self._later = {feed: packed(feed, 1) for feed in changing if feed < feeds}
        self.changed = False
        self.counts: Counter[str] = Counter()

    def answer(self, head: bytes) -> bytes:
        """Answer one request, given its head in lower case."""
        self.counts["requests"] += 1
        page = self._page(head.split(b" ", 2)[1])
        if page is None:
            self.counts["404"] += 1
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        known = b"if-none-match: " + page.etag in head
        self.counts["304" if known else "200"] += 1
        return page.unchanged if known else page.full

    def _page(self, path: bytes) -> Packed | None:
        name = path.removeprefix(b"/feed/").removesuffix(b".xml")
        if not name.isdigit() or int(name) >= len(self._first):
            return None
        feed = int(name)
        return (self._later.get(feed) if self.changed else None) or self._first[feed]


def pack(body: bytes, *, kind: str, modified: datetime) -> Packed:
    """Make both answers for a document. Every client of the bench accepts gzip, so there is no other variant."""
    packed = gzip.compress(body, 6, mtime=0)
    etag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
    validators = f"ETag: {etag}\r\nLast-Modified: {format_datetime(modified, usegmt=True)}\r\n"
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/{kind}+xml; charset=utf-8\r\nContent-Encoding: gzip\r\n"
        f"Content-Length: {len(packed)}\r\nVary: Accept-Encoding\r\n{validators}\r\n"
    )
    unchanged = f"HTTP/1.1 304 Not Modified\r\n{validators}\r\n"
    return Packed(etag.encode(), head.encode() + packed, unchanged.encode())


class Connection(asyncio.Protocol):
    """One client's connection: requests without a body, answered in their order."""

    def __init__(self, feeds: Feeds, latency: float) -> None:
        self._feeds = feeds
        self._latency = latency
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
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._send, answer)
            else:
                self._send(answer)

    def _send(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


async def main(feeds: Feeds, *, hosts: int, latency: float) -> None:
    """Listen on ``hosts`` loopback addresses at one port, and obey standard input until it ends."""
    loop = asyncio.get_running_loop()

    def connection() -> Connection:
        return Connection(feeds, latency)

    first = await loop.create_server(connection, "127.0.0.1", 0, backlog=1024)
    port = first.sockets[0].getsockname()[1]
    for number in range(2, hosts + 1):
        await loop.create_server(connection, f"127.0.0.{number}", port, backlog=1024)
    over = asyncio.Event()
    loop.add_reader(sys.stdin, lambda: obey(sys.stdin.readline(), feeds, over.set))
    print(json.dumps({"port": port}), flush=True)
    await over.wait()


def obey(line: str, feeds: Feeds, end: Callable[[], None]) -> None:
    """Do what one line of standard input says; its end is the end."""
    match line.strip():
        case "counts":
            print(json.dumps(feeds.counts), flush=True)
            feeds.counts.clear()
        case "same" | "changed" as state:
            feeds.changed = state == "changed"
        case _:
            end()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    for name, kind in (("feeds", int), ("entries", int), ("hosts", int), ("latency", float)):
        options.add_argument(f"--{name}", type=kind, required=True)
    chosen = options.parse_args()
    papers = Feeds(chosen.feeds, entries=chosen.entries, now=datetime.now(UTC).replace(microsecond=0))
    asyncio.run(main(papers, hosts=chosen.hosts, latency=chosen.latency))
