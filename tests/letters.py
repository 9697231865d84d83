"""Mails as the tests write them, read them and send them."""

import email
import email.message
import email.policy
import ssl
from datetime import UTC, datetime
from typing import Any

import pytest

from aggregator.config import MailConfig
from aggregator.errors import MailError
from aggregator.mail import Smtp
from aggregator.model import Issue, Letter, Message
from aggregator.pipeline.letter import message
from tests.newsroom import issue, news

SENT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ID = "<d.morning.2026-11-23.0123456789abcdef@example.org>"
LETTER = Letter(html="<p>Hello</p>\n", text="Hello\n")


def written(composed: Issue | None = None, letter: Letter = LETTER, **changes: Any) -> bytes:
    """Write a mail, from and to somebody."""
    facts: dict[str, Any] = {
        "sender": "World Desk <desk@example.org>",
        "recipient": "reader@example.net",
        "message_id": ID,
        "date": SENT,
        "host": "example.org",
        **changes,
    }
    return message(composed or issue(news(3)), letter, **facts).data


def headers(data: bytes) -> email.message.Message:
    """Read the headers the way of an old and simple program: nothing decoded."""
    return email.message_from_bytes(data, policy=email.policy.compat32)


def letter_to(recipient: str = "reader@example.net", *, body: bytes = b"Hello\r\n") -> Message:
    head = f"From: desk@example.org\r\nTo: {recipient}\r\nSubject: News\r\n\r\n"
    return Message("desk@example.org", recipient, "<1@example.org>", head.encode() + body)


def config(port: int, **changes: Any) -> MailConfig:
    facts = {"smtp": f"smtp://localhost:{port}", "tls": "none", **changes}
    return MailConfig(sender="World Desk <desk@example.org>", **facts)


def smtp(port: int, *, trust: ssl.SSLContext | None = None, **changes: Any) -> Smtp:
    return Smtp(config(port, **changes), trust=trust, timeout=10, patience=10)


def refusal(post: Smtp, sent: Message) -> MailError:
    with pytest.raises(MailError) as caught:
        post.send(sent)
    assert caught.value.recipient == sent.recipient
    return caught.value
