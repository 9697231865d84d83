"""kill -9 in the middle of a sync, twenty times at random moments: nothing is lost, doubled or half written."""

import json
import random
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lxml import etree

from tests.servers import Page, serve
from tests.workspaces import Desk, desk, item, rss

FEEDS, ENTRIES, KILLS = 40, 15, 20
EXTRA = """topics: {even: {words: [even]}, odd: {words: [odd]}}
outputs: [{name: all}, {name: even, topics: [even]}]
digests: [{name: morning, when: daily 00:00, to: [reader@example.org]}]
"""


def pages() -> dict[str, Page]:
    """Forty feeds; every fifth entry is the same text in all of them."""
    made = {}
    today = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)  # the killed process reads the real clock
    for feed in range(FEEDS):
        items = []
        for number in range(ENTRIES):
            mine = number if number % 5 == 0 else feed * 1000 + number
            kind = "even" if mine % 2 == 0 else "odd"
            text = f"This is the {kind} matter number {mine}, told at the length of a whole sentence."
            items.append(item(feed * 1000 + number, title=f"Matter {mine}", text=text, at=today))
        made[f"/{feed}"] = Page(rss(*items, title=f"Feed {feed}"), etag=f'"{feed}"', delay=0.02)
    return made


def content(here: Desk) -> set[object]:
    """Gather what the database says, without row ids and times of ours."""
    with here.app() as app:
        entries = app.store.entries.search(limit=10**6)
    copies = defaultdict(set)
    for stored in entries:
        copies[stored.text_set].add((stored.source.title, stored.entry.guid))
    return {
        (
            stored.source.title,
            stored.entry,
            stored.uid,
            stored.reach,
            tuple(tag.topic for tag in stored.tags),
            frozenset(copies[stored.text_set]),
        )
        for stored in entries
    }


def command(here: Desk) -> list[str]:
    return [sys.executable, "-m", "aggregator", "-C", str(here.root), "sync", "--json"]


def assert_whole(storage: Path) -> None:
    """Every output that is there can be read to its end."""
    for path in storage.glob("outputs/*"):
        data = path.read_bytes()
        json.loads(data) if path.suffix == ".json" else etree.fromstring(data)


def test_a_sync_that_is_killed_again_and_again_ends_where_one_alone_does(tmp_path: Path) -> None:
    """The same entries, copies, topics and permanent ids as in a sync that nobody disturbed."""
    draw = random.Random(7)
    with serve(pages()) as server:
        urls = [server.url(path) for path in server.pages]
        calm, killed = desk(tmp_path / "calm", *urls, extra=EXTRA), desk(tmp_path / "killed", *urls, extra=EXTRA)
        started = time.monotonic()
        subprocess.run(command(calm), check=True, capture_output=True)
        whole = time.monotonic() - started
        for _ in range(KILLS):
            process = subprocess.Popen(command(killed), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            with suppress(subprocess.TimeoutExpired):  # one that has ended is waited for no longer
                process.wait(draw.uniform(0.2, 1.0) * whole)
            process.kill()
            process.wait()
            assert_whole(killed.root / "storage")
        last = subprocess.run(command(killed), check=True, capture_output=True)
    assert json.loads(last.stdout)["feeds"]["failed"] == 0
    assert content(killed) == content(calm)
    assert_whole(killed.root / "storage")
    assert set(killed.outputs()) == set(calm.outputs())
    assert len(list((killed.root / "storage/outbox").iterdir())) == 1
    shapes = sorted(path.suffix for path in killed.root.glob("storage/issues/morning/*"))
    assert shapes == [".eml", ".html", ".md", ".txt"]
    assert not list((killed.root / "storage").rglob(".unfinished*"))
