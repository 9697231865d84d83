"""The timetable of `aggregator run`, with a clock that is put right while it runs."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from queue import Empty, SimpleQueue

import pytest

from aggregator.schedule import Timetable

EVENING = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


class Clock(datetime):
    """The clock of the day as the scheduler sees it: as far from the machine's as ``shift`` says."""

    shift = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) + cls.shift

    @classmethod
    def set(cls, moment: datetime) -> None:
        cls.shift = moment - datetime.now(UTC)

    @classmethod
    def forward(cls, **by: float) -> None:
        cls.shift += timedelta(**by)


@pytest.fixture(autouse=True)
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be a certain evening for those who look at the clock of the day."""
    monkeypatch.setattr("aggregator.schedule.datetime", Clock)
    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Clock)
    monkeypatch.setattr("apscheduler.triggers.date.datetime", Clock)
    Clock.set(EVENING)


@contextmanager
def running(tick: Callable[[], None], nightly: Callable[[], None]) -> Iterator[None]:
    """Tick a hundred times a second."""
    timetable = Timetable(tick, nightly, zone="Europe/Berlin", every=timedelta(seconds=0.01))
    timetable.start()
    try:
        yield
    finally:
        timetable.stop()


def count(queue: SimpleQueue[str], word: str, times: int) -> None:
    """Wait until a word has come so often."""
    while times:
        times -= queue.get(timeout=20) == word


@pytest.mark.parametrize("hours", [-24 * 365 * 5, -3, 3, 24 * 365 * 5])
def test_a_clock_that_is_put_right_stops_nothing(hours: int) -> None:
    """What was reckoned by a clock that was ahead is not waited for, by ticks nor by nights."""
    done: SimpleQueue[str] = SimpleQueue()
    with running(lambda: done.put("tick"), lambda: done.put("night")):
        count(done, "tick", 3)
        Clock.forward(hours=hours)
        count(done, "tick", 30)
        Clock.forward(days=1)
        count(done, "night", 1)
        count(done, "tick", 3)


def test_nights_are_those_of_the_zone_and_come_once() -> None:
    """03:30 in Berlin is 02:30 in UTC; the minutes after it are no second night."""
    done: SimpleQueue[str] = SimpleQueue()
    Clock.set(datetime(2026, 11, 24, 2, 25, tzinfo=UTC))
    with running(lambda: done.put("tick"), lambda: done.put("night")):
        assert [done.get(timeout=20) for _ in range(30)] == ["tick"] * 30
        Clock.forward(minutes=6)
        count(done, "night", 1)
        Clock.forward(minutes=5)
        assert [done.get(timeout=20) for _ in range(30)] == ["tick"] * 30


def test_an_error_that_nobody_foresaw_is_told_and_the_next_minute_comes(caplog: pytest.LogCaptureFixture) -> None:
    """One tick that ends badly does not end the others."""
    done: SimpleQueue[str] = SimpleQueue()

    def tick() -> None:
        done.put("tick")
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR), running(tick, lambda: None):
        count(done, "tick", 3)
    assert "ZeroDivisionError" in caplog.text


def test_stopping_waits_for_the_work_in_hand_and_nothing_comes_after_it() -> None:
    """What has begun is finished."""
    begun, done = SimpleQueue[str](), SimpleQueue[str]()

    def tick() -> None:
        begun.put("tick")
        done.put("tick")

    with running(tick, lambda: None):
        count(begun, "tick", 1)
    while not begun.empty():
        count(begun, "tick", 1)
        count(done, "tick", 1)
    with pytest.raises(Empty):
        begun.get(timeout=0.1)
