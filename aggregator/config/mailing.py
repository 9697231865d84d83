"""The `mail` section: who writes, through which server, and where its password lies."""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from aggregator.errors import ConfigError
from aggregator.model.value import value

Security = Literal["starttls", "tls", "none"]
"""How a connection is kept secret: upgraded (RFC 3207), from its first byte (RFC 8314), or not at all."""

PORTS = {"smtp": 587, "smtps": 465}


@value(frozen=True, slots=True)
class DkimConfig:
    """What mails are signed with (RFC 6376): for who has no relay that does it."""

    domain: str
    selector: str
    key_file: str


@value(frozen=True, slots=True)
class MailConfig:
    """How digests are mailed."""

    sender: str
    smtp: str
    tls: Literal["required", "none"] | None = None
    password_env: str | None = None
    password_file: str | None = None
    rate: float = 5.0
    per_hour: int | None = None
    dkim: DkimConfig | None = None
    bounces: str | None = None

    @property
    def _parts(self) -> SplitResult:
        return urlsplit(self.smtp)

    @property
    def host(self) -> str:
        """The mail server."""
        return self._parts.hostname or ""

    @property
    def port(self) -> int:
        """Its port; by default 587 for smtp:// (RFC 6409) and 465 for smtps:// (RFC 8314)."""
        return self._parts.port or PORTS[self._parts.scheme]

    @property
    def user(self) -> str:
        """Who logs in there; empty for nobody. ``%40`` in the address stands for ``@``."""
        return unquote(self._parts.username or "")

    @property
    def security(self) -> Security:
        """How the connection is kept secret; in the clear only when `tls: none` says so, or on this machine."""
        if self._parts.scheme == "smtps":
            return "tls"
        clear = self.tls == "none" or (self.tls is None and _is_this_machine(self.host))
        return "none" if clear else "starttls"

    def password(self) -> str | None:
        """Read the password now; None when nobody logs in, ConfigError when its place is empty."""
        if self.password_env is not None:
            secret = os.environ.get(self.password_env, "")
            if not secret:
                raise ConfigError((f"mail.password_env: the environment variable {self.password_env} is not set",))
            return secret
        return None if self.password_file is None else _read_secret(Path(self.password_file))


def _read_secret(path: Path) -> str:
    """Read the first line of a file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigError((f"mail.password_file: {path}: {reason}",)) from error
    if not lines or not lines[0]:
        raise ConfigError((f"mail.password_file: {path}: has no first line",))
    return lines[0]


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761 §6.3
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
