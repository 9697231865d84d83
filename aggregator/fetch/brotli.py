"""Brotli → what it holds. Python has no decoder of it, libcurl has: it is shown the bytes as an answer over HTTP."""

import socket
from contextlib import suppress
from threading import Thread

import pycurl

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nConnection: close\r\n\r\n"


def unbrotli(data: bytes, room: int) -> bytes:
    """Return what ``data`` holds, at most ``room`` bytes and a little more. Raises ValueError if it is damaged.

    libcurl reads one end of a pair of sockets; nothing is asked of anybody.
    """
    found: list[bytes] = []
    near, far = socket.socketpair()
    sender = Thread(target=_send, args=(far, _HEAD + data))
    with far:
        sender.start()
        try:
            _receive(near, found, room)
        except pycurl.error as error:
            if sum(map(len, found)) < room:
                raise ValueError(f"no brotli: {error}") from error
        finally:
            near.close()
            sender.join()
    return b"".join(found)


def _send(far: socket.socket, answer: bytes) -> None:
    with suppress(OSError):  # the other side has had enough
        far.sendall(answer)
        far.shutdown(socket.SHUT_WR)


def _receive(near: socket.socket, found: list[bytes], room: int) -> None:
    def take(chunk: bytes) -> int | None:
        nonlocal room
        room -= len(chunk)
        found.append(chunk)
        return None if room > 0 else 0

    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, "http://127.0.0.1/")
    curl.setopt(pycurl.PROXY, "")
    curl.setopt(pycurl.NOSIGNAL, 1)
    curl.setopt(pycurl.ENCODING, "br")
    curl.setopt(pycurl.OPENSOCKETFUNCTION, lambda *_: near)
    curl.setopt(pycurl.SOCKOPTFUNCTION, lambda *_: pycurl.SOCKOPT_ALREADY_CONNECTED)
    curl.setopt(pycurl.WRITEFUNCTION, take)
    try:
        curl.perform()
    finally:
        curl.close()
