"""Finished bytes: the headers of a list, the parts in their order, the same each time."""

import email
import email.policy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Letter
from aggregator.pipeline.compose import DECODED, ENCODED, fit
from aggregator.pipeline.letter import (
    NOBODY,
    fill,
    leave_by_mail,
    marks,
    message,
    message_id,
    prepare,
    sent_size,
)
from aggregator.pipeline.plain import plain
from tests.letters import ID, LETTER, SENT, headers, written
from tests.newsroom import ARABIC, ENGLISH, JAPANESE, RUSSIAN, WORDS, digest, issue, news


def test_every_header_stands_once_and_says_what_a_list_says():
    data = written(home="https://news.example.org/", unsubscribe="desk@example.org")
    assert [name for name, _ in headers(data).items()] == [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "List-Id",
        "List-Archive",
        "List-Unsubscribe",
        "Feedback-ID",
        "Auto-Submitted",
        "Precedence",
        "MIME-Version",
        "Content-Type",
    ]
    read = headers(data)
    assert read["From"] == "World Desk <desk@example.org>"
    assert read["Date"] == "Mon, 23 Nov 2026 06:00:00 +0000"
    assert read["Message-ID"] == ID
    assert read["List-Id"] == "Morning briefing <morning.example.org>"
    assert read["List-Archive"] == "<https://news.example.org/>"
    assert read["List-Unsubscribe"] == "<mailto:desk@example.org?subject=unsubscribe%20morning>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Precedence"] == "list"


@pytest.mark.parametrize("texts", [ENGLISH, RUSSIAN, JAPANESE], ids=["english", "russian", "japanese"])
def test_text_comes_first_and_html_last_and_both_arrive_unchanged(texts: list[tuple[str, str, str]]):
    composed = issue(news(30, texts=texts))
    letter = WORDS.letter(composed)
    read = email.message_from_bytes(written(composed, letter), policy=email.policy.default)
    assert read.get_content_type() == "multipart/alternative"
    parts = list(read.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part.get_content_charset() for part in parts] == ["utf-8", "utf-8"]
    assert [part.get_content().replace("\r\n", "\n") for part in parts] == [letter.text, letter.html]


@pytest.mark.parametrize("texts", [ENGLISH, RUSSIAN, JAPANESE], ids=["english", "russian", "japanese"])
def test_lines_are_short_end_in_crlf_and_are_seven_bits(texts: list[tuple[str, str, str]]):
    composed = issue(news(30, texts=texts))
    data = written(composed, WORDS.letter(composed))
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", data) is None
    body = data.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert data.isascii()


def test_the_smaller_encoding_is_chosen():
    read = email.message_from_bytes(written(letter=Letter(html="<p>閣僚ら</p>" * 50, text="Hello — there\n")))
    assert [part["Content-Transfer-Encoding"] for part in read.get_payload()] == ["quoted-printable", "base64"]


@given(st.text(max_size=3000) | st.text("ж\n=a ", max_size=3000))
def test_the_measured_size_is_the_real_one(text: str):
    """Counted in the mail itself, where each line end has two bytes; the last one belongs to the boundary."""
    html = plain(text).encode("utf-8", "replace").decode() + text.encode("utf-8", "replace").decode()
    boundary = email.message_from_bytes(data := written(letter=Letter(html=html, text=""))).get_boundary()
    part = data.split(f"--{boundary}".encode())[2].partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")
    assert len(part) == sent_size(html) or not html


@pytest.mark.parametrize("texts", [ENGLISH, ARABIC, JAPANESE, RUSSIAN], ids=["en", "ar", "ja", "ru"])
def test_a_full_issue_stays_within_bounds_as_it_travels(texts: list[tuple[str, str, str]]):
    """Gmail counts what is in the mail."""
    composed, letter = fit(issue(news(300, texts=texts)), WORDS.letter, digest=digest(), frame=WORDS.frame("en"))
    data = written(composed, letter)
    boundary = email.message_from_bytes(data).get_boundary()
    part = data.split(f"--{boundary}".encode())[2].partition(b"\r\n\r\n")[2]
    assert 0.9 * ENCODED < len(part) <= ENCODED + 2 or 0.9 * DECODED < len(letter.html.encode()) <= DECODED


def test_the_same_issue_gives_the_same_bytes():
    assert written() == written()
    assert written() != written(letter=Letter(html="<p>Hallo</p>\n", text="Hallo\n"))


def test_a_copy_for_the_archive_goes_to_nobody():
    sent = message(
        issue(news(1)), LETTER, sender="a@example.org", recipient=NOBODY, message_id=ID, date=SENT, host="x.org"
    )
    assert sent.recipient == ""
    assert headers(sent.data)["To"] == "undisclosed-recipients:;"


