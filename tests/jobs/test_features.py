"""Many entries at once: a twin reads ahead what they say, and whatever becomes of it decides nothing."""

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from aggregator.jobs import curate as curating
from aggregator.jobs import features as reading
from aggregator.jobs.features import Features, Foresight
from aggregator.model import Candidate
from aggregator.twin import possible
from tests.jobs.test_stories import newsroom, told
from tests.newswords import stories
from tests.store.things import document

needs_two_cores = pytest.mark.skipif(not possible(), reason="a twin is made where there is a second core, on Linux")

ENTRIES = [
    told(f"{subject}{n}", f"{title}|{text}{' Follow us everywhere.' * (n % 2)}\nSubscribe to {subject} today.")
    for n, (subject, title, text) in enumerate(stories(30))
]
"""Ninety entries of one feed, which repeats itself; some say the same, under other numbers."""

Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curating, "AT_ONCE", 11)
    monkeypatch.setattr(reading, "MANY", 20)


def placed(folder: Path, between: Callable[[Foresight], None] = lambda foresight: None) -> tuple[Rows, list[bool]]:
    """Let all arrive at once. Gives what was kept, and of each batch whether a twin was there when it was asked for."""
    asked: list[bool] = []
    of = Foresight.of

    def watched(self: Foresight, batch: Sequence[Candidate]) -> Features:
        between(self)
        asked.append(self._twin is not None)
        return of(self, batch)

    with pytest.MonkeyPatch.context() as patch, newsroom(folder) as (app, desk):
        patch.setattr(Foresight, "of", watched)
        desk.read("a", document(ENTRIES))
        assert curating.curate(app).entries == len(ENTRIES)
        with app.store._database.lane.read() as connection:
            kept = {
                table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
                for table in ("curation", "sketch", "furniture", "shelf", "story_entry", "story_term", "story_count")
            }
    return kept, asked


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
    assert asked == [True, *[False] * 8]


@needs_two_cores
def test_what_there_is_no_room_for_is_read_here(tmp_path: Path, alone: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch with more new words than both processes can share is no reason to stop."""
    monkeypatch.setattr(reading, "_ROOM", 8)
    kept, asked = placed(tmp_path / "both")
    assert kept == alone
    assert asked == [True, *[False] * 8]


@needs_two_cores
def test_words_are_forgotten_in_turns(tmp_path: Path, alone: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one half of the shared room is filled anew, vectors are still read from the other."""
    monkeypatch.setattr("aggregator.pipeline.stories_words.KEPT", 20)
    monkeypatch.setattr(reading, "_ROOM", 2 * 300)
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
            assert foresight.of(batch).entries == tuple(entry.id for entry in batch)
            later = app.store.curation.waiting(after=batch[-1].id, limit=3)
            assert foresight.of(later).entries == tuple(entry.id for entry in later)
            assert foresight._twin is None
            assert foresight.of(batch).keys == reading.features(app, batch, foresight.vocabulary).keys
