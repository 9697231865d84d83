"""Which entries are one text, and which copy stands for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aggregator.model import Entry, Source, StoredEntry
from aggregator.pipeline.duplicates import fold, same_text

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BLANK = Entry("", "", "", "", "", "", "", "", "", NOW, "published", None, "", "")


def stored(
    id: int, *, feed: int = 1, key: str = "", words: str = "", text: str = "", title: str = "", days: float = 0
) -> StoredEntry:
    published = NOW + timedelta(days=days)
    entry = replace(BLANK, guid=f"g{id}", key=key, words=words, text=text, title=title, published=published)
    source = Source(feed, f"https://{feed}.example.org/feed", f"Feed {feed}", "", f"{feed}.example.org")
    return StoredEntry(id, f"urn:x:{id}", source, entry, NOW, NOW, NOW, NOW, "all", text_set=id)


def sets(*entries: StoredEntry) -> dict[int, int]:
    return {entry.id: entry.text_set for entry in entries}


def test_the_same_address_in_two_feeds_is_one_text() -> None:
    first, second = stored(1, feed=1, key="a.example/x"), stored(2, feed=2, key="a.example/x")
    same = same_text(second, [first], sets=sets(first))
    assert (same.text_set, same.reason) == (1, "same address as entry 1")


def test_the_same_title_and_text_is_one_text() -> None:
    first, second = stored(1, words="1:aa"), stored(2, feed=2, words="1:aa", days=2)
    assert same_text(second, [first], sets=sets(first)).reason == "same title and text as entry 1"


def test_the_same_words_a_month_later_are_another_text() -> None:
    first, second = stored(1, words="1:aa"), stored(2, words="1:aa", days=30)
    assert same_text(second, [first], sets=sets(first)).text_set == 2


def test_an_address_that_a_feed_uses_for_all_its_entries_says_nothing() -> None:
    """A changelog whose entries all link to one page, seen in a second feed, too."""
    page = [stored(i, key="a.example/changes", words=f"1:{i}") for i in (1, 2)]
    other = stored(3, feed=2, key="a.example/changes", words="1:9")
    assert same_text(other, page, sets=sets(*page)).text_set == 3


def test_empty_keys_and_words_never_match() -> None:
    first, second = stored(1), stored(2)
    assert same_text(second, [first], sets=sets(first)).text_set == 2


def test_a_copy_of_a_copy_joins_the_first() -> None:
    first, second, third = stored(1, key="k"), stored(2, feed=2, key="k", words="w"), stored(3, feed=3, words="w")
    placed = {1: 1, 2: 1}
    assert same_text(third, [first, second], sets=placed).text_set == 1


def test_one_that_was_not_placed_yet_does_not_count() -> None:
    first, second = stored(1, key="k"), stored(2, feed=2, key="k")
    assert same_text(second, [first], sets={}).text_set == 2


def test_a_text_is_told_once_by_its_first_copy_with_its_permanent_id() -> None:
    first, second = stored(1, text="short text"), replace(stored(2, feed=2, text="short text!"), text_set=1)
    (folded,) = fold([second, first])
    assert (folded.lead.id, [o.id for o in folded.others], folded.uid) == (1, [2], "urn:x:1")
    assert folded.publishers == ("1.example.org", "2.example.org")


def test_a_fuller_copy_leads_but_the_id_stays() -> None:
    first, second = stored(1, text="teaser"), replace(stored(2, feed=2, text="the whole text " * 9), text_set=1)
    (folded,) = fold([first, second])
    assert (folded.lead.id, folded.uid) == (2, "urn:x:1")


def test_the_order_of_what_came_in_is_kept() -> None:
    assert [f.lead.id for f in fold([stored(3), stored(1), stored(2)])] == [3, 1, 2]
