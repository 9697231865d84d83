"""Answer over HTTP with uvicorn: alone in the main thread, or in a thread beside other work."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from aggregator.errors import AggregatorError

_GRACE = 5  # seconds for answers under way when the end comes


def serve(
    app: ASGIApp,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    announce: Callable[[str], None] = lambda address: None,
    stop: threading.Event | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM comes, or until ``stop`` is set where one is given, and end cleanly.

    Without ``stop`` this takes over the two signals for its time and must run in the main thread. ``announce`` is
    called with the site's address once it answers. Raises AggregatorError when the address cannot be taken.
    """
    with serving(app, host=host, port=port) as address:
        announce(address)
        if stop is not None:
            stop.wait()
            return
        with _signalled() as asked:
            asked.wait()


@contextmanager
def serving(app: ASGIApp, *, host: str = "127.0.0.1", port: int = 8000) -> Iterator[str]:
    """Serve in a thread of its own for the length of the block; give the site's address. Port 0 takes a free one.

    Signals stay with whoever has them: uvicorn only takes them in a main thread.
    """
    listener = _listener(host, port)
    config = uvicorn.Config(
        app,
        http="h11",  # the one that is always there: the same behaviour on every machine
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="web", daemon=True)
    thread.start()
    try:
        yield _address(listener)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def _listener(host: str, port: int) -> socket.socket:
    """Listen at once: a client that comes before uvicorn is ready waits in the queue instead of being refused."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
        # asyncio sets this for sockets that name their protocol alone: without it an answer waits 40 ms for an ACK
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        why = f"{error.strerror}".partition(" (while ")[0]  # Python says the address again
        raise AggregatorError(f"cannot listen on {host}:{port}: {why}; choose another --port") from error


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


@contextmanager
def _signalled() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set; what they meant before is restored afterwards."""
    asked = threading.Event()
    before = {name: signal.signal(name, lambda *_: asked.set()) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for name, meaning in before.items():
            signal.signal(name, meaning)
