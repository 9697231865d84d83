"""The permanent id of an entry in everything we publish: given once, never changed."""

import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection, select

from aggregator.store.portable import chunks
from aggregator.store.tables import ENTRY

_IRI = re.compile(r"(?:https?://|tag:|urn:)[^\s<>\"{}|\\^`]{3,2000}", re.IGNORECASE)


def assign(connection: Connection, named: Sequence[tuple[str, str]], *, authority: str) -> list[str]:
    """Give each (feed address, guid) an id that no stored entry has.

    The publisher's guid when it is an absolute IRI and free (RFC 4287 §4.2.6 wants ids kept when a feed is
    republished), else one of our own.
    """
    minted = [mint(feed, guid, authority=authority) for feed, guid in named]
    taken = _taken(connection, {guid for _, guid in named if is_iri(guid)} | set(minted))
    uids = []
    for (feed, guid), own in zip(named, minted, strict=True):
        uid = guid if is_iri(guid) and guid not in taken else own
        again = 0
        while uid in taken:
            again += 1
            uid = mint(feed, f"{guid}\n{again}", authority=authority)
        taken.add(uid)
        uids.append(uid)
    return uids


def is_iri(guid: str) -> bool:
    """Tell whether a guid can stand as an Atom id by itself."""
    return _IRI.fullmatch(guid) is not None


def mint(feed: str, guid: str, *, authority: str) -> str:
    """Make an id of our own: a tag URI (RFC 4151) under ``authority``, or a UUID URN without one."""
    if not authority:
        return uuid5(NAMESPACE_URL, f"{feed}\n{guid}").urn
    mark = blake2b(f"{feed}\n{guid}".encode("utf-8", "replace"), digest_size=16).hexdigest()
    return f"tag:{authority}:entry/{mark}"


def _taken(connection: Connection, uids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for part in chunks(sorted(uids)):
        found.update(connection.execute(select(ENTRY.c.uid).where(ENTRY.c.uid.in_(part))).scalars())
    return found
