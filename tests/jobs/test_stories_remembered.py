"""Members of stories that are let go: what is decided is the same as if all were at hand."""

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.jobs import curate as job
from aggregator.jobs.curate import curate
from aggregator.model import Entry
from aggregator.pipeline import stories_memory
from tests.jobs.test_stories import newsroom, placed, told
from tests.store.things import document

NAMES = ["Atlantis", "Globex", "Rovers", "Halibut", "Acme", "Sella", "Korin", "Mavor"]
EVENTS = ["earthquake", "merger", "strike", "election", "flood", "trial", "launch", "fire"]
FILL = [
    "officials",
    "said",
    "that",
    "people",
    "were",
    "reported",
    "after",
    "some",
    "others",
    "waited",
    "there",
    "for",
    "news",
    "about",
    "what",
    "could",
    "happen",
]


def news(chance: random.Random, count: int) -> list[Entry]:
    """Reports of a few events, in other words each; some of them bring two stories together."""
    events = [(*chance.sample(NAMES, 2), chance.choice(EVENTS), chance.randrange(20000)) for _ in range(count // 6)]
    made = []
    for n in range(count):
        one, other, event, minute = chance.choice(events)
        words = chance.choices(FILL, k=chance.randrange(6, 30))
        for name in (one, other, event, *chance.choices((one, other, event), k=4)):
            words.insert(chance.randrange(len(words)), name)
        at = timedelta(minutes=-minute - chance.randrange(1500))
        made.append(told(f"{n}", f"{one} {event}: {other} {chance.choice(FILL)}|{' '.join(words)}", at=at))
    return made


def decided(folder: Path) -> dict[str, tuple[object, ...]]:
    """Let news come and a part of them change, twice; say how each is placed."""
    chance = random.Random(0)
    entries = news(chance, 400)
    with newsroom(folder) as (app, desk):
        desk.read("a", document(entries))
        curate(app)
        for n in range(2):
            some = {one.guid for one in entries if chance.random() < 0.2}
            anew = [
                replace(one, text=chance.choice(entries).text, fingerprint=f"{one.fingerprint} {n}")
                for one in entries
                if one.guid in some
            ]
            desk.read("a", document(changed=anew, also=[one.guid for one in entries if one.guid not in some]))
            curate(app)
        return placed(desk)


def test_members_that_were_let_go_are_as_good_as_those_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether they are in stories that became others since, were alone, or have changed and left."""
    monkeypatch.setattr(job, "AT_ONCE", 10)
    whole = decided(tmp_path / "whole")
    for remembered in (0, 4, 30, 200):
        monkeypatch.setattr(stories_memory, "REMEMBERED", remembered)
        assert decided(tmp_path / f"{remembered}") == whole
    assert len({row[0] for row in whole.values()}) < len(whole) * 2 / 3
