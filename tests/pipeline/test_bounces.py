"""What comes back of mail: return paths that cannot be forged, and reports of many servers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model.people import BounceWord
from aggregator.model.returned import Diagnosis, MailReport, Notice
from aggregator.pipeline.bounces import DAYS, FAILURES, delivery_of, diagnose, refusal, return_path, why_suppressed
from aggregator.pipeline.bounces_codes import classify
from aggregator.pipeline.bounces_report import DEEPEST, FOREIGN, LONGEST, MOST_NOTICES, read
from aggregator.pipeline.bounces_texts import LONGEST_HEADER, MOST_HEADERS, MOST_LINES, parsed, parts
from tests.pipeline.returned_mail import (
    ALL,
    BOUNCES,
    NOTHING,
    OURS,
    PATH,
    READER,
    SECRET,
    STANDARD,
    Case,
    block,
    dsn,
    mail,
)


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_what_comes_back_is_read(case: Case) -> None:
    """Each form comes to its kind and status, in the server's words, or to the reason why it is nothing."""
    report = read(case.data)
    found = diagnose(report, READER)
    said = found.why_none if case.kind is None else found.diagnostic
    assert (found.kind, found.status) == (case.kind, case.status), found
    assert case.says in said
    if case.kind:
        assert [delivery_of(SECRET, BOUNCES, address) for address in report.sent_to].count(41) >= 1


def test_a_return_path_names_its_delivery_and_cannot_be_forged() -> None:
    """Servers may change its case and our relay may mark it; another number, mark, secret or mailbox is not ours."""
    path = return_path(SECRET, BOUNCES, 41)
    assert path == PATH
    for ours in (path, path.upper(), f"<{path}>", f"prvs=4021abcdef={path}"):
        assert delivery_of(SECRET, BOUNCES, ours) == 41, ours
    local, _, domain = path.partition("@")
    forged = [f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}", path.replace("+41.", "+42."), BOUNCES, ""]
    forged += [
        path.replace("+41.", "+041."),
        path.replace("bounces", "others"),
        f"{local}@other.example.org",
        f"x{path}",
    ]
    for theirs in (*forged, f"{path}.org", f"{local}@", "bounces+0.aaaaaaaaaaaa@desk.example.org"):
        assert delivery_of(SECRET, BOUNCES, theirs) is None, theirs
    assert delivery_of(b"another secret", BOUNCES, path) is None


@given(st.integers(1, 10**18 - 1), st.binary(min_size=32, max_size=32))
def test_every_return_path_is_a_mail_address_and_is_read_back(delivery: int, secret: bytes) -> None:
    """At most 64 characters before the @, in letters, digits and three signs that need no quotes (RFC 5321 §4.1.2)."""
    path = return_path(secret, f"{'b' * 31}@desk.example.org", delivery)
    assert re.fullmatch(r"[a-z0-9+.]{1,64}@desk\.example\.org", path)
    assert delivery_of(secret, f"{'b' * 31}@desk.example.org", path) == delivery


@pytest.mark.parametrize("case", STANDARD, ids=lambda case: case.name)
def test_line_ends_and_cuts_change_nothing_that_was_said(case: Case) -> None:
    """CRLF as on the wire, and a message of ours that is cut off behind the fields."""
    once = diagnose(read(case.data), READER)
    assert diagnose(read(case.data.replace(b"\n", b"\r\n")), READER) == once
    assert diagnose(read(case.data[: case.data.index(b"\nReturn-Path", 1)]), READER) == once


def test_the_same_report_is_known_again_and_another_is_not() -> None:
    """By its Message-ID, whatever servers add on the way; without one by what stands below the header."""
    again = b"Received: from a by b\n" + STANDARD[0].data
    assert read(again).fingerprint == read(STANDARD[0].data).fingerprint
    bare = [re.sub(rb"Message-ID: <[12].*\n", b"", case.data) for case in STANDARD[:2]]
    assert read(bare[0]).fingerprint == read(b"Received: from a by b\n" + bare[0]).fingerprint
    assert read(bare[0]).fingerprint != read(bare[1]).fingerprint


