"""Stories × what was told → Tellings: each story once, and again only when there is material news of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from aggregator.model import Folded, Quote, Ranked, Ranking, Story, Telling, Told
from aggregator.pipeline.heard import Heard
from aggregator.pipeline.story import says_more, summary_of
from aggregator.pipeline.terms import sentences

LEAST = 0.05
"""What novelty is at least: so that a short piece of news in a long text is still ranked."""


NOBODY: frozenset[int] = frozenset()


def tellings(
    stories: Iterable[Story], *, since: datetime, told: Mapping[int, Told], late: Collection[int] = NOBODY
) -> tuple[Telling, ...]:
    """Say what an issue may tell: stories with a text first seen after ``since``, each as its readers may hear it.

    ``told`` is by the id of the story, for those that an earlier issue told. A late copy of a text that was known
    before is no news, nor is another publisher by itself. ``late`` are text sets that we knew before, but that came to
    the digest after ``since`` only, and that no issue of it told: they are news as well.

    A story that was told, and of which only came what adds nothing, has a telling as well, of novelty 0.
    """
    found = (tell(story, since=since, last=told.get(story.id), late=late) for story in stories)
    return tuple(telling for telling in found if telling)


def tell(story: Story, *, since: datetime, last: Told | None, late: Collection[int] = NOBODY) -> Telling | None:
    """Tell a story for the first time, or what is new since it was told; None when there is nothing to tell."""
    if last is None:
        texts = tuple(text for text in story.texts if _is_shown(text))
        if not any(_is_news(text, since, late) for text in texts):
            return None
        return Telling(story, _speaker(story, texts), texts)
    return _again(story, last, since=since, late=late)


def summed_up(ranking: Ranking) -> Ranking:
    """Give the stories that were chosen, and told by several publishers, what they say in three sentences."""
    return replace(ranking, chosen=tuple(map(_summed_up, ranking.chosen)))


def lead_of(story: Story, texts: Sequence[Folded]) -> Folded:
    """Choose the text that speaks for a story: the one whose headline the story has, else the first that says more.

    A bare headline speaks for nobody while another text has a body.
    """
    told = [text for text in texts if says_more(text)] or texts
    return next((text for text in told if text.lead.entry.title == story.title), told[0])


def _speaker(story: Story, texts: Sequence[Folded]) -> Folded:
    """Choose who leads where nobody knows the story: of one publisher's texts the latest that had news."""
    if story.coverage > 1 or len(texts) == 1:
        return lead_of(story, texts)
    told, heard = [text for text in texts if says_more(text)] or texts, Heard()
    news = [text for text in sorted(told, key=_published) if heard.material(text.lead)]
    return news[-1] if news else lead_of(story, texts)


def _summed_up(ranked: Ranked) -> Ranked:
    telling = ranked.telling
    if telling.told or telling.story.coverage < 2:
        return ranked
    story = replace(telling.story, summary=summary_of(telling.story.texts, title=telling.story.title))
    return replace(ranked, telling=replace(telling, story=story))


def _again(story: Story, last: Told, *, since: datetime, late: Collection[int]) -> Telling | None:
    """Tell what is new of a story, beyond the texts that its readers know; what came since and adds nothing, besides.

    Where nothing does, no issue has to tell it.
    """
    heard = Heard(text.lead for text in story.texts if text.lead.text_set in last.texts)
    untold = (text for text in story.texts if _is_shown(text) and text.lead.text_set not in last.texts)
    fresh = [text for text in untold if _is_news(text, last.until, late)]
    news = {text.lead.id: heard.material(text.lead) for text in fresh}
    told = tuple(text for text in fresh if news[text.lead.id])
    besides = tuple(text for text in fresh if not news[text.lead.id] and _is_news(text, since, late))
    if not told:
        return Telling(story, max(besides, key=_published), besides, last.period, novelty=0.0) if besides else None
    alone = len({text.lead.source.publisher for text in told}) == 1
    lead = max(told, key=_published if alone else lambda text: len(news[text.lead.id]))
    by_lead = sorted(told, key=lambda text: text is not lead)
    quotes = tuple(Quote(said, t.lead.source.publisher, t.lead.id) for t in by_lead for said in news[t.lead.id])
    whole = sum(len(list(sentences(text.lead.entry.text))) for text in told)
    novelty = min(1.0, max(LEAST, len(quotes) / max(whole, 1)))
    return Telling(story, lead, told, last.period, quotes, novelty, besides)


def _is_shown(text: Folded) -> bool:
    return any(member.reach != "none" for member in text.members)


def _is_news(text: Folded, since: datetime, late: Collection[int]) -> bool:
    """Tell whether the text itself is new, and for digests: a late copy of what was known before is not."""
    is_new = _first_seen(text) > since or text.lead.text_set in late
    return is_new and any(member.reach == "all" for member in text.members)


def _first_seen(text: Folded) -> datetime:
    return min(member.first_seen for member in text.members)


def _published(text: Folded) -> tuple[datetime, int]:
    return text.lead.entry.published, text.lead.id
