"""Outputs made of captured real feeds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.errors import ParseError
from aggregator.model import Entry, Fetched, Folded, Known, ParsedFeed, Source, StoredEntry
from aggregator.pipeline.intake import read
from aggregator.pipeline.outputs import publish
from tests.example_output import FORMATS, publication
from tests.validity import FAULTS

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
CAPTURED = ("real", "conformance/feedparser/illformed", "conformance/newsblur")


def texts(path: Path) -> list[Folded]:
    """Read a captured document as if it came over the web for the first time; a document that is no feed has none."""
    url = f"https://example.com/feeds/{path.name}"
    fetched = Fetched(url, url, 200, {"content-type": "application/xml"}, path.read_bytes())
    try:
        intake = read(fetched, Known(first=True), now=NOW)
    except ParseError:
        return []
    return [_folded(number, entry, intake.feed, url) for number, entry in enumerate(intake.new)]


def _folded(number: int, entry: Entry, feed: ParsedFeed, url: str) -> Folded:
    source = Source(1, url, feed.title, feed.home, "example.com", atom_id=feed.id, language=feed.language)
    uid = f"tag:news.example.org,2026:entry/{number}"
    return Folded(StoredEntry(1, uid, source, entry, NOW, NOW, entry.published, NOW, "all", 1), (), uid)


@pytest.mark.parametrize("folder", CAPTURED)
def test_every_captured_feed_can_be_published_again(folder: str, corpus: Path) -> None:
    """Each entry of each document stands in each format, and every one of these documents is valid."""
    paths = [path for path in sorted((corpus / "feeds" / folder).rglob("*")) if path.is_file()]
    told = 0
    for path in paths:
        entries = texts(path)
        told += len(entries)
        for format in FORMATS:
            published = publish(publication(*entries, founded=NOW - timedelta(days=1)), format)
            assert FAULTS[format](published.data) == [], path
            assert published.left_out == (), path
    assert told > 0, f"no entry in {len(paths)} documents"
