"""Letter ↔ Packed: a letter in little room, by the lines that it has in common with another of the same issue."""

import json
import zlib

from aggregator.model import Letter, Packed


def pack(letter: Letter, *, like: Letter) -> Packed:
    """Write both parts as lists of lines, those of the same part of ``like`` by their numbers; deflated (RFC 1950)."""
    return Packed(_packed(letter.html, like.html), _packed(letter.text, like.text))


def unpack(packed: Packed, *, like: Letter) -> Letter:
    """Give the letter back, byte for byte; ``like`` must be what it was packed with."""
    return Letter(_unpacked(packed.html, like.html), _unpacked(packed.text, like.text))


def _packed(text: str, like: str) -> bytes:
    numbers = {line: number for number, line in enumerate(like.split("\n"))}
    lines = [numbers.get(line, line) for line in text.split("\n")]
    return zlib.compress(json.dumps(lines, ensure_ascii=False, separators=(",", ":")).encode())


def _unpacked(data: bytes | str, like: str) -> str:
    if isinstance(data, str):
        return data
    lines, known = json.loads(zlib.decompress(data)), like.split("\n")
    return "\n".join(known[line] if isinstance(line, int) else line for line in lines)
