"""The mail server of the bench, a process of its own: it takes everything and writes down what it took.

    python -m bench.sink FILE

It prints its port once it listens, and appends a line ``RECIPIENT MESSAGE-ID`` to FILE for each message, before it says
that it has it. It ends with its standard input.
"""

import asyncio
import re
import sys
from pathlib import Path
from typing import BinaryIO

_NAMES = re.compile(rb"^Message-ID:[ ]*(\S+)\r$", re.MULTILINE | re.IGNORECASE)
_ENDED = b"\r\n.\r\n"
_ANSWERS = {
    b"EHLO": b"250-sink\r\n250 8BITMIME\r\n",
    b"MAIL": b"250 2.1.0 OK\r\n",
    b"RCPT": b"250 2.1.5 OK\r\n",
    b"DATA": b"354 go on\r\n",
    b"RSET": b"250 2.0.0 OK\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self, book: BinaryIO) -> None:
        self._book = book
        self._heard = b""
        self._recipient = b""
        self._listening = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer commands, and take messages."""
        self._heard += data
        while True:
            end = _ENDED if self._listening else b"\r\n"
            said, found, rest = self._heard.partition(end)
            if not found:
                return
            self._heard = rest
            self._take(said) if self._listening else self._answer(said)

    def _answer(self, said: bytes) -> None:
        verb = said[:4].upper()
        if verb == b"RCPT":
            self._recipient = said.partition(b"<")[2].partition(b">")[0]
        self._listening = verb == b"DATA"
        self._transport.write(_ANSWERS.get(verb, b"502 5.5.1 no\r\n"))

    def _take(self, message: bytes) -> None:
        self._listening = False
        name = _NAMES.search(message + b"\r\n")
        self._book.write(self._recipient + b" " + (name[1] if name else b"-") + b"\n")
        self._transport.write(b"250 2.0.0 OK\r\n")


async def _serve(book: BinaryIO) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(book), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Take mail until standard input ends."""
    with Path(sys.argv[1]).open("ab", buffering=0) as book:
        asyncio.run(_serve(book))


if __name__ == "__main__":
    main()
