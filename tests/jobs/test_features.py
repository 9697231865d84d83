"""Many entries at once: a twin reads ahead what they say, and whatever becomes of it decides nothing."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator.app import App
from aggregator.jobs import curate as curating
from aggregator.jobs import features as reading
from aggregator.jobs.features import Features, Foresight
from aggregator.model import Candidate
from aggregator.pipeline.stories_words import Vocabulary
from aggregator.twin import possible
from tests.jobs.test_stories import newsroom, told
from tests.newswords import stories
from tests.store.things import document

needs_two_cores = pytest.mark.skipif(not possible(), reason="a twin is made where there is a second core, on Linux")

MINUTE = timedelta(minutes=1)
ENTRIES = [
    told(
        f"{subject}{n}",
        f"{title}|{text}{' Follow us everywhere.' * (n % 2)}\nSubscribe to {subject} today.",
        at=-(n * 37 % 90) * MINUTE,
    )
    for n, (subject, title, text) in enumerate(stories(30))
]
"""Ninety entries of one feed, which repeats itself; some say the same, under other numbers. They come in disorder."""

Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curating, "AT_ONCE", 11)
    monkeypatch.setattr(reading, "MANY", 20)


@contextmanager
def asking(between: Callable[[Foresight], None] = lambda foresight: None) -> Iterator[list[bool]]:
    """Note of each batch whether a twin was there when it was asked for."""
    asked: list[bool] = []
    of = Foresight.of

    def watched(self: Foresight, batch: Sequence[Candidate]) -> Features:
        between(self)
        asked.append(self._twin is not None)
        return of(self, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Foresight, "of", watched)
        yield asked


def rows(app: App) -> Rows:
    """What is kept of all that was decided."""
    with app.store._database.lane.read() as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in ("curation", "sketch", "furniture", "shelf", "story_entry", "story_posting", "story_count")
        }


def placed(folder: Path, between: Callable[[Foresight], None] = lambda foresight: None) -> tuple[Rows, list[bool]]:
    """Let all arrive at once. Gives what was kept, and of each batch whether a twin was there when it was asked for."""
    with asking(between) as asked, newsroom(folder) as (app, desk):
        desk.read("a", document(ENTRIES))
        assert curating.curate(app).entries == len(ENTRIES)
        return rows(app), asked


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rows:
    """What is kept when everything is done by one process."""
    with monkeypatch.context() as patch:
        patch.setattr(reading, "possible", lambda: False)
        kept, asked = placed(tmp_path / "alone")
    assert asked == [False] * 9
    return kept


@needs_two_cores
def test_a_twin_reads_ahead_and_decides_nothing(tmp_path: Path, alone: Rows) -> None:
    kept, asked = placed(tmp_path / "both")
    assert asked == [True] * 9
    assert kept == alone
    assert len({row[9] for row in kept["curation"]}) < len(ENTRIES)
    assert kept["furniture"] != []


@needs_two_cores
def test_a_twin_that_is_killed_costs_nothing(tmp_path: Path, alone: Rows) -> None:
    def kill(foresight: Foresight) -> None:
        if foresight._twin:
            os.kill(foresight._twin.pid, signal.SIGKILL)

    kept, asked = placed(tmp_path / "both", kill)
    assert kept == alone
    assert asked[0] and not any(asked[2:]), "it may have read the first batch by then"


@needs_two_cores
def test_words_are_forgotten_when_there_are_too_many(
    tmp_path: Path, alone: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.pipeline.stories_words.KEPT", 20)
    monkeypatch.setattr("aggregator.pipeline.stories_meaning.KEPT", 20)
    kept, asked = placed(tmp_path / "both")
    assert kept == alone
    assert asked == [True] * 9


@needs_two_cores
def test_when_something_else_waits_by_now_it_is_read_here(tmp_path: Path) -> None:
    """An editor corrects an entry while the twin is ahead: it is placed anew in this run."""
    with newsroom(tmp_path) as (app, desk):
        desk.read("a", document(ENTRIES))
        batch = app.store.curation.pending(app.rules.version, limit=11)
        with Foresight(app, limit=11) as foresight:
            assert [*foresight.of(batch).keys] == [entry.id for entry in batch]
            later = app.store.curation.waiting(after=batch[-1], limit=3)
            assert [*foresight.of(later).keys] == [entry.id for entry in later]
            assert foresight._twin is None
            assert foresight.of(batch).keys == reading.features(app, batch, Vocabulary()).keys


@needs_two_cores
@pytest.mark.parametrize(
    "facts", [{"text": "Something else by now."}, {"settled": True}, {"story": 1}, {"key": "example.org/a-new-address"}]
)
def test_when_an_entry_has_changed_since_it_was_read_ahead_it_is_read_here(
    tmp_path: Path, facts: dict[str, object]
) -> None:
    with newsroom(tmp_path) as (app, desk):
        desk.read("a", document(ENTRIES))
        first, *others = app.store.curation.pending(app.rules.version, limit=11)
        changed = (replace(first, **facts), *others)
        with Foresight(app, limit=11) as foresight:
            said = foresight.of(changed)
            assert foresight._twin is None
            own = reading.features(app, changed, Vocabulary())
            assert (said.read, said.keys, said.told, said.bags.marks) == (own.read, own.keys, own.told, own.bags.marks)


def placed_again(folder: Path, *, at_once: int) -> tuple[Rows, list[bool]]:
    """A third of the texts change, and the rules, so that all are placed anew; the second third was known before."""
    anew = [replace(one, title=f"{one.title}, again", fingerprint=f"{one.fingerprint} again") for one in ENTRIES[:30]]
    with newsroom(folder) as (app, desk), pytest.MonkeyPatch.context() as patch:
        desk.read("a", document(ENTRIES[:60]))
        curating.curate(app)
        also = [one.guid for one in ENTRIES[30:60]]
        desk.read("a", document(ENTRIES[60:], changed=anew, also=also))
        app.store.curation.pending("other rules")
        settled = [one.settled for one in app.store.curation.waiting(limit=90)]
        assert 20 < sum(settled) < 40 and settled != sorted(settled)
        patch.setattr(curating, "AT_ONCE", at_once)
        with asking() as asked:
            curating.curate(app)
        return rows(app), asked


@needs_two_cores
def test_what_is_placed_anew_among_what_has_changed_is_placed_alike_with_a_twin_and_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, asked = placed_again(tmp_path / "both", at_once=11)
    assert asked == [True] * 9
    monkeypatch.setattr(reading, "possible", lambda: False)
    assert placed_again(tmp_path / "alone", at_once=11) == (kept, [False] * 9)
    whole, _ = placed_again(tmp_path / "whole", at_once=90)
    sets, stories_of = ({row[0]: row[place] for row in whole["curation"]} for place in (1, 9))
    assert {row[0]: (row[1], row[9]) for row in kept["curation"]} == {id: (sets[id], stories_of[id]) for id in sets}
