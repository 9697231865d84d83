"""How a feed is asked: what feeds.yaml may say of it, and where its secrets come from."""

from collections.abc import Callable

import pytest

from aggregator.config import FeedConfig, read, unset_secrets
from aggregator.model import Asking

Problems = Callable[[str], list[str]]

FULL = """\
title: T
defaults: {user_agent: Shared/1.0, proxy: "http://desk%40home@proxy.example.org:3128", proxy_password_env: PROXY}
feeds:
  - url: https://example.com/feed
    headers: {Accept-Language: en, X-Empty: ""}
    headers_env: {X-Key: KEY}
    username: desk
    password_env: PASSWORD
  - https://example.net/feed
"""


def feeds(text: str) -> tuple[FeedConfig, ...]:
    return read(text.encode(), "feeds.yaml").feeds


def test_a_feed_is_asked_in_its_own_way_and_otherwise_like_all() -> None:
    first, second = feeds(FULL)
    environ = {"KEY": "k3y", "PASSWORD": "s3cret", "PROXY": "pr0xy"}
    assert first.asking(environ) == Asking(
        headers=(("Accept-Language", "en"), ("X-Empty", ""), ("X-Key", "k3y")),
        user_agent="Shared/1.0",
        username="desk",
        password="s3cret",
        proxy="http://proxy.example.org:3128",
        proxy_user="desk@home",
        proxy_password="pr0xy",
        secrets=("ZGVzazpzM2NyZXQ", "ZGVza0Bob21lOnByMHh5"),
    )
    plain = second.asking(environ)
    assert plain is not None
    assert (plain.headers, plain.username, plain.user_agent) == ((), "", "Shared/1.0")
    assert hash(first.asking(environ)) == hash(first.asking(environ))


def test_a_feed_that_wants_nothing_costs_nothing() -> None:
    assert feeds("title: T\nfeeds: ['https://example.com/']")[0].asking() is None


def test_no_secret_shows_in_a_repr() -> None:
    environ = {"KEY": "k3y", "PASSWORD": "s3cret", "PROXY": "pr0xy"}
    first, _ = feeds(FULL)
    shown = repr((first, first.asking(environ)))
    assert [secret for secret in environ.values() if secret in shown] == []


@pytest.mark.parametrize(
    ("value", "secrets"),
    [
        ("t0ken-xyz", {"t0ken-xyz"}),
        ("Bearer t0ken-xyz", {"Bearer t0ken-xyz", "t0ken-xyz"}),
        ('Token token="t0ken-xyz"', {'Token token="t0ken-xyz"', 'token="t0ken-xyz"', "t0ken-xyz"}),
        ("sid=t0ken-xyz; a=b", {"sid=t0ken-xyz; a=b", "sid=t0ken-xyz", "t0ken-xyz"}),
        ("short", set()),
    ],
)
def test_what_is_secret_in_a_header(value: str, secrets: set[str]) -> None:
    """The whole, and a token or a cookie in it; not the name of a scheme, nor what stands in many a text."""
    first, _ = feeds(FULL)
    asking = first.asking({"KEY": value, "PASSWORD": "x", "PROXY": "y"})
    assert asking is not None
    assert {secret for secret in asking.secrets if not secret.startswith("ZGVz")} == secrets


