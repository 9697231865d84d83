"""The vectors of word pieces, read from their file one by one as they are asked for."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIZE = 256

KEPT = 3_000
"""So many pieces' vectors are remembered, in a megabyte and a half; beyond, all are read anew when they come again."""

Matrix = NDArray[np.float32]
"""Rows are texts, or pieces of words; columns the 256 numbers of each."""


class Rows:
    """Gives the vectors of pieces, by their numbers.

    Where memory is mapped, sixteen pages come in for each that is read, and soon all of the file. Halves are looked
    up in a table of all there are: five times as fast as converting them.
    """

    def __init__(self, path: Path, *, begin: int) -> None:
        """Read a file of halves, 256 of each piece, from ``begin`` on."""
        self._path, self._begin = path, begin
        self._known: dict[int, bytes] = {}
        self._widened = np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float32)

    def of(self, pieces: Sequence[int]) -> Matrix:
        """Give a row for each of some pieces."""
        if new := set(pieces) - self._known.keys():
            self._read(sorted(new))
        found = np.frombuffer(b"".join([self._known[piece] for piece in pieces]), dtype=np.uint16)
        if len(self._known) > KEPT:
            self._known = {}
        return self._widened[found].reshape(-1, SIZE)

    def _read(self, pieces: Sequence[int]) -> None:
        size = 2 * SIZE
        with self._path.open("rb", buffering=0) as file:
            for piece in pieces:
                self._known[piece] = os.pread(file.fileno(), size, self._begin + size * piece)
