"""Feed readers that people use, subscribed to our outputs over HTTP."""

import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import urlopen

import pytest

from aggregator.model import Format
from aggregator.pipeline.outputs import MEDIA_TYPES, publish
from tests.example_output import ENTRY, newspaper

UNTITLED = "Fog until ten, then sun over the whole bay, and a light wind from the…"
FEED_READERS: tuple[Format, ...] = ("atom", "rss")
SEEN = [  # title, link, author, date, enclosure of what newspaper() holds, as a reader shows it
    (ENTRY.title, ENTRY.url, "Ann Example", 1773489600, "https://coast.example.com/treaty.mp3"),
    (UNTITLED, "https://example.net/notes/5", "Example Net", 1773403200, ""),
    ("Überfahrt: 渡し船 🚢", "", "World Desk", 1773316800, ""),
]


class Shelf(SimpleHTTPRequestHandler):
    """Serve a folder with the media types of outputs, without a word on stderr."""

    extensions_map = {f".{format}": kind for format, kind in MEDIA_TYPES.items()}  # noqa: RUF012 (as the class has it)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[str]:
    """Publish a newspaper in every format and serve it on a loopback port."""
    folder = tmp_path / "outputs"
    folder.mkdir()
    for format in MEDIA_TYPES:
        (folder / f"all.{format}").write_bytes(publish(newspaper(), format).data)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Shelf, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def program(name: str) -> str:
    """Find a reader on this machine, or skip and say how to get it."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"needs the program {name}: apt-get install {name}")
    return path


def newsboat(address: str, home: Path) -> list[sqlite3.Row]:
    """Let newsboat subscribe to an address and reload it; give back what it keeps, newest first."""
    (home / "urls").write_text(f"{address}\n", encoding="utf-8")
    (home / "config").touch()
    cache = home / "cache.db"
    files = [f"--url-file={home / 'urls'}", f"--cache-file={cache}", f"--config-file={home / 'config'}"]
    environment = {"HOME": str(home), "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    command = [program("newsboat"), *files, "--execute=reload"]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60)
    connection = sqlite3.connect(cache)
    connection.row_factory = sqlite3.Row
    rows = connection.execute("SELECT * FROM rss_item WHERE feedurl = ? ORDER BY pubDate DESC", (address,)).fetchall()
    connection.close()
    return rows


@pytest.mark.parametrize("format", FEED_READERS)
def test_newsboat_reads_every_entry(format: Format, shelf: str, tmp_path: Path) -> None:
    """Title, link, author, date and enclosure arrive intact, and so do the id and the content."""
    rows = newsboat(f"{shelf}/all.{format}", tmp_path)
    columns = ("title", "url", "author", "pubDate", "enclosure_url")
    assert [tuple(row[column] for column in columns) for row in rows] == SEEN
    assert [row["guid"] for row in rows] == [f"tag:news.example.org,2026:entry/{number}" for number in (1, 2, 3)]
    assert rows[0]["content"] == ENTRY.html
    assert rows[0]["enclosure_type"] == "audio/mpeg"


@pytest.mark.parametrize("format", FEED_READERS)
def test_sfeed_reads_every_entry(format: Format, shelf: str) -> None:
    """The same for sfeed, which writes what it read as tab-separated lines."""
    with urlopen(f"{shelf}/all.{format}") as answer:
        data = answer.read()
        assert answer.headers["Content-Type"] == MEDIA_TYPES[format]
    done = subprocess.run([program("sfeed")], input=data, check=True, capture_output=True, timeout=60)
    rows = [row.split("\t") for row in done.stdout.decode("utf-8").splitlines()]
    assert [(row[1], row[2], row[6], int(row[0]), row[7]) for row in rows] == SEEN
    assert [row[5] for row in rows] == [f"tag:news.example.org,2026:entry/{number}" for number in (1, 2, 3)]
    assert (rows[0][3], rows[0][4]) == (ENTRY.html, "html")
