"""Which of the copies of a text stands for it, and why."""

from dataclasses import replace
from datetime import UTC, datetime

from aggregator.model import Entry, Source, StoredEntry
from aggregator.pipeline.copies import fold

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BLANK = Entry("", "", "", "", "", "", "", "", "", NOW, "published", None, "", "")


def stored(id: int, *, feed: int = 1, text: str = "") -> StoredEntry:
    """Make an entry as it is read back."""
    source = Source(feed, f"https://{feed}.example.org/feed", f"Feed {feed}", "", f"{feed}.example.org")
    entry = replace(BLANK, guid=f"g{id}", text=text)
    return StoredEntry(id, f"urn:x:{id}", source, entry, NOW, NOW, NOW, NOW, "all", text_set=id)


def test_a_text_is_told_once_by_its_first_copy_with_its_permanent_id() -> None:
    first, second = stored(1, text="short text"), replace(stored(2, feed=2, text="short text!"), text_set=1)
    (folded,) = fold([second, first])
    assert (folded.lead.id, [o.id for o in folded.others], folded.uid) == (1, [2], "urn:x:1")
    assert folded.publishers == ("1.example.org", "2.example.org")


def test_a_fuller_copy_leads_but_the_id_stays() -> None:
    first, second = stored(1, text="teaser"), replace(stored(2, feed=2, text="the whole text " * 9), text_set=1)
    (folded,) = fold([first, second])
    assert (folded.lead.id, folded.uid) == (2, "urn:x:1")


def test_the_id_stays_when_the_first_copy_is_there_no_more() -> None:
    second, third = (replace(stored(id, feed=id), text_set=1, set_uid="urn:x:1") for id in (2, 3))
    (folded,) = fold([second, third])
    assert (folded.lead.id, folded.uid) == (2, "urn:x:1")


def test_the_order_of_what_came_in_is_kept() -> None:
    assert [f.lead.id for f in fold([stored(3), stored(1), stored(2)])] == [3, 1, 2]
