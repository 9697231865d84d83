"""Moves of feeds: believed when they agreed, never to a less safe scheme, forgotten when they lead nowhere."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import FeedState, Fetched
from aggregator.pipeline.moves import is_lost, moved

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, NEW, OTHER = "https://example.net/feed", "https://example.org/feed", "https://example.com/feed"


def after(state: FeedState, *answers: tuple[float, str]) -> FeedState:
    """Let a feed answer (days from now, where it has moved to)."""
    for days, to in answers:
        answer = Fetched(state.address, to or state.address, 200, {}, b"", moved_to=to)
        state = replace(state, **moved(state, answer, now=NOW + days * DAY))
    return state


def test_a_move_is_adopted_when_it_was_said_for_a_week() -> None:
    state = FeedState(1, OLD)
    week = [(day, NEW) for day in range(8)]
    before = after(state, *week[:-1])
    assert (before.adopted, before.address, before.moved_to, before.moved_count) == ("", OLD, NEW, 7)
    adopted = after(state, *week)
    assert (adopted.adopted, adopted.address, adopted.url) == (NEW, NEW, OLD)


def test_one_answer_is_no_agreement_however_long_ago() -> None:
    """A feed that is asked once a month has to say it twice."""
    assert after(FeedState(1, OLD), (0, NEW)).adopted == ""
    assert after(FeedState(1, OLD), (0, NEW), (30, NEW)).adopted == NEW


@pytest.mark.parametrize("between", ["", OTHER], ids=["no redirect", "another address"])
def test_who_says_something_else_in_between_begins_anew(between: str) -> None:
    state = after(FeedState(1, OLD), (0, NEW), (5, between), (7, NEW), (8, NEW))
    assert (state.adopted, state.moved_count, state.moved_since) == ("", 2, NOW + 7 * DAY)
    assert after(state, (14, NEW)).adopted == NEW


@pytest.mark.parametrize(
    ("old", "new", "at_once"),
    [
        ("http://example.net/feed", "https://example.net/feed", True),
        ("http://example.net", "https://example.net/", True),
        ("http://example.net:80/feed?a=1", "https://EXAMPLE.net/feed?a=1", True),
        ("http://example.net/feed", "https://www.example.net/feed", False),
        ("http://example.net/feed", "https://example.net/atom", False),
        ("http://example.net/feed?a=1", "https://example.net/feed", False),
        ("http://example.net/feed", "http://example.net/atom", False),
        (OLD, NEW, False),
    ],
)
def test_the_same_place_over_https_is_adopted_the_second_time(old: str, new: str, at_once: bool) -> None:
    state = after(FeedState(1, old), (0, new), (0.1, new))
    assert state.adopted == (new if at_once else "")


def test_a_less_safe_address_is_never_adopted_nor_remembered() -> None:
    state = after(FeedState(1, OLD), *((day, "http://example.net/feed") for day in range(20)))
    assert (state.moved_to, state.adopted, state.moved_count) == ("", "", 0)


def test_an_adopted_move_stays_while_the_new_address_answers_for_itself() -> None:
    state = after(FeedState(1, OLD), (0, NEW), (7, NEW))
    stayed = after(state, (8, ""), (9, ""))
    assert (stayed.adopted, stayed.moved_to, stayed.moved_since) == (NEW, NEW, NOW)


def test_a_feed_that_moves_on_is_followed_when_that_has_agreed_too() -> None:
    state = after(FeedState(1, OLD), (0, NEW), (7, NEW), (8, OTHER))
    assert (state.adopted, state.moved_to) == (NEW, OTHER)
    back = after(state, (9, ""))
    assert (back.adopted, back.moved_to, back.moved_count) == (NEW, NEW, 0)
    assert after(state, (15, OTHER)).adopted == OTHER


def test_a_feed_that_moves_back_is_asked_where_feeds_yaml_says() -> None:
    state = after(FeedState(1, OLD), (0, NEW), (7, NEW), (8, OLD), (15, OLD))
    assert (state.adopted, state.moved_to, state.address) == ("", "", OLD)


@pytest.mark.parametrize(
    ("adopted", "failures", "status", "permanent", "lost"),
    [
        (NEW, 0, 404, False, True),
        (NEW, 0, 410, True, True),
        (NEW, 0, 0, True, True),
        (NEW, 0, 0, False, False),
        (NEW, 2, 0, False, True),
        (NEW, 9, 500, False, False),
        (NEW, 9, 429, False, False),
        (NEW, 19, 500, False, True),
        (NEW, 19, 200, False, True),
        (NEW, 19, 503, False, False),
        ("", 9, 404, False, False),
    ],
    ids=[
        "404",
        "410",
        "forbidden by the guard",
        "no host once",
        "no host thrice",
        "500",
        "429",
        "500 for weeks",
        "no feed for weeks",
        "busy for weeks",
        "never moved",
    ],
)
def test_when_the_new_address_is_given_up(
    adopted: str, failures: int, status: int, permanent: bool, lost: bool
) -> None:
    """A 404 or 410 at once, a host that cannot be found or reached the third time, anything else after weeks."""
    state = FeedState(1, OLD, adopted=adopted, failures=failures)
    assert is_lost(state, status=status, permanent=permanent) == lost
