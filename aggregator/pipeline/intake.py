"""Fetched → Intake: a document read against what is known, so that work is done only for what is new or changed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from html import escape

from aggregator.model import Criterion, Draft, Entry, Fetched, Intake, Known, Markup, ParsedFeed, Reject, Unread
from aggregator.pipeline.addresses import absolute
from aggregator.pipeline.cadence import mean_gap
from aggregator.pipeline.clean import clean, clean_all, language_tag
from aggregator.pipeline.clean_text import plain_title
from aggregator.pipeline.identity import by_words, identity, is_mark_of, storable
from aggregator.pipeline.normalise import Normalised, normalise
from aggregator.pipeline.parse import parse, parse_lightly
from aggregator.pipeline.plain import shortened, tidy

FEWEST = 5
"""A document of fewer entries is never called a re-publication: one new guid on a quiet day is no evidence."""


def read(fetched: Fetched, known: Known, *, now: datetime, url: str = "", language: str = "") -> Intake:
    """Return what the document says and which of its entries are new or changed. Raises ParseError if it is no feed.

    ``url`` is the feed's address, for an answer that does not say from where it came; ``language`` is the one of
    entries for which neither they nor the document name one.
    """
    address = fetched.final_url or fetched.url or url
    return compare(parse(fetched), known, url=address, now=now, language=language, partial=fetched.partial)


def read_all(documents: Sequence[Unread], *, now: datetime) -> list[Intake | Exception]:
    """Read several documents; what one of them raises is its own result and costs the others nothing.

    Raises MemoryError and OSError, which may be the machine's: a hop of one document tells.
    """
    return [_read_one(document, now) for document in documents]


def _read_one(one: Unread, now: datetime) -> Intake | Exception:
    try:
        return read(one.answer, one.known, now=now, url=one.url, language=one.language)
    except (MemoryError, OSError):
        raise
    except Exception as error:  # ParseError, or whatever a stranger's document can provoke
        return error


def read_lightly(one: Unread, *, now: datetime) -> Intake | None:
    """Read a document if the fast path takes it; None for all that wants a process that can be killed."""
    feed = parse_lightly(one.answer)
    if feed is None:
        return None
    address = one.answer.final_url or one.answer.url or one.url
    return compare(feed, one.known, url=address, now=now, language=one.language, partial=one.answer.partial)


def compare(
    feed: ParsedFeed, known: Known, *, url: str, now: datetime, language: str = "", partial: bool = False
) -> Intake:
    """Return which entries of a parsed document are new or changed; ``url`` is where its relative links hang.

    A ``partial`` document holds only what is new since the last one: that it knows nothing of what is stored does not
    make it a re-publication. An entry that cannot be cleaned is rejected with the reason; it never costs the document.
    """
    normal = normalise(feed, criterion=known.criterion, url=url, now=now)
    weaker = () if normal.criterion == "guid" else normal.drafts  # named by a weaker criterion than the first
    former = _former(weaker)
    renamed = _misread(normal.drafts, known) | _renamed(weaker, known, former, normal.criterion)
    stored = {new: known.fingerprints[old] for old, new in renamed.items()} | dict(known.fingerprints)
    drafts = _unburied(normal.drafts, known.buried, former) if known.buried else normal.drafts
    language = language_tag(feed.language) or language
    new, unclean = _cleaned([one for one in drafts if one.guid not in stored], normal, known, language=language)
    stale = [draft for draft in drafts if draft.guid in stored and not is_mark_of(stored[draft.guid], draft)]
    changed, spoilt = _cleaned(stale, normal, known, language=language)
    new, changed, voted = _spoken(new, changed, language)
    dates = _dates(normal.drafts)
    return Intake(
        feed=_described(feed, url, voted),
        criterion=normal.criterion,
        seen=tuple(draft.guid for draft in normal.drafts),
        new=new,
        changed=changed,
        rejects=tuple(_told(reject) for reject in (*normal.rejects, *unclean, *spoilt)),
        republished=frozenset() if partial else _republished(normal.drafts, new, known, stored),
        renamed=renamed,
        newest=dates[-1] if dates else None,
        rhythm=mean_gap(dates),
        partial=partial,
    )


def _unburied(drafts: Sequence[Draft], buried: frozenset[str], former: dict[str, str]) -> Sequence[Draft]:
    names = ((one, (one.guid, former.get(one.guid, ""), _escaped(one.guid), _by_words(one))) for one in drafts)
    return [draft for draft, mine in names if not buried.intersection(mine)]


def _told(reject: Reject) -> Reject:
    """The reject as it may be shown anywhere: names and reasons quote the document."""
    name, reason = shortened(tidy(reject.name), 200), shortened(tidy(reject.reason), 300)
    return Reject(reject.position, name, reason)


def _dates(entries: Iterable[Draft | Entry]) -> list[datetime]:
    return sorted(entry.published for entry in entries if entry.published_from in ("published", "updated"))


def _spoken(
    new: tuple[Entry, ...], changed: tuple[Entry, ...], language: str
) -> tuple[tuple[Entry, ...], tuple[Entry, ...], str]:
    """Tell the language of a feed for which nobody names one, as its entries without one show it.

    Where they leave it open, the feed has none, and each of them is told by itself.
    """
    mute = [] if language else [(entry.title, entry.text) for entry in (*new, *changed) if not entry.language]
    if not mute:
        return new, changed, ""
    from aggregator.pipeline.language import language_of, language_of_feed  # most feeds say their language

    told = language_of_feed(mute)

    def spoken(entry: Entry) -> Entry:
        return entry if entry.language else replace(entry, language=told or language_of(entry.title, entry.text))

    return tuple(map(spoken, new)), tuple(map(spoken, changed)), told


def _described(feed: ParsedFeed, base: str, language: str) -> ParsedFeed:
    """The document without its entries, with a plain title and an absolute home; ``language`` where it names none."""
    return replace(
        feed,
        title=plain_title(Markup(feed.title)),
        id=storable(feed.id),
        home=absolute(feed.home, base) if feed.home else "",
        language=language_tag(feed.language) or language,
        entries=(),
        rejects=(),
    )


def _former(drafts: Sequence[Draft]) -> dict[str, str]:
    """Return, by the guid of now, the guid under the first criterion, for entries that are alone with theirs."""
    if not drafts:
        return {}
    names = [(draft.guid, identity(draft.parsed, draft.url, "guid")) for draft in drafts]
    uses = Counter(former for _, former in names)
    return {guid: former for guid, former in names if uses[former] == 1}


def _renamed(drafts: Sequence[Draft], known: Known, former: dict[str, str], criterion: Criterion) -> dict[str, str]:
    """Return which stored entries this document holds under another name, since a weaker criterion names them.

    The same words under the old guid are the same entry. So is, in the document that degrades the criterion, the only
    entry with that guid, even when its words have changed; of several the stored one cannot be told.
    """
    names = {}
    for draft in drafts:
        old = identity(draft.parsed, draft.url, "guid")
        if old == draft.guid or old not in known.fingerprints or draft.guid in known.fingerprints:
            continue
        if is_mark_of(known.fingerprints[old], draft) or (criterion != known.criterion and draft.guid in former):
            names[old] = draft.guid
    return names


def _misread(drafts: Sequence[Draft], known: Known) -> dict[str, str]:
    """Return which stored entries this document holds under the guid that it should have had before, by that of then.

    feedparser leaves ``&amp;`` in a guid as it is where a document is not well-formed. What is put right now
    (``parse_mend``), or by its publisher, was read so for a while. Nor were entries told apart by their files.
    """
    if not known.fingerprints:
        return {}
    here = {draft.guid for draft in drafts}
    names = {_escaped(guid): guid for guid in here - known.fingerprints.keys()}
    misread = {old: new for old, new in names.items() if old in known.fingerprints and old not in here}
    return misread | _worded(drafts, known)


def _worded(drafts: Sequence[Draft], known: Known) -> dict[str, str]:
    """Return which stored entries with a file this document holds, by the guid that their words alone made before.

    Of several that are called the same it is the one that has not changed, else the first.
    """
    names: dict[str, str] = {}
    here = {draft.guid for draft in drafts}
    for draft in drafts:
        old = "" if draft.guid in known.fingerprints else _by_words(draft)
        if old in known.fingerprints and old not in here:
            same = is_mark_of(known.fingerprints[old], draft)
            names[old] = draft.guid if same else names.get(old, draft.guid)
    return names


def _by_words(draft: Draft) -> str:
    return by_words(draft.parsed) if draft.guid.startswith("hash:") else ""


def _escaped(guid: str) -> str:
    return escape(guid, quote=False)


def _cleaned(
    drafts: Sequence[Draft], normal: Normalised, known: Known, *, language: str
) -> tuple[tuple[Entry, ...], tuple[Reject, ...]]:
    try:
        return tuple(clean_all(drafts, base=normal.url, language=language, repeated=known.repeated)), ()
    except Exception:  # whatever a stranger's markup can provoke: it costs one entry only
        return _cleaned_alone(drafts, normal, known, language=language)


def _cleaned_alone(
    drafts: Sequence[Draft], normal: Normalised, known: Known, *, language: str
) -> tuple[tuple[Entry, ...], tuple[Reject, ...]]:
    entries, rejects = [], []
    for draft in drafts:
        try:
            entries.append(clean(draft, base=normal.url, language=language, repeated=known.repeated))
        except Exception as error:
            reason = f"cannot be cleaned ({type(error).__name__}: {error})"
            rejects.append(Reject(normal.positions[normal.drafts.index(draft)], draft.guid, reason))
    return tuple(entries), tuple(rejects)


def _republished(drafts: Sequence[Draft], new: Sequence[Entry], known: Known, stored: dict[str, str]) -> frozenset[str]:
    """The guids of entries told again, where every guid is unheard of while the entries are old acquaintances.

    They are when at least half of them have the address or the words of a stored entry, or when every date in the
    document is no later than the newest that is stored. Where the acquaintances kept their dates, an entry that is none
    and younger than all that is stored is news, as in the first document after a move.
    """
    if len(new) < FEWEST or not known.fingerprints or any(draft.guid in stored for draft in drafts):
        return frozenset()
    met = [one for one in new if (one.key and one.key in known.keys) or (one.words and one.words in known.words)]
    dates, newest = _dates(new), known.newest
    past = newest is not None and len(dates) >= FEWEST and max(dates) <= newest
    if not past and 2 * len(met) < len(new):
        return frozenset()
    others = [] if newest is None or _younger(met, newest) else [one for one in new if one not in met]
    return frozenset(one.guid for one in new) - {one.guid for one in _younger(others, newest)}


def _younger(entries: Iterable[Entry], newest: datetime | None) -> list[Entry]:
    dated = (one for one in entries if one.published_from in ("published", "updated"))
    return [one for one in dated if newest is not None and one.published > newest]
