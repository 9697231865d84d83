"""Signing for the domain (DKIM, RFC 6376), for who has no relay that does it; needs the extra ``dkim``."""

import base64
import re
from binascii import Error
from functools import cached_property
from pathlib import Path
from typing import Any

from aggregator.config import DkimConfig
from aggregator.errors import ConfigError
from aggregator.model import Message

SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "list-archive",
    "auto-submitted",
    "feedback-id",
)
"""The headers that are signed where a message has them; RFC 8058 §4 wants both of List-Unsubscribe among them."""

_PEM = re.compile(r"-----BEGIN (?P<kind>[A-Z ]*PRIVATE KEY)-----(?P<body>[^-]+)-----END (?P=kind)-----")
_ED25519 = bytes.fromhex("302e020100300506032b657004220420")  # how a PKCS #8 key begins (RFC 8410 §7); 32 bytes follow


class Signer:
    """A key, and what it signs: relaxed/relaxed, with RSA or Ed25519 (RFC 8463), as the key is.

    Raises ConfigError when it is first needed, for a key that cannot be read or a package that is not there.
    """

    def __init__(self, config: DkimConfig) -> None:
        self._config = config

    def check(self) -> None:
        """Read the key, and load what signs with it."""
        self.signed(Message("", "", "", b"From: a@example.org\r\n\r\n"))

    def signed(self, message: Message) -> Message:
        """Put the signature on top of a message."""
        algorithm, key = self._key
        head = message.data.partition(b"\r\n\r\n")[0].lower()
        present = [name for name in SIGNED if re.search(rb"^%s:" % name.encode(), head, re.MULTILINE)]
        try:
            header = self._dkim.sign(
                message.data,
                self._config.selector.encode(),
                self._config.domain.encode(),
                key,
                canonicalize=(b"relaxed", b"relaxed"),
                signature_algorithm=algorithm,
                include_headers=[name.encode() for name in present],
                linesep=b"\r\n",
            )
        except self._dkim.DKIMException as error:
            raise self._wrong(f"cannot sign with it: {error}") from error
        return Message(message.sender, message.recipient, message.message_id, header + message.data)

    @cached_property
    def _key(self) -> tuple[bytes, bytes]:
        """Read the key: its algorithm, and the form in which the package takes it."""
        found = _PEM.search(self._text())
        if not found or "ENCRYPTED" in found["kind"] + found["body"]:
            raise self._wrong("holds no private key in PEM without a passphrase")
        try:
            der = base64.b64decode("".join(found["body"].split()), validate=True)
            if der.startswith(_ED25519) and len(der) == len(_ED25519) + 32:
                return b"ed25519-sha256", base64.b64encode(der[len(_ED25519) :])
            pem = f"-----BEGIN {found['kind']}-----\n{base64.b64encode(der).decode()}\n-----END {found['kind']}-----\n"
            self._dkim.parse_pem_private_key(pem.encode())
        except (Error, LookupError, TypeError, ValueError, self._dkim.UnparsableKeyError) as error:
            raise self._wrong("is no RSA or Ed25519 key, or a damaged one") from error
        return b"rsa-sha256", pem.encode()

    def _text(self) -> str:
        try:
            return Path(self._config.key_file).read_text(encoding="ascii")
        except OSError as error:
            raise self._wrong(error.strerror or str(error)) from error
        except ValueError as error:
            raise self._wrong("holds no private key in PEM") from error

    @cached_property
    def _dkim(self) -> Any:
        """Load the package that signs."""
        try:
            import dkim
        except ImportError as error:
            missing = 'mail.dkim: a package is missing that signs: pip install "aggregator[dkim]"'
            raise ConfigError((missing,)) from error
        return dkim

    def _wrong(self, what: str) -> ConfigError:
        return ConfigError((f"mail.dkim.key_file: {self._config.key_file}: {what}",))
