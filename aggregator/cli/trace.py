"""The trace of one entry in plain words, step by step: what was decided about it, and why."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from aggregator.cli.terminal import moment
from aggregator.jobs.explain import Explained
from aggregator.jobs.standing import Standing
from aggregator.model import IssueState, Line, News, Page, Part, StoredEntry, Story
from aggregator.model.story_traits import founder_of, story_number
from aggregator.pipeline.plain import shortened, tidy
from aggregator.pipeline.rank import sum_in_words
from aggregator.pipeline.wording import counted

DATES = {
    "published": "as its publisher says",
    "updated": "its publisher's date of change, the only one given",
    "inferred": "corrected: the publisher's date could not be right",
    "first_seen": "when we first saw it: its publisher gives no date",
}
REACH = {
    "all": "outputs and digests",
    "outputs": "outputs only: it was history when its feed was new (`history:`), or its feed published it anew",
    "none": "the archive only: it was history when its feed was new (`history: none`)",
}
_QUOTED, _NAMED = 100, 8  # characters of a quoted sentence, and names or entries in a list


def trace(found: Explained, zone: ZoneInfo) -> dict[str, list[str]]:
    """Say where an entry came from, what was decided about it, and why: lines by step, in the order of the river."""
    stored, entry = found.stored, found.stored.entry
    return {
        "entry": [f"{stored.id} {entry.title}"],
        "address": [entry.url or "none"],
        "feed": [f"{stored.source.title} ({stored.source.url}), publisher {stored.source.publisher}"],
        "identity": [f"guid {entry.guid} in its feed; {stored.set_uid or stored.uid} for ever in what we publish"],
        "dates": [f"published {moment(entry.published, zone)}, {DATES[entry.published_from]}"],
        "seen": [f"first {moment(stored.first_seen, zone)}, last {moment(stored.last_seen, zone)}"],
        **({"full text": list(_page(found.page, zone))} if found.page else {}),
        "same text": list(_same_text(found)),
        "story": list(_story(found)),
        "topics": [f"{tag.topic} (by {tag.via}: {tag.evidence})" for tag in stored.tags] or ["none"],
        "is for": [f"nothing more: {stored.dropped}" if stored.dropped else REACH[stored.reach]],
        "outputs": [_place(name, why) for name, why in found.outputs.items()],
        "issues": [line for issue, told in found.issues for line in _told(issue, told)] or ["in none"],
        "next issue": [line for standing in found.standings for line in _standing(standing, zone)] or ["no digests"],
    }


def _page(page: Page, zone: ZoneInfo) -> Iterator[str]:
    """Say what came of the page, and what of it was left out and why, each reason with its first lines."""
    if page.outcome == "waiting":
        yield f"its page is asked {moment(page.due, zone)}" + (f", because: {page.reason}" if page.reason else "")
        return
    if page.outcome != "read":
        yield f"its feed's own: {page.reason}"
        return
    yield f"from {page.url}, fetched {moment(page.fetched, zone)}"
    cut: dict[str, list[str]] = {}
    for one in page.cuts:
        cut.setdefault(one.reason, []).append(f"“{shortened(one.text, 50)}”")
    yield from (f"left out, {why}: {', '.join(texts[:3])}{' …' * bool(texts[3:])}" for why, texts in cut.items())


def _same_text(found: Explained) -> Iterator[str]:
    text, stored = found.text, found.stored
    if text is None:
        yield "not compared yet: the next sync does it"
        return
    others = [member for member in text.members if member.id != stored.id]
    if not others and not stored.same_as:
        yield "no other copy"
        return
    score = f", score {stored.same_score:.3g}" if stored.same_score else ""
    yield f"{stored.same_as or 'the first of its copies'}{score}"
    yield from (f"shared: “{shortened(tidy(passage), _QUOTED)}”" for passage in found.passages)
    yield f"copies: {_listed([f'{other.id} at {other.source.publisher}' for other in others])}" if others else "alone"
    if others:
        yield f"told by entry {text.lead.id}" + (f": {text.why}" if text.why else "")


def _story(found: Explained) -> Iterator[str]:
    stored, story = found.stored, found.story
    if story is None:
        yield "none: it was compared with no other entry" if stored.text_set else "not compared yet"
        return
    entries = sum(len(text.members) for text in story.texts)
    yield (
        f"{story_number(story.id)} “{tidy(story.title)}”: {counted(entries, 'entry', 'entries')}, "
        f"told by {counted(story.coverage, 'publisher')} in words of their own"
    )
    if entries == 1:
        return
    yield _joined(found, story)
    if stored.story_why:
        yield f"they share: {', '.join(stored.story_why)}"
    yield from _adds(found.adds)
    for text in story.texts[:_NAMED]:
        yield f"{text.lead.id} at {_with_copies(text.members)}: {shortened(tidy(text.lead.entry.title), _QUOTED)}"
    if len(story.texts) > _NAMED:
        yield f"and {len(story.texts) - _NAMED} more: aggregator stories show {story_number(story.id)}"


def _joined(found: Explained, story: Story) -> str:
    stored = found.stored
    if not stored.story_like:
        return "it founded the story" if stored.id == founder_of(story.id)[0] else "it came with its text"
    by = f" at {found.joined.source.publisher}" if found.joined else ", which has left"
    return f"came in by entry {stored.story_like}{by}, score {stored.story_score:.3g}"


def _adds(news: News) -> Iterator[str]:
    if news.sentences:
        first = shortened(tidy(news.sentences[0]), _QUOTED)
        yield f"adds {counted(len(news.sentences), 'sentence')}: “{first}”" + " …" * (len(news.sentences) > 1)
    for kind, values in (("names", news.names), ("numbers", news.numbers)):
        if values:
            yield f"adds {kind}: {_listed(values)}"


def _standing(standing: Standing, zone: ZoneInfo) -> Iterator[str]:
    head = f"{standing.digest}, {moment(standing.due, zone)}"
    if standing.ranked is None:
        yield f"{head}: not in it ({standing.why})"
        return
    place = f"place {standing.place} of at most {standing.size}" if standing.place else "not in it"
    lead = standing.ranked.telling.lead.lead.id
    yield f"{head}: {place}" + (f" ({standing.why})" if standing.why else "") + f", told by entry {lead}"
    yield f"score {sum_in_words(standing.ranked.score, standing.ranked.parts)}"
    yield from _parts(standing.ranked.parts)


def _told(issue: IssueState, line: Line | None) -> Iterator[str]:
    """Say where an issue told it, and how its score came about then."""
    where = f"told in {issue.digest} {issue.period}"
    if line is None or not line.parts:
        yield where
        return
    yield f"{where}, place {line.rank} of {issue.entries}, told by entry {line.entry}"
    parts = [Part(*part) for part in line.parts]
    yield f"score {sum_in_words(line.score, parts)}"
    yield from _parts(parts)


def _parts(parts: Iterable[Part]) -> Iterator[str]:
    return (f"· {part.name} {part.value:.3g}: {part.words}" for part in parts)


def _place(name: str, why: str) -> str:
    if not why:
        return f"in {name}"
    return f"in {name}, {why}" if why.startswith("told by") else f"not in {name} ({why})"


def _with_copies(members: tuple[StoredEntry, ...]) -> str:
    first, *others = dict.fromkeys(member.source.publisher for member in members)
    return f"{first} (also in {', '.join(others)})" if others else first


def _listed(values: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(values) - _NAMED} more" if len(values) > _NAMED else ""
    return ", ".join(values[:_NAMED]) + more