def test_message_ids_are_fixed_differ_by_recipient_and_do_not_tell_the_address():
    first = message_id("morning", "2026-11-23", "reader@example.net", "example.org")
    assert first == message_id("morning", "2026-11-23", "Reader@example.net", "example.org")
    assert first != message_id("morning", "2026-11-23", "other@example.net", "example.org")
    assert first != message_id("morning", "2026-11-24", "reader@example.net", "example.org")
    assert re.fullmatch(r"<d\.morning\.2026-11-23\.[0-9a-f]{16}@example\.org>", first)


def test_an_address_to_write_to_is_quoted():
    assert leave_by_mail("Desk <a+b&c@example.org>", "x") == "mailto:a+b%26c@example.org?subject=unsubscribe%20x"


MARKS = marks(b"secret", "morning", "2026-11-23")
UNSUBSCRIBE, PREFERENCES = MARKS["unsubscribe"], MARKS["preferences"]
LINKS = {
    UNSUBSCRIBE: "https://news.example.org/unsubscribe/a.b.c-d_e?x=1&y=2",
    PREFERENCES: "https://news.example.org/p/1",
}
MARKED = Letter(
    html=f"<p>Ünder=the.\n. hill</p>\n<a href='{UNSUBSCRIBE}'>out</a> or <a href='{PREFERENCES}'>choose</a>\n<p>end",
    text=f"At the top: {UNSUBSCRIBE}\n.\nHello\n\n{PREFERENCES}",
)


@pytest.mark.parametrize("more", ["", "Ж" * 400], ids=["quoted-printable", "base64"])
def test_each_of_many_has_links_of_their_own_in_the_place_of_the_marks(more: str):
    letter = Letter(html=MARKED.html + more, text=MARKED.text + more)
    form = prepare(issue(news(1)), letter, sender="desk@example.org", date=SENT, host="example.org", marks=LINKS)
    sent = fill(form, recipient="reader@example.net", message_id=ID, unsubscribe="desk@example.org", links=LINKS)
    read = email.message_from_bytes(sent.data, policy=email.policy.default)
    text, html = (part.get_content().replace("\r\n", "\n").rstrip("\n") for part in read.iter_parts())
    assert text == f"At the top: {LINKS[UNSUBSCRIBE]}\n.\nHello\n\n{LINKS[PREFERENCES]}{more}"
    assert f"<a href='{LINKS[UNSUBSCRIBE].replace('&', '&amp;')}'>out</a>" in html and html.endswith(f"<p>end{more}")
    assert max(map(len, sent.data.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76


def test_the_marks_of_an_issue_cannot_be_known_from_those_of_another_workspace_or_issue():
    """They are the same each time, and there is no constant in them that a feed could write."""
    assert marks(b"secret", "morning", "2026-11-23") == MARKS
    others = [(b"other", "morning", "2026-11-23"), (b"secret", "evening", "2026-11-23"), (b"secret", "morning", "x")]
    known = {mark for one in others for mark in marks(*one).values()}
    assert len(known) == 6 and not known & set(MARKS.values())
    assert all(len(mark.rpartition("-")[2]) == 32 for mark in MARKS.values())


def test_both_ways_to_leave_stand_on_one_line_and_one_click_is_enough():
    form = prepare(issue(news(1)), LETTER, sender="desk@example.org", date=SENT, host="example.org")
    click = "https://news.example.org/unsubscribe/" + "x" * 200
    sent = fill(form, recipient="reader@example.net", message_id=ID, unsubscribe="desk@example.org", one_click=click)
    line = f"List-Unsubscribe: <{click}>, <mailto:desk@example.org?subject=unsubscribe%20morning>\r\n".encode()
    assert line in sent.data and b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in sent.data


def test_a_link_cannot_bring_a_header_of_its_own():
    form = prepare(issue(news(1)), LETTER, sender="desk@example.org", date=SENT, host="example.org")
    with pytest.raises(ValueError, match="not a header"):
        fill(form, recipient="reader@example.net", message_id=ID, one_click="https://x/\r\nBcc: evil@example.org")


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_text_arrives_as_it_was(text: str, html: str):
    """But for line ends, which are all alike in mail, and a last one that is added."""
    letter = Letter(*(part.encode("utf-8", "replace").decode() for part in (html, text)))
    read = email.message_from_bytes(written(letter=letter))
    parts = [part.get_payload(decode=True) for part in read.get_payload()]
    wanted = [re.sub(r"\r\n|\r", "\n", part) for part in (letter.text, letter.html)]
    assert [part.decode().replace("\r\n", "\n").rstrip("\n") for part in parts] == [
        part.rstrip("\n") for part in wanted
    ]
