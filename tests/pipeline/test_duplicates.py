"""Which entries are one text, and which copy stands for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Candidate
from aggregator.pipeline.duplicates import SAME_TEXT_WITHIN, same_text

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def seen(id: int, *, feed: int = 1, key: str = "", words: str = "", title: str = "", days: float = 0) -> Candidate:
    """Make an entry as Curate sees it, in a set of its own."""
    url, published = f"https://{feed}.example.org/feed", NOW + timedelta(days=days)
    return Candidate(id, f"g{id}", feed, url, title, "", (), key, words, published, text_set=id)


def sets(*entries: Candidate) -> dict[int, int]:
    return {entry.id: entry.text_set for entry in entries}


def test_the_same_address_in_two_feeds_is_one_text() -> None:
    first, second = seen(1, feed=1, key="a.example/x"), seen(2, feed=2, key="a.example/x")
    same = same_text(second, [first], sets=sets(first))
    assert (same.text_set, same.reason) == (1, "same address as entry 1")


def test_the_same_title_and_text_is_one_text() -> None:
    first, second = seen(1, words="1:aa"), seen(2, feed=2, words="1:aa", days=2)
    assert same_text(second, [first], sets=sets(first)).reason == "same title and text as entry 1"


def test_the_same_words_a_month_later_are_another_text() -> None:
    first, second = seen(1, words="1:aa"), seen(2, words="1:aa", days=30)
    assert same_text(second, [first], sets=sets(first)).text_set == 2


def test_a_weekly_column_that_opens_with_the_same_words_is_not_a_copy() -> None:
    first = seen(1, words="1:aa")
    for days, text_set in ((6.99, 1), (7, 2), (-6.99, 1), (-7, 2)):
        second = seen(2, words="1:aa", days=days)
        assert same_text(second, [first], sets=sets(first)).text_set == text_set, days


def placed(entries: list[Candidate], *, nearest: int) -> dict[int, int]:
    """Place entries one by one, each compared with the ``nearest`` before it only, as the store gives them back."""
    kept: list[Candidate] = []
    for entry in entries:
        same = same_text(entry, kept[-nearest:], sets=sets(*kept))
        founder = next((k for k in kept if k.id == same.text_set), entry)
        kept.append(replace(entry, text_set=same.text_set, set_founded=founder.published))
    return sets(*kept)


@pytest.mark.parametrize("nearest", [1, 3, 50])
def test_a_column_that_says_the_same_every_day_is_a_new_text_every_week(nearest: int) -> None:
    daily = [seen(day + 1, words="1:aa", days=day) for day in range(31)]
    assert placed(daily, nearest=nearest) == {day + 1: day // 7 * 7 + 1 for day in range(31)}


def test_two_feeds_with_the_same_column_fold_day_by_day() -> None:
    daily = [seen(2 * day + n, feed=n, words="1:aa", days=day + n / 24) for day in range(31) for n in (1, 2)]
    found = placed(daily, nearest=4)
    assert all(found[2 * day + 1] == found[2 * day + 2] for day in range(31))
    assert sorted(set(found.values())) == [1, 15, 29, 43, 57]


def test_of_two_sets_with_the_same_words_the_nearest_in_time_is_joined() -> None:
    old, new = seen(1, words="1:aa"), seen(2, words="1:aa", days=8)
    between = seen(3, words="1:aa", days=6)
    assert same_text(between, [old, new], sets=sets(old, new)).reason == "same title and text as entry 2"


@given(st.lists(st.tuples(st.floats(0, 60), st.integers(1, 5)), max_size=40), st.integers(1, 50))
def test_no_chain_of_copies_reaches_beyond_a_week_from_its_founder(
    copies: list[tuple[float, int]], nearest: int
) -> None:
    entries = [seen(n, feed=feed, words="1:aa", days=days) for n, (days, feed) in enumerate(copies, 1)]
    for id, text_set in placed(entries, nearest=nearest).items():
        mine, founder = entries[id - 1].published, entries[text_set - 1].published
        assert abs(mine - founder) < SAME_TEXT_WITHIN


def test_an_address_that_a_feed_uses_for_all_its_entries_says_nothing() -> None:
    """A changelog whose entries all link to one page, seen in a second feed, too."""
    page = [seen(i, key="a.example/changes", words=f"1:{i}") for i in (1, 2)]
    other = seen(3, feed=2, key="a.example/changes", words="1:9")
    assert same_text(other, page, sets=sets(*page)).text_set == 3


def test_empty_keys_and_words_never_match() -> None:
    first, second = seen(1), seen(2)
    assert same_text(second, [first], sets=sets(first)).text_set == 2


def test_a_copy_of_a_copy_joins_the_first() -> None:
    first, second, third = seen(1, key="k"), seen(2, feed=2, key="k", words="w"), seen(3, feed=3, words="w")
    placed = {1: 1, 2: 1}
    assert same_text(third, [first, second], sets=placed).text_set == 1


def test_one_that_was_not_placed_yet_does_not_count() -> None:
    first, second = seen(1, key="k"), seen(2, feed=2, key="k")
    assert same_text(second, [first], sets={}).text_set == 2
