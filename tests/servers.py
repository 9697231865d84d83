"""A small loopback web server for tests: canned pages, a log of what was asked, and bad manners on request.

with serve({"/a.xml": Page(b"<rss/>", etag='"1"')}) as server:
    server.url("/a.xml")   # http://127.0.0.1:PORT/a.xml
    server.requests        # what was asked so far, as Seen
"""

import asyncio
import ssl
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Thread


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came in; header names are lower case, values latin-1."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Page:
    """What one path answers. With ``etag`` or ``last_modified`` it answers 304 to whom has it already.

    ``delay`` seconds before the answer; ``drip`` seconds after each of its bytes; ``endless`` repeats the body for
    ever; ``raw`` goes out as it is, in place of everything else, and the connection closes after it; ``closes`` closes
    it without a word.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""
    last_modified: str = ""
    delay: float = 0.0
    drip: float = 0.0
    endless: bool = False
    raw: bytes = b""
    closes: bool = False


Answer = Page | bytes | Callable[[Seen], Page]


@dataclass
class Server:
    """A running server. ``pages`` may be changed while it runs; ``most`` is how many requests it ever had in hand."""

    pages: MutableMapping[str, Answer]
    host: str
    scheme: str
    port: int = 0
    requests: list[Seen] = field(default_factory=list)
    connections: int = 0
    most: int = 0
    in_hand: int = 0
    sent: int = 0  # bytes of bodies
    talks: set["asyncio.Task[None]"] = field(default_factory=set)

    def url(self, path: str = "/", *, host: str = "") -> str:
        """Say the address of ``path``, under another name of this machine if asked."""
        host = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{self.scheme}://{host}:{self.port}{path}"

    def asked(self, path: str) -> list[Seen]:
        """List the requests for one path."""
        return [seen for seen in self.requests if seen.path == path]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until the other side has enough."""
        task = asyncio.current_task()
        assert task is not None
        self.talks.add(task)
        self.connections += 1
        with suppress(ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError, ssl.SSLError):
            while await self._answer(reader, writer):
                pass
        writer.close()
        self.talks.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        seen = await _read(reader)
        self.requests.append(seen)
        self.in_hand += 1
        self.most = max(self.most, self.in_hand)
        try:
            page = self._page(seen)
            await asyncio.sleep(page.delay)
            return await self._write(writer, page, seen)
        finally:
            self.in_hand -= 1

    def _page(self, seen: Seen) -> Page:
        answer = self.pages.get(seen.path, self.pages.get(seen.path.partition("?")[0]))
        if answer is None:
            return Page(b"nothing here", status=404)
        if isinstance(answer, bytes):
            return Page(answer)
        return answer if isinstance(answer, Page) else answer(seen)

    async def _write(self, writer: asyncio.StreamWriter, page: Page, seen: Seen) -> bool:
        if page.raw or page.closes:
            await self._send(writer, page.raw, page)
            return False
        unchanged = page.etag and seen.headers.get("if-none-match") == page.etag
        unchanged = unchanged or (page.last_modified and seen.headers.get("if-modified-since") == page.last_modified)
        status, body = (304, b"") if unchanged else (page.status, page.body)
        writer.write(_head(page, status, body))
        await self._send(writer, b"" if seen.method == "HEAD" else body, page)
        return not page.endless

    async def _send(self, writer: asyncio.StreamWriter, body: bytes, page: Page) -> None:
        pieces = [body[i : i + 1] for i in range(len(body))] if page.drip else [body]
        while True:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                self.sent += len(piece)
                if page.drip:
                    await asyncio.sleep(page.drip)
            if not page.endless:
                return


async def _read(reader: asyncio.StreamReader) -> Seen:
    letter = await reader.readexactly(1)
    if not letter.isalpha():
        raise ConnectionError("TLS where none is spoken: it is hung up, and nobody waits for the other")
    head = (letter + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip(" \t") for name, _, value in pairs}
    return Seen(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


def _head(page: Page, status: int, body: bytes) -> bytes:
    known = {"ETag": page.etag, "Last-Modified": page.last_modified}
    headers = {name: value for name, value in known.items() if value}
    if not page.endless and status != 304:
        headers["Content-Length"] = str(len(body))
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    lines = [
        f"HTTP/1.1 {status} {phrase}",
        *(f"{name}: {value}" for name, value in (headers | {**page.headers}).items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@contextmanager
def serve(
    pages: MutableMapping[str, Answer], *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    """Serve ``pages`` on a free port of ``host`` (any 127.0.0.x, or ::1) while the block runs."""
    server = Server(pages, host, "https" if tls else "http")
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    start = asyncio.start_server(server.talk, host, port, ssl=tls, backlog=512)
    listener = asyncio.run_coroutine_threadsafe(start, loop).result()
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server, listener), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _stop(server: Server, listener: asyncio.Server) -> None:
    listener.close()
    talks = list(server.talks)
    for talk in talks:
        talk.cancel()
    await asyncio.gather(*talks, return_exceptions=True)
    await asyncio.sleep(0)  # lets the transports close their sockets
