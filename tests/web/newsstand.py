"""A site to ask: what lies in its storage, and a client that sends a request exactly as given."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path

from aggregator.templates import Templates
from aggregator.web import create_app, serving

ATOM = b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>World</title></feed>' + b" " * 300
RSS = b'<?xml version="1.0"?><rss version="2.0"><channel><title>World</title></channel></rss>'
JSON = b'{"version": "https://jsonfeed.org/version/1.1", "title": "World", "items": []}'
ISSUE = "<!doctype html><title>Morgenblatt</title><p style='color: #333'>Grüße am Morgen</p>".encode()
WRITTEN = 1_777_879_815  # Mon, 04 May 2026 07:30:15 GMT


@dataclass(frozen=True)
class Reply:
    status: int
    headers: HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Site:
    """A site that runs, and the folder it reads from."""

    address: str
    storage: Path

    def ask(self, target: str, *, method: str = "GET", **headers: str) -> Reply:
        """Send a request exactly as given: http.client neither tidies the target nor adds an Accept-Encoding."""
        connection = HTTPConnection(self.address.removeprefix("http://").rstrip("/"), timeout=10)
        connection.putrequest(method, target, skip_host="host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        reply = connection.getresponse()
        body = reply.read()
        connection.close()
        return Reply(reply.status, reply.headers, body)


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (WRITTEN, WRITTEN))


@contextmanager
def running(storage: Path) -> Iterator[Site]:
    """A workspace's storage with two outputs and two issues, served by uvicorn; secrets lie beside what is public."""
    for name, data in {"world.atom": ATOM, "world.rss": RSS, "world.json": JSON, "hidden.atom": ATOM}.items():
        write(storage / "outputs" / name, data)
    for period in ("2026-05-03", "2026-05-04"):
        write(storage / "issues" / "morning" / f"{period}.html", ISSUE)
        write(storage / "issues" / "morning" / f"{period}.txt", "Grüße am Morgen\n".encode())
        write(storage / "issues" / "morning" / f"{period}.eml", b"To: reader@example.org\n")
    write(storage / "issues" / "secret" / "2026-05-04.html", ISSUE)
    write(storage / "aggregator.db", b"SQLite format 3")
    app = create_app(
        title='World <Desk> & "Co"',
        storage=storage,
        outputs=[("world", "World", ("atom", "rss", "json")), ("later", "", ("atom",))],
        digests=[("morning", "Morning <briefing>"), ("evening", "")],
        render=Templates(None).render,
        speak=Templates(None).frame,
    )
    with serving(app, port=0) as address:
        yield Site(address, storage)
