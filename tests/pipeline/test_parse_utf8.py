"""Bytes that are no UTF-8 in a document that is, and what they do to its other entries: nothing."""

import json

import pytest

from aggregator.model import Fetched, ParsedFeed
from aggregator.pipeline.parse import parse
from aggregator.pipeline.parse_utf8 import as_utf8, is_utf8

URL = "https://example.com/feed"
KINDS = ["", "text/xml; charset=utf-8", "text/xml; charset=iso-8859-1"]
OLD = "<item><guid>1</guid><title>Mary’s note</title><description>It’s here</description></item>".encode()
CUTS = {
    "two bytes of three": (b"\xe2\x80", "\ufffd"),
    "three bytes of four": (b"\xf0\x9f\x98", "\ufffd"),
    "two bytes of a sign of the East": (b"\xe4\xbd", "\ufffd"),
    "one byte of two": (b"caf\xc3", "caf\ufffd"),
    "one byte of a quotation mark": (b"It\xe2", "It\ufffd"),
    "an overlong one": (b"\xc0\x80", "\ufffd"),
    "a sign in two halves": (b"\xed\xa0\xbc\xed\xbe\x89", "🎉"),
    "half of one": (b"\xed\xa0\xbc!", "\ufffd!"),
}

FRENCH = ["Le « café\xa0» ouvre", "Déjà\xa0! L’été… «\xa0à côté\xa0»", "“ÉTÉ” à Nice", "„Orð“ og það"]
EASTERN = [("Ґете від Вія", "cp1251"), ("陆续 报道", "gbk"), ("日本語", "shift_jis")]


def read(body: bytes, kind: str = "") -> ParsedFeed:
    return parse(Fetched(URL, URL, 200, {"content-type": kind}, body))


def document(*teasers: bytes) -> bytes:
    head = b"<?xml version='1.0'?><rss version='2.0'><channel><title>T</title>"
    return head + b"".join(b"<item><title>A %s</title></item>" % cut for cut in teasers) + OLD + b"</channel></rss>"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cut", CUTS)
def test_a_sign_that_was_cut_in_one_entry_changes_no_other(cut: str, kind: str) -> None:
    """Nor do more of them than the document has whole signs. A browser shows the same (WHATWG Encoding, “decode”)."""
    written, meant = CUTS[cut]
    well = read(document(b"well"), kind).entries[-1]
    for times in (1, 2, 5):
        feed = read(document(*[written] * times), kind)
        assert feed.entries[-1] == well
        assert [entry.title.value for entry in feed.entries[:-1]] == [f"A {meant}"] * times


@pytest.mark.parametrize("sign", ["\U00010000", "🎉", "𠀋", "\U0010ffff"])
def test_two_halves_are_the_sign_that_they_are_of(sign: str) -> None:
    """UTF-16 written as if each half were a sign (Unicode Technical Report 26)."""
    units = sign.encode("utf-16-le")
    halves = [chr(int.from_bytes(units[at : at + 2], "little")).encode("utf-8", "surrogatepass") for at in (0, 2)]
    assert as_utf8(b"one: " + b"".join(halves)) == f"one: {sign}".encode()


def test_one_in_a_document_with_another_slip_changes_no_other() -> None:
    """As where tags are not escaped, so that only the parser for what is not well-formed reads it."""
    feed = read(document(b"One<br> \xf0\x9f\x98", b"Two \xe2\x80"))
    assert feed.entries[-1].title.value == "Mary’s note"


def test_a_byte_of_windows_1252_is_read_so_beside_a_single_sign_of_utf_8() -> None:
    """A name that was pasted from elsewhere; the one quotation mark of the document stays what it is."""
    feed = read(document(b"na\xefve").replace(b"It\xe2\x80\x99s", b"It is"))
    assert [entry.title.value for entry in feed.entries] == ["A naïve", "Mary’s note"]


@pytest.mark.parametrize("text", FRENCH)
def test_a_document_of_windows_1252_is_not_taken_for_utf_8(text: str) -> None:
    """Some letters with a mark and what follows them have the bytes of one sign of UTF-8, or of half a one."""
    written = text.encode("cp1252")
    assert as_utf8(written) == text.encode()
    assert not is_utf8(written)


@pytest.mark.parametrize(("text", "encoding"), EASTERN)
def test_words_of_another_script_are_left_as_they_are(text: str, encoding: str) -> None:
    """For the parser, which may know more."""
    assert as_utf8(text.encode(encoding)) == text.encode(encoding)


def test_a_cut_sign_in_json_changes_no_other_item() -> None:
    """It made Windows-1252 of the whole document, as in XML."""
    items = [{"id": "1", "title": "Mary’s note"}, {"id": "2", "content_text": "A teaser @"}]
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    body = json.dumps(feed, ensure_ascii=False).encode().replace(b"@", b"\xf0\x9f\x98")
    first, second = read(body, "application/feed+json").entries
    assert (first.title.value, second.content.value) == ("Mary’s note", "A teaser \ufffd")
