from dataclasses import asdict
from email.utils import parseaddr
from pathlib import Path

import pytest

from aggregator.config import MailConfig, load, read
from aggregator.config.addresses import mail_address
from aggregator.config.mail_section import MailSection
from aggregator.errors import ConfigError

DESK = "World Desk <desk@example.org>"


def problem(section: str) -> str:
    """Read a file whose `mail` section has one mistake, and give the line that says it."""
    with pytest.raises(ConfigError) as caught:
        read(f"title: T\nmail: {section}\n".encode(), "feeds.yaml")
    assert len(caught.value.problems) == 1
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("smtp", "tls", "host", "port", "user", "security"),
    [
        ("smtp://mail.example.org", None, "mail.example.org", 587, "", "starttls"),
        ("smtp://mail.example.org:25", "none", "mail.example.org", 25, "", "none"),
        ("smtps://mail.example.org", None, "mail.example.org", 465, "", "tls"),
        ("smtps://mail.example.org:2465/", "required", "mail.example.org", 2465, "", "tls"),
        ("smtp://127.0.0.1:2525", None, "127.0.0.1", 2525, "", "none"),
        ("smtp://[::1]:2525", None, "::1", 2525, "", "none"),
        ("smtp://localhost", None, "localhost", 587, "", "none"),
        ("smtp://localhost", "required", "localhost", 587, "", "starttls"),
        ("smtp://10.0.0.1", None, "10.0.0.1", 587, "", "starttls"),
        ("smtp://localhost.example.org", None, "localhost.example.org", 587, "", "starttls"),
    ],
)
def test_a_server_and_how_its_connection_is_kept_secret(
    smtp: str, tls: str | None, host: str, port: int, user: str, security: str
) -> None:
    """In the clear goes only what stays on this machine, or what says so."""
    mail = MailConfig(sender=DESK, smtp=smtp, tls=tls)
    assert (mail.host, mail.port, mail.user, mail.security) == (host, port, user, security)
    assert mail.password() is None


def test_a_user_may_be_an_address() -> None:
    mail = MailConfig(sender=DESK, smtp="smtp://desk%40example.org@mail.example.org", password_env="X")
    assert (mail.user, mail.host) == ("desk@example.org", "mail.example.org")


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("desk@example.org", "desk@example.org"),
        (DESK, DESK),
        ("Über <desk@x.test>", "Über <desk@x.test>"),
        ("Desk<desk@localhost>", "Desk <desk@localhost>"),
        ("Desk, World <desk@example.org>", '"Desk, World" <desk@example.org>'),
        ('"Desk, World" <desk@example.org>', '"Desk, World" <desk@example.org>'),
        (r'"The \"Desk\"" <desk@example.org>', r'"The \"Desk\"" <desk@example.org>'),
        ('"Desk" <desk@bücher.example>', "Desk <desk@xn--bcher-kva.example>"),
    ],
)
def test_a_sender_is_written_as_mail_wants_it(written: str, sender: str) -> None:
    found = MailSection(sender=written, smtp="smtp://localhost").sender
    assert found == sender
    assert parseaddr(found)[1] == mail_address(written.rpartition("<")[2].rstrip(">"))


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("{from: desk, smtp: smtp://localhost}", "2:14: mail.from: not an email address like reader@"),
        ('{from: "A\\nBcc: b@example.org <a@example.org>", smtp: smtp://localhost}', "2:14: mail.from: must be one"),
        ("{from: a@example.org, smtp: http://localhost}", "2:35: mail.smtp: not a server like smtp://user@mail.example"),
        ("{from: a@example.org, smtp: mail.example.org}", "2:35: mail.smtp: not a server like smtp://user@mail.example"),
        ("{from: a@example.org, smtp: 'smtp://'}", "2:35: mail.smtp: not a server like smtp://user@mail.example"),
        ("{from: a@example.org, smtp: 'smtp://h:70000'}", "2:35: mail.smtp: not a server like smtp://user@mail.example"),
        ("{from: a@example.org, smtp: 'smtp://u:secret@h'}", "2:35: mail.smtp: holds a password; name its place with"),
        ("{from: a@example.org, smtp: 'smtp://u:secret@h:x'}", "2:35: mail.smtp: not a server like"),
        ("{from: a@example.org, smtp: 'u:secret@h'}", "2:35: mail.smtp: not a server like"),
        ("smtp://u:secret@h", "2:7: mail: must be a mapping of keys and values (got"),
        ("{from: a@example.org, smtp: smtp://h/path}", "2:35: mail.smtp: must end after the host and port"),
        ("{from: a@example.org, smtp: 'smtp://h:465'}", "2:35: mail.smtp: port 465 is that of smtps:// (got"),
        ("{from: a@example.org, smtp: 'smtps://h:587'}", "2:35: mail.smtp: port 587 is that of smtp:// (got"),
        ("{from: a@example.org, smtp: smtp://u@h}", "2:7: mail: `smtp` names a user; say where the password is"),
        ("{from: a@example.org, smtp: smtp://h, password_env: P}", "2:7: mail: has a password but no user"),
        ("{from: a@example.org, smtp: smtp://u@h, password_env: P, password_file: p}", "2:7: mail: has both"),
        ("{from: a@example.org, smtp: smtps://h, tls: none}", "2:7: mail: `tls: none` contradicts smtps://"),
        ("{from: a@example.org, smtp: smtp://h, tls: nun}", "2:50: mail.tls: must be one of required, none (got"),
        ("{from: a@example.org, smtp: smtp://u@h, password_env: 'secret!'}", "2:61: mail.password_env: must be the"),
        ("{from: a@example.org, smtp: smtp://h, password: secret}", "2:45: mail.password: a password never stands in"),
        ("{from: a@example.org, smtp: smtp://h, bounces: desk}", "2:54: mail.bounces: not an email address like"),
        (f"{{from: a@example.org, smtp: smtp://h, bounces: {'b' * 41}@x.org}}", "2:54: mail.bounces: has more than 40"),
        ("{from: a@example.org, smtp: smtp://h, rate: 0}", "2:51: mail.rate: must be at least 0.1 (got 0)"),
        ("{from: a@example.org, smtp: smtp://h, rate: 99999}", "2:51: mail.rate: must be at most 10000"),
        ("{from: a@example.org, smtp: smtp://h, rate: fast}", '2:51: mail.rate: must be a number (got "fast")'),
        ("{from: a@example.org, smtp: smtp://h, per_hour: 0}", "2:55: mail.per_hour: must be at least 1 (got 0)"),
        ("{from: a@example.org, smtp: smtp://h, per_hour: 2.5}", "2:55: mail.per_hour: must be a whole number"),
        ("{from: a@example.org, smtp: smtp://h, dkim: yes}", "2:51: mail.dkim: must be a mapping of keys and values"),
        ("{from: a@example.org, smtp: smtp://h, dkim: {domain: Ex, selector: a, key_file: k}}",
         "2:60: mail.dkim.domain: not a name in the DNS in small letters, like example.org (got"),
        ("{from: a@example.org, smtp: smtp://h, dkim: {domain: x.org, selector: 'a b', key_file: k}}",
         "2:77: mail.dkim.selector: not a name in the DNS in small letters, like mail2026 (got"),
        ("{from: a@example.org, smtp: smtp://h, dkim: {domain: x.org, selector: a}}",
         "2:51: mail.dkim.key_file: is missing"),
    ],
)  # fmt: skip
def test_a_mail_section_that_cannot_work(section: str, line: str) -> None:
    said = problem(section)
    assert said.startswith(f"feeds.yaml:{line}")
    assert "secret" not in said


