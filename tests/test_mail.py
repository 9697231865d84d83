"""Messages to real servers on loopback: taken, refused, lost before the final dot and after it."""

import pytest

from aggregator.mail import Smtp
from aggregator.pipeline.letter import message, message_id
from tests.letters import config, letter_to, refusal, smtp
from tests.newsroom import NOW, RUSSIAN, WORDS, issue, news
from tests.postoffice import Clerk, breaking_office, post_office

HELLO = ("220 here", "250 here")
ACCEPTED = ("250 OK", "250 OK", "354 go on")


def test_the_bytes_arrive_as_they_were_and_the_reply_comes_back():
    composed = issue(news(12, texts=RUSSIAN))
    sent = message(
        composed,
        WORDS.letter(composed),
        sender="Новости <desk@example.org>",
        recipient="reader@example.net",
        message_id=message_id("morning", "2026-11-23", "reader@example.net", "example.org"),
        date=NOW,
        host="example.org",
        unsubscribe="https://example.org/" + "x" * 200,
    )
    with post_office() as office, smtp(office.port) as post:
        assert post.send(sent) == "250 2.0.0 OK: queued"
    (taken,) = office.clerk.taken
    assert taken.content == sent.data
    assert (taken.mail_from, taken.rcpt_tos) == ("desk@example.org", ["reader@example.net"])


@pytest.mark.parametrize("body", [b".\r\nBcc\r\n", b"..\r\n.x\r\n", b"no line end", b"\r\n", b""])
def test_lines_of_dots_are_no_ends(body: bytes):
    with post_office() as office, smtp(office.port) as post:
        post.send(letter_to(body=body))
    received = office.clerk.taken[0].content
    assert isinstance(received, bytes)
    assert received.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") == body.removesuffix(b"\r\n")


def test_nothing_is_connected_before_there_is_something_to_send():
    with smtp(1):
        pass


def test_one_connection_carries_a_hundred_messages_and_no_more():
    with post_office() as office, smtp(office.port) as post:
        for number in range(101):
            post.send(letter_to(f"reader{number}@example.net"))
    assert len(office.clerk.taken) == 101
    assert len(office.clerk.sessions) == 2


@pytest.mark.parametrize(("answer", "permanent"), [("450 4.2.1 later", False), ("550 5.1.1 nobody", True)])
def test_a_refused_recipient_costs_only_itself(answer: str, permanent: bool):
    clerk = Clerk(rcpt={"gone@example.net": answer})
    with post_office(clerk) as office, smtp(office.port) as post:
        post.send(letter_to("first@example.net"))
        error = refusal(post, letter_to("gone@example.net"))
        post.send(letter_to("last@example.net"))
    assert (error.code, error.permanent, error.unknown, error.blocked) == (int(answer[:3]), permanent, False, False)
    assert answer[4:] in error.reply and str(error) == f"gone@example.net: {answer}"
    assert [taken.rcpt_tos for taken in clerk.taken] == [["first@example.net"], ["last@example.net"]]
    assert len(clerk.sessions) == 1


@pytest.mark.parametrize(("answer", "permanent"), [("452 4.3.1 full", False), ("554 5.7.1 looks like spam", True)])
def test_a_refused_message_costs_only_itself(answer: str, permanent: bool):
    clerk = Clerk(data=[answer])
    with post_office(clerk) as office, smtp(office.port) as post:
        error = refusal(post, letter_to())
        post.send(letter_to("last@example.net"))
    assert (error.code, error.permanent, error.unknown) == (int(answer[:3]), permanent, False)
    assert len(clerk.taken) == len(clerk.sessions) == 1


def test_a_refused_sender_blocks_all():
    with post_office(Clerk(mail=["550 5.7.1 not yours"])) as office, smtp(office.port) as post:
        error = refusal(post, letter_to())
    assert (error.code, error.permanent, error.blocked) == (550, True, True)


def test_a_server_that_closes_between_two_messages_is_asked_again():
    """421 in the middle of a run: nothing of the message was taken, so it goes over a new connection."""
    clerk = Clerk(mail=["250 OK", "421 4.4.2 too long idle"])
    with post_office(clerk) as office, smtp(office.port) as post:
        post.send(letter_to("first@example.net"))
        post.send(letter_to("second@example.net"))
    assert [taken.rcpt_tos for taken in clerk.taken] == [["first@example.net"], ["second@example.net"]]
    assert len(clerk.sessions) == 2


def test_a_connection_that_died_while_idle_is_made_anew():
    first = (*HELLO, *ACCEPTED, "250 taken!")
    with breaking_office(first, (*HELLO, *ACCEPTED, "250 taken too!")) as (port, _), smtp(port) as post:
        assert post.send(letter_to("first@example.net")) == "250 taken"
        assert post.send(letter_to("second@example.net")) == "250 taken too"


def test_a_server_that_says_421_to_a_new_connection_is_not_pressed():
    with post_office(Clerk(mail=["421 4.3.2 busy", "250 never asked"])) as office, smtp(office.port) as post:
        error = refusal(post, letter_to())
        assert office.clerk.mail == ["250 never asked"]
        assert (error.code, error.permanent, error.unknown) == (421, False, False)
        assert post.send(letter_to()) == "250 2.0.0 OK: queued"


