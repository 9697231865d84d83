"""Loopback mail servers for tests: a real one (aiosmtpd), and one that breaks off where it is told to.

with post_office(Clerk()) as office:
    office.port, office.clerk.taken
"""

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATE = Path(__file__).parent / "data" / "loopback.pem"


@dataclass
class Clerk:
    """Takes mail, or answers as it is told: by recipient (``rcpt``) or to the message itself (``data``, in turn)."""

    rcpt: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    mail: list[str] = field(default_factory=list)
    taken: list[Envelope] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    users: list[str] = field(default_factory=list)
    offered: int = 0  # how often a mail was begun

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.sessions.add(id(session))
        self.offered += 1
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.mail.pop(0) if self.mail else "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.data.pop(0) if self.data else "250 2.0.0 OK: queued"
        if answer.startswith("250"):
            self.taken.append(envelope)
        return answer

    def check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        """Let everybody in who knows the password."""
        assert isinstance(given, LoginPassword)
        self.users.append(given.login.decode())
        return AuthResult(success=given.password == b"open sesame", handled=False)


@dataclass(frozen=True)
class Office:
    """A server that is running, and its clerk."""

    port: int
    clerk: Clerk


class _Counter(Controller):
    """A server on a socket of its own, so that no two tests meet on one port."""

    def __init__(self, clerk: Clerk, **options: Any) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        super().__init__(clerk, hostname="127.0.0.1", port=self._socket.getsockname()[1], **options)

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._socket, ssl=self.ssl_context)

    def _trigger_server(self) -> None:
        """Knock and go: the first connection makes the server, and a TLS one need not shake hands."""
        socket.create_connection((self.hostname, self.port), 5).close()


def server_side() -> ssl.SSLContext:
    """Make the server's half of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def trusting() -> ssl.SSLContext:
    """Make a client's half that trusts the server's certificate."""
    return ssl.create_default_context(cafile=str(CERTIFICATE))


@contextmanager
def post_office(
    clerk: Clerk | None = None, *, security: str = "none", login: bool = False, **options: Any
) -> Iterator[Office]:
    """Run a mail server on a free port."""
    clerk = clerk or Clerk()
    if login:
        options.update(auth_required=True, authenticator=clerk.check, auth_require_tls=security == "starttls")
    if security == "starttls":
        options.update(tls_context=server_side(), require_starttls=True)
    controller = _Counter(clerk, ssl_context=server_side() if security == "tls" else None, **options)
    controller.start()
    try:
        yield Office(controller.port, clerk)
    finally:
        controller.stop()


@contextmanager
def breaking_office(*visits: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Run a server that says each visit's lines, one for each thing it hears, and hangs up after the last.

    After ``354`` it listens to a whole message before it goes on. ``!`` at the end of a line says to hang up at once,
    an empty line to say nothing and wait.
    Gives the port, and what was heard.
    """
    heard: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for lines in visits:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection, connection.makefile("rwb") as stream:
                    _visit(stream, lines, heard)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes up who waits for a visit that does not come
        listener.close()
        thread.join(timeout=10)


def _visit(stream: Any, lines: Sequence[str], heard: list[str]) -> None:
    for line in lines:
        if line:
            stream.write(line.rstrip("!").encode() + b"\r\n")
            stream.flush()
        if line.endswith("!"):
            return
        said = stream.readline()
        while line.startswith("354") and said not in (b".\r\n", b""):
            said = stream.readline()
        heard.append(said.decode("utf-8", "replace").strip())
