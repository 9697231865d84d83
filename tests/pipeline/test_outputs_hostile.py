"""An entry may hold anything; the output stands."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from aggregator.model import Category, Enclosure, Folded, Format
from aggregator.pipeline import outputs
from aggregator.pipeline.outputs import publish, tell
from tests.example_output import FORMATS, NET, NOON, folded, publication, stored
from tests.validity import FAULTS


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (replace(folded(7), uid="no iri"), "its id is no absolute IRI"),
        (replace(folded(1), lead=stored(7)), "another entry of this output has the same id"),
        (folded(7, published=NOON.replace(tzinfo=None)), "the time 2026-03-14T12:00:00 says no time zone"),
        (folded(7, published=datetime.max.replace(tzinfo=timezone(-timedelta(hours=1)))), "date value out of range"),
    ],
    ids=["id", "same id", "naive time", "end of time"],
)
def test_an_entry_that_cannot_be_told_costs_only_itself(bad: Folded, reason: str, format: Format) -> None:
    """It is left out and named with its reason; the others stand as if it were not there."""
    whole = publish(publication(folded(1), folded(2), bad), format)
    assert [(reject.position, reject.name, reject.reason) for reject in whole.left_out] == [(2, bad.uid, reason)]
    assert FAULTS[format](whole.data) == []
    assert whole.data.count(b"tag:news.example.org,2026:entry/") == 2


HOSTILE = {
    "controls": "a\x00b\x08\x0b\x1b[31m\x7f\x85\x9fc",
    "end of a section": "]]> <![CDATA[ ]]>",
    "lone surrogates": "a\ud800b\udfffc",
    "noncharacters": "a\ufffeb\uffffc",
    "bidi": "\u202eevil\u202c \u2066x\u2069",
    "line breaks": "a\r\nb\rc\nd\u2028e\u2029f\tg",
    "entities": "&lt;&amp;&#0;&undefined;<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    "a million letters": "<" * 1_000_000,
    "nothing but controls": "\x00\x01",
}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_never_costs_the_output(text: str, format: Format) -> None:
    """Any text in any place gives a valid document that still holds the entry."""
    category = Category(text, text, text)
    one = folded(title=text, author=text, excerpt=text, text=text, language=text, categories=(category,))
    one = replace(one, lead=replace(one.lead, source=replace(NET, title=text, publisher=text, atom_id=text, home=text)))
    what = publication(one, title=f"Desk {text}", subtitle=text, generator=text, language=text, next=text)
    published = publish(what, format)
    assert published.left_out == ()
    assert FAULTS[format](published.data) == []
    assert one.uid.encode() in published.data


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_html_never_costs_the_output(text: str, format: Format) -> None:
    """The same for the content."""
    published = publish(publication(folded(html=f"<p>{text}</p>")), format)
    assert published.left_out == ()
    assert FAULTS[format](published.data) == []


def test_an_address_that_is_none_is_not_published() -> None:
    """Whatever slipped through: only web addresses become links."""
    bad = "javascript:alert(1)"
    one = folded(url=bad, image=bad, enclosures=(Enclosure(bad), Enclosure("https://example.com/a b.mp3")))
    for format in FORMATS:
        data = publish(publication(one), format).data
        assert b"javascript" not in data
        assert b"https://example.com/a%20b.mp3" in data
        assert FAULTS[format](data) == []


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("place", ["url", "image", "enclosures"])
def test_an_address_with_controls_that_was_stored(place: str, format: Format) -> None:
    """It is no address: the entry stays, without it."""
    bad = "http://e\x1b\x00.example.org/a"
    published = publish(
        publication(folded(1), folded(2, **{place: (Enclosure(bad),) if place[0] == "e" else bad})), format
    )
    assert published.left_out == ()
    assert FAULTS[format](published.data) == []
    assert b"e\x1b" not in published.data
    assert b"\\u001b" not in published.data


@pytest.mark.parametrize("format", FORMATS)
def test_an_entry_that_cannot_be_spelled(format: Format, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should anything slip through that a format cannot hold, it costs this entry only, and is named without it."""
    item = outputs.tell(folded(2), publication())
    bad = replace(item, id="tag:x", title="\ud800" if format == "json" else "\x1b")
    monkeypatch.setattr(outputs, "tell", lambda one, of: bad if one.uid.endswith("\x1b/2") else tell(one, of))
    published = publish(publication(folded(1), replace(folded(2), uid="tag:\x1b/2")), format)
    assert [(reject.position, reject.name) for reject in published.left_out] == [(1, "tag: /2")]
    assert FAULTS[format](published.data) == []
    assert folded(1).uid.encode() in published.data