def test_a_421_after_the_final_dot_is_a_refusal_and_the_next_message_connects_anew():
    clerk = Clerk(data=["421 4.3.2 shutting down"])
    with post_office(clerk) as office, smtp(office.port) as post:
        error = refusal(post, letter_to())
        post.send(letter_to("next@example.net"))
    assert (error.code, error.permanent, error.unknown) == (421, False, False)
    assert len(clerk.sessions) == 2 and len(clerk.taken) == 1


def test_a_connection_lost_after_the_final_dot_leaves_the_message_unknown_and_sends_it_once():
    visit = (*HELLO, *ACCEPTED)
    with breaking_office(visit, visit) as (port, heard), smtp(port) as post:
        error = refusal(post, letter_to())
    assert (error.code, error.permanent, error.unknown) == (0, False, True)
    assert "may have been taken" in error.reply
    assert heard.count(".") == 1


def test_what_may_have_been_taken_is_never_repeated_not_even_on_a_connection_that_was_used_before():
    """The retry is for connections that died while idle, not for a message that had left whole."""
    first = (*HELLO, *ACCEPTED, "250 taken", *ACCEPTED)
    with breaking_office(first, (*HELLO, *ACCEPTED, "250 again!")) as (port, heard), smtp(port) as post:
        post.send(letter_to("first@example.net"))
        error = refusal(post, letter_to("second@example.net"))
    assert error.unknown
    assert sum("second@example.net" in said for said in heard) == 1


@pytest.mark.parametrize("last", ["", "well, well"])
def test_silence_or_nonsense_after_the_final_dot_leaves_the_message_unknown(last: str):
    with breaking_office((*HELLO, *ACCEPTED, last)) as (port, _):
        error = refusal(Smtp(config(port), timeout=10, patience=0.2), letter_to())
    assert (error.code, error.permanent, error.unknown) == (0, False, True)


@pytest.mark.parametrize("code", [200, 251, 252, 299])
def test_whatever_begins_with_a_two_is_a_yes(code: int):
    """RFC 5321 §4.3.2: the first digit decides; one that was taken and not believed would be sent twice."""
    said = (*HELLO, f"{code} sender", f"{code} recipient", "354 go on", f"{code} taken!")
    with breaking_office(said) as (port, _), smtp(port) as post:
        assert post.send(letter_to()) == f"{code} taken"


@pytest.mark.parametrize("last", ["354 still listening", "150 wait", "600 what", "099 who"])
def test_what_is_neither_yes_nor_no_after_the_final_dot_leaves_the_message_unknown(last: str):
    with breaking_office((*HELLO, *ACCEPTED, last)) as (port, _):
        error = refusal(smtp(port), letter_to())
    assert (error.code, error.permanent, error.unknown) == (0, False, True) and last[4:] in error.reply


def test_a_reply_of_a_hundred_kilobytes_is_kept_in_short():
    """Each delivery keeps its own, and the list of them is read by people."""
    lines = [f"550-5.1.1 {'no such user ' * 80}" for _ in range(100)]
    long = "\r\n".join([*lines, "550 5.1.1 no"])
    with breaking_office((*HELLO, "250 OK", long, "250 reset!")) as (port, _), smtp(port) as post:
        error = refusal(post, letter_to())
    assert error.code == 550 and error.reply.startswith("5.1.1 no such user") and len(error.reply) == 500


@pytest.mark.parametrize(
    "said", [(*HELLO, "250 OK!"), (*HELLO, "250 OK", "250 OK!"), (*HELLO, *ACCEPTED[:2], "354 go on!")]
)
def test_a_connection_lost_before_the_final_dot_can_be_tried_again(said: tuple[str, ...]):
    """The message is larger than what a socket buffers, so that it cannot have left whole."""
    with breaking_office(said) as (port, _), smtp(port) as post:
        error = refusal(post, letter_to(body=b"x" * 70 + b"\r\n" + b"y" * 30_000_000))
    assert (error.code, error.permanent, error.unknown) == (0, False, False)
    assert "before the message was complete" in error.reply


def test_no_server_is_an_error_that_passes():
    with breaking_office() as (port, _):
        pass
    error = refusal(smtp(port), letter_to())
    assert (error.code, error.permanent, error.unknown, error.blocked) == (0, False, False, True)
    assert f"localhost:{port}: Connection refused" in error.reply


def test_a_server_that_does_not_greet_is_an_error_that_passes():
    with breaking_office(("554 5.3.2 closed!",)) as (port, _):
        error = refusal(smtp(port), letter_to())
    assert (error.code, error.permanent, error.blocked) == (554, False, True)


def test_an_address_that_needs_utf8_goes_where_utf8_is_spoken():
    with post_office(enable_SMTPUTF8=True) as office, smtp(office.port) as post:
        post.send(letter_to("читатель@example.net"))
    (taken,) = office.clerk.taken
    assert taken.rcpt_tos == ["читатель@example.net"] and "SMTPUTF8" in taken.mail_options


def test_an_address_that_needs_utf8_is_refused_where_it_is_not_spoken_and_the_next_goes_out():
    with post_office(enable_SMTPUTF8=False) as office, smtp(office.port) as post:
        error = refusal(post, letter_to("читатель@example.net"))
        post.send(letter_to())
    assert error.permanent and "SMTPUTF8" in error.reply and not error.blocked
    assert len(office.clerk.taken) == 1


def test_a_reply_cannot_speak_to_the_terminal():
    with (
        breaking_office((*HELLO, "250 OK", "550 no\x1b[2J\x9b such user", "250 reset!")) as (port, _),
        smtp(port) as post,
    ):
        assert refusal(post, letter_to()).reply == "no [2J such user"
