"""When a job is due: APScheduler is the alarm clock, the database is the truth."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

TICK = timedelta(minutes=1)
CATCH_UP = timedelta(hours=6)  # an issue missed longer ago than this waits for its next time


class Timetable:
    """Call ``tick`` every minute and ``nightly`` once a night, one at a time; ``stop`` finishes the work in hand.

    A missed minute is not made up for and a late one is not dropped: what is due is read from the database each time,
    so neither a restart nor a DST day can lose or repeat anything. Nor does a clock of ours that is put right, by hours
    or years: the scheduler waits by the clock of the day, so minutes are counted by one that nobody sets.
    """

    def __init__(
        self, tick: Callable[[], None], nightly: Callable[[], None], *, zone: str, every: timedelta = TICK
    ) -> None:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone=zone,
        )
        self._tick, self._every = tick, every
        self._night = self._scheduler.add_job(nightly, CronTrigger(hour=3, minute=30, timezone=zone), id="nightly")
        self._ended = Event()
        self._minutes = Thread(target=self._count, name="minutes", daemon=True)

    def start(self) -> None:
        """Start ticking, the first time at once."""
        self._scheduler.start()
        self._minutes.start()

    def stop(self) -> None:
        """Stop ticking and wait for the work in hand."""
        self._ended.set()
        self._minutes.join()
        self._scheduler.remove_all_jobs()  # else it could be about to hand one to workers that have gone
        self._scheduler.shutdown(wait=True)

    def _count(self) -> None:
        """Let a tick be due now, every minute; one that comes while another is at work is dropped."""
        while not self._ended.is_set():
            self._scheduler.add_job(self._tick, id="tick", replace_existing=True)
            now = datetime.now(UTC)
            night = self._night.trigger.get_next_fire_time(now, now)
            if self._night.next_run_time > night:  # it was reckoned by a clock that was ahead
                self._night.modify(next_run_time=night)
            self._ended.wait(self._every.total_seconds())
