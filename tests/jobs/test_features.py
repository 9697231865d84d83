"""Many entries at once: a twin reads ahead what they say, and whatever becomes of it decides nothing."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from pickle import PickleBuffer

import pytest

from aggregator.app import App
from aggregator.errors import WorkspaceError
from aggregator.jobs import curate as curating
from aggregator.jobs import features as reading
from aggregator.jobs.features import Batch, Features, Foresight
from aggregator.model import Candidate
from aggregator.pipeline.stories_words import Vocabulary
from aggregator.store.driver import EPOCH
from aggregator.twin import possible
from aggregator.twin.pipes import LARGEST, PAGE, Sink
from tests.jobs.test_stories import newsroom, told
from tests.newswords import stories
from tests.store.things import NOW, document

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
    batch = Foresight.batch

    def watched(self: Foresight) -> Batch | None:
        between(self)
        asked.append(self._twin is not None)
        if (found := batch(self)) is None:
            asked.pop()
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Foresight, "batch", watched)
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
def test_a_twin_that_is_stopped_in_the_middle_of_a_batch_costs_nothing(
    tmp_path: Path, alone: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is given up with what it was saying, and Curate goes on alone."""
    monkeypatch.setattr("aggregator.twin.PATIENCE", 0.3)
    stopped, work = list[int](), Foresight._work

    def at_length(self: Foresight, messages: Iterator[object]) -> Iterator[tuple[PickleBuffer, Features]]:
        for rows, said in work(self, messages):
            yield PickleBuffer(bytes(rows) + bytes(8 * LARGEST)), said  # marshal.loads takes no notice

    def stop(foresight: Foresight) -> None:
        if (twin := foresight._twin) and not stopped:
            assert twin._in.ready(30)
            os.kill(twin.pid, signal.SIGSTOP)
            stopped.append(twin.pid)

    monkeypatch.setattr(Foresight, "_work", at_length)
    kept, asked = placed(tmp_path / "both", stop)
    assert kept == alone
    assert asked == [True] + [False] * 8
    assert not Path(f"/proc/{stopped[0]}").exists()


@needs_two_cores
def test_an_error_in_the_twin_costs_nothing(
    tmp_path: Path, alone: Rows, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is noted; had it come here as well, it would be raised as without a twin."""
    mine, whole = os.getpid(), reading.features

    def broken(app: App, batch: Sequence[Candidate], vocabulary: Vocabulary) -> Features:
        if os.getpid() != mine:
            raise WorkspaceError("no memory there")
        return whole(app, batch, vocabulary)

    monkeypatch.setattr(reading, "features", broken)
    kept, asked = placed(tmp_path / "both")
    assert kept == alone
    assert asked == [True] + [False] * 8
    assert "no memory there" in caplog.text


@needs_two_cores
def test_an_error_that_comes_here_as_well_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(app: App, batch: Sequence[Candidate], vocabulary: Vocabulary) -> Features:
        raise WorkspaceError("the disk is full")

    monkeypatch.setattr(reading, "features", broken)
    with pytest.raises(WorkspaceError, match="the disk is full"):
        placed(tmp_path)


@needs_two_cores
def test_a_twin_reads_ahead_through_pipes_of_one_page(
    tmp_path: Path, alone: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where this user has many pipes: it is asked for the next batch when the last one is here."""
    monkeypatch.setattr(Sink, "widen", lambda _: PAGE)
    ahead = list[int]()
    kept, asked = placed(tmp_path / "both", lambda foresight: ahead.append(len(foresight._twin._sizes)))
    assert asked == [True] * 9
    assert ahead == [1] * 10
    assert kept == alone


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
            assert read(foresight) == list(batch)
            assert read(foresight) == list(batch), "it waits still, and the twin is ahead"
            assert foresight._twin is None
            assert read(foresight) == list(batch)


CHANGES = {
    "a text": {"text": "Something else by now.", "fingerprint": "1:else"},
    "an address": {"key": "example.org/a-new-address", "fingerprint": "1:else"},
    "a correction": {},
}


@needs_two_cores
@pytest.mark.parametrize("what", CHANGES)
def test_when_an_entry_has_changed_since_it_was_read_ahead_it_is_read_here(tmp_path: Path, what: str) -> None:
    with newsroom(tmp_path) as (app, desk):
        desk.read("a", document(ENTRIES))
        first = app.store.curation.pending(app.rules.version, limit=1)[0]
        with Foresight(app, limit=11) as foresight:
            assert foresight._twin and foresight._twin._in.ready(30), "it has read the first batch"
            if what == "a correction":
                assert app.store.learning.correct(first.id, {"world": True}, now=NOW)
            else:
                (old,) = [one for one in ENTRIES if one.guid == first.guid]
                also = [one.guid for one in ENTRIES if one.guid != first.guid]
                desk.read("a", document(changed=[replace(old, **CHANGES[what])], also=also))
            found = read(foresight)
            assert foresight._twin is None
            assert found == list(app.store.curation.pending(app.rules.version, limit=11))
            assert found[0].text == (CHANGES[what].get("text") or first.text)


@needs_two_cores
def test_what_a_batch_decides_of_entries_that_were_read_ahead_counts(tmp_path: Path) -> None:
    """Their sets and stories may have become others since: those of before are read anew."""
    with newsroom(tmp_path) as (app, desk):
        desk.read("a", document(ENTRIES))
        curating.curate(app)
        app.store.meta["rules"] = "others"
        assert len(app.store.curation.queue(app.rules.version, limit=99)) == len(ENTRIES)
        with Foresight(app, limit=11) as foresight:
            assert foresight._twin and foresight._twin._in.ready(30)
            with app.store._database.lane.write() as connection:
                connection.execute("UPDATE curation SET story = 7, same_score = 0.5, set_founded = 1000000")
            found = read(foresight)
            assert foresight._twin
        assert {(one.story, one.same_score, one.set_founded) for one in found} == {(7, 0.5, EPOCH + MINUTE / 60)}


def read(foresight: Foresight) -> list[Candidate]:
    found = foresight.batch()
    assert found
    batch, said = found
    assert [*said.keys] == [entry.id for entry in batch if not entry.settled]
    return list(batch)


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
