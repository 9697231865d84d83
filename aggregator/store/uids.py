"""The permanent id of an entry in everything we publish: given once, never changed."""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from uuid import NAMESPACE_URL, uuid5

from aggregator.store.driver import write_json

_IRI = re.compile(r"(?:https?://|tag:|urn:)[^\s<>\"{}|\\^`]{3,2000}", re.IGNORECASE)


def assign(connection: sqlite3.Connection, named: Sequence[tuple[str, str]], *, authority: str) -> list[str]:
    """Give each (feed address, guid) an id that no stored entry has, and by which no text or story is known.

    These go by the ids of entries that may be purged. It is the publisher's guid when that is an absolute IRI and free
    (RFC 4287 §4.2.6 wants ids kept when a feed is republished), else one of our own.
    """
    iris = {guid for _, guid in named if is_iri(guid)}
    taken = _taken(connection, iris)
    uids: list[str | None] = []
    for _, guid in named:
        uids.append(guid if guid in iris and guid not in taken else None)
        taken.add(guid)
    minted = {one: mint(*one, authority=authority) for one, uid in zip(named, uids, strict=True) if uid is None}
    taken |= _taken(connection, minted.values())
    return [uid or _free(minted[one], one, taken, authority) for one, uid in zip(named, uids, strict=True)]


def _free(uid: str, named: tuple[str, str], taken: set[str], authority: str) -> str:
    again = 0
    while uid in taken:
        again += 1
        uid = mint(named[0], f"{named[1]}\n{again}", authority=authority)
    taken.add(uid)
    return uid


def is_iri(guid: str) -> bool:
    """Tell whether a guid can stand as an Atom id by itself."""
    return _IRI.fullmatch(guid) is not None


def mint(feed: str, guid: str, *, authority: str) -> str:
    """Make an id of our own: a tag URI (RFC 4151) under ``authority``, or a UUID URN without one."""
    if not authority:
        return uuid5(NAMESPACE_URL, f"{feed}\n{guid}").urn
    mark = blake2b(f"{feed}\n{guid}".encode("utf-8", "replace"), digest_size=16).hexdigest()
    return f"tag:{authority}:entry/{mark}"


def _taken(connection: sqlite3.Connection, uids: Iterable[str]) -> set[str]:
    """Say which of these, none with a NUL, an entry has, or a text or story is known by."""
    return {uid for (uid,) in connection.execute(_KNOWN, (write_json(list(uids)),))}


_KNOWN = """
    SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM entry WHERE uid = value)
    OR EXISTS (SELECT 1 FROM curation WHERE set_uid != '' AND set_uid = value)
    OR EXISTS (SELECT 1 FROM curation WHERE story_uid != '' AND story_uid = value)
"""
