"""ParsedFeed → Drafts: who each entry is, where it leads, when it was published."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from aggregator.model import Criterion, DateSource, Draft, ParsedEntry, ParsedFeed, Reject
from aggregator.model.value import value
from aggregator.pipeline.addresses import absolute, canonical
from aggregator.pipeline.dates import read_date
from aggregator.pipeline.identity import fingerprint, identity

SLACK = timedelta(minutes=10)
"""How far a publisher's clock may be ahead of ours."""

_ORDER: tuple[Criterion, ...] = ("guid", "guid+url", "content")
_MAILTO = re.compile(r"\s*\(?\bmailto:(?=,|$)")  # what feedparser leaves of “Ann (mailto:ann@example.org)”
_NAME = re.compile(r"(?!.*\.(?:x?html?|php|aspx?)\Z)[^/?]*", re.IGNORECASE | re.DOTALL)
_INHERITS_AUTHOR = ("atom", "json")  # RFC 4287 §4.2.1, JSON Feed 1.1 "Top-level"; RSS has a managing editor, no author


@value(frozen=True, slots=True)
class Normalised:
    """The entries of one document with their identity, and those that have none; ``positions`` are the drafts'.

    ``url`` is the document's address.
    """

    criterion: Criterion
    drafts: tuple[Draft, ...]
    rejects: tuple[Reject, ...]
    positions: tuple[int, ...]
    url: str


def normalise(feed: ParsedFeed, *, criterion: Criterion, url: str, now: datetime) -> Normalised:
    """Return a draft for every entry that can be told apart; ``url`` is the document's address.

    A document in which two different entries share a guid degrades the feed's criterion, one way: guid → guid+url →
    content. The same entry twice, and an older version of one (RFC 4287 §4.1.1), are rejected by name instead.
    """
    named, rejects = _drafts(feed, url=url, criterion=criterion, now=now)
    for level in _ORDER[_ORDER.index(criterion) :]:
        if level != criterion:
            named = [
                (position, replace(draft, guid=identity(draft.parsed, draft.url, level))) for position, draft in named
            ]
        chosen, repeats, clash = _told_apart(named, atom=feed.format.startswith("atom"), last=level == "content")
        if not clash:
            break
    positions, drafts = zip(*chosen, strict=True) if chosen else ((), ())
    left_out = tuple(sorted((*rejects, *repeats), key=lambda reject: reject.position))
    return Normalised(level, drafts, left_out, positions, url)


def _drafts(
    feed: ParsedFeed, *, url: str, criterion: Criterion, now: datetime
) -> tuple[list[tuple[int, Draft]], list[Reject]]:
    """Return the drafts with their positions in the document, of which the parser may have rejected some."""
    drafts, rejects = [], list(feed.rejects)
    home = absolute(feed.home, url) if feed.home else ""
    rejected = {reject.position for reject in rejects}
    positions = (position for position in count() if position not in rejected)
    for position, entry in zip(positions, feed.entries, strict=False):
        if _is_empty(entry):
            rejects.append(Reject(position, f"entry {position + 1}", "neither title, text, link, guid nor file"))
            continue
        try:
            drafts.append((position, _draft(feed, entry, url=url, home=home, criterion=criterion, now=now)))
        except Exception as error:  # whatever a stranger's entry can provoke: it costs this entry only
            name, reason = entry.guid or f"entry {position + 1}", f"cannot be read ({type(error).__name__}: {error})"
            rejects.append(Reject(position, name, reason))
    return drafts, rejects


def _is_empty(entry: ParsedEntry) -> bool:
    told = entry.title.value or entry.content.value or entry.summary.value
    return not (told or entry.url or entry.guid or entry.enclosures)


def _told_apart(
    named: list[tuple[int, Draft]], *, atom: bool, last: bool
) -> tuple[list[tuple[int, Draft]], list[Reject], bool]:
    """Return one draft for each guid, what was left out and why, and whether two different entries share a guid."""
    chosen: dict[str, tuple[int, Draft]] = {}
    repeats = []
    for position, draft in named:
        if draft.guid not in chosen:
            chosen[draft.guid] = (position, draft)
            continue
        first, other = chosen[draft.guid]
        reason = _repetition(draft, other, atom=atom, last=last)
        if not reason:
            return [], [], True
        if reason == "an older version of" and _version(draft) > _version(other):
            chosen[draft.guid], (position, first) = (position, draft), (first, position)
        repeats.append(Reject(position, _name(draft), f"{reason} entry {first + 1}"))
    return list(chosen.values()), repeats, False


def _repetition(draft: Draft, other: Draft, *, atom: bool, last: bool) -> str:
    if draft.fingerprint == other.fingerprint:
        return "the same as"
    if atom and draft.key == other.key and _version(draft) != _version(other):
        return "an older version of"
    return "the same title and text as" if last else ""


def _version(draft: Draft) -> datetime:
    return draft.updated or draft.published


def _name(draft: Draft) -> str:
    return draft.parsed.guid or draft.url or draft.parsed.title.value


def _draft(feed: ParsedFeed, entry: ParsedEntry, *, url: str, home: str, criterion: Criterion, now: datetime) -> Draft:
    if not entry.author and feed.author and feed.format.startswith(_INHERITS_AUTHOR):
        entry = replace(entry, author=feed.author)
    if "mailto:" in entry.author:
        entry = replace(entry, author=_MAILTO.sub("", entry.author))
    address = ("" if _leads_nowhere(feed, entry) else _address(entry, url)) or home
    published, source = _published(entry, now)
    updated = read_date(entry.updated)
    if updated is not None:
        updated = min(updated, now)
    return Draft(
        identity(entry, address, criterion),
        address,
        canonical(address) if address != home else "",
        published,
        source,
        updated if updated and updated > published else None,
        fingerprint(entry, address),
        entry,
    )


def _leads_nowhere(feed: ParsedFeed, entry: ParsedEntry) -> bool:
    """Tell whether a link is a mere name: a guid is the link of RSS where there is none (2.0, ``isPermaLink``)."""
    return entry.url == entry.guid and feed.format.startswith("rss") and bool(_NAME.fullmatch(entry.guid))


def _address(entry: ParsedEntry, url: str) -> str:
    """Return where the entry leads by itself: its link, else a guid that is an address."""
    found = absolute(entry.url, url) if entry.url else ""
    if not found and entry.guid.startswith(("http://", "https://")):
        found = absolute(entry.guid)
    return found


def _published(entry: ParsedEntry, now: datetime) -> tuple[datetime, DateSource]:
    """Return the honest date and where it came from: a date in the future is clamped, no date is now."""
    published, source = read_date(entry.published), "published"
    if published is None:
        published, source = read_date(entry.updated), "updated"
    if published is None:
        return now, "first_seen"
    if published > now + SLACK:
        return now, "inferred"
    return published, "published" if source == "published" else "updated"
