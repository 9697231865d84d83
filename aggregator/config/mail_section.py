"""What a file may say of mailing: the `mail` section."""

import re
from pathlib import Path
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator, model_validator

from aggregator.config.fields import Bounces, Line, Sender
from aggregator.config.mailing import PORTS, DkimConfig, MailConfig
from aggregator.config.section import Section
from aggregator.config.wording import got

_DOMAIN = r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
_SPOKEN = {port: scheme for scheme, port in PORTS.items()}
_SELECTOR = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"


class DkimSection(Section):
    """What mails are signed with (RFC 6376): for who has no relay that does it."""

    gives: ClassVar[type] = DkimConfig

    domain: str = Field(
        description="The domain that signs, as in `from`: example.org.", json_schema_extra={"pattern": f"^{_DOMAIN}$"}
    )
    selector: str = Field(
        description="The name of the key in the DNS, before ._domainkey.DOMAIN.",
        json_schema_extra={"pattern": f"^{_SELECTOR}$"},
    )
    key_file: Line = Field(description="The private key in PEM, RSA or Ed25519; a relative path starts at feeds.yaml.")

    @field_validator("domain", "selector")
    @classmethod
    def _is_name(cls, value: str, info: ValidationInfo) -> str:
        form, like = (_DOMAIN, "example.org") if info.field_name == "domain" else (_SELECTOR, "mail2026")
        if not re.fullmatch(form, value):
            raise ValueError(f"not a name in the DNS in small letters, like {like} {got(value)}")
        return value

    @field_validator("key_file")
    @classmethod
    def _absolute(cls, value: str, info: ValidationInfo) -> str:
        return beside(value, info)


class MailSection(Section):
    """How digests are mailed."""

    gives: ClassVar[type] = MailConfig

    sender: Sender = Field(validation_alias="from", description='Who writes: "World Desk <desk@example.org>".')
    smtp: str = Field(
        description="The mail server: smtp://USER@HOST:587 (upgraded to TLS) or smtps://USER@HOST:465 (TLS).",
        json_schema_extra={"pattern": "^smtps?://[^\\s/]+/?$"},
    )
    tls: Literal["required", "none"] | None = Field(
        default=None, description="required (the default), or none: send in the clear, unasked only on this machine."
    )
    password_env: Line | None = Field(default=None, description="The environment variable that holds the password.")
    password_file: Line | None = Field(
        default=None, description="The file that holds the password; a relative path starts at feeds.yaml."
    )
    rate: float = Field(
        default=5.0, strict=True, ge=0.1, le=10_000, description="So many messages a second at most, 0.1 to 10000."
    )
    per_hour: int | None = Field(
        default=None, strict=True, ge=1, description="So many messages in any hour at most; the rest waits."
    )
    dkim: DkimSection | None = Field(default=None, description="What mails are signed with; by default they are not.")

    bounces: Bounces | None = Field(
        default=None, description="The mailbox that takes what cannot be delivered; each mail names its own +extension."
    )

    @field_validator("smtp")
    @classmethod
    def _is_server(cls, value: str) -> str:
        """Check the server's address; it is never quoted while it may hold a password."""
        try:
            parts = urlsplit(value)
            password, port = parts.password, parts.port
        except ValueError:
            raise ValueError("not a server like smtp://user@mail.example.org:587") from None
        if password is not None:
            raise ValueError("holds a password; name its place with `password_env` or `password_file` instead")
        printable = value.isprintable() and " " not in value
        if parts.scheme not in PORTS or not parts.hostname or port == 0 or not printable:
            raise ValueError(f"not a server like smtp://user@mail.example.org:587 {got(value)}")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError(f"must end after the host and port {got(value)}")
        if (usual := _SPOKEN.get(port or 0)) and usual != parts.scheme:
            raise ValueError(
                f"port {port} is that of {usual}:// {got(value)}; did you mean `{usual}:{value.partition(':')[2]}`?"
            )
        return value

    @field_validator("password_env")
    @classmethod
    def _is_variable(cls, value: str | None) -> str | None:
        if value is not None and not (value.isidentifier() and value.isascii()):  # never quoted: see `_is_server`
            raise ValueError("must be the name of an environment variable, like SMTP_PASSWORD, not the password itself")
        return value

    @field_validator("password_file")
    @classmethod
    def _absolute(cls, value: str | None, info: ValidationInfo) -> str | None:
        return None if value is None else beside(value, info)

    @model_validator(mode="after")
    def _agrees(self) -> "MailSection":
        server = urlsplit(self.smtp)
        named = self.password_env is not None or self.password_file is not None
        if self.password_env is not None and self.password_file is not None:
            raise ValueError("has both `password_env` and `password_file`; keep one")
        if server.username and not named:
            raise ValueError("`smtp` names a user; say where the password is: `password_env` or `password_file`")
        if named and not server.username:
            raise ValueError("has a password but no user; write it into `smtp`: smtp://USER@HOST")
        if self.tls == "none" and server.scheme == "smtps":
            raise ValueError("`tls: none` contradicts smtps://; write smtp:// for a server without TLS")
        return self


def beside(value: str, info: ValidationInfo) -> str:
    """Read a path as from the folder of feeds.yaml; ``~/`` is whose program this is."""
    folder = (info.context or {}).get("folder")
    if folder is None:
        return value
    return str(folder / Path(value).expanduser()) if value.startswith("~/") else str(folder / value)
