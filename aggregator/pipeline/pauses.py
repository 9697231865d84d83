"""When a pause is over that somebody asked for."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def pause_end(weeks: int, now: datetime, zone: ZoneInfo) -> datetime:
    """Say when a pause of some weeks is over: as the day begins that readers are told, where they live.

    By the clock of the moment it would swallow that day's issue, and in spring one more an hour later.
    """
    day = now.astimezone(zone).date() + timedelta(weeks=weeks)
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