@pytest.mark.parametrize("value", ["", "  ", "a\nHost: evil", "a\0b"])
def test_a_secret_that_is_not_there_is_named_and_so_is_its_feed(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = feeds(FULL)
    asking = first.asking({"KEY": value, "PROXY": "x", "PASSWORD": value})
    assert asking is not None
    assert (asking.missing, asking.password, asking.headers[-1]) == (("KEY", "PASSWORD"), "", ("X-Key", ""))
    for name in ("KEY", "PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PROXY", "x")
    assert unset_secrets([(first.url, first)]) == (
        "https://example.com/feed: headers_env.X-Key: the environment variable KEY is not set, or is not one line",
        "https://example.com/feed: password_env: the environment variable PASSWORD is not set, or is not one line",
    )


MISTAKES = [
    ("headers: [a]", "headers: must be a mapping like {Accept-Language: en} (got a list)"),
    ("headers: {Host: x}", "headers: the header Host is not for feeds.yaml to set"),
    ("headers: {Transfer-Encoding: x}", "headers: the header Transfer-Encoding is not for feeds.yaml to set"),
    ("headers: {If-None-Match: x}", "headers: the header If-None-Match is not for feeds.yaml to set"),
    ("headers: {Accept-Encoding: x}", "headers: the header Accept-Encoding is not for feeds.yaml to set"),
    ("headers: {User-Agent: x}", "headers: the header User-Agent is not set here; write `user_agent`"),
    ("headers: {Authorization: Bearer s3cret}", "headers: Authorization is a secret; name its place: headers_env: {A"),
    ("headers: {cookie: s3cret}", "headers: cookie is a secret; name its place: headers_env: {cookie: NAME_OF_A_VARI"),
    ('headers: {"A b": x}', 'headers: not the name of a header (got "A b")'),
    ('headers: {"": x}', 'headers: not the name of a header (got "")'),
    ('headers: {"Ä": x}', 'headers: not the name of a header (got "Ä")'),
    ("headers: {X: 5}", "headers: the value of X must be text; put it in quotes (got 5)"),
    ('headers: {X: "a\\nb"}', "headers: the value of X must be one line"),
    ('headers: {X: "a\\0b"}', "headers: the value of X must be one line"),
    ("headers: {X: a, x: b}", "headers: the header x is there twice"),
    ("headers_env: {Authorization: Bearer s3cret}", "headers_env: Authorization must name an environment variable"),
    ("headers_env: {Host: NAME}", "headers_env: the header Host is not for feeds.yaml to set"),
    ("{headers: {X: a}, headers_env: {x: A}}", "has the header x in `headers` and in `headers_env`; keep one"),
    ('user_agent: "a\\nb"', "user_agent: must be one line of ASCII"),
    ("username: desk", "has `username`; say where the password is: `password_env`"),
    ("password_env: A", "has `password_env` but no `username`"),
    ("{username: 'desk:s3cret', password_env: A}", "username: a user name has no `:`; the password's place is named"),
    ("{username: desk, password_env: s3cret!}", "password_env: must be the name of an environment variable, like FEED"),
    ("{username: a, password_env: A, headers_env: {Authorization: A}}", "has `username` and an Authorization header"),
    ("proxy: 'http://desk:s3cret@proxy.example/'", "proxy: holds a password; name its place with `proxy_password_env`"),
    ("proxy: 'https://proxy.example:3128'", "proxy: not a proxy like http://proxy.example.org:3128 or socks5h://127"),
    ("proxy: 'socks5://proxy.example:1080'", "proxy: not a proxy like http://proxy.example.org:3128 or socks5h://127"),
    ("proxy: 'http://proxy.example:3128/path'", "proxy: not a proxy like http://proxy.example.org:3128 or socks5h://"),
    ("proxy: proxy.example", "proxy: not a proxy like http://proxy.example.org:3128 or socks5h://127.0.0.1:9050"),
    ("auth: {user: a}", "auth: a login is written as `username` and `password_env`"),
]


@pytest.mark.parametrize(("keys", "problem"), MISTAKES)
def test_what_cannot_be_sent_is_refused_without_telling_a_secret(keys: str, problem: str, problems: Problems) -> None:
    inner = keys.removeprefix("{").removesuffix("}") if keys.startswith("{") else keys
    (found,) = problems(f"title: T\nfeeds: [{{url: 'https://example.com/', {inner}}}]\n")
    assert found.partition(" feeds[0]")[2].lstrip(".: ").startswith(problem)
    assert "s3cret" not in found


@pytest.mark.parametrize("key", ["username: a", "password_env: A", "headers_env: {A: B}", "url: 'https://a.example'"])
def test_what_is_for_one_servers_eyes_is_no_default(key: str, problems: Problems) -> None:
    """And no key that sends it to all is proposed in its place."""
    (found,) = problems(f"title: T\ndefaults: {{{key}}}\n")
    assert found.endswith(": is for one feed, not for all: write it there, under `feeds`")


@pytest.mark.parametrize("value", ["-1", "61", "fast", "true", "[1]"])
def test_a_spacing_is_a_number_of_seconds(value: str, problems: Problems) -> None:
    (found,) = problems(f"title: T\nfetch: {{spacing: {value}}}\n")
    assert "fetch.spacing: must be a number of seconds, 0 to 60" in found


@pytest.mark.parametrize(("value", "seconds"), [("0", 0.0), ("0.5", 0.5), ("60", 60.0), ("", None)])
def test_a_spacing_replaces_our_own(value: str, seconds: float | None) -> None:
    assert read(f"title: T\nfetch: {{spacing: {value}}}\n".encode(), "feeds.yaml").fetch.spacing == seconds
