"""Members of stories as rows of arrays."""

from struct import pack

import numpy as np
import pytest

from aggregator.model import Traits
from aggregator.model.story_traits import nth_story
from aggregator.pipeline import stories_members
from aggregator.pipeline.stories_members import UNKNOWN, Members


def member(entry: int, *, story: int = 0, titled: bytes = b"", meaning: bytes = b"", terms: int = 3) -> Traits:
    hashes, weights = pack("<3I", 7, entry, 1 << 31), pack("<3H", 900, 300, 1)
    vector = hashes[: 4 * terms], weights[: 2 * terms]
    return Traits(entry, -entry * 10**15, 0, 60, *vector, meaning, titled, story or entry)


def facts(one: Traits) -> dict[str, object]:
    return {name: getattr(one, name) for name in Traits.__slots__}


def rows(members: Members, *entries: int) -> list[int]:
    found: list[int] = members.rows(np.array(entries, dtype=np.int64)).tolist()
    return found


@pytest.mark.parametrize("titled", [b"", pack("<2I", 1, 2)])
@pytest.mark.parametrize("meaning", [b"", bytes(range(256))])
def test_who_is_added_is_found_as_it_was_until_it_is_let_go(titled: bytes, meaning: bytes) -> None:
    members = Members()
    assert rows(members, 3) == [-1]
    assert members.add([member(4, story=3)]) == 0
    assert members.add([member(3, story=nth_story(3, 2), titled=titled, meaning=meaning), member(9, terms=0)]) == 1
    members.begin()
    assert rows(members, 9, 3, 4, 5) == [2, 1, 0, -1]
    assert facts(members.at(1)) == facts(member(3, story=nth_story(3, 2), titled=titled, meaning=meaning))
    assert facts(members.at(2)) == facts(member(9, terms=0))
    members.drop(3)
    members.drop(5)
    assert rows(members, 9, 3, 4) == [2, -1, 0]
    assert members["others"].tolist() == [UNKNOWN] * 3


def test_within_a_batch_a_member_is_one_object_and_after_it_what_it_means_is_kept() -> None:
    members, one = Members(), member(3)
    members.add([one])
    assert members.at(0) is one
    one.meaning = bytes(256)
    members.means([one])
    members.begin()
    assert members.at(0) is members.at(0) is not one
    assert members.at(0).meaning == bytes(256)


def test_who_is_added_again_stands_in_one_row_alone() -> None:
    members = Members()
    members.add([member(3, meaning=bytes(256)), member(4)])
    members.add([member(3, story=4, titled=pack("<I", 8))])
    assert rows(members, 3, 4) == [2, 1]
    assert facts(members.at(2)) == facts(member(3, story=4, titled=pack("<I", 8)))
    assert members["story"].tolist() == [0, 4, 4]


@pytest.mark.parametrize("together", [1, 3, 1024])
def test_those_that_were_met_last_are_kept_and_stay_what_they_are(
    monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(stories_members, "_TOGETHER", together)
    members = Members()
    many = [member(n, titled=pack("<I", n) * (n % 3), meaning=bytes([n]) * 256, terms=n % 4) for n in range(1, 9)]
    members.add(many)
    members.begin()
    members.meet(members.rows(np.array([7, 2, 5])))
    members.drop(8)
    members.keep(4)
    assert (len(members), members["entry"].tolist()) == (4, [2, 5, 6, 7])
    assert [facts(members.at(row)) for row in range(4)] == [facts(many[n - 1]) for n in (2, 5, 6, 7)]
    assert rows(members, *range(1, 9)) == [-1, 0, -1, -1, 1, 2, 3, -1]
    hashes, weights, sizes = members.vectors(np.array([3, 0]))
    assert (hashes.tolist(), weights.tolist(), sizes.tolist()) == (
        [7, 7, 1 << 31, 7, 2],
        [900, 300, 1, 900, 300],
        [3, 2],
    )
    members.keep(0)
    assert (len(members), rows(members, 7)) == (0, [-1])
    assert members.add([member(3)]) == 0
    assert rows(members, 3) == [0]


def test_titles_and_meanings_of_members_are_given_side_by_side() -> None:
    members, meaning = Members(), bytes(range(128)) * 2
    members.add([member(3, titled=pack("<2I", 7, 8), meaning=meaning), member(4), member(5, titled=pack("<I", 9))])
    hashes, sizes = members.titled(np.array([2, 1, 0]))
    assert (hashes.tolist(), sizes.tolist()) == ([9, 7, 8], [1, 0, 2])
    assert members.ripe(np.array([2, 0, 1])).tolist() == [False, True, False]
    assert members.meanings(np.array([0, 0])).tobytes() == 2 * meaning
