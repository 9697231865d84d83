"""Taking turns: never more than so many at one host, and nobody is forgotten."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.fetch.turns import Turns


def test_a_busy_host_does_not_hold_up_the_others() -> None:
    turns: Turns[str] = Turns(per_host=2)
    for item in ("a1", "a2", "a3", "b1"):
        turns.join(item[0], item)
    assert [turns.next() for _ in range(3)] == ["a1", "a2", "b1"]
    assert not turns
    turns.leave("a")
    assert turns.next() == "a3"


def test_a_redirect_goes_ahead_of_those_who_have_not_begun() -> None:
    turns: Turns[str] = Turns(per_host=1)
    turns.join("a", "first")
    turns.join("a", "second")
    turns.join("a", "redirected", ahead=True)
    turns.leave("a")
    assert [turns.next(), turns.next()] == ["first", "redirected"]


def test_nobody_there_is_said_so() -> None:
    with pytest.raises(IndexError):
        Turns[str](per_host=2).next()


@given(st.lists(st.sampled_from("abc")), st.integers(1, 3), st.randoms())
def test_everyone_goes_once_and_the_bound_holds(hosts: list[str], per_host: int, random: object) -> None:
    turns: Turns[tuple[str, int]] = Turns(per_host=per_host)
    for number, host in enumerate(hosts):
        turns.join(host, (host, number))
    going: list[tuple[str, int]] = []
    gone: list[tuple[str, int]] = []
    while turns or going:
        if turns:
            going.append(turns.next())
        else:
            gone.append(going.pop(random.randrange(len(going))))  # type: ignore[attr-defined]
            turns.leave(gone[-1][0])
        assert all(count <= per_host for count in Counter(host for host, _ in going).values())
    assert sorted(gone) == sorted((host, number) for number, host in enumerate(hosts))
