"""Feeds that want to be asked in their own way: what their server sees, and what nobody else does."""

import base64
import pickle
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

import pytest

from aggregator.errors import BarredError, FetchError, SetupError
from aggregator.fetch import Client
from aggregator.model import Asking, Fetched, Request
from tests.fetch.conftest import NOW
from tests.servers import Answer, Page, Server, serve

SECRETS = ("s3cret", "t0ken", base64.b64encode(b"desk:s3cret").decode())
LOGIN = Asking(headers=(("X-Key", "t0ken"),), user_agent="Desk/1.0", username="desk", password="s3cret")


def ask(client: Client, url: str, asking: Asking) -> Fetched | FetchError:
    ((_, answer),) = client.fetch_many([Request(1, url, None, asking)], now=NOW)
    return answer


def test_its_own_server_gets_what_the_feed_is_asked_with(client: Client) -> None:
    asking = Asking(headers=(("Accept", "text/xml"), ("X-Empty", ""), ("X-Name", "Jürgen")), user_agent="Desk/1.0")
    with serve({"/": b"<rss/>"}) as server:
        ask(client, server.url(), asking)
        headers = server.requests[0].headers
    assert (headers["accept"], headers["user-agent"], headers["x-empty"]) == ("text/xml", "Desk/1.0", "")
    assert headers["x-name"].encode("latin-1").decode() == "Jürgen"


def test_a_login_is_sent_unasked_and_once(client: Client) -> None:
    with serve({"/": b"<rss/>"}) as server:
        ask(client, server.url(), LOGIN)
        ask(client, server.url(), Asking(user_agent="x"))
        sent = [seen.headers.get("authorization") for seen in server.requests]
    assert sent == ["Basic " + base64.b64encode(b"desk:s3cret").decode(), None]


def redirecting(*, to: str) -> Page:
    return Page(status=302, headers={"Location": to})


def test_nothing_secret_goes_to_another_origin(client: Client) -> None:
    """Another host, another port: not even when the way leads back."""
    with serve({"/": b"<rss/>"}, host="127.0.0.2") as other, serve({}) as server:
        other.pages["/back"] = redirecting(to=server.url("/end"))
        server.pages |= {
            "/away": redirecting(to=other.url()),
            "/round": redirecting(to=other.url("/back")),
            "/same": redirecting(to="/end"),
            "/end": b"<rss/>",
        }
        for path in ("/away", "/round", "/same"):
            ask(client, server.url(path), LOGIN)
        assert [(seen.headers.get("authorization"), seen.headers.get("x-key")) for seen in other.requests] == [
            (None, None)
        ] * 2
        assert other.requests[0].headers["user-agent"] == "Desk/1.0"
        assert all(seen.headers["x-key"] == "t0ken" for seen in server.requests)


@pytest.mark.parametrize(
    ("asking", "words"),
    [
        (None, "it asks who we are; give the feed `username` and `password_env` in feeds.yaml"),
        (LOGIN, "the server does not accept who we say we are"),
    ],
)
def test_a_401_says_what_is_missing(asking: Asking | None, words: str, client: Client) -> None:
    with serve({"/": Page(status=401)}) as server:
        ((_, answer),) = client.fetch_many([Request(1, server.url(), None, asking)], now=NOW)
    assert isinstance(answer, FetchError)
    assert words in answer.reason
    assert not any(secret in f"{answer!r} {answer.reason} {vars(answer)}" for secret in SECRETS)


def test_a_401_after_a_redirect_says_that_nothing_secret_was_sent_there(client: Client) -> None:
    with serve({"/": Page(status=401)}, host="127.0.0.2") as other, serve({}) as server:
        server.pages["/"] = redirecting(to=other.url())
        answer = ask(client, server.url(), LOGIN)
    assert isinstance(answer, FetchError)
    assert f"not sent what is secret, for it led away to http://127.0.0.2:{other.port};" in answer.reason


def test_a_secret_that_is_not_set_costs_its_feed_only(client: Client) -> None:
    with serve({"/": b"<rss/>"}) as server:
        requests = [Request(1, server.url(), None, Asking(missing=("TOKEN", "KEY"))), Request(2, server.url())]
        answers = {r.id: answer for r, answer in client.fetch_many(requests, now=NOW)}
        assert len(server.requests) == 1
    assert isinstance(answers[2], Fetched)
    assert isinstance(answers[1], SetupError)
    assert str(answers[1]) == "not asked: TOKEN and KEY: not set in this environment, or not one line"


def test_no_secret_shows_in_a_request() -> None:
    request = Request(1, "https://example.com/", None, LOGIN)
    assert not any(secret in repr(request) for secret in SECRETS)
    assert pickle.loads(pickle.dumps(request)) == request
    assert hash(request) == hash(pickle.loads(pickle.dumps(request)))


