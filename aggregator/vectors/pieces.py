"""Words cut into pieces as byte-pair encoding does, from the vocabulary alone.

The tokenizer of a package would hold all this three times over, and take a tenth of a second to load.
"""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

LONGEST = 128
"""Letters of a word that is cut here: time grows with their square."""

_NONE = 1 << 30  # where two pieces make none
_END = "\n"  # stands in no piece
_FIRST_BYTE = 3  # the piece of the byte 0


class Pieces:
    """The pieces that are known, by their text; a word begins with a space."""

    def __init__(self, tokenizer: Path) -> None:
        """Read the file of a tokenizer: a JSON object whose ``model`` has a ``vocab``, with ``▁`` for a space.

        What comes after it, more than half of the file, is not looked at.
        """
        text = tokenizer.read_bytes().partition(b'"merges"')[0].decode().replace("▁", " ")
        self._ids: dict[str, int]
        self._ids, _ = json.JSONDecoder().raw_decode(text, text.index("{", text.index('"vocab"')))

    def cut(self, word: str) -> list[int]:
        """Give the pieces of a word without spaces and angle brackets, by their numbers; none for "".

        Of all neighbours that make a piece, those whose piece has the least number become one, until none do. What is
        no piece is given byte by byte.
        """
        ids = self._ids
        if (whole := ids.get(f" {word}")) is not None:  # as most words of English
            return [whole] if word else []
        parts = [" ", *word, _END]
        made = [ids.get(one + other, _NONE) for one, other in pairwise(parts)]
        while (least := min(made)) != _NONE:
            at = made.index(least) if made.count(least) == 1 else self._first(parts, made, least)
            parts[at] = one = parts[at] + parts.pop(at + 1)
            del made[at]
            made[at] = ids.get(one + parts[at + 1], _NONE)
            if at:
                made[at - 1] = ids.get(parts[at - 1] + one, _NONE)
        return [id for part in parts[:-1] for id in self._numbers(part)]

    def _first(self, parts: Sequence[str], made: Sequence[int], least: int) -> int:
        """Of equal pieces, that comes first whose parts have the least numbers."""
        places = [place for place, id in enumerate(made) if id == least]
        return min(places, key=lambda place: (self._ids[parts[place]], self._ids[parts[place + 1]], place))

    def _numbers(self, part: str) -> list[int]:
        found = self._ids.get(part)
        return [found] if found is not None else [_FIRST_BYTE + byte for byte in part.encode()]
