"""How an entry would fare in the next issue of each digest: gathered and ranked as for an issue, nothing kept."""

from datetime import datetime

from aggregator.app import App
from aggregator.config import DigestConfig
from aggregator.jobs.compose import Period, current_period, news
from aggregator.model import Ranked, StoredEntry, Story, Telling, Told
from aggregator.model.value import value
from aggregator.pipeline.copies import fold
from aggregator.pipeline.lines import named
from aggregator.pipeline.rank import rank, scored
from aggregator.pipeline.story import group
from aggregator.when import When


@value(frozen=True, slots=True)
class Standing:
    """An entry before the next issue of a digest.

    ``ranked`` is its story's place, when the issue may tell it, and ``place`` which one that is; 0 when there is no
    room. ``why`` says in words why the issue does not tell it, or tells it without this entry; else it is empty.
    """

    digest: str
    due: datetime
    ranked: Ranked | None
    place: int
    size: int
    why: str


def standings(app: App, stored: StoredEntry, *, now: datetime) -> tuple[Standing, ...]:
    """Give the entry's standing with every digest of feeds.yaml, as if its next issue were made now."""
    return tuple(_standing(app, digest, stored, now=now) for digest in app.config.digests)


def _standing(app: App, digest: DigestConfig, stored: StoredEntry, *, now: datetime) -> Standing:
    due = When.read(digest.when).next(now, app.config.zone)
    period = current_period(app, digest, now=now)
    stories = news(app, digest, period)
    mine = next((telling for telling in stories if stored.id in _entries(telling.story)), None)
    is_in = mine is not None and stored.id in _told_entries(mine)
    barred = "" if is_in else _barred(stored, digest)
    out = "" if is_in else barred or _why_not(app, digest, stored, period)
    if mine is None or barred or (out and not mine.novelty):
        return Standing(digest.name, due, None, 0, digest.size, out)
    chosen = rank(stories, now=period.until, size=digest.size, weights=app.weights).chosen
    place, ranked = next(((n, one) for n, one in enumerate(chosen, 1) if one.telling == mine), (0, None))
    if ranked:
        return Standing(digest.name, due, ranked, place, digest.size, out or _on_page(mine, stored))
    ranked = next(one for one in scored(stories, now=period.until, weights=app.weights) if one.telling == mine)
    why = f"no room: others come first, and it holds {digest.size}"
    if not mine.novelty:
        why = f"{_known(mine.told)}: its headline comes below “More stories” on the page of an issue"
    return Standing(digest.name, due, ranked, 0, digest.size, why)


def _on_page(telling: Telling, stored: StoredEntry) -> str:
    """Say so where the mail of an issue that tells the story has no room for the entry's headline."""
    on_page = {member.id for text in named(telling)[1] for member in text.members}
    return "its headline on the page only: others have the room in the mail" if stored.id in on_page else ""


def _barred(stored: StoredEntry, digest: DigestConfig) -> str:
    if stored.dropped:
        return stored.dropped
    if not stored.text_set:
        return "not compared yet: the next sync does it"
    if stored.reach != "all":
        return "it was history when its feed was new (`history:`), or its feed published it anew"
    if digest.topics and not {tag.topic for tag in stored.tags} & set(digest.topics):
        return f"none of its topics: {', '.join(digest.topics)}"
    return ""


def _why_not(app: App, digest: DigestConfig, stored: StoredEntry, period: Period) -> str:
    told = _told(app, digest, stored, period)
    if told and stored.text_set in told.texts:
        return f"told in the issue of {told.period}"
    if told and stored.first_seen <= told.until:
        return f"its story was told in the issue of {told.period}, its own headline on the page of that issue only"
    if told:
        return _known(told.period)
    if stored.first_seen <= period.since:
        return f"first seen before {period.since:%Y-%m-%d %H:%M} UTC, up to when the issues reach that were made"
    return "its text was known before: a copy is no news"


def _known(period: str) -> str:
    return f"its story was told in the issue of {period}, and it says nothing that was not known then"


def _told(app: App, digest: DigestConfig, stored: StoredEntry, period: Period) -> Told | None:
    stories = group(fold(app.store.coverage.around(stored)), summaries=False)
    told = app.store.issues.told(digest.name, stories, by=period.by)
    return max(told.values(), key=lambda last: last.until, default=None)


def _entries(story: Story) -> set[int]:
    return {member.id for text in story.texts for member in text.members}


def _told_entries(telling: Telling) -> set[int]:
    return {member.id for text in (*telling.fresh, *telling.besides) for member in text.members}
