"""What goes to a server and what comes back."""

from collections.abc import Mapping
from dataclasses import field

from aggregator.model.value import value


@value(frozen=True, slots=True)
class Validators:
    """What a server gave to ask "has it changed?": opaque, sent back byte for byte (RFC 9110 §8.8).

    The strings hold the header's bytes as latin-1. They belong to ``url``, the address that answered.
    """

    url: str
    etag: str = ""
    last_modified: str = ""


NO_CONDITIONS = Validators("", "*")
"""Stands in place of validators of a server that stumbles over them: of no address, so that it is never sent."""


@value(frozen=True, slots=True)
class Asking:
    """How one feed wants to be asked; what is secret never shows in a ``repr``.

    ``headers`` and the password are for the origin of the feed's own address (RFC 6454 §4) and for no other.
    ``proxy`` is an address without user or password. ``missing`` names environment variables that should hold a
    secret and are not set: a request that has any is not sent. ``secrets`` are what must not show in an answer either.
    """

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    user_agent: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    proxy: str = ""
    proxy_user: str = ""
    proxy_password: str = field(default="", repr=False)
    missing: tuple[str, ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)


@value(frozen=True, slots=True)
class Request:
    """One feed to ask for; ``id`` comes back with the answer."""

    id: int
    url: str
    validators: Validators | None = None
    asking: Asking | None = None
    whole: bool = False  # the whole document is asked for, also where an ETag would tell what is new
    within: bool = False  # its host alone is asked: where a redirect leads to another is told, not followed
    spacing: float = 0.0  # seconds between two starts at its host, at least, as its robots.txt asks for


@value(frozen=True, slots=True)
class Fetched:
    """One answer: a success with a decoded body, or 304 with none.

    ``url`` is the address asked, ``final_url`` the one that answered after redirects, ``moved_to`` the address a
    chain of *only permanent* redirects (301, 308) leads to, else empty. Header names are lower case. One that is
    ``partial`` holds the new entries only, which were asked for (RFC 3229).
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    moved_to: str = ""
    seconds: float = 0.0
    partial: bool = False

    @property
    def is_news(self) -> bool:
        """Say whether its server calls it the new entries only (RFC 3229 §10.5.2)."""
        return self.headers.get("im", "").strip().lower() == "feed"

    @property
    def is_odd(self) -> bool:
        """Say whether it is a 226 that nobody asked for, or that does not say what was left out (RFC 3229 §10.4.1)."""
        return self.status == 226 and not (self.partial and self.is_news)
