"""Which entries are one text, and which copy stands for it."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Candidate
from aggregator.pipeline.duplicates import SAME_TEXT_WITHIN, Same, same_text
from aggregator.pipeline.likeness import Spoken

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


WORDS = [f"{a}{b}" for a in "bdfgklmnprst" for b in ("ane", "orth", "ield", "ust", "emple", "ingle", "ower", "ave")]


def near(id: int, text: str, *, feed: int = 0, title: str = "", days: float = 0, score: float = 0.0) -> Candidate:
    """Make an entry with a text of its own, each at its own feed."""
    return replace(
        seen(id, feed=feed or id, title=title or f"Headline {WORDS[id]}", days=days), text=text, same_score=score
    )


def said(candidate: Candidate) -> Spoken:
    return Spoken(candidate.title, candidate.text, candidate.feed)


def body(seed: int, count: int = 100) -> list[str]:
    return random.Random(seed).choices(WORDS, k=count)


def placed_near(*entries: Candidate) -> dict[int, tuple[int, int]]:
    """Place entries one by one, each beside all before it: set and like."""
    found: dict[int, Same] = {}
    for n, entry in enumerate(entries):
        found[entry.id] = same_text(
            entry,
            (),
            sets={id: same.text_set for id, same in found.items()},
            near=entries[:n][::-1],
            scores={id: same.score for id, same in found.items() if same.like},
            spoken=said,
        )
    return {id: (same.text_set, same.like) for id, same in found.items()}


def test_nearly_the_same_text_is_one_and_says_how_nearly() -> None:
    text = body(1)
    first, second = near(1, " ".join(text)), near(2, " ".join(text[:70]))
    same = same_text(second, (), sets=sets(first), near=[first], spoken=said)
    assert (same.text_set, same.like, same.score, same.kind) == (1, 1, 1.0, "near")
    assert same.reason == "nearly the text of entry 1: 100% of the words in shared passages"


def test_an_exact_match_goes_before_one_that_is_near() -> None:
    text = " ".join(body(1))
    first, second = near(1, text), replace(near(2, text), words="1:aa")
    third = replace(near(3, text), words="1:aa")
    same = same_text(third, [second], sets=sets(first, second), near=[first, second], spoken=said)
    assert (same.text_set, same.like, same.kind, same.score) == (2, 2, "same words", 1.0)


def test_nearly_the_same_text_a_week_later_is_another_one() -> None:
    text = " ".join(body(1))
    copies = near(1, text), near(2, text, days=7.5), near(3, text, days=8)
    assert placed_near(*copies) == {1: (1, 0), 2: (2, 0), 3: (2, 2)}


def test_a_chain_of_copies_does_not_lead_away_from_its_founder() -> None:
    """Each copy keeps four fifths of the one before it: the fifth has little of the first."""
    texts = [body(1)]
    for seed in range(2, 8):
        texts.append([*texts[-1][20:], *body(seed, 20)])
    found = placed_near(*(near(n, " ".join(text)) for n, text in enumerate(texts, 1)))
    assert found[2] == (1, 1)
    sets_found = {text_set for text_set, _ in found.values()}
    assert len(sets_found) > 1
    for id, (text_set, _) in found.items():
        assert id - text_set <= 3


def test_how_surely_a_copy_was_one_is_remembered_from_the_store() -> None:
    text = body(1)
    doubtful = replace(near(2, " ".join(text), score=0.55), text_set=1)
    third = near(3, " ".join([*text[:85], *body(2, 15)]))
    assert same_text(third, (), sets={2: 1}, near=[doubtful], spoken=said).text_set == 3
    assert same_text(third, (), sets={2: 1}, near=[replace(doubtful, same_score=0.9)], spoken=said).text_set == 1


def test_a_late_arrival_between_two_sets_joins_the_more_alike_and_merges_nothing() -> None:
    one, other = body(1), body(2)
    first, second = near(1, " ".join(one)), near(2, " ".join(other))
    both = near(3, " ".join([*one[:90], *other[:10]]))
    assert placed_near(first, second, both) == {1: (1, 0), 2: (2, 0), 3: (1, 1)}


def test_of_equals_the_earlier_is_joined() -> None:
    text = " ".join(body(1))
    first, second = near(1, text), replace(near(2, text), text_set=2)
    third = near(3, text)
    assert same_text(third, (), sets=sets(first, second), near=[second, first], spoken=said).like == 1


def test_of_two_that_are_as_good_the_one_with_the_same_title_is_joined() -> None:
    """A newsroom told one beginning under two headlines; somebody copied the second."""
    text = " ".join(body(1))
    first, second = near(1, text, title="Star denies reports"), near(2, text, title="Star could play")
    third = near(3, text, title="Star could play")
    assert same_text(third, (), sets=sets(first, second), near=[first, second], spoken=said).like == 2
