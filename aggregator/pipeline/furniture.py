"""Paragraphs that a source repeats: learned from its entries, and left out where texts are compared."""

from collections.abc import Collection, Sequence
from functools import cache
from struct import Struct, pack, unpack, unpack_from
from zlib import crc32

TIMES = 3
"""A paragraph that so many different entries of a feed have is furniture."""

REPEATED, NOTICED = 120, 100
"""So many paragraphs of a feed are kept that are repeated, and that may yet be; the last learned stay."""

MOST = 400
"""So many paragraphs of an entry are looked at, its last: a text of a million lines holds up nobody who writes."""

LONGEST = 600
"""Paragraphs of more letters, in bytes, are nobody's furniture."""

_ALIKE = bytes(48 if 48 <= code <= 57 else ord(chr(code).lower()) if code < 128 else code for code in range(256))
_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum() and chr(code) != "\n")
_EMPTY = pack("<I", 0)  # none is repeated
_ROW = 5  # a paragraph noticed, and guid and title of the first two entries that had it
_SEEN, _BY = Struct("<I"), Struct("<IIII")  # the parts of such a row


Told = tuple[str, str, Sequence[int]]
"""An entry that a feed told: guid, title, and the hashes of its paragraphs."""


def paragraphs(text: str) -> list[int]:
    """Return the hashes of a text's lines: letters and digits alone, every digit alike.

    0 stands for a line that has none, or so many that it is nobody's furniture.
    """
    data = text.encode() if text.isascii() else text.lower().encode("utf-8", "replace")
    lines = data.translate(_ALIKE, _SIGNS).split(b"\n")
    return [crc32(line) if 0 < len(line) <= LONGEST else 0 for line in lines]


def paragraph(text: str) -> int:
    """Return the hash of one paragraph, as ``paragraphs`` does."""
    return paragraphs(text.replace("\n", " "))[0]


def without(text: str, often: Collection[int]) -> str:
    """Return a text without the paragraphs that come often; as it is when nothing would be left."""
    hashes = paragraphs(text)
    if not any(seen in often for seen in hashes):
        return text
    kept = [line for line, seen in zip(text.split("\n"), hashes, strict=True) if seen not in often]
    return "\n".join(kept) if any(kept) else text


def repeated(kept: bytes) -> frozenset[int]:
    """Read which paragraphs are furniture from what is kept of a feed."""
    count = unpack_from("<I", kept)[0] if kept else 0
    return frozenset(unpack_from(f"<{count}I", kept, 4)) if count else frozenset()


def learn(kept: bytes, entries: Collection[Told]) -> bytes:
    """Count the paragraphs of entries in with what is ``kept`` of their feed, at first nothing; gives what to keep.

    Those that it knows already count once. Neither the same entry told again under another title nor the same title
    under another guid is another entry: else a text that is changed three times would be called furniture.
    """
    entries = [(guid, title, hashes[-MOST:]) for guid, title, hashes in entries]
    if added := _added(kept, entries):
        return added
    often, noticed = _read(kept)
    for guid, title, hashes in entries:
        mark, name = _hash(guid), _hash(title or guid)  # entries without a title are no one entry
        for seen in dict.fromkeys(hashes):
            _count(seen, mark, name, often, noticed)
    for held, most in ((often, REPEATED), (noticed, NOTICED)):
        for old in list(held)[: max(0, len(held) - most)]:
            del held[old]
    return _written(often, noticed)


def _added(kept: bytes, entries: Collection[Told]) -> bytes:
    """Note paragraphs none of which were noticed before, as most are not, without reading by whom; else nothing."""
    often = repeated(kept)
    kept, begin = kept or _EMPTY, 4 + 4 * len(often)
    had = often.union(_noticed((len(kept) - begin) // (4 * _ROW)).unpack_from(kept, begin))
    rows: dict[int, bytes] = {}
    for guid, title, hashes in entries:
        new = dict.fromkeys(hashes, _BY.pack(_hash(guid), _hash(title or guid), 0, 0))
        new.pop(0, None)
        if not (had.isdisjoint(new) and rows.keys().isdisjoint(new)):
            return b""
        rows |= new
    noticed = kept[begin:] + b"".join([_SEEN.pack(seen) + by for seen, by in rows.items()])
    return kept[:begin] + noticed[-4 * _ROW * NOTICED :] if rows else b""


@cache
def _noticed(count: int) -> Struct:
    """The form of so many rows, of which only the paragraphs are read."""
    return Struct("<" + "I16x" * count)


def _hash(text: str) -> int:
    """Hash a text; 0 is for none."""
    return crc32(text.encode("utf-8", "replace")) or 1


def _count(seen: int, mark: int, name: int, often: dict[int, None], noticed: dict[int, list[int]]) -> None:
    if not seen or seen in often:
        return
    had = noticed.get(seen)
    if had is None:
        noticed[seen] = [mark, name]
    elif mark not in had[::2] and name not in had[1::2]:
        del noticed[seen]
        if len(had) < 2 * (TIMES - 1):
            noticed[seen] = [*had, mark, name]
        else:
            often[seen] = None


def _read(kept: bytes) -> tuple[dict[int, None], dict[int, list[int]]]:
    figures = list(unpack(f"<{len(kept) // 4}I", kept))
    if not figures:
        return {}, {}
    begin = 1 + figures[0]
    rows = range(begin, len(figures), _ROW)
    noticed = {figures[at]: [n for n in figures[at + 1 : at + _ROW] if n] for at in rows}
    return dict.fromkeys(figures[1:begin]), noticed


def _written(often: Collection[int], noticed: dict[int, list[int]]) -> bytes:
    figures = [len(often), *often]
    for seen, had in noticed.items():
        figures += (seen, *had) if len(had) == _ROW - 1 else (seen, *had, 0, 0)
    return pack(f"<{len(figures)}I", *figures)
