"""Headers that survive: subjects, names and addresses in every script, and nothing injected."""

import email
import email.policy
import random
import re
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.pipeline.letter import message, message_id
from aggregator.pipeline.mailpolicy import POLICY, mailbox, wire_address
from aggregator.pipeline.plain import plain
from tests.letters import LETTER, SENT, headers, written
from tests.newsroom import issue, news


def subject_of(data: bytes) -> str:
    unfolded = str(headers(data)["Subject"]).replace("\r\n", "")
    return "".join(
        part if isinstance(part, str) else part.decode(charset or "ascii") for part, charset in decode_header(unfolded)
    )


def mail_with(name: str, value: str) -> bytes:
    mail = EmailMessage(policy=POLICY)
    mail[name] = value
    return mail.as_bytes()


def random_subject(chance: random.Random) -> str:
    alphabets = (
        "abc XYZ  09",
        "äöüß éè ",
        "привет мир ",
        "閣僚ら条約",
        "موجز الصباح ",
        "👍🏽🇪🇺‍ ",
        "=?_\"'<>()@,;:\\ ",
        "a b  c   d    ",
    )
    pieces = [
        "".join(chance.choices(chance.choice(alphabets), k=chance.randint(1, 30))) for _ in range(chance.randint(1, 6))
    ]
    return plain(chance.choice(["", " "]).join(pieces)) or "x"


def test_five_thousand_subjects_arrive_as_they_were():
    """Blanks between words of different scripts, and words that look encoded, are what the standard library loses."""
    chance = random.Random(20261123)
    for _ in range(5000):
        said = random_subject(chance)
        data = mail_with("Subject", said)
        assert subject_of(data) == said
        assert all(len(line) <= 160 for line in data.split(b"\r\n"))
        assert len(headers(data).keys()) == 1


@given(st.text(min_size=1))
def test_any_text_at_all_makes_one_subject_and_no_other_header(text: str):
    said = plain(text)
    data = mail_with("Subject", said)
    assert headers(data).keys() == ["Subject"]
    assert subject_of(data) == said


INJECTIONS = [
    "=?utf-8?q?a=0D=0ABcc=3A_evil=40example.net?=",
    "=?utf-8?b?DQpCY2M6IGV2aWxAZXhhbXBsZS5uZXQ=?=",
    "News\r\nBcc: evil@example.net",
    "News\nBcc: evil@example.net",
    "News\u2028Bcc: evil@example.net",
    "News\x85Bcc: evil@example.net",
    "News\x00\x0b\x0c\rBcc: evil@example.net",
]


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_a_title_cannot_write_a_header(hostile: str):
    """The encoded word is CVE-2024-6923."""
    entries = news(1, texts=[(hostile, "", "")])
    composed = issue(entries, title=plain(hostile), subject="{lead}")
    data = written(composed, sender=f"{plain(hostile)} <desk@example.org>")
    for read in (headers(data), email.message_from_bytes(data, policy=email.policy.default)):
        assert "Bcc" not in read
        assert len(read.keys()) == len(set(read.keys()))
    assert b"\nBcc" not in data and b"\rBcc" not in data
    assert subject_of(data) == composed.subject


@pytest.mark.parametrize("hostile", [text for text in INJECTIONS if not text.startswith("=?")])
def test_the_policy_itself_refuses_a_line_break(hostile: str):
    for name in ("Subject", "List-Unsubscribe", "X-Anything"):
        with pytest.raises(ValueError, match="not a header"):
            mail_with(name, hostile)


@pytest.mark.parametrize(
    "address",
    [
        "evil@example.net\r\nBcc: x@example.net",
        "no address",
        "@example.net",
        "a@",
        "a b@x.org",
        "",
        "a@x.org, b@x.org",
        "a@x.org)b@y.org",
    ],
)
def test_what_is_no_address_is_refused(address: str):
    with pytest.raises(ValueError, match="not a mail address"):
        written(recipient=address)


def test_list_unsubscribe_stays_on_one_line_however_long():
    """Mailbox providers do not read it when it is folded or encoded."""
    long = "https://news.example.org/leave/" + "x" * 400
    assert f"\r\nList-Unsubscribe: <{long}>\r\n".encode() in written(unsubscribe=long)


NAMES = [
    ("World Desk <desk@example.org>", "World Desk"),
    ("Redaktion “Welt” — früh <desk@example.org>", "Redaktion “Welt” — früh"),
    ('"Desk, World" <desk@example.org>', "Desk, World"),
    (
        "朝のまとめ編集部と、その長い長い名前を持つ仲間たちの会 <desk@example.org>",
        "朝のまとめ編集部と、その長い長い名前を持つ仲間たちの会",
    ),
    ("=?utf-8?q?Somebody_else?= <desk@example.org>", "=?utf-8?q?Somebody_else?="),
    ("desk@example.org", ""),
]


@pytest.mark.parametrize(("sender", "name"), NAMES)
def test_names_of_senders_arrive(sender: str, name: str):
    data = written(sender=sender)
    phrase, address = parseaddr(str(headers(data)["From"]).replace("\r\n", ""))
    assert (str(make_header(decode_header(phrase))), address) == (name, "desk@example.org")
    assert all(len(line) <= 78 for line in data.split(b"\r\n"))


def test_a_list_name_in_another_script_keeps_its_id():
    read = written(issue(news(1), title="朝のまとめ"))
    assert re.search(rb"\r\nList-Id: =\?utf-8\?b\?[\w+/=]+\?=\r\n <morning\.example\.org>\r\n", read)


def test_domains_travel_in_ascii_and_a_sharp_s_stays_what_it_is():
    """IDNA 2003 would turn faß.example into fass.example, which is somebody else."""
    sent = message(
        issue(news(1)),
        LETTER,
        sender="Desk <desk@BÜCHER.example>",
        recipient="reader@faß.example",
        message_id=message_id("morning", "2026-11-23", "reader@faß.example", "bücher.example"),
        date=SENT,
        host="bücher.example",
    )
    assert (sent.sender, sent.recipient) == ("desk@xn--bcher-kva.example", "reader@xn--fa-hia.example")
    assert sent.data.isascii()
    assert headers(sent.data)["List-Id"] == "Morning briefing <morning.xn--bcher-kva.example>"


def test_an_address_that_needs_utf8_is_written_in_utf8():
    """RFC 6532: there is no other way to write it."""
    data = written(recipient="читатель@example.net")
    assert "\r\nTo: читатель@example.net\r\n".encode() in data


@given(st.text())
def test_any_name_stands_in_a_mailbox_and_is_read_back(name: str):
    written = mailbox(name, "desk@example.org")
    assert wire_address(written) == (plain(name), "desk@example.org")


@pytest.mark.parametrize(
    "address", ["a\x00b@example.org", "a\u202eb@example.org", "a@exa\u200fmple.org", "a b@example.org"]
)
def test_an_address_is_never_repaired(address: str):
    with pytest.raises(ValueError):
        wire_address(address)
