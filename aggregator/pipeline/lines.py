"""Ranked → Line: a story as it is told in an issue, all of it plain text."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from aggregator.config import TopicConfig
from aggregator.config.names import language_tag
from aggregator.model import Cover, Folded, Line, Quote, Ranked, Said, StoredEntry, Telling
from aggregator.pipeline.carriers import carriers
from aggregator.pipeline.plain import shortened, tidy, visible
from aggregator.pipeline.reading import minutes

EXCERPT, TITLE, NAME, QUOTED = 280, 300, 80, 560
"""The most characters of an excerpt, an entry's title, a source's name, and of all sentences that are quoted."""

_COVERED = 4  # further reports of a story that a mail names
_QUOTES = 3
_BULLETS = "•‣●▪◦ "
_WORTH_SAYING = 2  # minutes of reading


def line_of(ranked: Ranked, *, rank: int, topics: Sequence[TopicConfig]) -> tuple[str, Line]:
    """Write one story as plain text, and say which topic it stands under.

    What is said in the words of a language, like its date for people, ``framing`` adds.
    """
    telling, lead = ranked.telling, ranked.telling.lead.lead
    topic, evidence = _place(telling, topics)
    title, excerpt = _headed(telling)
    quotes = _quotes(telling)
    return topic, Line(
        entry=lead.id,
        text_set=lead.text_set,
        title=title,
        url=web_address(lead.entry.url),
        source=name_of(lead),
        published=iso(lead.entry.published),
        excerpt=excerpt,
        author=shortened(tidy(lead.entry.author), NAME),
        **_also(telling),
        language=language_tag(lead.entry.language),
        why=f"{ranked.why}; {evidence}" if evidence else ranked.why,
        rank=rank,
        seen=lead.entry.published_from == "first_seen",
        minutes=_minutes(lead.entry.text),
        **_told_with(telling, quotes, topics),
        **_others(telling),
        **_quoted(telling, quotes),
        score=ranked.score,
        parts=tuple((part.name, part.value, part.words) for part in ranked.parts),
    )


def name_of(stored: StoredEntry) -> str:
    """Name the feed of an entry for people."""
    source = stored.source
    return shortened(tidy(source.title), NAME) or source.publisher or urlsplit(source.url).netloc


def web_address(url: str) -> str:
    """Give back what may stand behind a link, nothing else."""
    return url if url.lower().startswith(("https://", "http://")) else ""


def iso(moment: datetime) -> str:
    """Write a moment as ISO 8601 in UTC, with a Z."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _headed(telling: Telling) -> tuple[str, str]:
    """Write headline and excerpt; the excerpt is empty where it would only repeat the headline, which may be, too.

    Or where an earlier issue had it from another text: a feed of live reports says the same below each headline.
    """
    excerpt = _as_told(telling.lead.lead.entry.excerpt)
    title = shortened(visible(telling.title), TITLE) or shortened(excerpt, 80)
    return title, "" if _repeats(excerpt, title) or _was_told(excerpt, telling) else excerpt


def _place(telling: Telling, topics: Sequence[TopicConfig]) -> tuple[str, str]:
    """Find the first topic that a story has, and the reason in words.

    The lead's own come before those of its copies, and these before those of other texts.
    """
    lead = telling.lead
    others = [tag for text in telling.others for member in text.members for tag in member.tags]
    for tags in (lead.lead.tags, [tag for copy in lead.others for tag in copy.tags], others):
        said = {tag.topic: f"topic {tag.topic} by {tag.via}: {tag.evidence}" for tag in reversed(tags)}
        for topic in topics:
            if topic.name in said:
                return topic.name, said[topic.name]
    return "", ""


def named(telling: Telling) -> tuple[list[Folded], list[Folded]]:
    """Part the other texts of a story into those whose headlines a mail has, and those that only the web page has.

    Each publisher's latest comes before any other one's second; those of one publisher stand together, news first.
    """
    shelves: dict[str, list[Folded]] = {}
    for text in (*_latest_first(telling.fresh), *_latest_first(telling.besides)):
        if text is not telling.lead:
            shelves.setdefault(text.lead.source.publisher, []).append(text)
    turns = sorted((turn, place) for place, own in enumerate(shelves.values()) for turn in range(len(own)))
    in_mail, on_page = turns[:_COVERED], turns[_COVERED:]
    own = list(shelves.values())
    first, rest = ([own[place][turn] for place, turn in sorted((p, t) for t, p in part)] for part in (in_mail, on_page))
    return first, rest


