"""Taking turns: never more than so many at one host, never too close together, and nobody is forgotten."""

import itertools
from collections import Counter, defaultdict

from hypothesis import given
from hypothesis import strategies as st

from aggregator.fetch.turns import Turns


def turns_of(*, per_host: int = 2, gap: float = 0.0) -> Turns[str]:
    return Turns(per_host=per_host, gap=lambda host, took: max(gap, took))


def taken(turns: Turns[str], now: float) -> list[str]:
    """Everyone who may go at this moment."""
    found = []
    while (item := turns.take(now=now)) is not None:
        found.append(item)
    return found


def test_a_busy_host_does_not_hold_up_the_others() -> None:
    turns = turns_of()
    for item in ("a1", "a2", "a3", "b1"):
        turns.join(item[0], item, now=0.0)
    assert taken(turns, 0.0) == ["a1", "a2", "b1"]
    turns.leave("a", now=0.0, took=0.0)
    assert taken(turns, 0.0) == ["a3"]


def test_starts_at_one_host_are_spaced_and_other_hosts_go_between_them() -> None:
    turns = turns_of(gap=1.0)
    for item in ("a1", "a2", "b1"):
        turns.join(item[0], item, now=0.0)
    assert (taken(turns, 0.0), turns.due) == (["a1", "b1"], 1.0)
    assert (taken(turns, 0.9), taken(turns, 1.0)) == ([], ["a2"])


def test_a_host_rests_as_long_as_its_last_answer_took() -> None:
    turns = turns_of(per_host=1)
    for item in ("a1", "a2"):
        turns.join("a", item, now=0.0)
    assert taken(turns, 0.0) == ["a1"]
    turns.leave("a", now=1.0, took=3.0)
    assert (taken(turns, 2.9), turns.due, taken(turns, 3.0)) == ([], 3.0, ["a2"])


def test_a_redirect_goes_ahead_of_those_who_have_not_begun_and_without_a_gap() -> None:
    turns = turns_of(per_host=1, gap=9.0)
    turns.join("a", "first", now=0.0)
    turns.join("a", "second", now=0.0)
    turns.follow("a", "redirected", now=0.0)
    assert taken(turns, 0.0) == ["first"]
    turns.leave("a", now=0.0, took=0.0)
    assert taken(turns, 0.0) == ["redirected"]
    turns.leave("a", now=0.0, took=0.0)
    assert taken(turns, 9.0) == ["second"]
    assert not turns


def test_after_a_silence_the_next_waits_for_those_who_are_there() -> None:
    """Whether the host is silent twice in a row is known when they are done; an answer opens it again."""
    turns = turns_of()
    for item in ("a", "b", "c", "d", "e"):
        turns.join("x", item, now=0.0)
    assert taken(turns, 0.0) == ["a", "b"]
    turns.leave("x", now=1.0, took=0.0, silent=True)
    assert taken(turns, 1.0) == []
    turns.leave("x", now=2.0, took=0.0, silent=True)
    assert taken(turns, 2.0) == ["c"]
    turns.leave("x", now=3.0, took=0.0)
    assert taken(turns, 3.0) == ["d", "e"]


def test_a_gap_that_has_fallen_away_is_seen_at_once() -> None:
    gaps = {"a": 60.0}
    turns: Turns[str] = Turns(per_host=2, gap=lambda host, took: gaps[host])
    for item in ("a1", "a2", "a3"):
        turns.join("a", item, now=0.0)
    assert taken(turns, 1.0) == ["a1"]
    gaps["a"] = 0.0
    turns.hurry("a")
    turns.hurry("b")
    assert taken(turns, 1.0) == ["a2"]


def test_hosts_that_are_done_with_are_forgotten() -> None:
    turns = turns_of(gap=1.0)
    for number in range(5000):
        host = f"host{number}"
        turns.join(host, host, now=number / 100)
        assert taken(turns, number / 100) == [host]
        turns.leave(host, now=number / 100, took=0.1)
    assert turns.hosts <= 102


def test_a_host_that_turns_out_to_ask_for_a_longer_gap_gets_it_from_its_last_start_on() -> None:
    """Its robots.txt may say so: what was asked for before it was read counts."""
    gaps = {"a": 0.0}
    turns: Turns[str] = Turns(per_host=2, gap=lambda host, _took: gaps[host])
    turns.join("a", "robots.txt", now=1.0)
    assert taken(turns, 1.0) == ["robots.txt"]
    turns.leave("a", now=1.1, took=0.1)
    assert turns.hosts == 0
    gaps["a"] = 2.0
    turns.join("a", "a page", now=1.2)
    assert (taken(turns, 2.9), turns.due, taken(turns, 3.0)) == ([], 3.0, ["a page"])


def test_an_idle_queue_has_nobody_due() -> None:
    assert (turns_of().take(now=0.0), turns_of().due, bool(turns_of())) == (None, float("inf"), False)


@given(st.lists(st.sampled_from("abc")), st.integers(1, 3), st.sampled_from([0.0, 0.25, 1.5]), st.randoms())
def test_everyone_goes_once_and_the_bounds_hold(hosts: list[str], per_host: int, gap: float, random: object) -> None:
    turns: Turns[tuple[str, int]] = Turns(per_host=per_host, gap=lambda host, took: gap)
    for number, host in enumerate(hosts):
        turns.join(host, (host, number), now=0.0)
    going: list[tuple[str, int]] = []
    gone: list[tuple[str, int]] = []
    starts: dict[str, list[float]] = defaultdict(list)
    now = 0.0
    while turns or going:
        item = turns.take(now=now)
        if item is not None:
            going.append(item)
            starts[item[0]].append(now)
        elif going and random.random() < 0.7:  # type: ignore[attr-defined]
            gone.append(going.pop(random.randrange(len(going))))  # type: ignore[attr-defined]
            turns.leave(gone[-1][0], now=now, took=0.0)
        else:
            now += 0.25
        assert all(count <= per_host for count in Counter(host for host, _ in going).values())
    assert sorted(gone) == sorted((host, number) for number, host in enumerate(hosts))
    assert all(later - earlier >= gap for at in starts.values() for earlier, later in itertools.pairwise(at))