def test_a_password_from_the_environment_is_read_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    mail = MailConfig(sender=DESK, smtp="smtp://u@mail.example.org", password_env="DESK_SMTP_PASSWORD")
    monkeypatch.delenv("DESK_SMTP_PASSWORD", raising=False)
    with pytest.raises(ConfigError, match="the environment variable DESK_SMTP_PASSWORD is not set"):
        mail.password()
    monkeypatch.setenv("DESK_SMTP_PASSWORD", "open sesame")
    assert mail.password() == "open sesame"


def test_a_password_file_lies_beside_feeds_yaml(tmp_path: Path) -> None:
    """Its first line counts; what is wrong with it is said only when it is read."""
    feeds = tmp_path / "feeds.yaml"
    feeds.write_text(f'title: T\nmail: {{from: "{DESK}", smtp: "smtp://u@mail.example.org", password_file: secret}}\n')
    mail = load(feeds).mail
    assert mail is not None
    with pytest.raises(ConfigError, match=r"mail\.password_file: .*/secret: No such file or directory"):
        mail.password()
    (tmp_path / "secret").write_bytes(b"\n")
    with pytest.raises(ConfigError, match="has no first line"):
        mail.password()
    (tmp_path / "secret").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        mail.password()
    (tmp_path / "secret").write_text("open sesame\r\nand a note\n", encoding="utf-8")
    assert mail.password() == "open sesame"


def test_the_password_is_never_part_of_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_SMTP_PASSWORD", "open sesame")
    mail = MailConfig(sender=DESK, smtp="smtp://u@mail.example.org", password_env="DESK_SMTP_PASSWORD")
    mail.password()
    assert "sesame" not in f"{mail!r} {asdict(mail)}"


def test_a_key_to_sign_with_lies_beside_feeds_yaml(tmp_path: Path) -> None:
    section = "{from: a@example.org, smtp: smtp://h, dkim: {domain: example.org, selector: a.b, key_file: keys/k.pem}}"
    (tmp_path / "feeds.yaml").write_text(f"title: x\nmail: {section}\n", encoding="utf-8")
    mail = load(tmp_path / "feeds.yaml").mail
    assert mail and mail.dkim and mail.dkim.key_file == str(tmp_path / "keys/k.pem")
    assert (mail.rate, mail.per_hour) == (5, None)
