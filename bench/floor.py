"""The physical floor: ``python -m bench.floor FOLDER`` asks, reads and stores with nothing on top.

libcurl's multi interface, expat, SQLite with one statement a document and one commit a run; titles, links, ids, dates
and texts as they stand. No guard, no limits, no politeness, no cleaning: what a program costs beside it is what those
and everything else cost.
"""

import sqlite3
import sys
from collections import deque
from contextlib import closing
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.parsers import expat

import pycurl

AT_ONCE = 100
TABLES = """
CREATE TABLE IF NOT EXISTS feed (url TEXT PRIMARY KEY, etag BLOB, modified BLOB, hash BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entry (feed TEXT, guid TEXT, title TEXT, link TEXT, date TEXT, summary TEXT, content TEXT,
                                  PRIMARY KEY (feed, guid));
"""
ENTRIES = {"item", "http://www.w3.org/2005/Atom entry"}
FIELDS = {
    "guid": "guid",
    "title": "title",
    "link": "link",
    "pubDate": "date",
    "description": "summary",
    "http://purl.org/rss/1.0/modules/content/ encoded": "content",
    **{
        f"http://www.w3.org/2005/Atom {tag}": name
        for tag, name in {"id": "guid", "title": "title", "published": "date", "summary": "summary"}.items()
    },
    "http://www.w3.org/2005/Atom content": "content",
}
COLUMNS = ("guid", "title", "link", "date", "summary", "content")


def entries_of(body: bytes) -> list[dict[str, str]]:
    """Read the entries of a document as they stand."""
    found: list[dict[str, str]] = []
    text: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        text.clear()
        if tag in ENTRIES:
            found.append({})
        elif tag.endswith(" link") and found:
            found[-1]["link"] = attributes.get("href", "")

    def end(tag: str) -> None:
        if found and tag in FIELDS:
            found[-1][FIELDS[tag]] = "".join(text)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text.append
    parser.Parse(body, True)
    return found


class Transfer:
    """One easy handle, used again and again, and what came back."""

    def __init__(self) -> None:
        self.handle = pycurl.Curl()
        self.handle.setopt(pycurl.ENCODING, "gzip")
        self.handle.setopt(pycurl.HEADERFUNCTION, self._header)
        self.handle.setopt(pycurl.NOSIGNAL, 1)

    def begin(self, url: str, etag: bytes) -> None:
        """Ask one address."""
        self.url, self.body, self.etag, self.modified = url, BytesIO(), b"", b""
        self.handle.setopt(pycurl.URL, url)
        self.handle.setopt(pycurl.WRITEDATA, self.body)
        self.handle.setopt(pycurl.HTTPHEADER, [b"If-None-Match: " + etag] if etag else [])

    def _header(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        match name.lower():
            case b"etag":
                self.etag = value.strip()
            case b"last-modified":
                self.modified = value.strip()


def ask_all(database: sqlite3.Connection, urls: list[str]) -> None:
    """Ask every address and store what is new."""
    known = {url: (etag, mark) for url, etag, mark in database.execute("SELECT url, etag, hash FROM feed")}
    multi, waiting, idle = pycurl.CurlMulti(), deque(urls), [Transfer() for _ in range(AT_ONCE)]
    running: dict[Any, Transfer] = {}
    while waiting or running:
        while waiting and idle:
            transfer, url = idle.pop(), waiting.popleft()
            transfer.begin(url, known.get(url, (b"", b""))[0])
            running[transfer.handle] = transfer
            multi.add_handle(transfer.handle)
        multi.perform()
        _, done, failed = multi.info_read(AT_ONCE)
        for handle, _, message in failed:
            sys.exit(f"{running[handle].url}: {message}")
        for handle in done:
            multi.remove_handle(handle)
            transfer = running.pop(handle)
            if handle.getinfo(pycurl.RESPONSE_CODE) == 200:
                keep(database, transfer, known.get(transfer.url, (b"", b""))[1])
            idle.append(transfer)
        if running and not done:
            multi.select(1.0)


def keep(database: sqlite3.Connection, transfer: Transfer, mark: bytes) -> None:
    """Store a document, unless its bytes are those of the last time."""
    body = transfer.body.getvalue()
    now = sha256(body).digest()
    if now == mark:
        return
    rows = [(transfer.url, *(entry.get(name, "") for name in COLUMNS)) for entry in entries_of(body)]
    database.executemany("INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    row = (transfer.url, transfer.etag, transfer.modified, now)
    database.execute("INSERT OR REPLACE INTO feed VALUES (?, ?, ?, ?)", row)


def main(folder: str) -> None:
    """Ask the addresses that urls.txt lists."""
    root = Path(folder)
    with closing(sqlite3.connect(root / "floor.db")) as database, database:
        database.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {TABLES}")
        ask_all(database, (root / "urls.txt").read_text(encoding="utf-8").split())


if __name__ == "__main__":
    main(sys.argv[1])
