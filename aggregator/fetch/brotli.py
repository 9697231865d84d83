"""Brotli → what it holds, as it comes in and never much further than is asked."""

from brotli import Decompressor, error


class Unbrotli:
    """Opens brotli (RFC 7932) as ``Inflater`` opens gzip."""

    def __init__(self) -> None:
        self._stream = Decompressor()

    def read(self, data: bytes, room: int) -> bytes:
        """Return what the next bytes hold, ``room`` bytes of it and a little more at most. Raises ValueError."""
        try:
            found: bytes = self._stream.process(data, output_buffer_limit=room)
        except error as damage:
            raise ValueError(f"no brotli: {damage}") from damage
        return found
