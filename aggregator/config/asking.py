"""How a feed is asked where it wants to be asked in its own way; what is secret stands in the environment only."""

import os
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote, urlsplit

from aggregator.model import Asking
from aggregator.model.value import value

Pairs = tuple[tuple[str, str], ...]

TELLING = 8
"""Characters: a shorter secret is not looked for in answers, for it stands in many a text."""


@value(frozen=True, slots=False)
class SharedAsking:
    """What feeds may share of how they are asked; nothing secret that a server is sent."""

    headers: Pairs = ()
    user_agent: str = ""
    proxy: str = ""
    proxy_password_env: str = ""


@value(frozen=True, slots=False)
class OwnAsking(SharedAsking):
    """How one feed is asked, with the login that only its own server is sent."""

    headers_env: Pairs = ()
    username: str = ""
    password_env: str = ""

    @property
    def wishes(self) -> tuple[object, ...]:
        """All that is said of how this feed is asked, and which secrets are missing; nothing for most feeds."""
        said = (self.headers, self.user_agent, self.proxy, self.proxy_password_env, self.headers_env, self.username)
        if not any(said):
            return ()
        asking = self.asking()
        return (*said, self.password_env, asking.missing if asking else ())

    @property
    def login(self) -> str:
        """Name where it stands what tells its server who asks: a key, variables of the environment; "" without any."""
        variables = [variable for key, variable in self._places() if key != "proxy_password_env"]
        return " and ".join(["`username:`", *variables] if self.username else variables)

    def given(self, environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
        """Read the values of the variables that it names; nothing for most feeds."""
        return tuple(_secret(variable, environ) for _, variable in self._places())

    def asking(self, environ: Mapping[str, str] = os.environ) -> Asking | None:
        """Read the secrets now, and say how the feed is asked; None when it wants nothing of its own."""
        if not (self.headers or self.headers_env or self.user_agent or self.username or self.proxy):
            return None
        proxy = urlsplit(self.proxy)
        return Asking(
            headers=(*self.headers, *((name, _secret(variable, environ)) for name, variable in self.headers_env)),
            user_agent=self.user_agent,
            username=self.username,
            password=_secret(self.password_env, environ),
            proxy=self.proxy.replace(f"{proxy.username}@", "", 1) if proxy.username else self.proxy,
            proxy_user=unquote(proxy.username or ""),
            proxy_password=_secret(self.proxy_password_env, environ),
            missing=tuple(variable for _, variable in self._places() if not _secret(variable, environ)),
            secrets=tuple(said for said in self._said(environ) if len(said) >= TELLING),
        )

    def _said(self, environ: Mapping[str, str]) -> Iterator[str]:
        """Yield what is secret of all that a server or a proxy is told: whole, and what is secret in it."""
        for _, variable in self.headers_env:
            yield from _words(_secret(variable, environ))
        proxy_user = unquote(urlsplit(self.proxy).username or "")
        for user, variable in ((self.username, self.password_env), (proxy_user, self.proxy_password_env)):
            if password := _secret(variable, environ):
                yield password
                yield (
                    b64encode(f"{user}:{password}".encode("utf-8", "surrogateescape")).decode().rstrip("=")
                )  # RFC 7617 §2

    def _places(self) -> Iterator[tuple[str, str]]:
        """Yield the keys that name environment variables, and the variables."""
        yield from ((f"headers_env.{name}", variable) for name, variable in self.headers_env)
        if self.password_env:
            yield "password_env", self.password_env
        if self.proxy_password_env and self.proxy:
            yield "proxy_password_env", self.proxy_password_env

    def unset(self, environ: Mapping[str, str] = os.environ) -> Iterator[tuple[str, str]]:
        """Yield each key that names an environment variable without a usable value, and the variable."""
        return ((key, variable) for key, variable in self._places() if not _secret(variable, environ))


def unset_secrets(feeds: Iterable[tuple[str, OwnAsking]]) -> tuple[str, ...]:
    """Say of each feed, given with its address, which secrets its environment lacks: a line for each of them."""
    return tuple(
        f"{url}: {key}: the environment variable {variable} is not set, or is not one line"
        for url, feed in feeds
        for key, variable in feed.unset()
    )


def _words(value: str) -> Iterator[str]:
    """Yield the value of a header and what it may hold: a token behind its scheme, cookies, parameters."""
    yield value
    first, *rest = re.split(r"[\s;,]+", value)
    for word in rest if rest and "=" not in first else (first, *rest):
        yield word
        yield word.partition("=")[2].strip('"')


def _secret(variable: str, environ: Mapping[str, str]) -> str:
    value = environ.get(variable, "").strip() if variable else ""
    return "" if any(sign < " " and sign != "\t" for sign in value) else value