@pytest.mark.parametrize("case", NOTHING, ids=lambda case: case.name)
def test_what_a_person_wrote_is_left_for_people(case: Case) -> None:
    assert read(case.data).automatic is not case.name.startswith("a person")


@pytest.mark.parametrize(
    ("code", "text", "kind", "status"),
    [
        (550, "5.1.1 <reader@far.example.org>: Recipient address rejected: User unknown", "permanent", "5.1.1"),
        (550, "No such user here", "permanent", ""),
        (553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "refused", "5.7.1"),
        (550, "rejected", "transient", ""),
        (552, "mailbox full", "transient", ""),
        (452, "4.2.2 over quota", "transient", "4.2.2"),
        (450, "4.1.1 user unknown", "transient", "4.1.1"),
        (554, "5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.example.org", "refused", "5.7.1"),
        (501, "5.5.4 Syntax error", "refused", "5.5.4"),
        (550, "5.1.8 sender rejected", "refused", "5.1.8"),
        (556, "5.1.10 Recipient address has null MX", "permanent", "5.1.10"),
        (554, "the recipient's server closed the connection", "transient", ""),
        (550, "Invalid sender address", "refused", ""),
        (550, "reverse DNS: address not found", "refused", ""),
        (550, "recipient is not recognized", "permanent", ""),
        (550, "192.5.1.1 is not 5.1.1.2", "transient", ""),
    ],
)
def test_what_a_server_answered_while_it_was_spoken_to(code: int, text: str, kind: str, status: str) -> None:
    found = refusal(code, text)
    assert (found.kind, found.status, found.diagnostic) == (kind, status, f"{code} {text}")


@pytest.mark.parametrize(
    ("kind", "failures", "suppressed"),
    [
        ("permanent", 0, True),
        ("complaint", 0, True),
        ("transient", FAILURES, True),
        ("transient", FAILURES - 1, False),
        ("delayed", 99, False),
        ("refused", 99, False),
    ],
)
def test_who_gets_no_more_mail(kind: BounceWord, failures: int, suppressed: bool) -> None:
    """Five failures for a while; what the server has against us is never the subscriber's fault."""
    diagnosis = Diagnosis(kind, "5.2.2", "full")
    assert bool(why_suppressed(diagnosis, failures)) is suppressed
    if kind == "transient" and suppressed:
        assert why_suppressed(diagnosis, failures).startswith(f"{failures} issues in {DAYS} days")


@given(st.text(max_size=60), st.text(max_size=300))
def test_any_words_have_a_meaning(status: str, words: str) -> None:
    assert classify(status, words) in ("permanent", "transient", "refused")


@given(st.sampled_from(ALL), st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=6)), max_size=8))
def test_nothing_that_comes_back_raises(case: Case, changes: list[tuple[int, bytes]]) -> None:
    """Damaged anywhere, a report is read or is none, and its address is compared."""
    data = bytearray(case.data)
    for place, put in changes:
        data[place % len(data) : place % len(data) + len(put)] = put
    report = read(bytes(data))
    assert diagnose(report, READER).kind in (None, "permanent", "transient", "delayed", "refused", "complaint")
    assert (report.word == "none") is (not report.notices)


