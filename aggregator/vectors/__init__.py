"""Static vectors of word pieces: what texts are about, as numbers, without any network or model server.

The data come with the wordllama package (MIT): 32,000 pieces of words with 256 numbers each, and the file of their
tokenizer. We read these two files and leave its code alone: importing it takes as long as all the rest of a sync. The
vector of a text is the mean of its pieces' vectors, of length one.
"""

import json
import mmap
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from aggregator.errors import WorkspaceError
from aggregator.vectors.pieces import LONGEST, Pieces
from aggregator.vectors.rows import SIZE, Matrix, Rows

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_WEIGHTS, _TOKENIZER = "weights/l2_supercat_256.safetensors", "tokenizers/l2_supercat_tokenizer_config.json"
_LONGEST = 512  # pieces of one text that are looked at
_TOGETHER = 256  # words whose pieces are at hand at once


class Vectors:
    """Makes vectors of texts; files are opened at the first text."""

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Give a row of length one for each text; zeros for one without any piece. Shape (len(texts), 256)."""
        rows = self.sums(texts)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        np.divide(rows, lengths, out=rows, where=lengths > 0)
        return rows

    def sums(self, texts: Sequence[str]) -> Matrix:
        """Give the sum of its pieces' vectors for each text, which is longer for rarer words."""
        found = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        rows = np.zeros((len(texts), SIZE), dtype=np.float32)
        for row, encoding in zip(rows, found, strict=True):
            if ids := encoding.ids[:_LONGEST]:
                self._weights[ids].sum(axis=0, dtype=np.float32, out=row)
        return rows

    def of_words(self, words: Sequence[str]) -> Matrix:
        """Give what ``sums`` gives, for many words without spaces in a fifth of the time, and without a tokenizer."""
        rows = np.zeros((len(words), SIZE), dtype=np.float32)
        for start in range(0, len(words), _TOGETHER):
            self._add(self._cut(words[start : start + _TOGETHER]), rows[start : start + _TOGETHER])
        return rows

    def _add(self, cut: Sequence[Sequence[int]], rows: Matrix) -> None:
        """Add up vectors of pieces: of all words the first, then the second …; so each sum is made in its order."""
        sizes = np.array([len(pieces) for pieces in cut])
        said = np.fromiter(chain.from_iterable(cut), dtype=np.int64, count=sizes.sum())
        pieces, places = np.unique(said, return_inverse=True)
        vectors, begins = self._rows.of(pieces.tolist()), np.cumsum(sizes) - sizes
        for nth in range(sizes.max()):
            longer = np.flatnonzero(sizes > nth)
            rows[longer] += vectors[places[begins[longer] + nth]]

    def _cut(self, words: Sequence[str]) -> list[Sequence[int]]:
        return [self._pieces.cut(word) if len(word) <= LONGEST else self._cut_as_text(word) for word in words]

    def _cut_as_text(self, text: str) -> list[int]:
        found: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return found[:_LONGEST]

    @cached_property
    def _rows(self) -> Rows:
        return Rows(self._path, begin=8 + self._header[0])

    @cached_property
    def _pieces(self) -> Pieces:
        return Pieces(_folder() / _TOKENIZER)

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        """Load the tokenizer. It remembers no words: ten thousand took nine megabytes, and one does not come again."""
        from tokenizers import Tokenizer  # a sync without topics by meaning never loads it

        tokenizer = Tokenizer.from_file(str(_folder() / _TOKENIZER))
        if resize := getattr(tokenizer.model, "_resize_cache", None):  # of no public interface: it may go
            resize(0)
        return tokenizer

    @cached_property
    def _weights(self) -> NDArray[np.float16]:
        """Map the file."""
        length, shape = self._header
        with self._path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return np.frombuffer(mapped, dtype=np.float16, offset=8 + length).reshape(shape)

    @cached_property
    def _header(self) -> tuple[int, list[int]]:
        """The length of the header, and the shape of the numbers.

        Safetensors: 8 bytes that give the length of a JSON header, the header, the numbers.
        """
        with self._path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            shape: list[int] = json.loads(file.read(length))["embedding.weight"]["shape"]
        return length, shape

    @cached_property
    def _path(self) -> Path:
        return _folder() / _WEIGHTS


def _folder() -> Path:
    """Find the package that carries the data, without importing it."""
    found = find_spec("wordllama")
    if found is None or not found.submodule_search_locations:
        raise WorkspaceError("the package wordllama is missing: install aggregator anew, with its dependencies")
    return Path(found.submodule_search_locations[0])
