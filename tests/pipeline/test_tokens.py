"""Links without accounts: what is signed is read back, for its purpose and in its time, and nothing else is."""

from datetime import timedelta

import pytest

from aggregator.errors import TokenError
from aggregator.pipeline.tokens import CONFIRM_WITHIN, read, sign
from tests.newsroom import NOW

SECRET = bytes(range(32))
UID = "0123456789ab"


def test_a_token_tells_whose_it_is_and_of_what():
    for purpose in ("confirm", "unsubscribe", "preferences"):
        assert read(SECRET, purpose, sign(SECRET, purpose, UID, "morning", NOW), NOW) == (UID, "morning")


def test_the_same_arguments_give_the_same_token():
    assert sign(SECRET, "confirm", UID, "morning", NOW) == sign(SECRET, "confirm", UID, "morning", NOW)


def test_a_link_is_short():
    assert len(f"https://news.example.org/unsubscribe/{sign(SECRET, 'unsubscribe', UID, 'morning', NOW)}") < 100


@pytest.mark.parametrize("wanted", ["unsubscribe", "preferences"])
def test_a_token_is_good_for_its_purpose_only(wanted):
    with pytest.raises(TokenError, match="not one of ours"):
        read(SECRET, wanted, sign(SECRET, "confirm", UID, "morning", NOW), NOW)


def test_another_workspace_reads_nothing():
    with pytest.raises(TokenError):
        read(bytes(32), "confirm", sign(SECRET, "confirm", UID, "morning", NOW), NOW)


def test_no_character_can_be_changed_or_left_out():
    token = sign(SECRET, "unsubscribe", UID, "morning", NOW)
    for place in range(len(token)):
        for other in ("", "A" if token[place] != "A" else "B", "é"):
            with pytest.raises(TokenError):
                read(SECRET, "unsubscribe", token[:place] + other + token[place + 1 :], NOW)


@pytest.mark.parametrize("token", ["", ".", "....", "a" * 5000, "\x00", "ä.ö.ü.ß", "a.b.c.d\n"])
def test_what_was_never_a_token_is_refused_in_the_same_words(token):
    with pytest.raises(TokenError, match="not one of ours") as caught:
        read(SECRET, "confirm", token, NOW)
    assert not caught.value.expired


def test_a_confirmation_expires_and_says_so():
    token = sign(SECRET, "confirm", UID, "morning", NOW)
    assert read(SECRET, "confirm", token, NOW + CONFIRM_WITHIN, CONFIRM_WITHIN) == (UID, "morning")
    with pytest.raises(TokenError, match="expired") as caught:
        read(SECRET, "confirm", token, NOW + CONFIRM_WITHIN + timedelta(seconds=1), CONFIRM_WITHIN)
    assert caught.value.expired


def test_unsubscribing_works_for_ever():
    token = sign(SECRET, "unsubscribe", UID, "morning", NOW)
    assert read(SECRET, "unsubscribe", token, NOW + timedelta(days=36500)) == (UID, "morning")