@given(st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    assert read(data) == read(data)


HOSTILE = {
    "parts in parts": b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (number, number) for number in range(20_000)
    ),
    "as many as are read": b"".join(
        b'Content-Type: multipart/digest; boundary="%d"\n\n--%d\n\n' % (number, number) for number in range(DEEPEST)
    ),
    "brackets in an address": b"From: " + b"(" * 100_000 + b"\nTo: " + b"<" * 100_000 + b"\n\nx",
    "an address without end": b"From: " + b"a@" * 300_000 + b"\n\nx",
    "an encoded word": b"Subject: " + b"=?utf-8?b?" * 50_000 + b"\n\nx",
    "empty lines": mail("\n" * 500_000),
    "dashes": mail("-" * 500_000 + "\n" + "- \n" * 100_000),
    "fields": dsn("Final-Recipient: rfc822; x\nAction: failed\n" * 20_000),
    "one field": dsn("Final-Recipient: rfc822; " + "x" * 900_000 + "\nStatus: " + "5." * 40_000),
    "a field in many lines": dsn("Diagnostic-Code: smtp; 550\n" + " user\n" * 150_000),
    "angles": mail("<" * 900_000),
    "replies": mail("550 5.1.1 mailbox\n\n" * 50_000),
    "words": mail("user mailbox account " * 40_000),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_message_is_read_to_its_bound(data: bytes) -> None:
    """Nothing raises, and no part of it is read again and again."""
    report = read(data + b"x" * LONGEST)
    assert diagnose(report, READER) is not None


MANY = {
    "parts that are empty": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 200_000,
    "parts between bare returns": b"Content-Type: multipart/mixed; boundary=b\r\r" + b"--b\r\r" * 200_000,
    "messages that are empty": b"Content-Type: multipart/digest; boundary=b\n\n" + b"--b\n\n" * 200_000,
    "headers": b"a:\n" * 300_000,
    "parameters": b"Content-Type: multipart/mixed" + b"; a=b" * 190_000 + b"\n\n",
    "quotes": b"Content-Type: text/plain" + b';"' * 400_000 + b"\n\n",
    "a boundary": b"Content-Type: multipart/mixed; boundary=" + b"b" * 900_000 + b"\n\n",
    "parameters in lines": b"Content-Type: multipart/mixed" + b";\n a=b" * 120_000 + b"\n\n",
}


@pytest.mark.parametrize("data", MANY.values(), ids=MANY)
def test_the_parser_is_not_given_more_than_it_can_read_at_once(data: bytes) -> None:
    """Seconds went into these: for every part, and for every semicolon of a header all before it."""
    found = parts(parsed(data))
    assert len(found) <= MOST_LINES + 1
    for _, part in found:
        assert len(part) <= MOST_HEADERS and all(len(str(value)) <= LONGEST_HEADER for _, value in part.raw_items())


def test_a_report_says_what_it_has_to_say_before_it_is_cut() -> None:
    report = dsn(block("failed", "5.1.1", "550 5.1.1 no such user")).replace(b"--b--", b"--b\n\n" * 2 * MOST_LINES)
    assert diagnose(read(report), READER).kind == "permanent"


def test_a_last_line_without_an_end_is_read() -> None:
    assert parsed(b"A: b\n\nx").get_payload() == parsed(b"A: b\n\nx\n").get_payload().rstrip() == "x"


def test_what_came_to_no_return_path_of_ours_is_not_searched() -> None:
    """What a machine wrote is told from what a person wrote all the same."""
    for case in STANDARD:
        report = read(case.data, lambda addresses: "nobody@example.org" in addresses)
        assert (report.word, report.why_none, report.notices, report.automatic) == ("none", FOREIGN, (), True)
        assert read(case.data, lambda addresses: PATH in addresses) == read(case.data)
    for case in NOTHING:
        report = read(case.data, lambda _: False)
        assert report.word == "none" and report.automatic is not case.name.startswith("a person")


def test_a_report_of_many_recipients_is_read_to_its_bound() -> None:
    """Ours go to one each."""
    report = read(dsn("Final-Recipient: rfc822; a@far.example.org\nStatus: 5.0.0\n\n" * 10 * MOST_NOTICES))
    assert len(report.notices) == MOST_NOTICES


def test_a_report_of_another_delivery_inside_of_one_is_not_believed_for_ours() -> None:
    """The first address that it was sent to decides, and it is the one in its own header."""
    other = return_path(SECRET, BOUNCES, 77)
    report = read(STANDARD[0].data.replace(OURS.encode(), OURS.replace(PATH, other).encode()))
    found = [delivery_of(SECRET, BOUNCES, address) for address in report.sent_to]
    assert next(number for number in found if number) == 41


def test_a_report_without_any_recipient_is_about_the_delivery_that_it_came_to() -> None:
    report = MailReport("delivery", (PATH,), "1", notices=(Notice("failed", "5.1.1"),))
    assert diagnose(report, READER) == Diagnosis("permanent", "5.1.1")
