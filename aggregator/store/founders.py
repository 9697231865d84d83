"""What a text set keeps of the entry that founded it, also when that entry is gone: its permanent id and its date."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from uuid import NAMESPACE_URL, uuid5

from aggregator.model.story_traits import founder_of
from aggregator.model.value import value
from aggregator.store import waiting
from aggregator.store.lane import among


@value(frozen=True, slots=True)
class Founder:
    """The permanent id under which a set is published, and when the entry that founded it was published, as kept."""

    uid: str
    published: int


Known = Mapping[int, Founder]
"""What is known of entries by their ids, so that it need not be read again."""


def founders(
    connection: sqlite3.Connection, placed: Mapping[int, int], known: Known, *, before: Collection[int]
) -> dict[int, Founder]:
    """Give the founder of every set that entries are being placed in; ``placed`` is entry → set, all of them ``known``.

    Call it before the decision is written: an entry that founds a set anew, because the one before it was purged,
    takes over the id under which readers know the text, if it is one of those that were placed ``before``.
    """
    sets = sorted(set(placed.values()))
    rows = among(connection, "SELECT id, uid, published FROM entry WHERE id IN", sorted(set(sets) - known.keys()))
    entries = {**known, **{id: Founder(uid, published) for id, uid, published in rows}}
    found = _remembered(connection, [text_set for text_set in sets if text_set not in placed])
    new = [text_set for text_set in sets if placed.get(text_set) == text_set and text_set in before]
    kept = _inherited(connection, new) if new else {}
    for entry, text_set in sorted(placed.items()):
        if text_set not in found:
            own = entries.get(text_set, entries[entry])
            found[text_set] = Founder(kept[text_set], own.published) if text_set in kept else own
    return found


def story_uids(
    connection: sqlite3.Connection, placed: Mapping[int, int], known: Known, *, before: Collection[int] | None = None
) -> dict[int, str]:
    """Give the permanent id of every story that entries are being placed in; ``placed`` is entry → story.

    It is that of the entry that founded the story; when that is gone, its members remember it, and when none of them
    is left, the first to be placed gives its own; where that is gone as well, it is left out. One that is founded by
    an entry that is none of those placed ``before`` has no members yet.
    """
    stories = sorted(set(placed.values()))
    found: dict[int, str] = {}
    asked = [s for s in stories if before is None or s in before or placed.get(s) != s]
    for story in asked:  # each for one member alone: a story may have thousands
        for story_uid, uid in connection.execute(_TOLD, (story,)):
            found[story] = story_uid or uid
    missing = [story for story in stories if story not in found]
    ids = sorted({*(founder_of(story)[0] for story in missing), *placed} - known.keys())
    own: dict[int, str] = dict(among(connection, "SELECT id, uid FROM entry WHERE id IN", ids))
    own |= {id: founder.uid for id, founder in known.items()}
    for entry, story in sorted(placed.items()):
        founder, nth = founder_of(story)
        if story not in found and (founder in own or entry in own):
            found[story] = _nth(own[founder], nth) if founder in own else own[entry]
    return found


def part(connection: sqlite3.Connection, founder: int) -> int:
    """Give those who stay in a set another founder, the next to have come, since theirs has left; says which.

    0 where nobody stays: those that wait to be compared find a set by themselves. The new founder waits, so that its
    story knows what its text says.
    """
    found = connection.execute(_NEXT, (founder, founder)).fetchone()
    if found is None:
        return 0
    heir, uid, published = found
    connection.execute(_FOUND, (heir, published, heir))
    connection.execute(_INHERIT, (heir, uid, published, founder, founder))
    connection.execute(_RESHELVE, (heir, heir))
    waiting.wait_to_be_tagged(connection, [heir])
    return int(heir)


def _nth(uid: str, nth: int) -> str:
    """Name the nth story of an entry that left those it had founded one with: to them it left its own id."""
    return uuid5(NAMESPACE_URL, f"{uid}\nanother story{f' {nth}' * (nth > 1)}").urn if nth else uid


def _remembered(connection: sqlite3.Connection, sets: Sequence[int]) -> dict[int, Founder]:
    """What the members that were placed before remember of their founder, the first of them first."""
    found: dict[int, Founder] = {}
    for text_set in sets:  # each asked for one member alone: a text may have thousands
        for set_uid, founded, uid in connection.execute(_FIRST, (text_set,)):
            found[text_set] = Founder(set_uid or uid, founded)
    return found


def _inherited(connection: sqlite3.Connection, founding: Sequence[int]) -> dict[int, str]:
    """The ids that entries which found a set bring from the set they were in; the first of several has it."""
    brought: dict[int, str] = dict(among(connection, f"{_BROUGHT} AND entry_id IN", founding))
    uids = sorted(set(brought.values()))
    holders: dict[str, int] = {}
    for entry, uid in among(connection, f"{_BROUGHT} AND text_set = entry_id AND set_uid IN", uids):
        holders[uid] = entry
    holders.update(among(connection, "SELECT uid, id FROM entry WHERE uid IN", uids))
    return {entry: uid for entry, uid in sorted(brought.items()) if holders.setdefault(uid, entry) == entry}


_NEXT = """
    SELECT entry.id, uid, published FROM curation JOIN entry ON entry.id = curation.entry_id
    WHERE text_set = ? AND entry.id != ?
    AND NOT EXISTS (SELECT 1 FROM pending WHERE pending.entry_id = entry.id AND changed) ORDER BY entry.id LIMIT 1
"""
_FOUND = """
    UPDATE curation SET text_set = ?, set_uid = '', set_founded = ?, same_as = '', same_like = 0, same_score = 0
    WHERE entry_id = ?
"""
_INHERIT = "UPDATE curation SET text_set = ?, set_uid = ?, set_founded = ? WHERE text_set = ? AND entry_id != ?"
_RESHELVE = "UPDATE shelf SET text_set = ? WHERE entry_id IN (SELECT entry_id FROM curation WHERE text_set = ?)"
_FIRST = """
    SELECT curation.set_uid, curation.set_founded, entry.uid FROM curation JOIN entry ON entry.id = curation.entry_id
    WHERE curation.text_set = ? ORDER BY curation.entry_id LIMIT 1
"""
_BROUGHT = "SELECT entry_id, set_uid FROM curation WHERE set_uid != ''"
_TOLD = """
    SELECT curation.story_uid, entry.uid FROM curation JOIN entry ON entry.id = curation.entry_id
    WHERE curation.story = ? LIMIT 1
"""
