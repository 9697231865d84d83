"""Entries of one feed that stood together under titles that say different things are two texts."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import Candidate
from aggregator.pipeline.duplicates import LISTED_APART, Same, same_text, stood_together
from aggregator.pipeline.likeness import Spoken, say_different
from aggregator.pipeline.shingles import spoken

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TEXT = " ".join(random.Random(1).choices([f"{a}{b}" for a in "bdfgklmnprst" for b in ("ane", "orth", "ust")], k=120))


def at(id: int, title: str, stood: tuple[int, int | None] | None, *, feed: int = 1, text: str = TEXT) -> Candidate:
    published = NOW + timedelta(minutes=id)
    return Candidate(id, f"g{id}", feed, "", title, text, (), "", f"{id}", published, text_set=id, stood=stood)


def said(one: Candidate) -> Spoken:
    return Spoken(one.title, one.text, one.feed)


def place(*entries: Candidate) -> dict[int, Same]:
    """Place entries one by one, each beside all before it."""
    found: dict[int, Same] = {}
    for n, entry in enumerate(entries):
        sets = {id: same.text_set for id, same in found.items()}
        found[entry.id] = same_text(entry, (), sets=sets, near=entries[:n], spoken=said)
    return found


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ((5, None), (5, None), True),  # came with one document
        ((5, 5), (5, 9), True),
        ((5, None), (7, None), True),  # the first is still there
        ((5, 7), (7, None), True),  # it was, in the document that brought the second
        ((5, 6), (7, None), False),  # it made way
        ((5, 6), (7, 9), False),
        (None, (7, None), False),  # not known
    ],
)
def test_who_stood_together(one: tuple[int, int | None], other: tuple[int, int | None], together: bool) -> None:
    first, second = at(1, "One", one), at(2, "Two", other)
    assert stood_together(first, second) == stood_together(second, first) == together
    assert not stood_together(first, replace(second, feed=2))


@pytest.mark.parametrize(
    ("one", "other", "different"),
    [
        ("Unit testing of deployments in C#", "Unit testing of deployments in F#", True),
        ("Polyhedra in origami", "Polyhedra in dowels", True),
        ("Visit to Austria", "Visit to Australia", True),
        ("Der Kater im Kot", "Der Kater im Tor", True),
        ("Кот в доме", "Кит в доме", True),
        ("東京で展覧会", "京都で展覧会開幕", False),
        ("Polyhedra in origami", "Polyhedra in origami and dowels", False),
        ("Updated: a reward for schools", "Reward for the schools", False),
        ("Mayor opens the bridge", "Mayor opened a bridge", False),
        ("The goverment on colours", "The government on colors", False),
        ("図書館を改修へ", "図書館を補修へ", False),
        ("図書館を改修へ", "公民館を改修へ", True),
        ("", "Mayor opens the bridge", False),
    ],
)
def test_titles_that_say_different_things(one: str, other: str, different: bool) -> None:
    assert say_different(spoken(one), spoken(other)) == say_different(spoken(other), spoken(one)) == different


SHARP, FLAT = "Unit testing of deployments in C#", "Unit testing of deployments in F#"


def test_side_by_side_they_are_two_texts_and_one_after_the_other_one() -> None:
    second = at(2, FLAT, (7, None))
    apart = place(at(1, SHARP, (5, None)), second)[2]
    assert (apart.text_set, apart.like, apart.reason) == (2, 0, f"not the text of entry 1: {LISTED_APART}")
    assert place(at(1, SHARP, (5, 6)), second)[2].text_set == 1


def test_the_set_of_one_that_is_listed_beside_an_entry_is_not_its_own() -> None:
    """Another feed's copy is in it, by which the entry would come there: before, or behind the one beside it."""
    beside, entry, copy = (
        at(1, SHARP, (5, None)),
        at(3, FLAT, (5, None)),
        at(2, "Testing deployments", (6, None), feed=2),
    )
    for order in ((beside, copy, entry), (copy, beside, entry)):
        found = place(*order)
        assert found[1].text_set == found[2].text_set != found[3].text_set
    later = at(4, FLAT, (8, None), feed=3)
    assert place(beside, copy, entry, later)[4].text_set == 3


def test_what_only_shares_a_feed_bars_no_set() -> None:
    beside = at(1, SHARP, (5, None), text="Nothing of it. " * 30)
    copy, entry = at(2, FLAT, (6, None), feed=2), at(3, FLAT, (5, None))
    assert place(beside, copy, entry)[3].text_set == 2
