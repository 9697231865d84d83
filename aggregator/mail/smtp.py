"""SMTP: finished bytes for one address, and at which step they were refused."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from types import TracebackType
from typing import Self

from aggregator.config import MailConfig
from aggregator.errors import MailError, MailStep
from aggregator.mail.signing import Signer
from aggregator.model import Message

MESSAGES = 100
"""How many messages one connection carries before a new one is made."""

LONGEST = 500
"""Characters of a reply that are kept: one may have lines without end, and each delivery has its own."""


class Smtp:
    """A mail server, spoken to when the first message comes and not before.

    The connection is verified TLS unless the config says none. ``trust`` are the certificates to believe, by default
    the system's; ``timeout`` is for each step and ``patience`` for the last reply, in seconds: a server may take its
    time over a complete message (RFC 5321 §4.5.3.2.6).
    """

    def __init__(
        self,
        config: MailConfig,
        *,
        trust: ssl.SSLContext | None = None,
        timeout: float = 60.0,
        patience: float = 600.0,
    ) -> None:
        self._config = config
        self._signer = Signer(config.dkim) if config.dkim else None
        self._trust = trust
        self._timeout = timeout
        self._patience = patience
        self._server: smtplib.SMTP | None = None
        self._carried = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye to the server; the next message makes a new connection."""
        if self._server is not None:
            with suppress(OSError):  # every message is settled: a goodbye that goes wrong changes nothing
                self._server.quit()
        self._drop()

    def send(self, message: Message, *, ready: Callable[[], bool] = lambda: True) -> str:
        """Hand the message over and return the server's last reply, as ``250 text``.

        ``ready`` is asked when the server has taken sender and recipient, just before DATA; when it says no, the
        message is taken back, and the reply is "". Raises MailError. A connection that had carried a message before
        and turns out to be closed, or is closed by a
        421, is made anew once; after the final dot nothing is ever repeated. An error from connecting, TLS, login or
        the sender's refusal has ``blocked`` set, and is permanent only when the server says so of the sender. Raises
        ConfigError when the password or the key to sign with cannot be read.
        """
        if self._signer:
            message = self._signer.signed(message)
        if self._carried >= MESSAGES:
            self.close()
        used = self._server is not None
        try:
            return self._offer(message, ready)
        except MailError as error:
            ended = self._server is None and error.step != "message" and not error.blocked
            if not (used and ended):
                raise
        return self._offer(message, ready)

    def _offer(self, message: Message, ready: Callable[[], bool]) -> str:
        server = self._server or self._connect(message.recipient)
        options = self._options(server, message)
        self._carried += 1
        try:
            self._expect(server.mail(message.sender, options), 2, message, step="sender")
            self._expect(server.rcpt(message.recipient), 2, message, step="recipient")
            if not ready():
                self._reset()
                return ""
            self._expect(server.docmd("DATA"), 3, message, step="data")
            server.send(_stuffed(message.data).removesuffix(b"\r\n") + b"\r\n.\r\n")
        except OSError as error:
            self._drop()
            reason = f"the connection was lost before the message was complete ({_trouble(error)})"
            raise MailError(message.recipient, 0, reason, step="data") from error
        return self._verdict(server, message)

    def _verdict(self, server: smtplib.SMTP, message: Message) -> str:
        """Wait for the reply to the final dot; without one nobody knows whether the message was taken (RFC 1047)."""
        try:
            if server.sock is not None:
                server.sock.settimeout(self._patience)
            code, text = server.getreply()
            if server.sock is not None:
                server.sock.settimeout(self._timeout)
        except OSError as error:
            self._drop()
            reason = f"no reply after the whole message was sent: it may have been taken ({_trouble(error)})"
            raise MailError(message.recipient, 0, reason, step="message", unknown=True) from error
        if code // 100 not in (2, 4, 5):
            self._drop()
            raise MailError(message.recipient, 0, f"not a reply: {_words(text)}", step="message", unknown=True)
        return self._expect((code, text), 2, message, step="message")

    def _expect(self, reply: tuple[int, bytes], wanted: int, message: Message, *, step: MailStep) -> str:
        """Give the reply in words when its first digit is the one wanted; else leave the connection ready for the next.

        The other digits are for people: a code that nobody knows means what its first digit does (RFC 5321 §4.3.2).
        """
        code, text = reply[0], _words(reply[1])
        if code // 100 == wanted:
            return f"{code} {text}".strip()
        ended = code == 421 or code < 0
        if ended:
            self._drop()
        else:
            self._reset()
        raise MailError(
            message.recipient,
            max(code, 0),
            text,
            step=step,
            permanent=500 <= code < 600,
            blocked=step == "sender" and not ended,
        )

    def _options(self, server: smtplib.SMTP, message: Message) -> list[str]:
        """Ask for SMTPUTF8 only when an address needs it (RFC 6531 §3.4)."""
        if (message.sender + message.recipient).isascii():
            return []
        if not server.has_extn("smtputf8"):
            reason = f"the address needs SMTPUTF8 (RFC 6531), which {self._config.host} does not offer"
            raise MailError(message.recipient, 0, reason, step="recipient", permanent=True)
        return ["SMTPUTF8", "BODY=8BITMIME"]

    def _connect(self, recipient: str) -> smtplib.SMTP:
        """Connect, secure, log in; whatever fails here is not the message's fault and passes with its cause."""
        password = self._config.password()
        server: smtplib.SMTP | None = None
        try:
            server = self._greeted()
            if self._config.user:
                server.login(self._config.user, password or "")
        except (OSError, UnicodeError) as error:  # smtplib's own are OSErrors; a password it cannot encode is not
            if server is not None:
                server.close()
            code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0
            where = f"{self._config.host}:{self._config.port}"
            raise MailError(
                recipient, max(code, 0), f"{where}: {_trouble(error)}", step="connect", blocked=True
            ) from error
        self._server, self._carried = server, 0
        return server

    def _greeted(self) -> smtplib.SMTP:
        host, port, security = self._config.host, self._config.port, self._config.security
        if security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=self._timeout, context=self._certificates)
        else:
            server = smtplib.SMTP(host, port, timeout=self._timeout)
        try:
            server.ehlo_or_helo_if_needed()
            if security == "starttls":
                server.starttls(context=self._certificates)
                server.ehlo_or_helo_if_needed()
        except OSError:
            server.close()
            raise
        return server

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        """Whom to believe; reading the system's takes a tenth of a second, and is for who needs them."""
        return self._trust or ssl.create_default_context()

    def _reset(self) -> None:
        if self._server is None:
            return
        try:
            self._server.rset()
        except OSError:
            self._drop()

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server, self._carried = None, 0


def _trouble(error: OSError | UnicodeError) -> str:
    """Say in words why there is no usable connection."""
    if isinstance(error, UnicodeError):
        return "the login cannot be sent: user and password must be plain ASCII for this server"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted: {error.verify_message}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the login was refused: {_words(error.smtp_error)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return _words(error.smtp_error)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"{error} (no TLS or no login there: see `mail` in feeds.yaml)"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return str(error.strerror or error)


def _stuffed(data: bytes) -> bytes:
    """Double the dot at the beginning of a line: one alone would end the message (RFC 5321 §4.5.2)."""
    return (b"." if data.startswith(b".") else b"") + data.replace(b"\n.", b"\n..")


def _words(text: bytes | str) -> str:
    """Write a reply on one line, without what a terminal would obey, and no more than ``LONGEST`` characters of it."""
    read = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    line = " ".join("".join(char if char.isprintable() else " " for char in read).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
