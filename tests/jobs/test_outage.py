"""Our own network fails under `run`, where each feed has its own minute and few are asked at once."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator import workers
from aggregator.jobs.refresh import refresh
from aggregator.model import FeedState
from tests.servers import Page, serve
from tests.workspaces import START, Desk, desk, item, rss

MIN, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PATHS = [f"/{number}" for number in range(12)]


def pages() -> dict[str, Page]:
    """Make feeds that have had something every two hours."""
    items = [item(number, at=START - number * 2 * HOUR) for number in range(10)]
    return {path: Page(rss(*items), etag='"1"') for path in PATHS}


def work(here: Desk, span: timedelta) -> None:
    """Tick every minute, as `run` does."""
    with here.app() as app:
        workers.list_feeds(app)
        for _ in range(span // MIN):
            if due := workers.due_feeds(app, spread=True):
                refresh(app, due)
            here.clock.forward(minutes=1)


def states(here: Desk) -> list[FeedState]:
    with here.app() as app:
        return list(app.store.feeds.all())


def test_an_outage_that_is_seen_one_feed_after_another_is_held_against_none(tmp_path: Path) -> None:
    """The first two are blamed when nothing else is known, and no longer when they are asked again."""
    with serve(pages()) as server:
        here, port = desk(tmp_path, *map(server.url, PATHS)), server.port
        work(here, 3 * HOUR)
    work(here, 10 * HOUR)
    lost = states(here)
    assert {(state.failures, state.failing_since, state.outcome) for state in lost} == {(0, None, "waiting")}
    assert max(state.due for state in lost if state.due) <= here.clock.now + 30 * MIN
    with serve(pages(), port=port) as server:
        work(here, 65 * MIN)
        assert set(Counter(seen.path for seen in server.requests)) == set(PATHS)
    assert {(state.failures, state.outcome) for state in states(here)} == {(0, "unchanged")}


def test_an_outage_of_weeks_leaves_no_feed_dead(tmp_path: Path) -> None:
    """Also not one that had failed once before: it keeps its one failure."""
    with serve({**pages(), "/1": Page(status=500)}) as server:
        here = desk(tmp_path, *map(server.url, PATHS[:4]))
        here.sync()
    for _ in range(20):
        here.clock.forward(days=1)
        here.sync()
    assert [state.failures for state in states(here)] == [0, 1, 0, 0]


def test_after_two_weeks_in_which_nobody_was_reached_it_is_the_feeds(tmp_path: Path) -> None:
    """Three of a host that is gone, and nothing else is listed: asked one by one they look like an outage at first."""
    with serve(pages()) as server:
        here = desk(tmp_path, *map(server.url, PATHS[:3]))
        here.sync()
    for day in range(17):
        here.clock.forward(days=1)
        for state in states(here):
            with here.app() as app:
                refresh(app, [state])
        blamed = all(state.failures for state in states(here))
        assert blamed == (day >= 14)


def test_a_feed_that_is_dead_among_others_that_are_reached_is_blamed(tmp_path: Path) -> None:
    """It is alone in its minute most of the time."""
    with serve(pages()) as server:
        here = desk(tmp_path, *map(server.url, PATHS[:5]), "http://127.0.0.1:9/")
        work(here, 12 * HOUR)
    *well, dead = states(here)
    assert dead.failures >= 4 and dead.failing_since == START
    assert {state.failures for state in well} == {0}


def test_three_that_die_one_after_another_are_blamed_where_others_are_reached_meanwhile(tmp_path: Path) -> None:
    """A publisher whose host is gone, with three feeds of twelve."""
    with serve(pages()) as server:
        gone = [f"{{url: '{server.url(path)}', every: 1h}}" for path in PATHS[:3]]
        with serve(pages()) as other:
            here = desk(tmp_path, *gone, *(f"{{url: '{other.url(path)}', every: 20m}}" for path in PATHS[3:]))
            work(here, 2 * HOUR)
            server.pages |= dict.fromkeys(PATHS[:3], Page(raw=b"\r\n"))
            work(here, 24 * HOUR)
    assert min(state.failures for state in states(here)[:3]) >= 3
    assert {state.failures for state in states(here)[3:]} == {0}


def test_with_two_feeds_nobody_can_tell(tmp_path: Path) -> None:
    """They are blamed, and forgiven at once."""
    with serve(pages()) as server:
        here, port = desk(tmp_path, *map(server.url, PATHS[:2])), server.port
        here.sync()
    here.clock.forward(days=1)
    here.sync()
    assert [state.failures for state in states(here)] == [1, 1]
    with serve(pages(), port=port):
        here.clock.forward(days=1)
        here.sync()
    assert [state.failures for state in states(here)] == [0, 0]


def test_a_file_needs_no_network(tmp_path: Path) -> None:
    """That it could be read says nothing of an outage."""
    (tmp_path / "own.xml").write_bytes(rss(item(1)))
    with serve(pages()) as server:
        here = desk(tmp_path, "file:own.xml", *map(server.url, PATHS[:3]))
        here.sync()
    for number in range(3):
        here.clock.forward(hours=13)
        with here.app() as app:
            file, *feeds = app.store.feeds.all()
            refresh(app, [file, feeds[number]])
    assert [state.outcome for state in states(here)] == ["unchanged", "failed", "failed", "waiting"]


@pytest.mark.parametrize("together", [False, True])
def test_what_answers_on_ones_own_network_ends_none(tmp_path: Path, together: bool) -> None:
    """It needs no internet; those that do are blamed for nothing, at once or one after the other."""
    away = [f"http://{name}.invalid/feed" for name in ("one", "two", "three")]
    with serve(pages()) as server:
        here = desk(tmp_path, server.url("/1"), *away)
        with here.app() as app:
            workers.list_feeds(app)
        for number in [3] if together else [1, 2, 3]:
            here.clock.forward(hours=1)
            with here.app() as app:
                own, *feeds = app.store.feeds.all()
                refresh(app, [own, *(feeds if together else feeds[number - 1 : number])])
    own, *feeds = states(here)
    assert own.outcome in ("ok", "unchanged") and not own.failures
    assert [state.outcome for state in feeds] == (["waiting"] * 3 if together else ["failed", "failed", "waiting"])


def test_an_answer_of_any_kind_ends_it(tmp_path: Path) -> None:
    """Three are lost, one is reached (a 404): those that fail from then on are blamed."""
    with serve(pages()) as server:
        here = desk(tmp_path, *map(server.url, PATHS[:5]))
        here.sync()
        server.pages |= dict.fromkeys(PATHS, Page(raw=b"\r\n")) | {"/3": Page(status=404)}
        for numbers in ([0], [1], [2], [3], [0], [1]):
            here.clock.forward(hours=1)
            with here.app() as app:
                feeds = app.store.feeds.all()
                refresh(app, [feeds[number] for number in numbers])
    assert [state.outcome for state in states(here)] == ["failed", "failed", "waiting", "failed", "ok"]
