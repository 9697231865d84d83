"""Rows of tables ↔ values of the house."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from operator import attrgetter
from typing import Any

from aggregator.model import Candidate, Category, Enclosure, Entry, FeedState, Source, StoredEntry, Tag, Validators
from aggregator.store.driver import instant, moment, number, read_json, write_json

OF_ANSWER = (
    *("body_hash", "moved_to", "moved_since", "moved_count", "adopted", "status", "outcome", "error", "failures"),
    *("failing_since", "fetched", "succeeded", "due", "due_reason", "wait_until", "freshness", "fresh_until", "gone"),
    *("answers_full", "answers_unchanged", "same_bytes", "whole"),
)
"""Columns of a feed that every answer writes, by the names they have in FeedState."""

VISIBLE = ("title", "home", "publisher", "atom_id", "language", "updated")
"""Columns that only a document writes, and that show in outputs."""

OF_DOCUMENT = (
    *VISIBLE,
    *("format", "criterion", "ttl", "skip_hours", "skip_days", "newest", "rhythm", "rejected", "reject", "unclosed"),
)
"""Columns that only a document writes: a 304 or a failure leaves them as they are."""

OF_VALIDATORS = ("validators_url", "etag", "last_modified")
NO_VALIDATORS = Validators("")

MOMENTS = frozenset(
    {
        *("updated", "moved_since", "fetched", "succeeded", "newest", "due", "wait_until", "first_seen"),
        *("document_read", "lease_until", "failing_since", "fresh_until"),
    }
)
LISTS, FLAGS = frozenset({"skip_hours", "skip_days"}), frozenset({"gone", "listed", "unclosed", "whole"})
"""Which columns of a feed are not kept as they are; a test holds this to the tables."""

_OWN = ("id", "url", "listed", "first_seen", "entries")
_STATE = tuple(dict.fromkeys((*_OWN, *OF_ANSWER, *OF_DOCUMENT)))
_FACTS = (*_STATE, "validators")
_READ: dict[str, Callable[[Any], Any]] = {**dict.fromkeys(MOMENTS, moment), **dict.fromkeys(FLAGS, bool)}
_READ |= {name: lambda text: tuple(read_json(text)) for name in LISTS}
_WRITE: dict[str, Callable[[Any], Any]] = {**dict.fromkeys(MOMENTS, number)}
_WRITE |= {name: lambda values: write_json(list(values)) for name in LISTS}
_CONVERTED = tuple((position, _READ[name]) for position, name in enumerate(_STATE) if name in _READ)
_TITLES = {
    "title": "CASE WHEN listed_title != '' THEN listed_title ELSE title END",
    "publisher": "CASE WHEN listed_publisher != '' THEN listed_publisher ELSE publisher END",
}
FEED_STATE = f"SELECT {', '.join([*OF_VALIDATORS, *(_TITLES.get(name, name) for name in _STATE)])} FROM feed"
"""Begins a statement whose rows ``feed_state`` reads; what feeds.yaml says comes before what the document says."""


def feed_state(row: Sequence[Any]) -> FeedState:
    """Row of FEED_STATE → FeedState."""
    url, etag, last_modified, *values = row
    for position, convert in _CONVERTED:
        if values[position] is not None:
            values[position] = convert(values[position])
    values.append(Validators(url, etag, last_modified) if etag or last_modified else None)
    return FeedState.of(zip(_FACTS, values, strict=True))


ANSWER = (*OF_VALIDATORS, "lease_until", *OF_ANSWER)
"""The columns that every answer of a feed writes, and that end its lease."""


def answer_values(state: FeedState) -> list[Any]:
    """FeedState → the values of ANSWER."""
    found = state.validators or NO_VALIDATORS
    return [found.url, found.etag, found.last_modified, None, *_written(state, OF_ANSWER)]


def document_values(state: FeedState) -> list[Any]:
    """FeedState → the values of OF_DOCUMENT."""
    return _written(state, OF_DOCUMENT)


def _written(state: FeedState, names: Sequence[str]) -> list[Any]:
    facts = vars(state)
    return [_WRITE[name](facts[name]) if name in _WRITE else facts[name] for name in names]


SOURCE = "SELECT id, url, {title}, home, {publisher}, atom_id, language, updated FROM feed".format_map(_TITLES)
"""Begins a statement whose rows ``source`` reads."""


def source(row: Sequence[Any]) -> Source:
    """Row of SOURCE → Source."""
    id, url, title, home, publisher, atom_id, language, updated = row
    return Source(id, url, title, home, publisher, atom_id, language, moment(updated))


ENTRY = (
    *("guid", "url", "key", "title", "author", "html", "text", "excerpt", "language", "published", "published_from"),
    *("updated", "fingerprint", "words", "categories", "enclosures", "image", "credit"),
)
"""The columns that hold an Entry, by the names of its fields and in their order."""

_PUBLISHED, _UPDATED, _CATEGORIES, _ENCLOSURES = map(ENTRY.index, ("published", "updated", "categories", "enclosures"))

_PLACED = ("first_seen", "last_seen", "surfaced", "changed", "reach")
_COMPARED = ("same_like", "same_score", "story", "story_uid", "story_like", "story_score", "story_why")
_CURATED = ("text_set", "same_as", "tags", "dropped", "set_uid", "set_founded", *_COMPARED)
_CURATED_END = -1 - len(_CURATED)
STORED_ENTRY = (
    f"SELECT {', '.join(f'entry.{name}' for name in ('id', 'uid', 'feed_id', *_PLACED, *ENTRY))}, "
    f"{', '.join(f'curation.{name}' for name in _CURATED)}, feed.succeeded "
    "FROM entry JOIN feed ON feed.id = entry.feed_id LEFT JOIN curation ON curation.entry_id = entry.id"
)
"""Begins a statement whose rows ``stored_entry`` reads."""


_TEXTS = attrgetter("guid", "url", "key", "title", "author", "html", "text", "excerpt", "language")


def entry_values(entry: Entry) -> list[Any]:
    """Entry → the values of ENTRY; text that no database can hold (lone surrogates, NUL) is replaced."""
    files = write_json([[one.url, one.type, one.length] for one in entry.enclosures])
    texts = [*_TEXTS(entry), _filed(entry.categories), files, entry.image, entry.credit]
    if not _is_storable("".join(texts)):
        texts = list(map(storable, texts))
    marks = entry.published_from, number(entry.updated), entry.fingerprint, entry.words
    return [*texts[:_PUBLISHED], number(entry.published), *marks, *texts[_PUBLISHED:]]


def _filed(categories: Sequence[Category]) -> str:
    """Write what ``write_json`` writes of them, in a third of the time: an encoder is made anew for every list."""
    return f"[{','.join([f'[{quoted(c.term)},{quoted(c.scheme)},{quoted(c.label)}]' for c in categories])}]"


def _is_storable(text: str) -> bool:
    """Tell whether nothing in it need be replaced, as nearly always."""
    try:
        return "\0" not in text and (text.isascii() or bool(text.encode()))
    except UnicodeEncodeError:
        return False


def storable(text: str) -> str:
    """Replace what cannot be encoded as UTF-8, and NUL, which PostgreSQL refuses."""
    if text.isascii():
        return text.replace("\0", "\ufffd")
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def stored_entry(row: Sequence[Any], sources: Mapping[int, Source]) -> StoredEntry:
    """Row of STORED_ENTRY → StoredEntry; ``text_set`` is 0 before Curate has placed it."""
    id, uid, feed, first_seen, last_seen, surfaced, changed, reach = row[:8]
    text_set, same_as, tags, dropped, set_uid, set_founded, *compared, succeeded = row[_CURATED_END:]
    seen = last_seen or succeeded or first_seen
    return StoredEntry(
        id=id,
        uid=uid,
        source=sources[feed],
        entry=_entry(list(row[8:_CURATED_END])),
        first_seen=instant(first_seen),
        last_seen=instant(max(seen, first_seen)),
        surfaced=instant(surfaced),
        changed=instant(changed),
        reach=reach,
        text_set=text_set or 0,
        same_as=same_as or "",
        tags=tuple(Tag(*tag) for tag in _list(tags)),
        dropped=dropped or "",
        set_uid=set_uid or (uid if text_set else ""),
        set_founded=moment(set_founded),
        **_compared(uid, *compared),
    )


def _compared(uid: str, same_like: Any, same_score: Any, story: Any, story_uid: Any, *rest: Any) -> dict[str, Any]:
    story_like, story_score, story_why = rest
    return {
        "same_like": same_like or 0,
        "same_score": same_score or 0.0,
        "story": story or 0,
        "story_uid": story_uid or (uid if story else ""),
        "story_like": story_like or 0,
        "story_score": story_score or 0.0,
        "story_why": tuple(_list(story_why)),
    }


CANDIDATE = (
    "SELECT entry.id, guid, feed_id, feed.url, entry.title, text, categories, entry.key, words, published, "
    "coalesce(text_set, 0), set_founded, coalesce(story, 0), coalesce(same_score, 0), "
    "uid, surfaced, reach, entry.first_seen, entry.last_seen "
    "FROM entry JOIN feed ON feed.id = entry.feed_id LEFT JOIN curation ON curation.entry_id = entry.id"
)
"""Begins a statement whose rows ``candidate`` reads."""


def candidate(row: Sequence[Any], *, stamp: int = 0, changed: bool = True) -> Candidate:
    """Row of CANDIDATE → Candidate; one that waits, and has not ``changed``, is settled where it has a set."""
    id, guid, feed, url, title, text, filed, key, words, published, *placed, uid, surfaced, reach, seen, left = row
    text_set, founded, story, score = placed
    own = id, guid, feed, url, title, text, _categories(filed), key, words, instant(published)
    kept = uid, published, surfaced, reach, seen
    settled = not changed and text_set != 0
    return Candidate(*own, text_set, moment(founded), story, score, settled, stamp, kept, (seen, left))


def _entry(values: list[Any]) -> Entry:
    values[_PUBLISHED], values[_UPDATED] = instant(values[_PUBLISHED]), moment(values[_UPDATED])
    values[_CATEGORIES] = _categories(values[_CATEGORIES])
    values[_ENCLOSURES] = tuple(Enclosure(*enclosure) for enclosure in _list(values[_ENCLOSURES]))
    return Entry(*values)


@lru_cache(maxsize=500)
def _categories(text: str) -> tuple[Category, ...]:
    """Read what ``_filed`` wrote; a feed files many entries alike."""
    return tuple([Category(*category) for category in _list(text)])


def _list(text: str | None) -> list[Any]:
    found: list[Any] = read_json(text) if text else []
    return found
