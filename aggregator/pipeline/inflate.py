"""Compressed bytes → what they hold, as they come in and never further than is asked: gzip and deflate, with zlib."""

import zlib

_GZIP = b"\x1f\x8b"
_ENVELOPED, _BARE = zlib.MAX_WBITS | 32, -zlib.MAX_WBITS


class Inflater:
    """Opens gzip of any number of members (RFC 1952 §2.2), zlib and, where ``bare`` may come, deflate without either.

    What stands behind the last member is passed over, as gzip and browsers do: zeros of a tape, what a program prints.
    """

    def __init__(self, *, bare: bool = False) -> None:
        self._bare = bare  # what RFC 9110 §8.4.1.2 says that some servers send
        self._stream = zlib.decompressobj(_ENVELOPED)
        self._first = self._between = True  # before a member
        self._waiting = b""  # too little to tell what begins there

    def read(self, data: bytes, room: int) -> bytes:
        """Return what the next bytes hold, at most ``room`` bytes of it. Raises ValueError where they are damaged."""
        found: list[bytes] = []
        data, self._waiting = self._waiting + data, b""
        while data and room > 0 and (not self._between or self._begins(data)):
            found.append(self._opened(data, room))
            room -= len(found[-1])
            self._between = self._stream.eof
            data = self._stream.unused_data
        return b"".join(found)

    def _opened(self, data: bytes, room: int) -> bytes:
        try:
            return self._stream.decompress(data, room)
        except zlib.error as error:
            raise ValueError(f"damaged: {error}") from error

    def _begins(self, data: bytes) -> bool:
        if len(data) < len(_GZIP):
            self._waiting = data
            return False
        if self._first:
            self._first = False
            if self._bare and not _is_enveloped(data):
                self._stream = zlib.decompressobj(_BARE)
            return True
        self._stream = zlib.decompressobj(_ENVELOPED)
        return data.startswith(_GZIP)


def _is_enveloped(data: bytes) -> bool:
    """Know gzip by its first bytes, and zlib by its (RFC 1950 §2.2), with which bare deflate cannot begin."""
    return data.startswith(_GZIP) or (data[0] & 15 == 8 and int.from_bytes(data[:2]) % 31 == 0)
