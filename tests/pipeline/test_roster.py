"""Subscribers as CSV: there and back, safe in spreadsheets, every bad line named."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import RosterError
from aggregator.model import Choice, Consent, Offer, Subscriber, Subscription
from aggregator.pipeline.roster import COLUMNS, Row, Usual, read_roster, write_roster
from tests.newsroom import NOW

OFFERS = {
    "morning": Offer("morning", "Morning", (("world", "World"), ("science", "Science")), ("each", "weekly")),
    "evening": Offer("evening", "Evening"),
}
DAY = timedelta(days=1)


def usual(**changes: object) -> Usual:
    return Usual(**{"offers": OFFERS, "now": NOW, "form": "people.csv", **changes})


def row(address: str = "reader@example.org", digest: str = "morning", *, reason: str = "", note: str = "f") -> Row:
    who = Subscriber(0, "", address, "", NOW - DAY, "de", "Europe/Berlin", reason, NOW if reason else None)
    choice = Choice(("world",) if digest == "morning" else (), "each", NOW + DAY)
    wish = Subscription(0, digest, "left", choice, Consent(NOW - DAY, "form", note, "1:a"), NOW, NOW)
    return who, wish


def problems(text: str, **changes: object) -> tuple[str, ...]:
    with pytest.raises(RosterError) as caught:
        read_roster(text.encode(), usual(**changes), name="people.csv")
    return caught.value.problems


def test_what_is_written_is_read_back():
    rows = [row(), row(digest="evening"), row("b@example.org", reason="550 5.1.1")]
    assert read_roster(write_roster(rows), usual(), name="people.csv").people == tuple(rows)


def test_an_export_of_nobody_is_a_head_line():
    assert write_roster([]) == (",".join(COLUMNS) + "\r\n").encode()
    assert read_roster(write_roster([]), usual(), name="people.csv").people == ()


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
    st.sampled_from(["", *"=+-@'＝＋－＠", "\t", "''="]),
)
@settings(deadline=None)
def test_no_cell_is_a_formula_and_none_is_changed(text: str, start: str):
    reason = (start + text).strip(" \u3000\xa0") or "x"
    rows = [row("+plus@example.org", reason=reason.strip() or "x")]
    data = write_roster(rows)
    for cells in csv.reader(io.StringIO(data.decode(), newline="")):
        assert not any(cell.startswith(tuple("=+-@\t\r\n＝＋－＠")) for cell in cells)
    assert read_roster(data, usual(), name="people.csv").people == tuple(rows)


@pytest.mark.parametrize("blank", ["\n", "\t", "\r", "\r\n"])
def test_no_cell_begins_with_a_blank_that_hides_a_formula(blank: str):
    rows = [row(reason=f"{blank}=1+1")]
    data = write_roster(rows)
    assert f"'{blank[0]}".encode() in data and f"{blank[-1]}'=1+1".encode() in data
    (found,) = read_roster(data, usual(), name="people.csv").people
    assert found[0].suppressed.split() == ["=1+1"]


@given(st.text(st.sampled_from("=+-@'＝;,\t |\"x"), max_size=12))
def test_no_cell_is_a_formula_where_semicolons_or_tabs_part_cells(said: str):
    """What servers say may be written for spreadsheets of countries in which no comma parts cells."""
    reason = said.strip() or "x"
    data = write_roster([row(reason=f"5.1.1{reason}")])
    for sign in ";\t":
        for line in data.decode().splitlines():
            assert not any(cell.startswith(tuple("=+-@＝")) for cell in line.split(sign)), line
    assert read_roster(data, usual(), name="people.csv").people == (row(reason=f"5.1.1{reason}"),)


@pytest.mark.parametrize(
    "data",
    [
        b"sep=;\r\nE-Mail;Name\r\nreader@example.org;x, y\r\n",
        b'"sep=,",\nEMAIL,Name\nreader@example.org,x\n',
        b'"Name, first";"Email Address"\r\nx;reader@example.org\r\n',
        b'"Name; first","Email"\r\nx,reader@example.org\r\n',
        b'"Phone\t1","Email"\r\nx,reader@example.org\r\n',
        b"email,name\rreader@example.org,x\r",
        "email\tname\r\nreader@example.org\tMüller\r\n".encode("utf-16"),
        "\ufeffemail,name\nreader@example.org,Müller\n".encode("utf-16-be"),
        b"email\n\n   \n \t \nreader@example.org\n,\n",
        b'email,name\nreader@example.org,"a\nb"\n',
        b"email\nreader@example.org\nReader@example.org\nreader@example.org\n",
    ],
)
def test_a_list_is_read_as_other_programs_write_it(data: bytes):
    roster = read_roster(data, usual(digest="evening", state="confirmed"), name="people.csv")
    assert [who.address for who, _ in roster.people] == ["reader@example.org"]


def test_who_stands_twice_in_a_list_with_the_same_words_is_taken_once():
    text = "email,topics\na@example.org,\nA@example.org,\na@example.org,world\n"
    known = {"digest": "morning", "state": "confirmed"}
    assert problems(text, **known) == (
        "people.csv:4: the same address and digest as in line 2, but not the same words",
    )
    roster = read_roster(text.rpartition("a@")[0].encode(), usual(**known), name="people.csv")
    assert len(roster.people) == 1 and roster.warnings == ("people.csv:3: the same as line 2, passed over",)


def test_a_line_number_counts_what_excel_wrote_first():
    assert problems("sep=;\nemail;digest\nnobody;evening\n", state="confirmed")[0].startswith(
        "people.csv:3: not an email"
    )


def test_a_copy_with_a_digest_that_is_gone_is_kept_and_named():
    """Whoever has it in writing gets it back; a name that somebody has only mistyped is a mistake still."""
    rows = [row(), row(digest="evening")]
    roster = read_roster(write_roster(rows), usual(offers={"morning": OFFERS["morning"]}), name="people.csv")
    assert roster.people == tuple(rows)
    assert roster.warnings == ('people.csv:3: no such digest in feeds.yaml (got "evening"), kept all the same',)
    for name in ("Gone", "a.b", "x" * 65):
        text = f"address,digest,state,asked,via\na@example.org,{name},left,2026-01-01,form\n"
        assert "no such digest" in problems(text)[0]


def test_a_line_that_ends_early_or_goes_on_too_long_is_named():
    found = problems("digest,address\nmorning\nmorning,a@example.org,,\n", state="confirmed")
    assert found == ('people.csv:2: not an email address like reader@example.org (got "")',)
    found = problems("email,topics\na@example.org,world,science\n", state="confirmed", digest="morning")
    assert found[0].startswith("people.csv:2: has more cells than the first line has columns") and "science" in found[0]


def test_where_somebody_lives_is_not_their_mail_address():
    text = "Email Address,Address,Mail\na@example.org,1 Main St,b@example.org\n"
    roster = read_roster(text.encode(), usual(digest="evening", state="confirmed"), name="people.csv")
    assert [who.address for who, _ in roster.people] == ["a@example.org"]
    assert roster.passed_over == ("postal address", "mail")


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_list_from_elsewhere_needs_addresses_only(sign: str):
    text = f"\ufeffName{sign}E-Mail\r\n\r\nReader{sign}Reader@EXAMPLE.org\r\nOther{sign}b@example.org\r\n"
    roster = read_roster(text.encode(), usual(digest="evening", state="confirmed"), name="people.csv")
    assert [who.address for who, _ in roster.people] == ["Reader@example.org", "b@example.org"]
    (_, wish), _ = roster.people
    assert (wish.digest, wish.state, wish.confirmed) == ("evening", "confirmed", NOW)
    assert wish.consent == Consent(NOW, "import", "people.csv")
    assert roster.passed_over == ("name",)


def test_every_bad_line_is_named_with_its_number():
    text = "address,digest,state,topics,frequency,zone,asked\n"
    lines = [
        "reader,morning,confirmed,,,,",
        "a@example.org,mornin,confirmed,,,,",
        "a@example.org,morning,yes,,,,",
        "a@example.org,evening,confirmed,,hourly,,",
        "a@example.org,morning,confirmed,,,Berlin,",
        "a@example.org,morning,confirmed,,,,yesterday",
        "a@example.org,morning,confirmed,,,,",
        "A@example.org,morning,confirmed,,weekly,,",
    ]
    found = problems(text + "\n".join(lines))
    assert [line.partition(": ")[0] for line in found] == [f"people.csv:{n}" for n in (2, 3, 4, 5, 6, 7, 9)]
    for line, word in zip(
        found,
        (
            "reader@example.org",
            "did you mean `morning`",
            "state",
            "frequency",
            "zone",
            "not a time",
            "as in line 8",
        ),
        strict=True,
    ):
        assert word in line


def test_a_choice_that_is_no_more_is_kept_and_named():
    """A copy comes back as it was; what is sent falls back until somebody chooses anew."""
    rows = [row(), row("b@example.org"), row(digest="evening")]
    offers = {"morning": Offer("morning", "Morning", (("a", "A"), ("word", "B"))), "evening": Offer("evening", "E")}
    weekly = [(who, replace(wish, choice=replace(wish.choice, frequency="weekly"))) for who, wish in rows]
    roster = read_roster(write_roster(weekly), usual(offers=offers), name="people.csv")
    assert roster.people == tuple(weekly)
    assert [line.partition(": ")[0] for line in roster.warnings] == [f"people.csv:{n}" for n in (2, 2, 3, 3, 4)]
    assert 'no such topic of morning, kept all the same (got "world"); did you mean `word`?' in roster.warnings[0]
    assert 'morning cannot be had so often, kept all the same (got "weekly")' in roster.warnings[1]


def test_nobody_is_subscribed_without_a_word_about_their_consent():
    assert "say --confirmed" in problems("address\na@example.org", digest="morning")[0]
    assert "say --digest" in problems("address\na@example.org", state="confirmed")[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no column `address`"),
        (b"name\nx", "no column `address`"),
        (b"address\n\xff", "people.csv:2: is not UTF-8"),
        (b'address\n"a@example.org', "cannot be read"),
        (b"address\n" + b"x" * 200_000, "cannot be read"),
        (b"PK\x03\x04\x00\x00", "no column `address`"),
    ],
)
def test_what_is_no_list_is_said_in_words(data: bytes, words: str):
    with pytest.raises(RosterError, match=words):
        read_roster(data, usual(digest="morning", state="confirmed"), name="people.csv")
