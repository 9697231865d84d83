"""When a job is due: APScheduler is the alarm clock, the database is the truth."""

import logging
from collections.abc import Callable
from datetime import timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

TICK = timedelta(minutes=1)
CATCH_UP = timedelta(hours=6)  # an issue missed longer ago than this waits for its next time


class Timetable:
    """Call ``tick`` every minute and ``nightly`` once a night, one at a time; ``stop`` finishes the work in hand.

    A missed minute is not made up for (coalesce) and a late one is not dropped (no misfire limit): what is due is
    read from the database each time, so neither a restart nor a DST day can lose or repeat anything.
    """

    def __init__(self, tick: Callable[[], None], nightly: Callable[[], None], *, zone: str) -> None:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone=zone,
        )
        self._scheduler.add_job(tick, IntervalTrigger(seconds=int(TICK.total_seconds())), id="tick")
        self._scheduler.add_job(tick, id="first tick")
        self._scheduler.add_job(nightly, CronTrigger(hour=3, minute=30), id="nightly")

    def start(self) -> None:
        """Start ticking, the first time at once."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking and wait for the work in hand."""
        self._scheduler.shutdown(wait=True)