def _latest_first(texts: Iterable[Folded]) -> list[Folded]:
    return sorted(texts, key=lambda text: (text.lead.entry.published, text.lead.id), reverse=True)


def _told_with(telling: Telling, quotes: Iterable[Quote], topics: Sequence[TopicConfig]) -> dict[str, Any]:
    """Name the story, the texts of which a mail has the headline or a sentence, and the topics that any text has."""
    first, rest = named(telling)
    quoted = {quote.entry for quote in quotes}
    told = (telling.lead, *first, *(text for text in rest if text.lead.id in quoted))
    tags = {tag.topic for text in (*told, *rest) for member in text.members for tag in member.tags}
    return {
        "story": telling.story.id,
        "texts": tuple((text.lead.id, text.lead.text_set) for text in told),
        "topics": tuple(topic.name for topic in topics if topic.name in tags),
    }


def _also(telling: Telling) -> dict[str, Any]:
    """Name who copies the lead, each once; not those who are named with words of their own."""
    return _copies(telling.lead, named={text.lead.source.publisher for text in telling.others})


def _copies(text: Folded, *, named: Collection[str] = ()) -> dict[str, Any]:
    names, more = carriers(text, name_of, without=named)
    return {"also": names, "also_more": more}


def _others(telling: Telling) -> dict[str, Any]:
    first, rest = named(telling)
    sources = dict.fromkeys(text.lead.source.publisher for text in (telling.lead, *telling.others))
    covers = {"covered": tuple(map(_cover, first)), "rest": tuple(map(_cover, rest))}
    return {**covers, "covered_more": len(rest), "sources": tuple(sources)}


def _cover(text: Folded) -> Cover:
    one = text.lead
    address = web_address(one.entry.url)
    title = shortened(visible(one.entry.title), TITLE) or shortened(tidy(one.entry.excerpt), 80)
    return Cover(name_of(one), title or address, address, **_copies(text), text=(one.id, one.text_set))


def _quotes(telling: Telling) -> list[Quote]:
    """Choose what is new of a story that comes back, or what several publishers say of one that is told first.

    At most three sentences, as many as there is room for.
    """
    found: list[Quote] = []
    room = QUOTED
    several = telling.story.summary if telling.story.coverage > 1 else ()
    for quote in telling.news if telling.told else several:
        if _is_headline(quote, telling):
            continue
        sentence = _as_told(quote.sentence)
        if (found and len(sentence) > room) or len(found) == _QUOTES:
            break
        room -= len(sentence)
        found.append(replace(quote, sentence=sentence))
    return found


def _quoted(telling: Telling, quotes: Sequence[Quote]) -> dict[str, Any]:
    """Say whose sentences are quoted; each run of one publisher is named at its end."""
    names = {member.id: name_of(member) for text in telling.story.texts for member in text.members}
    said = [names.get(quote.entry, quote.publisher) for quote in quotes]
    runs = zip(quotes, said, [*said[1:], ""], strict=False)
    quoted = tuple(Said(quote.sentence, "" if own == after else own) for quote, own, after in runs)
    return {"news": quoted, "told_on": telling.told} if telling.told else {"summary": quoted}


def _is_headline(quote: Quote, telling: Telling) -> bool:
    """Tell whether a sentence is the headline again, as some feeds begin their texts with it."""
    said = tidy(quote.sentence).casefold()
    titles = (tidy(text.lead.entry.title).casefold() for text in telling.story.texts if text.lead.id == quote.entry)
    return any(title and title in said for title in titles)


def _repeats(excerpt: str, title: str) -> bool:
    """Tell whether the excerpt says nothing but the title."""
    return excerpt.rstrip(" .…").casefold() == title.rstrip(" .…").casefold() or title == shortened(excerpt, 80)


def _as_told(text: str) -> str:
    """Shorten what a publisher says, without the bullet of a list that it was the first of."""
    return shortened(tidy(text).lstrip(_BULLETS), EXCERPT)


def _was_told(excerpt: str, telling: Telling) -> bool:
    """Tell whether a story that comes back had this excerpt before."""
    fresh = {text.lead.id for text in telling.fresh}
    earlier = [text.lead.entry.excerpt for text in telling.story.texts if text.lead.id not in fresh]
    return bool(telling.told) and any(_as_told(one) == excerpt for one in earlier)


def _minutes(text: str) -> int:
    """Say how long a text takes to read, where it is more than a teaser."""
    found = minutes(text)
    return found if found >= _WORTH_SAYING else 0
