"""libcurl's sockets and its one timer, watched with poll(2): a turn costs what has happened, not what is open."""

import select
from contextlib import suppress
from time import monotonic
from typing import Any

import pycurl

_WATCHED = {
    pycurl.POLL_IN: select.POLLIN,
    pycurl.POLL_OUT: select.POLLOUT,
    pycurl.POLL_INOUT: select.POLLIN | select.POLLOUT,
}
_BROKEN = select.POLLERR | select.POLLHUP | select.POLLNVAL


class Sockets:
    """The sockets of one multi handle; ``curl_multi_socket_action`` is told what happens to them."""

    def __init__(self, multi: Any) -> None:
        self._multi = multi
        self._poll = select.poll()
        self._due: float | None = None
        multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        multi.setopt(pycurl.M_TIMERFUNCTION, self._alarm)

    def turn(self, patience: float) -> None:
        """Wait until something happens, ``patience`` seconds at most, and let libcurl work on it."""
        if self._due is not None:
            patience = min(patience, self._due - monotonic())
        for number, event in self._poll.poll(max(patience, 0.0) * 1000):
            self._multi.socket_action(number, _told(event))
        if self._due is not None and self._due <= monotonic():
            self._due = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def _watch(self, event: int, number: int, _multi: Any, _data: Any) -> None:
        if event == pycurl.POLL_REMOVE:
            with suppress(KeyError):
                self._poll.unregister(number)
        elif event in _WATCHED:
            self._poll.register(number, _WATCHED[event])

    def _alarm(self, milliseconds: int) -> None:
        self._due = None if milliseconds < 0 else monotonic() + milliseconds / 1000


def _told(event: int) -> int:
    """Translate what poll(2) saw; a socket that broke is read, and says so itself."""
    told = 0
    if event & (select.POLLIN | _BROKEN):
        told |= pycurl.CSELECT_IN
    if event & select.POLLOUT:
        told |= pycurl.CSELECT_OUT
    if event & _BROKEN:
        told |= pycurl.CSELECT_ERR
    return told
