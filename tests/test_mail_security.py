"""Who we speak to and as whom: verified TLS or nothing, and the login."""

import pytest

from aggregator.errors import ConfigError
from tests.letters import letter_to, refusal, smtp
from tests.postoffice import post_office, trusting


@pytest.mark.parametrize(("security", "scheme"), [("starttls", "smtp"), ("tls", "smtps")])
def test_a_certificate_that_nobody_vouches_for_is_refused(security: str, scheme: str):
    with post_office(security=security) as office:
        with smtp(office.port, smtp=f"{scheme}://localhost:{office.port}", tls="required") as post:
            error = refusal(post, letter_to())
        assert "certificate is not to be trusted" in error.reply
        assert (error.permanent, error.blocked, office.clerk.taken) == (False, True, [])


@pytest.mark.parametrize(("security", "scheme"), [("starttls", "smtp"), ("tls", "smtps")])
def test_mail_goes_out_over_tls_to_a_server_that_is_trusted(security: str, scheme: str):
    with post_office(security=security) as office:
        post = smtp(office.port, smtp=f"{scheme}://localhost:{office.port}", tls="required", trust=trusting())
        with post:
            assert post.send(letter_to()).startswith("250 ")
    assert len(office.clerk.taken) == 1


def test_a_server_that_offers_no_tls_gets_nothing():
    with post_office() as office, smtp(office.port, tls="required", trust=trusting()) as post:
        error = refusal(post, letter_to())
        assert "STARTTLS" in error.reply and error.blocked and not error.permanent
        assert office.clerk.taken == []


def test_a_login_is_used_and_a_wrong_one_is_an_error_that_passes(monkeypatch: pytest.MonkeyPatch):
    with post_office(security="starttls", login=True) as office:
        facts = {
            "smtp": f"smtp://world%40desk@localhost:{office.port}",
            "tls": "required",
            "password_env": "TEST_SMTP_PASSWORD",
        }
        monkeypatch.setenv("TEST_SMTP_PASSWORD", "open sesame")
        with smtp(office.port, trust=trusting(), **facts) as post:
            post.send(letter_to())
        monkeypatch.setenv("TEST_SMTP_PASSWORD", "wrong")
        with smtp(office.port, trust=trusting(), **facts) as post:
            error = refusal(post, letter_to())
        monkeypatch.delenv("TEST_SMTP_PASSWORD")
        with (
            smtp(office.port, trust=trusting(), **facts) as post,
            pytest.raises(ConfigError, match="TEST_SMTP_PASSWORD"),
        ):
            post.send(letter_to())
    assert office.clerk.users[0] == "world@desk" and len(office.clerk.taken) == 1
    assert (error.code, error.permanent, error.blocked) == (535, False, True)
    assert "login was refused" in error.reply and "wrong" not in str(error)
