"""Signatures that a mail server can verify, and keys that are none."""

import re
from pathlib import Path

import pytest

from aggregator.config import DkimConfig
from aggregator.errors import ConfigError
from aggregator.mail import Signer
from aggregator.mail.signing import SIGNED
from aggregator.model import Message
from tests.letters import smtp, written
from tests.newsroom import RUSSIAN, WORDS, issue, news
from tests.postoffice import post_office

dkim = pytest.importorskip("dkim", reason='needs the extra "dkim": pip install "aggregator[dkim]"')
DATA = Path(__file__).parent / "data"
KINDS = {"rsa": "rsa-sha256", "ed25519": "ed25519-sha256"}


def settings(key: Path) -> DkimConfig:
    return DkimConfig(domain="example.org", selector="mail2026", key_file=str(key))


def mail() -> Message:
    composed = issue(news(8, texts=RUSSIAN))
    data = written(composed, WORDS.letter(composed), home="https://example.org/", unsubscribe="desk@example.org")
    return Message("desk@example.org", "reader@example.net", "<1@example.org>", data)


def verified(data: bytes, kind: str) -> bool:
    public = (DATA / f"dkim-{kind}.txt").read_text().strip()

    def record(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"mail2026._domainkey.example.org."
        return f"v=DKIM1; k={kind}; p={public}".encode()

    return bool(dkim.verify(data, dnsfunc=record))


@pytest.mark.parametrize("kind", KINDS)
def test_what_arrives_carries_a_signature_that_holds_and_breaks_with_the_text(kind: str) -> None:
    if kind == "ed25519":
        pytest.importorskip("nacl", reason='needs the extra "dkim": pip install "aggregator[dkim]"')
    facts = settings(DATA / f"dkim-{kind}.pem")
    with post_office() as office, smtp(office.port, dkim=facts) as post:
        post.send(mail())
        (taken,) = office.clerk.taken
    data = taken.content
    assert isinstance(data, bytes)
    assert data.endswith(mail().data)
    assert verified(data, kind)
    assert not verified(data.replace(b"Subject: ", b"Subject: Re "), kind)
    assert not verified(data + b"more\r\n", kind)
    header = re.sub(r"\s+", "", data.partition(b"\r\nFrom:")[0].decode())
    tags = dict(tag.partition("=")[::2] for tag in header.removeprefix("DKIM-Signature:").split(";"))
    assert (tags["a"], tags["c"], tags["d"], tags["s"]) == (KINDS[kind], "relaxed/relaxed", "example.org", "mail2026")
    names = [line.partition(b":")[0].decode().lower() for line in mail().data.partition(b"\r\n\r\n")[0].splitlines()]
    assert tags["h"].split(":") == [name for name in SIGNED if name in names]


@pytest.mark.parametrize("name", ["dkim-rsa.pem", "dkim-rsa8.pem"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_a_key_is_read_in_each_form_that_openssl_writes(tmp_path: Path, name: str, end: str) -> None:
    """PKCS #1 and PKCS #8, with line ends of both kinds."""
    key = tmp_path / "key.pem"
    key.write_bytes((DATA / name).read_text().replace("\n", end).encode())
    assert verified(Signer(settings(key)).signed(mail()).data, "rsa")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "No such file or directory"),
        ("", "holds no private key in PEM without a passphrase"),
        ("ключ", "holds no private key in PEM"),
        ("-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n", "holds no private key in PEM"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMCow\n-----END ENCRYPTED PRIVATE KEY-----\n", "without a passphrase"),
        ("-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----\n", "is no RSA or Ed25519 key"),
        ("-----BEGIN PRIVATE KEY-----\nMCow\n-----END PRIVATE KEY-----\n", "is no RSA or Ed25519 key"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n",
            "is no RSA or Ed25519 key",
        ),
    ],
    ids=["none", "empty", "not-ascii", "public", "encrypted", "not-base64", "cut-short", "half"],
)
def test_a_key_that_is_none_is_named_with_its_place(tmp_path: Path, text: str | None, said: str) -> None:
    key = tmp_path / "key.pem"
    if text is not None:
        key.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=f"mail.dkim.key_file: .*key.pem: .*{said}") as caught:
        Signer(settings(key)).signed(mail())
    assert "MIIEpA" not in str(caught.value)