WORD = 's3cr&t "päss'
SAID = replace(LOGIN, password=WORD, secrets=(WORD, "ZGVzazpzM2N"))
SENT_BACK = {
    "as it is": WORD.encode(),
    "in latin-1": WORD.encode("latin-1"),
    "in UTF-16": f"<feed>{WORD}</feed>".encode("utf-16"),
    "in HTML": b'<p>s3cr&amp;t &quot;p\xc3\xa4ss, s3cr&amp;t "p\xc3\xa4ss',
    "in JSON": rb'{"a": "s3cr&t \"p\u00e4ss"}',
    "in an address": b"/?key=s3cr%26t%20%22p%C3%A4ss&again=s3cr%26t+%22p%C3%A4ss",
    "as it was sent": b"you sent Basic ZGVzazpzM2N",
}


@pytest.mark.parametrize("body", SENT_BACK.values(), ids=SENT_BACK)
def test_what_a_server_sends_back_of_a_secret_is_masked(body: bytes, client: Client) -> None:
    with serve({"/": Page(body)}) as server:
        answer = ask(client, server.url(), SAID)
        assert isinstance(answer, Fetched)
        text = answer.body.decode("utf-16" if b"\0" in body else "utf-8").replace("***", "")
        assert text != body.decode("utf-8", "replace") and not any(part in text for part in ("s3cr", "ZGVz", "ss"))
        assert isinstance(plain := ask(client, server.url(), LOGIN), Fetched) and plain.body == body


def test_a_secret_that_a_coding_has_no_signs_for_masks_nothing_else(client: Client) -> None:
    """Nor one of bytes that are no text."""
    for word in ("日本語日本語日本語", "\udcff" * 9):
        body = b"What???????????????" + b"\xff " + word.encode("utf-8", "surrogateescape")
        with serve({"/": Page(body)}) as server:
            answer = ask(client, server.url(), Asking(username="desk", password=word, secrets=(word,)))
            assert isinstance(answer, Fetched) and answer.body.startswith(b"What???????????????\xff ")
            assert word.encode("utf-8", "surrogateescape") not in answer.body and b"***" in answer.body


def test_an_address_or_a_validator_that_holds_a_secret_is_not_kept(client: Client) -> None:
    """Nor is one shown where it leads to nothing; what stands in the feed's own address is no secret."""
    back = Asking(headers=(("X-Key", "t0ken-xyz"),), secrets=("t0ken-xyz",))
    pages: dict[str, Answer] = {
        "/f": Page(status=301, headers={"Location": "/g/t0ken-xyz?key=t0ken-xyz"}),
        "/g/t0ken-xyz": Page(b"<rss/>", etag='"1"', headers={"X-Seen": "t0ken-xyz", "X-Other": "x"}),
        "/lost": Page(status=302, headers={"Location": "/h/t0ken-xyz"}),
        "/etag": Page(b"<rss/>", etag='"t0ken-xyz"', last_modified="Mon, 01 Jan 2024 00:00:00 GMT"),
    }
    with serve(pages) as server:
        led, lost = ask(client, server.url("/f"), back), ask(client, server.url("/lost"), back)
        assert isinstance(led, Fetched) and isinstance(lost, FetchError)
        assert (led.final_url, led.moved_to) == (server.url("/g/***?key=***"), "")
        assert {"etag", "x-seen"}.isdisjoint(led.headers) and led.headers["x-other"] == "x"
        assert lost.reason.startswith(f"redirected to {server.url('/h/***')}: HTTP 404") and "t0ken" not in str(lost)
        assert isinstance(tagged := ask(client, server.url("/etag"), back), Fetched)
        assert "etag" not in tagged.headers and "last-modified" in tagged.headers
        assert isinstance(own := ask(client, server.url("/g/t0ken-xyz"), back), Fetched)
        assert own.headers["etag"] == '"1"'


def test_an_http_proxy_is_asked_for_the_whole_address(client: Client) -> None:
    with serve({"http://feeds.example.com/rss": b"<rss/>"}) as proxy:
        asking = Asking(proxy=proxy.url(""), proxy_user="desk", proxy_password="s3cret")
        answer = ask(client, "http://feeds.example.com/rss", asking)
        assert isinstance(answer, Fetched)
        assert proxy.requests[0].headers["proxy-authorization"].startswith("Basic ")
        assert ask(client, proxy.url("/none"), Asking()).status == 404  # the next feed goes its own way again
        assert "proxy-authorization" not in proxy.requests[1].headers


