"""Members that are put away."""

from struct import pack

import pytest

from aggregator.model import Traits
from aggregator.model.story_traits import nth_story
from aggregator.pipeline import stories_attic
from aggregator.pipeline.stories_attic import Attic


def member(entry: int, *, story: int = 0, titled: bytes = b"", meaning: bytes = b"") -> Traits:
    hashes, weights = pack("<3I", 7, entry, 1 << 31), pack("<3H", 900, 300, 1)
    return Traits(entry, -entry * 10**15, 0, 60, hashes, weights, meaning, titled, story or entry)


@pytest.mark.parametrize("titled", [b"", pack("<2I", 1, 2)])
@pytest.mark.parametrize("meaning", [b"", bytes(range(256))])
def test_what_was_put_away_is_found_as_it_was_until_it_is_let_go(titled: bytes, meaning: bytes) -> None:
    attic = Attic()
    attic.put(member(3, story=nth_story(3, 2), titled=titled, meaning=meaning), alone=True)
    attic.put(member(4, story=3), alone=False)
    found = attic.find(3)
    assert found and found[1] is True
    kept = member(3, story=nth_story(3, 2), titled=titled, meaning=meaning)
    assert {name: getattr(found[0], name) for name in Traits.__slots__} == {
        name: getattr(kept, name) for name in Traits.__slots__
    }
    attic.drop(3)
    assert attic.find(3) is None
    other = attic.find(4)
    assert other and (other[0].story, other[1]) == (3, False)


def test_a_member_is_in_the_story_that_its_own_has_become_part_of_since() -> None:
    """What happened before it was put away is none of its concern: an id may be given anew."""
    attic = Attic()
    attic.merge(9, 1)
    attic.put(member(9), alone=True)
    attic.put(member(8), alone=True)
    attic.merge(8, 5)
    attic.merge(5, 2)
    attic.merge(8, 7)
    stories = {entry: found[0].story for entry in (8, 9) if (found := attic.find(entry))}
    assert stories == {8: 2, 9: 9}


def test_the_first_that_were_put_away_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories_attic, "PUT_AWAY", 3)
    attic = Attic()
    for entry in (5, 1, 4, 2):
        attic.put(member(entry), alone=True)
    assert [entry for entry in (1, 2, 4, 5) if attic.find(entry)] == [1, 2, 4]


def test_who_is_put_away_again_stays_longest_and_keeps_what_it_means(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories_attic, "PUT_AWAY", 2)
    attic = Attic()
    for entry in (1, 2):
        attic.put(member(entry), alone=True)
    attic.merge(1, 7)
    attic.put(member(1, story=7, meaning=bytes(256)), alone=False)
    attic.put(member(1, story=7), alone=False)
    attic.put(member(3), alone=True)
    assert attic.find(2) is None
    found = attic.find(1)
    assert found and (found[0].story, found[0].meaning, found[1]) == (7, bytes(256), False)
