"""When a job is due: a thread ticks, APScheduler says when it is night, the database is the truth."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from time import monotonic

from apscheduler.triggers.cron import CronTrigger

TICK = timedelta(minutes=1)
CATCH_UP = timedelta(hours=6)  # an issue missed longer ago than this waits for its next time


class Timetable:
    """Call ``tick`` every minute and ``nightly`` once a night, one at a time; ``stop`` finishes the work in hand.

    Minutes are counted by a clock that nobody sets, so that one of ours that is put right, by hours or years, stops
    nothing. A missed minute is not made up for and a late one is not dropped: what is due is read from the database
    each time, so neither a restart nor a DST day can lose or repeat anything.
    """

    def __init__(
        self,
        tick: Callable[[], None],
        nightly: Callable[[], None],
        *,
        zone: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        every: timedelta = TICK,
    ) -> None:
        self._tick, self._nightly, self._clock, self._every = tick, nightly, clock, every.total_seconds()
        self._nights = CronTrigger(hour=3, minute=30, timezone=zone)
        self._ended = Event()
        self._thread = Thread(target=self._work, name="timetable", daemon=True)

    def start(self) -> None:
        """Start ticking, the first time at once."""
        self._thread.start()

    def stop(self) -> None:
        """Stop ticking and wait for the work in hand."""
        self._ended.set()
        self._thread.join()

    def _work(self) -> None:
        began, night = monotonic(), self._next_night()
        while not self._ended.is_set():
            _done(self._tick)
            if self._clock() > night:
                _done(self._nightly)
            night = self._next_night()  # anew each time: what was reckoned by a wrong clock is soon forgotten
            self._ended.wait(self._every - (monotonic() - began) % self._every)

    def _next_night(self) -> datetime:
        night: datetime = self._nights.get_next_fire_time(None, self._clock())
        return night


def _done(work: Callable[[], None]) -> None:
    """Do a piece of work; an error that nobody foresaw is told, and does not end the timetable."""
    try:
        work()
    except Exception:
        logging.getLogger(__name__).exception("an error that nobody foresaw; it goes on all the same")
