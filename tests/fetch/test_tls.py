"""Certificates: what is trusted, what is not, and that no redirect leads from https back to http."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from aggregator.errors import BarredError, FetchError
from aggregator.fetch import Client
from aggregator.model import Fetched
from tests.fetch.conftest import NOW
from tests.servers import Page, Server, serve


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of our own for localhost and 127.0.0.1, with its key in the same file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command to make a certificate (apt-get install openssl)")
    folder = tmp_path_factory.mktemp("tls")
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", str(folder / "key.pem")]
    command = [openssl, "req", "-x509", "-days", "2", "-subj", "/CN=localhost", "-addext", names, *key]
    subprocess.run([*command, "-out", str(folder / "own.pem")], check=True, capture_output=True)
    own = folder / "own.pem"
    own.write_bytes(own.read_bytes() + (folder / "key.pem").read_bytes())
    return own


@pytest.fixture
def secure(certificate: Path) -> Iterator[Server]:
    """A server that speaks TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    pages = {"/": b"<rss/>", "/down": Page(status=301, headers={"Location": "http://127.0.0.1:1/"})}
    with serve(pages, host="0.0.0.0", tls=context) as server:
        yield server


def test_a_certificate_signed_by_itself_is_not_trusted(secure: Server, new_client: Callable[..., Client]) -> None:
    answer = new_client().fetch(secure.url(host="127.0.0.1"), now=NOW)
    assert isinstance(answer, FetchError)
    assert answer.reason.startswith("TLS certificate of 127.0.0.1 is not trusted: self")
    assert secure.requests == []


def test_a_list_of_certificates_that_is_not_there_is_ours(
    secure: Server, new_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    answer = new_client().fetch(secure.url(host="127.0.0.1"), now=NOW)
    assert isinstance(answer, BarredError)
    assert answer.reason.startswith("our list of certificates cannot be read, see SSL_CERT_FILE: ")
    assert "none.pem" in answer.reason and secure.requests == []


def test_an_authority_named_in_the_environment_is_trusted_for_its_names(
    secure: Server, certificate: Path, new_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client = new_client()
    for host in ("127.0.0.1", "localhost"):
        answer = client.fetch(secure.url(host=host), now=NOW)
        assert isinstance(answer, Fetched)
        assert answer.body == b"<rss/>"
    other = client.fetch(secure.url(host="127.0.0.2"), now=NOW)
    assert isinstance(other, FetchError)
    assert other.reason.startswith("TLS certificate of 127.0.0.2 is not trusted")


def test_https_is_never_left_for_http_but_may_be_gone_to(
    secure: Server, certificate: Path, new_client: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client = new_client()
    down = client.fetch(secure.url("/down", host="127.0.0.1"), now=NOW)
    assert isinstance(down, FetchError)
    assert down.reason == "redirected to an address that goes from https back to http"
    with serve({"/": Page(status=308, headers={"Location": secure.url(host="127.0.0.1")})}) as plain:
        up = client.fetch(plain.url(), now=NOW)
    assert isinstance(up, Fetched)
    assert up.moved_to == secure.url(host="127.0.0.1")


@pytest.mark.parametrize("greeting", [b"220 mail.example.org ESMTP\r\n", b""], ids=["speaks first", "hangs up"])
def test_a_server_that_speaks_no_tls_is_said_so(new_client: Callable[..., Client], greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        greeter = Thread(target=_greet, args=(listener, greeting))
        greeter.start()
        answer = new_client().fetch(f"https://127.0.0.1:{listener.getsockname()[1]}/", now=NOW)
        greeter.join()
    assert isinstance(answer, FetchError)
    assert answer.reason.startswith("TLS with 127.0.0.1 failed: ")
    assert answer.reason.endswith("; does it speak http, not https?")


def _greet(listener: socket.socket, greeting: bytes) -> None:
    talk, _ = listener.accept()
    with talk:
        talk.sendall(greeting)
        talk.recv(10_000)
