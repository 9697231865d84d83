"""What a file may say of how a feed is asked: headers, users, proxies, and names of places where secrets lie."""

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from aggregator.config.asking import Pairs
from aggregator.config.section import Section
from aggregator.config.wording import got

_MOST = 50
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}")  # RFC 9110 §5.6.2
_VALUE = re.compile(r"[^\x00-\x08\n-\x1f\x7f]{0,8000}")  # RFC 9110 §5.5
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PROXY = r"^(http|socks5h)://([^\s/@:]+@)?[^\s/@]+/?$"
# What belongs to the connection (RFC 9110 §7.6.1) or to the door itself: it would be sent twice, or break an answer.
_RESERVED = frozenset(
    [
        "host",
        "connection",
        "keep-alive",
        "proxy-connection",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
        "expect",
        "range",
        "if-none-match",
        "if-modified-since",
        "if-match",
        "if-unmodified-since",
        "if-range",
        "a-im",
        "accept-encoding",
    ]
)
_SECRET = frozenset({"authorization", "cookie"})
_INSTEAD = {"user-agent": "write `user_agent`"}


def _names(value: Any, example: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"must be a mapping like {{{example}}} {got(value)}")
    if len(value) > _MOST:
        raise ValueError(f"has more than {_MOST} headers")
    seen: set[str] = set()
    for name in value:
        low = name.lower()
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"not the name of a header {got(name)}")
        if low in _RESERVED:
            raise ValueError(f"the header {name} is not for feeds.yaml to set")
        if low in _INSTEAD:
            raise ValueError(f"the header {name} is not set here; {_INSTEAD[low]}")
        if low in seen:
            raise ValueError(f"the header {name} is there twice")
        seen.add(low)
    return value


def _headers(value: Any) -> Any:
    if isinstance(value, tuple):
        return value
    for name, text in _names(value, "Accept-Language: en").items():
        if name.lower() in _SECRET:
            raise ValueError(f"{name} is a secret; name its place: headers_env: {{{name}: NAME_OF_A_VARIABLE}}")
        if not isinstance(text, str):
            raise ValueError(f"the value of {name} must be text; put it in quotes {got(text)}")
        if not _VALUE.fullmatch(text):
            raise ValueError(f"the value of {name} must be one line, of 8000 characters at most")
    return tuple((name, text.strip()) for name, text in value.items())


def _headers_env(value: Any) -> Any:
    if isinstance(value, tuple):
        return value
    for name, variable in _names(value, "Authorization: MY_TOKEN").items():
        if not isinstance(variable, str) or not _VARIABLE.fullmatch(variable):  # never quoted: it may be the secret
            raise ValueError(f"{name} must name an environment variable, like MY_TOKEN, not hold the secret itself")
    return tuple(value.items())


def _variable(text: str) -> str:
    if text and not _VARIABLE.fullmatch(text):  # never quoted: it may be the secret
        raise ValueError("must be the name of an environment variable, like FEED_PASSWORD, not the password itself")
    return text


def _user(text: str) -> str:
    if len(text) > 200 or not text.isprintable():
        raise ValueError("must be one line, of 200 characters at most")
    if ":" in text:  # RFC 7617 §2; never quoted: what follows may be the password
        raise ValueError("a user name has no `:`; the password's place is named by `password_env`")
    return text


def _agent(text: str) -> str:
    if len(text) > 300 or not (text.isascii() and text.isprintable()):
        raise ValueError(f"must be one line of ASCII, 300 characters at most {got(text)}")
    return text.strip()


def _proxy(text: str) -> str:
    try:
        parts = urlsplit(text)
        port, password = parts.port, parts.password
    except ValueError:
        raise ValueError("not a proxy like http://proxy.example.org:3128 or socks5h://127.0.0.1:9050") from None
    if password is not None:
        raise ValueError("holds a password; name its place with `proxy_password_env` instead")
    if not re.match(_PROXY, text) or port == 0 or not text.isprintable():
        raise ValueError(f"not a proxy like http://proxy.example.org:3128 or socks5h://127.0.0.1:9050 {got(text)}")
    return text


_MAP: dict[str, Any] = {"type": "object", "propertyNames": {"pattern": f"^{_TOKEN.pattern}$"}, "maxProperties": _MOST}
_VALUES = {"type": "string", "pattern": r"^[^\r\n]*$"}
_NAME = {"type": "string", "pattern": f"^{_VARIABLE.pattern}$"}
Headers = Annotated[Pairs, BeforeValidator(_headers), WithJsonSchema({**_MAP, "additionalProperties": _VALUES})]
HeadersEnv = Annotated[Pairs, BeforeValidator(_headers_env), WithJsonSchema({**_MAP, "additionalProperties": _NAME})]
Variable = Annotated[str, AfterValidator(_variable), WithJsonSchema(_NAME)]
User = Annotated[str, AfterValidator(_user), WithJsonSchema({"type": "string", "pattern": "^[^:]{0,200}$"})]
Agent = Annotated[str, AfterValidator(_agent), WithJsonSchema({"type": "string", "maxLength": 300})]
Proxy = Annotated[
    str,
    AfterValidator(lambda text: _proxy(text) if text else ""),
    WithJsonSchema({"type": "string", "pattern": _PROXY}),
]


class SharedAskingSection(Section):
    """What feeds may share of how they are asked; nothing secret that a server is sent."""

    headers: Headers = Field(default=(), description="Headers to send to the feed's own server: Accept-Language: en.")
    user_agent: Agent = Field(default="", description="Who we say we are, where a server is particular about it.")
    proxy: Proxy = Field(default="", description="http://[USER@]HOST:PORT or socks5h://[USER@]HOST:PORT.")
    proxy_password_env: Variable = Field(default="", description="The environment variable with the proxy's password.")


class OwnAskingSection(SharedAskingSection):
    """How one feed is asked, with the login that only its own server is sent."""

    headers_env: HeadersEnv = Field(
        default=(), description="Headers whose values are secret: Authorization: NAME_OF_AN_ENVIRONMENT_VARIABLE."
    )
    username: User = Field(default="", description="The user, where the server asks for one (basic authentication).")
    password_env: Variable = Field(default="", description="The environment variable that holds the user's password.")

    @model_validator(mode="after")
    def _whole(self) -> "OwnAskingSection":
        """Refuse half a login."""
        if self.username and not self.password_env:
            raise ValueError("has `username`; say where the password is: `password_env`")
        if self.password_env and not self.username:
            raise ValueError("has `password_env` but no `username`")
        named = [name.lower() for name, _ in (*self.headers, *self.headers_env)]
        if twice := next((name for name in named if named.count(name) > 1), ""):
            raise ValueError(f"has the header {twice} in `headers` and in `headers_env`; keep one")
        if self.username and "authorization" in named:
            raise ValueError("has `username` and an Authorization header; keep one")
        return self