TARGETS = [
    "http://127.0.0.1:80/", "http://10.0.0.1/", "http://0x7f.1/", "http://2130706433/", "http://[::1]/",
    "http://169.254.169.254/latest/", "http://localhost/", "http://a.localhost/", "http://metadata.google.internal/",
    "http://printer.local/", "http://rancher-metadata/", "http://example.com:22/",
]  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
def test_a_proxy_is_not_asked_to_go_inside(target: str, new_client: Callable[..., Client]) -> None:
    with serve({target: b"secret"}, host="127.0.0.9") as proxy:
        client = new_client(allow_networks=("127.0.0.9/32",))
        answer = ask(client, target, Asking(proxy=proxy.url("")))
        assert isinstance(answer, FetchError)
        assert answer.reason.startswith("the proxy is not asked: ")
        assert answer.permanent
        assert proxy.connections == 0


def test_a_redirect_does_not_lead_a_proxy_inside(client: Client) -> None:
    with serve({"http://example.com/": redirecting(to="http://192.168.0.1/")}) as proxy:
        answer = ask(client, "http://example.com/", Asking(proxy=proxy.url("")))
    assert isinstance(answer, FetchError)
    assert (
        "redirected to http://192.168.0.1: the proxy is not asked: the address 192.168.0.1 is private" in answer.reason
    )
    assert not isinstance(answer, SetupError)
    assert len(proxy.requests) == 1


def test_a_proxy_inside_needs_leave_like_everything_inside(new_client: Callable[..., Client]) -> None:
    with serve({}) as proxy:
        answer = ask(new_client(allow_networks=()), "http://example.com/", Asking(proxy=proxy.url("")))
        assert proxy.connections == 0
    assert isinstance(answer, FetchError)
    assert answer.reason.startswith("the proxy is not asked: the address 127.0.0.1 is this machine itself")


def test_a_proxy_that_refuses_is_named_as_the_one_who_does(client: Client) -> None:
    with serve({"http://example.com/": Page(status=407)}) as proxy:
        plain = ask(client, "http://example.com/", Asking(proxy=proxy.url("")))
        tunnel = ask(client, "https://example.com/", Asking(proxy=proxy.url("")))
    assert isinstance(plain, BarredError)
    assert "the proxy asks for a user and a password" in plain.reason
    assert isinstance(tunnel, FetchError)
    assert tunnel.reason.startswith("the proxy does not lead there: CONNECT tunnel failed")


def test_a_proxy_that_does_not_know_us_says_so_in_a_tunnel_as_well(client: Client) -> None:
    """The number of its answer to CONNECT (RFC 9110 §9.3.6) tells; another one is about the server behind it."""
    with serve({"a.example.com:443": Page(status=407), "b.example.com:443": Page(status=502)}) as proxy:
        refused = ask(client, "https://a.example.com/", Asking(proxy=proxy.url("")))
        behind = ask(client, "https://b.example.com/", Asking(proxy=proxy.url("")))
    assert isinstance(refused, BarredError) and "the proxy asks for a user and a password" in refused.reason
    assert isinstance(behind, FetchError) and not isinstance(behind, SetupError)
    assert behind.reason == "the proxy does not lead there: CONNECT tunnel failed, response 502"


def test_a_proxy_that_is_not_there_is_named(client: Client) -> None:
    answer = ask(client, "http://example.com/", Asking(proxy="http://127.0.0.99:1"))
    assert isinstance(answer, FetchError)
    assert answer.reason == "the proxy cannot be reached: connection refused; see `proxy` in feeds.yaml"
    assert isinstance(answer, BarredError) and not answer.permanent


def test_a_socks_proxy_is_told_the_name_and_resolves_it_itself(client: Client) -> None:
    with serve({"/rss": b"<rss/>"}) as server, socks(server) as (port, names):
        answer = ask(client, "http://feeds.example.com/rss", Asking(proxy=f"socks5h://127.0.0.1:{port}"))
    assert isinstance(answer, Fetched)
    assert names == ["feeds.example.com"]


@contextmanager
def socks(server: Server) -> Iterator[tuple[int, list[str]]]:
    """A SOCKS5 proxy (RFC 1928) for one connection, that leads every name to ``server``."""
    names: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=_socks, args=(listener, server, names))
        thread.start()
        yield listener.getsockname()[1], names
        thread.join()


def _socks(listener: socket.socket, server: Server, names: list[str]) -> None:
    talk, _ = listener.accept()
    with talk, socket.create_connection((server.host, server.port)) as onward:
        talk.recv(100)
        talk.sendall(b"\x05\x00")
        head = talk.recv(300)
        names.append(head[5 : 5 + head[4]].decode())
        talk.sendall(b"\x05\x00\x00\x01" + bytes(6))
        onward.sendall(talk.recv(10_000))
        answer = b""
        while not answer.endswith(b"<rss/>"):
            answer += onward.recv(10_000)
        talk.sendall(answer)
