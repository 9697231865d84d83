"""What comes first, and how much one publisher may take."""

from collections import Counter
from datetime import timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Folded
from aggregator.pipeline.rank import Ranking, rank
from tests.newsroom import NOW, stored, told


def text(id: int, *, hours: float = 1, by: int = 0, carried: int = 1) -> Folded:
    published = NOW - timedelta(hours=hours)
    lead = stored(id, published=published, by=by)
    return told(lead, *(stored(id * 100 + n, published=published, by=50 + n) for n in range(carried - 1)))


def ids(ranking: Ranking) -> list[int]:
    return [ranked.folded.lead.id for ranked in ranking.chosen]


def test_the_newer_comes_first():
    assert ids(rank([text(1, hours=20, by=1), text(2, hours=2, by=2), text(3, hours=9, by=3)], now=NOW, size=9)) == [
        2,
        3,
        1,
    ]


def test_what_three_publishers_carry_comes_before_what_is_a_little_newer():
    assert ids(rank([text(1, hours=2, by=1), text(2, hours=5, by=2, carried=3)], now=NOW, size=9)) == [2, 1]


def test_copies_by_the_same_publisher_add_nothing():
    """Coverage counts publishers, not feeds and not copies."""
    twice = told(stored(1, published=NOW, by=1), stored(2, published=NOW, by=1))
    once = told(stored(3, published=NOW, by=2))
    scores = {ranked.folded.lead.id: ranked.score for ranked in rank([twice, once], now=NOW, size=2).chosen}
    assert scores[1] == scores[3]


def test_a_loud_publisher_gets_its_share_and_no_more():
    """Forty entries of one publisher do not push out five others that wrote one each, hours before."""
    loud = [text(n, hours=n / 10) for n in range(1, 41)]
    quiet = [text(100 + n, hours=12, by=n) for n in range(1, 6)]
    ranking = rank([*loud, *quiet], now=NOW, size=10)
    assert Counter(ranked.folded.lead.source.id for ranked in ranking.chosen) == {1: 5, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1}
    assert ranking.left_out == 35
    assert "beyond its share of 3: nothing else was left" in ranking.chosen[-1].why


def test_a_publisher_that_is_alone_fills_the_issue():
    ranking = rank([text(n, hours=n) for n in range(1, 31)], now=NOW, size=20)
    assert ids(ranking) == list(range(1, 21))
    assert ranking.left_out == 10


def test_the_reason_is_said_in_words():
    (first,) = rank([text(1, hours=3, carried=3)], now=NOW, size=5).chosen
    assert first.why == "3 hours old, carried by 3 publishers; number 1 from site0.example.net, whose share is 8"


def test_a_date_in_the_future_counts_as_now():
    ahead, present = text(1, hours=-5, by=1), text(2, hours=0, by=2)
    assert len({ranked.score for ranked in rank([ahead, present], now=NOW, size=2).chosen}) == 1


def test_equal_entries_stand_in_the_order_of_their_uid_however_they_came():
    texts = [text(n, by=n) for n in range(1, 6)]
    assert {tuple(ids(rank(order, now=NOW, size=4))) for order in permutations(texts)} == {(1, 2, 3, 4)}


def test_nothing_in_nothing_out():
    assert rank([], now=NOW, size=20) == Ranking((), 0)
    assert rank([text(1)], now=NOW, size=0) == Ranking((), 1)


@given(st.lists(st.tuples(st.floats(0, 900), st.integers(0, 6), st.integers(1, 5)), max_size=60), st.integers(1, 40))
def test_nothing_is_lost_and_nothing_stands_twice(facts: list[tuple[float, int, int]], size: int):
    texts = [text(n, hours=hours, by=by, carried=carried) for n, (hours, by, carried) in enumerate(facts, start=1)]
    ranking = rank(texts, now=NOW, size=size)
    assert len(ranking.chosen) == min(size, len(texts))
    assert len(set(ids(ranking))) == len(ranking.chosen)
    assert len(ranking.chosen) + ranking.left_out == len(texts)
    assert ids(rank(texts[::-1], now=NOW, size=size)) == ids(ranking)
