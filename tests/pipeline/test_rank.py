"""What comes first, and how much one publisher may take."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Folded, Ranked, Ranking, Telling
from aggregator.pipeline.rank import FADE, rank, scored, sum_in_words
from aggregator.pipeline.rank_parts import Weights, parts, score
from tests.newsroom import NOW, stored, stories, told

HALF, EVEN = timedelta(hours=12), Weights()


def text(id: int, *, hours: float = 1, by: int = 0, carried: int = 1, story: int = 0) -> Folded:
    published = NOW - timedelta(hours=hours)
    lead = stored(id, published=published, by=by, story=story)
    return told(lead, *(stored(id * 100 + n, published=published, by=50 + n, story=story) for n in range(carried - 1)))


def ids(ranking: Ranking) -> list[int]:
    return [ranked.telling.lead.lead.id for ranked in ranking.chosen]


def ranked(*texts: Folded, size: int = 9, weights: Weights = EVEN) -> Ranking:
    return rank(stories(texts), now=NOW, size=size, weights=weights)


def told_by(*hours: float, id: int = 1) -> Telling:
    """A story that publisher 1, 2, 3 … told so many hours ago."""
    (telling,) = stories([text(id + n, hours=h, by=1 + n, story=id) for n, h in enumerate(hours)])
    return telling


def value(telling: Telling, *, weights: Weights = EVEN) -> float:
    return score(parts(telling, now=NOW, half=HALF, weights=weights))


def test_the_newer_comes_first():
    assert ids(ranked(text(1, hours=20, by=1), text(2, hours=2, by=2), text(3, hours=9, by=3))) == [2, 3, 1]


def test_what_three_publishers_tell_comes_before_what_is_a_little_newer():
    three = [text(n, hours=5, by=n, story=2) for n in (2, 3, 4)]
    assert ids(ranked(text(1, hours=2, by=1), *three)) == [2, 1]


def test_twelve_sites_with_one_agency_text_count_less_than_three_with_their_own():
    """Coverage counts who writes, not who copies: but that many take a text over is a sign, too."""
    copied, own = text(1, carried=12), told_by(1, 1, 1, id=20)
    (plain,) = stories([text(50)])
    assert value(plain) < value(stories([copied])[0]) < value(own)


def test_copies_by_the_same_publisher_add_nothing():
    """Coverage counts publishers, not feeds and not copies."""
    twice = told(stored(1, published=NOW, by=1), stored(2, published=NOW, by=1))
    once = told(stored(3, published=NOW, by=2))
    scores = {one.telling.lead.lead.id: one.score for one in ranked(twice, once).chosen}
    assert scores[1] == scores[3]


def test_publishers_that_come_at_once_count_more_than_those_that_come_over_a_day():
    assert value(told_by(1, 2, 3, 4)) > value(told_by(1, 9, 17, 25))


def test_one_that_came_long_before_the_others_takes_nothing_away():
    assert value(told_by(1, 2, 3, 4, 60)) > value(told_by(1, 2, 3, 4))


def test_the_editors_weights_count_and_the_heaviest_of_several_feeds():
    weights = Weights({"https://site1.example.net/feed": 3.0, "https://site2.example.net/feed": 0.1})
    assert ids(ranked(text(1, by=2), text(2, by=3, hours=2), text(3, by=1, hours=3), weights=weights)) == [3, 2, 1]
    light, both = stories([text(1, by=2)])[0], stories([text(2, by=2, story=2), text(3, by=1, story=2)])[0]
    assert "feed" in {part.name for part in parts(both, now=NOW, half=HALF, weights=weights)}
    assert value(light, weights=weights) == pytest.approx(value(light) / 10)
    assert value(both, weights=weights) == pytest.approx(value(both) * 3)


def test_the_heaviest_of_a_storys_topics_counts():
    (telling,) = stories([told(stored(1, topics=["sport", "economy"]))])
    (light,) = stories([told(stored(2, topics=["sport"]))])
    weights = Weights(topics={"sport": 0.2, "economy": 4.0})
    assert value(telling, weights=weights) == pytest.approx(4 * value(telling))
    assert value(light, weights=weights) == pytest.approx(value(light) / 5)


def test_of_a_story_that_was_told_only_what_is_new_counts():
    """Ten publishers told it then; one has something new now."""
    whole = told_by(30, 30, 30, 30, 30, 1)
    again = replace(whole, fresh=whole.fresh[5:], lead=whole.fresh[5], told="2026-11-22", novelty=0.5)
    (alone,) = stories([text(90)])
    assert value(again) == pytest.approx(value(alone) / 2)
    assert "told in the issue of 2026-11-22" in rank([again], now=NOW, size=1).chosen[0].why


def test_a_loud_publisher_gets_its_share_and_no_more():
    """Forty entries of one publisher do not push out five others that wrote one each, hours before."""
    loud = [text(n, hours=n / 10) for n in range(1, 41)]
    quiet = [text(100 + n, hours=12, by=n) for n in range(1, 6)]
    ranking = ranked(*loud, *quiet, size=10)
    assert Counter(one.telling.lead.lead.source.id for one in ranking.chosen) == {1: 5, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1}
    assert ranking.left_out == 35
    assert "beyond its share of 3: nothing else was left" in ranking.chosen[-1].why


def test_a_publisher_that_is_alone_fills_the_issue():
    ranking = ranked(*(text(n, hours=n) for n in range(1, 31)), size=20)
    assert ids(ranking) == list(range(1, 21))
    assert ranking.left_out == 10


def test_the_reason_is_said_in_words_and_the_score_as_a_product():
    (first,) = ranked(text(1, hours=3, carried=3), size=5).chosen
    assert first.why == (
        "3 hours old; at 6 hours it is half; told by 1 publisher, copied by 2; "
        "number 1 from site0.example.net, whose share is 8"
    )
    assert sum_in_words(first.score, first.parts) == "0.931 = recency 0.667 × coverage 1.4"


def test_the_share_is_a_part_of_the_score():
    first, second = ranked(text(1, hours=1), text(2, hours=1)).chosen
    assert [part.name for part in second.parts] == [*(part.name for part in first.parts), "share"]
    assert second.score == pytest.approx(first.score * FADE, rel=1e-3)


def test_a_date_in_the_future_counts_as_now():
    ahead, present = text(1, hours=-5, by=1), text(2, hours=0, by=2)
    assert len({one.score for one in ranked(ahead, present).chosen}) == 1


def test_equal_entries_stand_in_the_order_of_their_uid_however_they_came():
    texts = [text(n, by=n) for n in range(1, 6)]
    assert {tuple(ids(ranked(*order, size=4))) for order in permutations(texts)} == {(1, 2, 3, 4)}


def test_nothing_in_nothing_out():
    assert rank([], now=NOW, size=20) == Ranking((), 0)
    assert ranked(text(1), size=0) == Ranking((), 1)


FACTS = st.lists(st.tuples(st.floats(0, 900), st.integers(0, 6), st.integers(1, 5), st.integers(0, 4)), max_size=60)


@given(FACTS, st.integers(1, 40), st.randoms(use_true_random=False))
def test_nothing_is_lost_nothing_stands_twice_and_the_order_of_what_comes_in_does_not_matter(facts, size, random):
    """A story of number 0 is one that was compared with none."""
    texts = [
        text(n, hours=hours, by=by, carried=carried, story=story and 9000 + story)
        for n, (hours, by, carried, story) in enumerate(facts, start=1)
    ]
    whole = stories(texts)
    ranking = rank(whole, now=NOW, size=size)
    assert len(ranking.chosen) == min(size, len(whole))
    assert len({one.telling.story.id for one in ranking.chosen}) == len(ranking.chosen)
    assert len(ranking.chosen) + ranking.left_out == len(whole)
    shuffled = list(whole)
    random.shuffle(shuffled)
    assert rank(shuffled, now=NOW, size=size) == ranking


def product(one: Ranked) -> float:
    return prod(part.value for part in one.parts)


@given(FACTS, st.integers(1, 40))
def test_every_score_is_the_product_of_its_parts(facts, size):
    texts = [text(n, hours=hours, by=by, carried=carried) for n, (hours, by, carried, _) in enumerate(facts, start=1)]
    for one in (*rank(stories(texts), now=NOW, size=size).chosen, *scored(stories(texts), now=NOW) * bool(texts)):
        assert one.score == pytest.approx(product(one), rel=1e-5)


HOURS = st.lists(st.floats(0, 200), min_size=1, max_size=12)


@given(HOURS, st.floats(0, 200), st.integers(1, 4))
def test_one_more_publisher_never_costs_a_story_its_place(hours: list[float], more: float, carried: int):
    """Whenever it comes, and whether or not one of the others copied it before."""
    texts = [text(1 + n, hours=h, by=49 + n, carried=carried, story=1) for n, h in enumerate(hours)]
    (before,) = stories(texts)
    (after,) = stories([*texts, text(90, hours=more, by=50 + len(hours), story=1)])
    assert value(after) >= value(before)


@given(HOURS, st.floats(0, 200))
def test_the_younger_of_two_equal_stories_never_scores_less(hours: list[float], later: float):
    assert value(told_by(*hours)) >= value(told_by(*(hour + later for hour in hours)))


@given(HOURS, st.floats(0.1, 10), st.floats(0.1, 10), st.sampled_from(["feeds", "topics"]))
def test_a_greater_weight_never_scores_less(hours: list[float], one: float, other: float, kind: str):
    low, high = sorted((one, other))
    telling = replace(told_by(*hours))
    names = {"feeds": [f"https://site{1 + n}.example.net/feed" for n in range(len(hours))], "topics": ["economy"]}
    if kind == "topics":
        (telling,) = stories([told(stored(1, topics=["economy"], published=NOW - timedelta(hours=hours[0])))])
    light, heavy = (Weights(**{kind: dict.fromkeys(names[kind], weight)}) for weight in (low, high))
    assert value(telling, weights=light) <= value(telling, weights=heavy)
